"""An environment whose observations end in the embedding of what was asked for."""

from collections.abc import Callable

import numpy as np

from legion_ros.core import Environment, StepResult
from legion_ros.core.environment import Wrapped
from legion_ros.core.layout import Field, Layout

__all__ = ["Instructed"]

Encode = Callable[[tuple[str, ...]], np.ndarray]  # sentences -> (N, D) float32 unit embeddings


class Instructed(Wrapped):
    """The same tasks; observations are (N, O + D): the environment's, then the sentence's embedding."""

    def __init__(self, environment: Environment, encode: Encode) -> None:
        """Wrap `environment`, which is closed with this one."""
        super().__init__(environment)
        self._encode = encode
        self._embedding = encode(environment.instructions)
        fields = (*environment.observation_layout.fields, Field("instruction", self._embedding.shape[1], "1"))
        self.observation_layout = Layout(fields)

    def reset(self, rng: np.random.Generator, where: np.ndarray | None = None) -> np.ndarray:
        """As the environment's; (num_envs, O + D)."""
        observation = self.environment.reset(rng, where)
        self._embedding = self._encode(self.instructions)
        return self._told(observation)

    def step(self, action: np.ndarray) -> StepResult:
        """As the environment's; observations (num_envs, O + D)."""
        result = self.environment.step(action)
        return StepResult(
            self._told(result.observation),
            result.reward,
            result.terminated,
            result.truncated,
            result.success,
        )

    def _told(self, observation: np.ndarray) -> np.ndarray:
        return np.concatenate((observation, self._embedding), axis=1, dtype=np.float32)
