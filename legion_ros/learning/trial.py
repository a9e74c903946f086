"""One episode in each of many environments, with what was seen: to measure, to probe, to compare."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from legion_ros.core import Environment

__all__ = ["Trial", "paired", "random_actions", "trial"]

Actor = Callable[[np.ndarray], np.ndarray]  # (N, O) -> (N, A)


@dataclass(frozen=True)
class Trial:
    """What N episodes gave, side by side."""

    instructions: tuple[str, ...]  # (N,)
    observation: np.ndarray  # (T, N, O) float32: before each action
    action: np.ndarray  # (T, N, A) float32
    reward: np.ndarray  # (T, N) float32
    alive: np.ndarray  # (T, N) bool: false after the end of an episode
    success: np.ndarray  # (N,) bool: at any step of it
    last: np.ndarray  # (N, O) float32: after the last action

    @property
    def steps(self) -> int:
        """Control periods simulated, over all environments."""
        return self.alive.size

    @property
    def following(self) -> np.ndarray:
        """(T, N, O) float32: what was seen after each action."""
        return np.concatenate((self.observation[1:], self.last[None]))


def random_actions(environment: Environment, rng: np.random.Generator) -> Actor:
    """An actor that draws every action uniformly from [-1, 1], whatever it sees."""
    shape = (environment.num_envs, environment.action_layout.size)
    return lambda observation: rng.uniform(-1.0, 1.0, shape).astype(np.float32)


def trial(
    environment: Environment, actor: Actor, rng: np.random.Generator, steps: int | None = None
) -> Trial:
    """Reset everything from `rng` and act until every episode has ended, or for so many steps.

    The same generator state gives the same episodes, whoever acts.
    """
    observation = environment.reset(rng)
    instructions = environment.instructions
    alive = np.ones(environment.num_envs, bool)
    success = np.zeros(environment.num_envs, bool)
    seen: list[tuple[np.ndarray, ...]] = []
    for _ in range(environment.horizon if steps is None else steps):
        action = np.clip(actor(observation), -1.0, 1.0).astype(np.float32)
        result = environment.step(action)
        seen.append((observation, action, result.reward, alive.copy()))
        success |= result.success & alive
        alive &= ~(result.terminated | result.truncated)
        observation = result.observation
        if not alive.any():
            break
    before, did, reward, lived = (np.stack(part) for part in zip(*seen, strict=True))
    return Trial(instructions, before, did, reward, lived, success, observation)


def paired(
    environment: Environment, actors: tuple[Actor, Actor], rng: np.random.Generator, rounds: int
) -> tuple[np.ndarray, int]:
    """Let two actors try the same episodes: (2, rounds x num_envs) bool successes, and the steps it took."""
    seeds = rng.integers(2**31, size=rounds)
    trials = [[trial(environment, actor, np.random.default_rng(s)) for s in seeds] for actor in actors]
    success = np.array([np.concatenate([t.success for t in one]) for one in trials])
    return success, sum(t.steps for one in trials for t in one)
