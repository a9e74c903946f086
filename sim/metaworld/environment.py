"""One Meta-World task, many at once, in C++ (EnvPool)."""

from collections.abc import Sequence

import numpy as np

from legion_ros.core import Environment, LegionError, StepResult
from legion_ros.core.layout import Field, Layout
from legion_sim.metaworld.simulators import Simulators
from legion_sim.metaworld.tasks import TASKS

__all__ = ["ACTION", "OBSERVATION", "MetaWorldEnvironment"]

OBSERVATION = Layout(
    (
        Field("hand", 3, "m", "base"),
        Field("gripper", 1, "1"),  # 0 closed, 1 open
        Field("object", 3, "m", "base"),
        Field("object_quaternion", 4, "1", "base"),
        Field("other_object", 3, "m", "base"),  # zeros where the task has one object
        Field("other_quaternion", 4, "1", "base"),
        Field("goal", 3, "m", "base"),
        Field("hand_to_object", 3, "m", "base"),
        Field("object_to_goal", 3, "m", "base"),
        Field("hand_to_goal", 3, "m", "base"),
    )
)
ACTION = Layout((Field("hand_velocity", 3, "1", "base"), Field("gripper_force", 1, "1")))
_RAW_PERIOD = 0.0125  # s: five MuJoCo steps of 2.5 ms


class MetaWorldEnvironment(Environment):
    """`num_envs` copies of one Meta-World v3 task, random goals at every reset, the goal observed.

    The success of a step is that of any of its raw steps, as Meta-World counts it. An episode is truncated at
    `horizon` raw steps and never terminated.
    """

    observation_layout = OBSERVATION
    action_layout = ACTION

    def __init__(
        self,
        task: str,
        num_envs: int = 64,
        *,
        sentences: Sequence[str] | None = None,
        horizon: int = 200,
        action_repeat: int = 3,
        threads: int = 2,
    ) -> None:
        """Make the simulators at the first reset.

        Args:
            task: one of `TASKS`, such as "pick-place".
            num_envs: how many copies.
            sentences: what the learner may be told; each episode draws one. "practise <task>" when None.
            horizon: raw Meta-World steps an episode.
            action_repeat: raw steps that one action is held for.
            threads: of the simulator.

        Raises:
            LegionError: an unknown task, or EnvPool is not installed.
        """
        if task not in TASKS:
            raise LegionError(f"no Meta-World task {task!r}; known: {', '.join(TASKS)}")
        self.task = task
        self.num_envs = num_envs
        self.control_period = action_repeat * _RAW_PERIOD
        self.horizon = horizon // action_repeat  # control periods an episode
        self._sentences = tuple(sentences or (f"practise {task}",))
        self._repeat = action_repeat
        self._simulators = Simulators(task, num_envs, threads)
        self._elapsed = np.zeros(num_envs, int)
        self.instructions = (self._sentences[0],) * num_envs
        self._observation = np.zeros((num_envs, OBSERVATION.size), np.float32)
        self._raw = np.zeros((num_envs, 39))

    @property
    def raw_observation(self) -> np.ndarray:
        """(num_envs, 39) as Meta-World has it: what its scripted policies are asked with."""
        return self._raw.copy()

    def reset(self, rng: np.random.Generator, where: np.ndarray | None = None) -> np.ndarray:
        """Start new episodes; with `where=None` the simulators themselves are made anew from `rng`."""
        if where is not None and not self._simulators.made:
            raise ValueError("the first reset must be of all environments: where=None")
        chosen = np.arange(self.num_envs) if where is None else np.flatnonzero(where)
        if len(chosen):
            if where is None:
                raw = self._simulators.renew(int(rng.integers(2**31 - self.num_envs)))
            else:
                raw = self._simulators.reset(chosen, rng)
            self._raw[chosen] = raw
            self._observation[chosen] = observe(raw)
            self._elapsed[chosen] = 0
            words = list(self.instructions)
            for i, sentence in zip(chosen, rng.integers(len(self._sentences), size=len(chosen)), strict=True):
                words[i] = self._sentences[sentence]
            self.instructions = tuple(words)
        return self._observation.copy()

    def step(self, action: np.ndarray) -> StepResult:
        """Hold `action: (num_envs, 4)` for one control period; values beyond [-1, 1] are clipped."""
        action = np.asarray(action, np.float64)
        if action.shape != (self.num_envs, ACTION.size) or not np.isfinite(action).all():
            raise ValueError(
                f"action of shape {action.shape}; {self.num_envs} x {ACTION.size} finite numbers are expected"
            )
        action = np.clip(action, -1.0, 1.0)
        reward = np.zeros(self.num_envs, np.float32)
        success = np.zeros(self.num_envs, bool)
        for _ in range(self._repeat):
            raw, gained, succeeded = self._simulators.step(action)
            reward += gained
            success |= succeeded
        self._elapsed += 1
        self._raw[:] = raw
        self._observation = observe(raw)
        truncated = self._elapsed >= self.horizon
        return StepResult(
            self._observation.copy(), reward / self._repeat, np.zeros(self.num_envs, bool), truncated, success
        )

    def close(self) -> None:
        """Let the simulators go; safe to call twice."""
        self._simulators.close()


def observe(raw: np.ndarray) -> np.ndarray:
    """Observations (N, 30) float32 in `OBSERVATION` of Meta-World's (N, 39), less its previous frame."""
    hand, thing, goal = raw[:, 0:3], raw[:, 4:7], raw[:, 36:39]
    parts = (raw[:, :18], goal, thing - hand, goal - thing, goal - hand)
    return np.concatenate(parts, axis=1, dtype=np.float32)
