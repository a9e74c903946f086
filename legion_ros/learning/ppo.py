"""Proximal policy optimisation in many simulators at once (Schulman et al. 2017, arXiv:1707.06347)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from torch import nn

from legion_ros.core import Environment
from legion_ros.learning.rollout_batch import RolloutBatch, collect
from legion_ros.learning.rule import Rule
from legion_ros.learning.standardising import Statistics
from legion_ros.policy import Expert
from legion_ros.policy.expert import ExpertConfig

__all__ = ["PPO", "Anchor", "PPOConfig", "Practised", "fresh_policy", "practise"]


@dataclass(frozen=True, kw_only=True)
class PPOConfig:
    """What is the same for every task."""

    discount: float = 0.97  # per control period
    trace: float = 0.95  # lambda of the generalised advantage
    epochs: int = 8  # passes over each rollout
    batches: int = 4  # gradient steps a pass
    clip: float = 0.2  # of the probability ratio
    learning_rate: float = 1e-3  # of the policy, at the start; follows the divergence between 1e-5 and 3e-3
    critic_rate: float = 1e-3  # learning rate of the critic
    divergence: float = 0.02  # KL between the policies before and after an update that is aimed at
    deviation: float = 0.6  # of the exploration noise, at the start
    fixed_deviation: bool = False  # whether the noise stays as it is
    least_deviation: float = 0.1  # the noise is learned, but not below this
    reward: Literal["dense", "success"] = "dense"  # the environment's, or 1 for each step of success
    reward_scale: float = 0.3  # brings returns to the order of 1
    warm_up: int = 0  # rollouts that train the critic alone
    settle: int = 15  # rollouts that a fresh policy's observation statistics follow
    enough: float = 0.985  # success in training, with noise, at which practice ends ...
    over: int = 5  # ... as the mean of so many rollouts
    gradient_norm: float = 1.0  # longer gradients are cut
    hidden: tuple[int, ...] = (128, 128)  # units of a fresh policy's, and of the critic's, hidden layers


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """Keeps a policy near the clone that it started from: weight x mean squared distance of the actions."""

    policy: Expert
    weight: float = 0.1  # at the start
    half_life: int = 20  # rollouts


@dataclass(frozen=True)
class Practised:
    """What practice gave."""

    policy: Expert
    steps: int  # control periods, over all environments
    gradient_steps: int
    success: tuple[float, ...]  # of each rollout, with exploration noise
    observations: np.ndarray  # (M, O) float32: those of the last rollout, for rules that look back


@dataclass
class PPO:
    """A policy, its critic and its optimiser; `update` learns from one rollout."""

    policy: Expert
    config: PPOConfig
    generator: torch.Generator
    rule: Rule | None = None
    anchor: Anchor | None = None
    rollouts: int = 0  # learned from so far
    gradient_steps: int = 0
    critic: nn.Sequential = field(init=False)
    log_deviation: nn.Parameter = field(init=False)
    optimiser: torch.optim.Adam = field(init=False)

    def __post_init__(self) -> None:
        size = self.policy.observation_size
        self.critic = _layers((size, *self.config.hidden, 1), self.generator, 1.0)
        start = torch.full((self.policy.action_size,), float(np.log(self.config.deviation)))
        self.log_deviation = nn.Parameter(start, requires_grad=not self.config.fixed_deviation)
        self.parameters = [*self.policy.network.parameters()]
        self.optimiser = torch.optim.Adam(
            [
                {"params": [*self.parameters, self.log_deviation], "lr": self.config.learning_rate},
                {"params": [*self.critic.parameters()], "lr": self.config.critic_rate},
            ]
        )

    @torch.inference_mode()
    def explore(self, observation: np.ndarray) -> np.ndarray:
        """Noisy actions (N, A) float32 for observations (N, O); the environment clips them to [-1, 1]."""
        mean = self.policy(torch.from_numpy(observation))
        noise = torch.randn(mean.shape, generator=self.generator)
        return (mean + self.log_deviation.exp() * noise).numpy()

    def update(self, batch: RolloutBatch) -> None:
        """Learn from a rollout of this policy."""
        if self.config.reward == "success":
            batch = batch.rewarded(batch.success.astype(np.float32))
        flat = self._targets(batch)
        with torch.no_grad():
            old_mean, old_deviation = self.policy(flat[0]), self.log_deviation.exp().clone()
            old = _log_density(flat[1], old_mean, old_deviation)
        rows = len(old)
        moved = 0.0
        for _ in range(self.config.epochs):
            for chosen in torch.randperm(rows, generator=self.generator).chunk(self.config.batches):
                part = tuple(value[chosen] for value in flat)
                moved = self._step(part, old[chosen], old_mean[chosen], old_deviation)
                if moved > 3 * self.config.divergence:
                    break
            else:
                continue
            break
        self._follow(moved)
        self.rollouts += 1

    def _targets(self, batch: RolloutBatch) -> tuple[torch.Tensor, ...]:
        """Flat observation, action, advantage (standardised) and return."""
        with torch.no_grad():
            value = self._value(torch.from_numpy(batch.observation)).numpy()
            following = self._value(torch.from_numpy(batch.following)).numpy()
        advantage = batch.advantage(
            value, following, self.config.discount, self.config.trace, self.config.reward_scale
        )
        target = torch.from_numpy((advantage + value).reshape(-1))
        flat = torch.from_numpy(advantage.reshape(-1))
        flat = (flat - flat.mean()) / (flat.std() + 1e-8)
        observation = torch.from_numpy(batch.observation).flatten(0, 1)
        return observation, torch.from_numpy(batch.action).flatten(0, 1), flat, target

    def _step(
        self, part: tuple[torch.Tensor, ...], old: torch.Tensor, old_mean: torch.Tensor, spread: torch.Tensor
    ) -> float:
        """One gradient step; returns how far the policy had gone from the one that acted, before it."""
        observation, action, advantage, target = part
        loss = 0.5 * (self._value(observation) - target).square().mean()
        divergence = 0.0
        learning = self.rollouts >= self.config.warm_up
        if learning:
            mean, deviation = self.policy(observation), self.log_deviation.exp()
            ratio = (_log_density(action, mean, deviation) - old).exp()
            clipped = ratio.clamp(1 - self.config.clip, 1 + self.config.clip)
            loss = loss - torch.minimum(ratio * advantage, clipped * advantage).mean()
            loss = loss + self._extra(observation, mean)
            with torch.no_grad():
                divergence = float(_divergence(old_mean, spread, mean, deviation))
        self.optimiser.zero_grad()
        loss.backward()
        if learning and self.rule is not None:
            self.rule.gradient(self.parameters)
        for group in (self.parameters, list(self.critic.parameters())):
            nn.utils.clip_grad_norm_(group, self.config.gradient_norm)
        self.optimiser.step()
        if learning and self.rule is not None:
            self.rule.stepped(self.parameters)
        with torch.no_grad():
            self.log_deviation.clamp_(float(np.log(self.config.least_deviation)), 0.0)
        self.gradient_steps += 1
        return divergence

    def _extra(self, observation: torch.Tensor, mean: torch.Tensor) -> torch.Tensor:
        """What the anchor and the rule add to the loss."""
        extra = torch.zeros(())
        if self.anchor is not None:
            weight = self.anchor.weight * 0.5 ** (self.rollouts / self.anchor.half_life)
            with torch.no_grad():
                there = self.anchor.policy(observation)
            extra = extra + weight * (mean - there).square().mean()
        if self.rule is not None and (term := self.rule.loss(self.policy)) is not None:
            extra = extra + term
        return extra

    def _follow(self, moved: float) -> None:
        """Steer the step length by how far the update went, as rsl_rl does."""
        if self.rollouts < self.config.warm_up:
            return
        group = self.optimiser.param_groups[0]
        if moved > 2 * self.config.divergence:
            group["lr"] = max(1e-5, group["lr"] / 1.5)
        elif moved < self.config.divergence / 2:
            group["lr"] = min(3e-3, group["lr"] * 1.5)

    def _value(self, observation: torch.Tensor) -> torch.Tensor:
        return self.critic(self.policy.standardised(observation))[..., 0]


def fresh_policy(
    observation_size: int, action_size: int, rng: np.random.Generator, config: PPOConfig
) -> Expert:
    """A policy that hardly moves yet, for practice from scratch: orthogonal weights, a small last layer."""
    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    shape = ExpertConfig(hidden=config.hidden)
    policy = Expert(np.zeros(observation_size), np.ones(observation_size), action_size, shape)
    _orthogonal(policy.network, generator, 0.01)
    return policy


def practise(
    environment: Environment,
    policy: Expert,
    rng: np.random.Generator,
    config: PPOConfig,
    *,
    steps: int,
    settled: bool = True,
    rule: Rule | None = None,
    anchor: Anchor | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Practised:
    """Practise until success is enough or the steps are spent. `policy` itself is changed and returned.

    Args:
        environment: reset by this function, not closed.
        policy: where to start from.
        rng: of the resets, the noise and the order of the batches.
        config: of the learner.
        steps: control periods over all environments that may be spent; whole rollouts are done.
        settled: whether the policy's observation statistics stay as they are; a fresh policy's follow the
            first rollouts.
        rule: of a continual-learning method.
        anchor: to a clone.
        progress: called with (control periods done, `steps`) after each rollout.
    """
    learner = PPO(policy, config, torch.Generator().manual_seed(int(rng.integers(2**31))), rule, anchor)
    rollout = environment.num_envs * environment.horizon
    statistics = Statistics(environment.observation_layout.size)
    success: list[float] = []
    seen = np.zeros((0, environment.observation_layout.size), np.float32)
    observation = environment.reset(rng)
    while (len(success) + 1) * rollout <= steps:
        if not settled and len(success) == 0:
            statistics.add(observation)
            statistics.give(policy)
        batch, observation = collect(environment, learner.explore, observation, environment.horizon, rng)
        if not settled and len(success) < config.settle:
            statistics.add(batch.observation)
            statistics.give(policy)
        learner.update(batch)
        success.append(batch.success_rate)
        seen = batch.observation.reshape(-1, batch.observation.shape[-1])
        progress(len(success) * rollout, steps)
        if len(success) >= config.over and np.mean(success[-config.over :]) >= config.enough:
            break
    return Practised(policy, len(success) * rollout, learner.gradient_steps, tuple(success), seen)


def _layers(widths: tuple[int, ...], generator: torch.Generator, last: float) -> nn.Sequential:
    layers: list[nn.Module] = []
    for inputs, outputs in zip(widths[:-1], widths[1:], strict=True):
        layers += [nn.Linear(inputs, outputs), nn.Tanh()]
    network = nn.Sequential(*layers[:-1])
    _orthogonal(network, generator, last)
    return network


def _orthogonal(network: nn.Sequential, generator: torch.Generator, last: float) -> None:
    linear = [layer for layer in network if isinstance(layer, nn.Linear)]
    for layer in linear:
        nn.init.orthogonal_(layer.weight, last if layer is linear[-1] else 2**0.5, generator=generator)
        nn.init.zeros_(layer.bias)


def _log_density(action: torch.Tensor, mean: torch.Tensor, deviation: torch.Tensor) -> torch.Tensor:
    """Of a diagonal Gaussian, less a constant: (N,)."""
    return (-0.5 * ((action - mean) / deviation).square() - deviation.log()).sum(-1)


def _divergence(
    mean: torch.Tensor, deviation: torch.Tensor, other_mean: torch.Tensor, other: torch.Tensor
) -> torch.Tensor:
    """Mean KL of the first diagonal Gaussian from the second."""
    squares = (deviation.square() + (mean - other_mean).square()) / (2 * other.square())
    return ((other / deviation).log() + squares - 0.5).sum(-1).mean()
