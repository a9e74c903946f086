"""A rollout: so many steps of all environments at once, and the advantages computed from it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from legion_ros.core import Environment

__all__ = ["RolloutBatch", "collect"]


@dataclass(frozen=True)
class RolloutBatch:
    """T steps of N environments."""

    observation: np.ndarray  # (T, N, O) float32: before each action
    following: np.ndarray  # (T, N, O) float32: after it, before any reset
    action: np.ndarray  # (T, N, A) float32: as drawn
    reward: np.ndarray  # (T, N) float32
    terminated: np.ndarray  # (T, N) bool
    over: np.ndarray  # (T, N) bool: terminated or truncated
    success: np.ndarray  # (T, N) bool
    success_rate: float  # of the episodes that ended in it: success at any of their steps in it

    def rewarded(self, reward: np.ndarray) -> "RolloutBatch":
        """The same with another reward (T, N)."""
        return replace(self, reward=reward)

    def advantage(
        self, value: np.ndarray, following: np.ndarray, discount: float, trace: float, scale: float = 1.0
    ) -> np.ndarray:
        """Generalised advantages (T, N) float32 (Schulman et al. 2016, Eq. 16).

        Args:
            value: (T, N) of the observations.
            following: (T, N) of what followed; counts as 0 where the task ended, not where only time ran out.
            discount: gamma.
            trace: lambda.
            scale: of the rewards.
        """
        delta = scale * self.reward + discount * following * ~self.terminated - value
        keep = discount * trace * ~self.over
        advantage = np.zeros_like(delta)
        running = np.zeros(delta.shape[1], delta.dtype)
        for t in reversed(range(len(delta))):
            running = delta[t] + keep[t] * running
            advantage[t] = running
        return advantage


def collect(
    environment: Environment,
    actor: Callable[[np.ndarray], np.ndarray],
    observation: np.ndarray,
    steps: int,
    rng: np.random.Generator,
) -> tuple[RolloutBatch, np.ndarray]:
    """Let an actor act for so many steps; episodes that end are followed by new ones.

    Args:
        environment: already reset.
        actor: what acts.
        observation: (N, O) where the environments stand.
        steps: control periods.
        rng: for the resets.

    Returns:
        The rollout, and the observation (N, O) that the next one starts from.
    """
    count, size = observation.shape
    before = np.empty((steps, count, size), np.float32)
    after = np.empty_like(before)
    actions = np.empty((steps, count, environment.action_layout.size), np.float32)
    reward = np.empty((steps, count), np.float32)
    terminated, over, success = (np.empty((steps, count), bool) for _ in range(3))
    reached = np.zeros(count, bool)
    episodes = successes = 0
    for t in range(steps):
        before[t] = observation
        actions[t] = actor(observation)
        result = environment.step(actions[t])
        after[t], reward[t], terminated[t] = result.observation, result.reward, result.terminated
        success[t], over[t] = result.success, result.terminated | result.truncated
        reached |= success[t]
        observation = result.observation
        if over[t].any():
            episodes += int(over[t].sum())
            successes += int(reached[over[t]].sum())
            reached[over[t]] = False
            observation = environment.reset(rng, over[t])
    rate = successes / episodes if episodes else 0.0
    return RolloutBatch(before, after, actions, reward, terminated, over, success, rate), observation
