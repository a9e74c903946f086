"""The one interface of everything that can be practised in: simulators here, benchmarks, later a robot."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from legion_ros.core.layout import Layout

__all__ = ["Environment", "StepResult", "Wrapped"]


@dataclass(frozen=True)
class StepResult:
    """What one step of all environments gave."""

    observation: np.ndarray  # (num_envs, observation size) float32
    reward: np.ndarray  # (num_envs,) float32
    terminated: np.ndarray  # (num_envs,) bool: the task ended here; do not bootstrap
    truncated: np.ndarray  # (num_envs,) bool: only the time ran out; bootstrap
    success: np.ndarray  # (num_envs,) bool: what the task is for holds now


@runtime_checkable
class Environment(Protocol):
    """`num_envs` copies of one task, stepped together. Nothing resets by itself."""

    num_envs: int
    observation_layout: Layout
    action_layout: Layout  # every action lies in [-1, 1]
    control_period: float  # s
    horizon: int  # control periods that the longest episode lasts
    instructions: tuple[str, ...]  # (num_envs,): all that a learner is told of its task

    def reset(self, rng: np.random.Generator, where: np.ndarray | None = None) -> np.ndarray:
        """Start new episodes where `where: (num_envs,)` bool is true (everywhere when None).

        Returns the observations of all: (num_envs, observation size) float32. The same generator state gives
        the same episodes.
        """
        ...

    def step(self, action: np.ndarray) -> StepResult:
        """Advance one control period.

        `action: (num_envs, action size)`; raises ValueError on a bad shape or NaN.
        """
        ...

    def close(self) -> None:
        """Release what it holds; safe to call twice."""
        ...


class Wrapped(Environment):
    """Another environment in its own place, the same but for what a subclass changes."""

    def __init__(self, environment: Environment) -> None:
        """Wrap `environment`, which is closed with this one."""
        self.environment = environment
        self.num_envs = environment.num_envs
        self.observation_layout = environment.observation_layout
        self.action_layout = environment.action_layout
        self.control_period = environment.control_period
        self.horizon = environment.horizon

    @property
    def instructions(self) -> tuple[str, ...]:
        """(num_envs,) what each episode is asked to do."""
        return self.environment.instructions

    def reset(self, rng: np.random.Generator, where: np.ndarray | None = None) -> np.ndarray:
        """As the environment's."""
        return self.environment.reset(rng, where)

    def step(self, action: np.ndarray) -> StepResult:
        """As the environment's."""
        return self.environment.step(action)

    def close(self) -> None:
        """Close the environment."""
        self.environment.close()
