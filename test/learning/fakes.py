"""A point that must come near its goal: small and fast enough to learn in a test."""

import numpy as np

from legion_ros.core import StepResult
from legion_ros.core.layout import Field, Layout


class FakeReach:
    """(point, goal) on a plane; the action moves the point by up to 0.2; success within 0.15 of the goal.

    The goals lie around `centre`; `flip` reverses what the action does, which makes it another task.
    """

    observation_layout = Layout((Field("point", 2, "m", "base"), Field("goal", 2, "m", "base")))
    action_layout = Layout((Field("velocity", 2, "1", "base"),))
    control_period = 0.05
    horizon = 12

    def __init__(self, num_envs=32, centre=(0.0, 0.0), sentence="reach the point", flip=False):
        self.num_envs = num_envs
        self.instructions = (sentence,) * num_envs
        self._centre = np.array(centre)
        self._sign = -1.0 if flip else 1.0
        self._state = np.zeros((num_envs, 4))
        self._elapsed = np.zeros(num_envs, int)

    def reset(self, rng, where=None):
        chosen = np.ones(self.num_envs, bool) if where is None else where
        count = int(chosen.sum())
        self._state[chosen, :2] = rng.uniform(-0.1, 0.1, (count, 2))
        self._state[chosen, 2:] = self._centre + rng.uniform(-0.7, 0.7, (count, 2))
        self._elapsed[chosen] = 0
        return self._state.astype(np.float32)

    def step(self, action):
        action = np.asarray(action, float)
        if action.shape != (self.num_envs, 2) or not np.isfinite(action).all():
            raise ValueError("finite numbers are expected")
        self._state[:, :2] += 0.2 * self._sign * np.clip(action, -1, 1)
        self._elapsed += 1
        apart = np.linalg.norm(self._state[:, :2] - self._state[:, 2:], axis=1)
        none = np.zeros(self.num_envs, bool)
        return StepResult(
            self._state.astype(np.float32),
            (1 - apart).astype(np.float32),
            none,
            self._elapsed >= self.horizon,
            apart < 0.15,
        )

    def close(self):
        pass
