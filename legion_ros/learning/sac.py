"""Soft actor-critic: learns off policy, from whatever transitions it is given.

Haarnoja et al. 2018, "Soft Actor-Critic Algorithms and Applications" (arXiv:1812.05905): twin critics, an
actor that is a Gaussian squashed by tanh, a temperature that is learned.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn

from legion_ros.learning.checkpoint import CheckpointError
from legion_ros.learning.resumption import optimiser_tensors, restore_optimiser, restore_rng, rng_facts
from legion_ros.learning.transitions import Transitions
from legion_ros.policy import Expert
from legion_ros.policy.expert import ExpertConfig

__all__ = ["SAC", "Batch", "SACConfig", "squashed"]

Networks = Callable[[int, int, torch.Generator], nn.Module]  # (inputs, outputs, for the weights) -> network


@dataclass(frozen=True, kw_only=True)
class SACConfig:
    """What is the same for every task."""

    discount: float = 0.99  # per control period
    follow: float = 0.005  # tau: how far the targets move to the critics in each update
    batch: int = 256  # transitions of an update
    learning_rate: float = 3e-4  # of all optimisers
    temperature: float = 1.0  # alpha, at the start
    log_deviation: tuple[float, float] = (-20.0, 2.0)  # of the actor's Gaussian lies between these
    warm_up: int = 1000  # control periods over all environments of uniform actions, before any update
    updates_per_period: float = 1.0  # gradient steps for each control period of each environment
    hidden: tuple[int, ...] = (256, 256)  # units of the hidden layers of actor and critics


@dataclass(frozen=True)
class Batch:
    """N transitions as the networks see them."""

    inputs: torch.Tensor  # (N, I): before the action
    action: torch.Tensor  # (N, A) in [-1, 1]
    reward: torch.Tensor  # (N,)
    terminated: torch.Tensor  # (N,) bool: truncated ones are bootstrapped
    following: torch.Tensor  # (N, I): after the action
    which: torch.Tensor | None = None  # (N,) int64: whose temperature counts; the first one's when None


def squashed(
    network_output: torch.Tensor, noise: torch.Tensor, bounds: tuple[float, float]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Actions tanh(mean + deviation noise) and their log densities (appendix C of the paper).

    Args:
        network_output: (N, 2 A): means, and what tanh turns into log deviations within `bounds`.
        noise: (N, A) standard normal.
        bounds: of the log deviation.

    Returns:
        (N, A) in (-1, 1), and (N,).
    """
    mean, raw = network_output.chunk(2, dim=-1)
    low, high = bounds
    log_deviation = low + 0.5 * (high - low) * (torch.tanh(raw) + 1)
    action = torch.tanh(mean + log_deviation.exp() * noise)
    gaussian = -0.5 * noise.square() - log_deviation - 0.5 * np.log(2 * np.pi)
    return action, (gaussian - torch.log(1 - action.square() + 1e-6)).sum(-1)


@dataclass
class SAC:
    """Actor, critics, targets, temperatures and their optimisers; `update` learns from a batch."""

    input_size: int
    action_size: int
    config: SACConfig
    generator: torch.Generator  # of the weights and of all noise
    actor_network: Networks | None = None  # plain perceptrons of `config.hidden` when None
    critic_network: Networks | None = None
    updates: int = 0
    actor: nn.Module = field(init=False)
    critics: nn.ModuleList = field(init=False)
    targets: nn.ModuleList = field(init=False)
    log_temperature: nn.Parameter = field(init=False)
    mean: torch.Tensor = field(init=False)
    deviation: torch.Tensor = field(init=False)

    def __post_init__(self) -> None:
        make_actor = self.actor_network or self._perceptron
        make_critic = self.critic_network or self._perceptron
        self.actor = make_actor(self.input_size, 2 * self.action_size, self.generator)
        both = self.input_size + self.action_size
        self.critics = nn.ModuleList(make_critic(both, 1, self.generator) for _ in range(2))
        self.targets = deepcopy(self.critics).requires_grad_(False)
        self.log_temperature = nn.Parameter(torch.full((1,), float(np.log(self.config.temperature))))
        self.mean, self.deviation = torch.zeros(self.input_size), torch.ones(self.input_size)
        self.start_optimisers()

    def start_optimisers(self) -> None:
        """Forget all moments."""
        self._optimisers = {
            name: torch.optim.Adam(parameters, lr=self.config.learning_rate)
            for name, parameters in self._parameters().items()
        }

    def standardise(self, observations: np.ndarray) -> None:
        """Standardise inputs by the statistics of `observations: (M, I)`. To be done before learning."""
        self.mean = torch.from_numpy(observations.mean(0).astype(np.float32))
        self.deviation = torch.from_numpy(np.maximum(observations.std(0), 1e-2).astype(np.float32))

    # -- acting ---------------------------------------------------------------------------------------------

    @torch.inference_mode()
    def explore(self, inputs: np.ndarray) -> np.ndarray:
        """Actions (N, A) float32 drawn from the actor for inputs (N, I)."""
        return self.sample(self._seen(torch.from_numpy(inputs)))[0].numpy()

    @torch.inference_mode()
    def act(self, inputs: np.ndarray) -> np.ndarray:
        """The actor's means (N, A) float32 for inputs (N, I)."""
        output = self.actor(self._seen(torch.from_numpy(np.asarray(inputs, np.float32))))
        return torch.tanh(output[:, : self.action_size]).numpy()

    def sample(self, seen: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Actions (N, A) and their log densities (N,), differentiable."""
        output = self.actor(seen)
        noise = torch.randn((len(seen), self.action_size), generator=self.generator)
        return squashed(output, noise, self.config.log_deviation)

    def expert(self) -> Expert:
        """The actor without its noise, as what a robot runs. The networks must be plain perceptrons."""
        layers = {name: value.numpy().copy() for name, value in self.actor.state_dict().items()}
        last = len(self.config.hidden) * 2
        for part in ("weight", "bias"):
            layers[f"{last}.{part}"] = layers[f"{last}.{part}"][: self.action_size]
        return Expert.from_tensors({"mean": self.mean.numpy(), "deviation": self.deviation.numpy(), **layers})

    # -- learning -------------------------------------------------------------------------------------------

    def learn(self, transitions: Transitions) -> None:
        """One update from transitions whose observations are the inputs."""
        rows = transitions
        parts = (rows.observation, rows.action, rows.reward, rows.terminated, rows.following)
        inputs, action, reward, terminated, following = map(torch.from_numpy, parts)
        self.update(Batch(inputs, action, reward, terminated, following))

    def update(self, batch: Batch) -> None:
        """One gradient step on critics, actor and temperature; the targets follow."""
        seen, following = self._seen(batch.inputs), self._seen(batch.following)
        with torch.no_grad():
            temperature = self.temperature(batch.which)
            target = self.target(batch.reward, batch.terminated, following, temperature)
        values = torch.stack(self._values(self.critics, seen, batch.action))
        self._step("critics", (values - target).square().mean(1).sum())
        action, log_density = self.sample(seen)
        value = torch.minimum(*self._values(self.critics, seen, action))
        self._step("actor", (temperature * log_density - value).mean())
        surplus = -log_density.detach() + self.action_size  # the entropy aimed at is -A
        self._step("temperature", (self.temperature(batch.which) * surplus).mean())
        with torch.no_grad():
            for old, new in zip(self.targets.parameters(), self.critics.parameters(), strict=True):
                old.lerp_(new, self.config.follow)
        self.updates += 1

    def target(
        self,
        reward: torch.Tensor,
        terminated: torch.Tensor,
        following: torch.Tensor,
        temperature: torch.Tensor | float,
    ) -> torch.Tensor:
        """What the critics shall say (N,), Eq. 3 and 5 of the paper; what terminated has no future."""
        action, log_density = self.sample(following)
        future = torch.minimum(*self._values(self.targets, following, action)) - temperature * log_density
        return reward + self.config.discount * ~terminated * future

    def temperature(self, which: torch.Tensor | None = None) -> torch.Tensor:
        """Alpha: (N,) of each row, or (1,) of all."""
        return (self.log_temperature[:1] if which is None else self.log_temperature[which]).exp()

    # -- saving ---------------------------------------------------------------------------------------------

    def weights(self) -> dict[str, np.ndarray]:
        """Everything that the learner has learned, less the moments of its optimisers."""
        networks = {"actor": self.actor, "critics": self.critics, "targets": self.targets}
        tensors = {
            f"{part}/{name}": value.detach().numpy().copy()
            for part, network in networks.items()
            for name, value in network.state_dict().items()
        }
        tensors["temperature/log"] = self.log_temperature.detach().numpy().copy()
        tensors["inputs/mean"], tensors["inputs/deviation"] = self.mean.numpy(), self.deviation.numpy()
        return tensors

    def tensors(self) -> dict[str, np.ndarray]:
        """The weights, and the moments of the optimisers."""
        tensors = self.weights()
        for name, optimiser in self._optimisers.items():
            tensors |= {f"optimiser.{name}/{k}": value for k, value in optimiser_tensors(optimiser).items()}
        return tensors

    def facts(self) -> dict[str, Any]:
        """Counts and the state of the noise."""
        return {"updates": self.updates, "generator": rng_facts(self.generator)}

    def restore(self, tensors: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        """Go on where `tensors()` and `facts()` were taken, to the bit. CheckpointError on what can't be."""
        moments = {path for path in tensors if path.startswith("optimiser.")}
        self.restore_weights({path: value for path, value in tensors.items() if path not in moments})
        try:
            for name, optimiser in self._optimisers.items():
                own = f"optimiser.{name}/"
                restore_optimiser(
                    optimiser, {p.removeprefix(own): tensors[p] for p in moments if p.startswith(own)}
                )
            self.updates = int(facts["updates"])
            restore_rng(self.generator, facts["generator"])
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(f"no soft actor-critic: {error}") from error

    def restore_weights(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Take over `weights()`; all moments are forgotten. CheckpointError on what does not fit."""
        expected = self.weights()
        if tensors.keys() != expected.keys():
            odd = sorted(tensors.keys() ^ expected.keys())[:5]
            raise CheckpointError(f"no soft actor-critic of these layers: {odd} missing or unknown")
        for path, value in tensors.items():
            fits = value.ndim == 1 if path == "temperature/log" else value.shape == expected[path].shape
            if not fits:
                raise CheckpointError(f"{path} has shape {value.shape}, not {expected[path].shape}")
        values = {path: torch.from_numpy(np.array(value, np.float32)) for path, value in tensors.items()}
        for part, network in (("actor", self.actor), ("critics", self.critics), ("targets", self.targets)):
            own = f"{part}/"
            network.load_state_dict({p.removeprefix(own): v for p, v in values.items() if p.startswith(own)})
        self.log_temperature = nn.Parameter(values["temperature/log"])
        self.mean, self.deviation = values["inputs/mean"], values["inputs/deviation"]
        self.start_optimisers()

    # -- within ---------------------------------------------------------------------------------------------

    def _parameters(self) -> dict[str, list[nn.Parameter]]:
        return {
            "critics": list(self.critics.parameters()),
            "actor": list(self.actor.parameters()),
            "temperature": [self.log_temperature],
        }

    def _step(self, name: str, loss: torch.Tensor) -> None:
        """Move these parameters alone: the actor's loss does not reach the critics that it asks."""
        optimiser = self._optimisers[name]
        optimiser.zero_grad()
        loss.backward(inputs=self._parameters()[name])
        optimiser.step()

    def _seen(self, inputs: torch.Tensor) -> torch.Tensor:
        return (inputs - self.mean) / self.deviation

    def _values(
        self, critics: nn.ModuleList, seen: torch.Tensor, action: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        both = torch.cat((seen, action), -1)
        return tuple(critic(both)[:, 0] for critic in critics)

    def _perceptron(self, inputs: int, outputs: int, generator: torch.Generator) -> nn.Sequential:
        """As an expert's, so that the actor can become one."""
        network = Expert(
            np.zeros(inputs), np.ones(inputs), outputs, ExpertConfig(hidden=self.config.hidden)
        ).network
        for layer in network:
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight, generator=generator)
                nn.init.zeros_(layer.bias)
        return network
