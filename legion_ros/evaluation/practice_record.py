"""What a lesson's practice was like, seen from the simulators: the same measure for every method."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from legion_ros.core import Environment, StepResult
from legion_ros.core.environment import Wrapped

__all__ = ["PracticeRecord", "Recorded"]

_POINTS = 60  # of a curve that is kept


@dataclass
class PracticeRecord:
    """Counts the control periods and the episodes of a lesson, which `Recorded` environments tell it.

    An episode has succeeded when any of its steps has. Episodes are those of training: with exploration
    noise, and with whatever trials a method makes of itself. A method that practises earlier tasks as well is
    charged for them, but they are no part of the curve.
    """

    task: str
    periods: int = 0  # control periods, over all environments and tasks
    ends: list[tuple[int, float, int, int]] = field(default_factory=list)  # periods, s, episodes, successes
    began: float = field(default_factory=perf_counter)

    def stepped(self, task: str, count: int, ended: int, succeeded: int) -> None:
        """`count` environments made a step; `ended` episodes are over, `succeeded` of them with success."""
        self.periods += count
        if ended and task == self.task:
            self.ends.append((self.periods, perf_counter() - self.began, ended, succeeded))

    def curve(self) -> list[tuple[int, float, float]]:
        """(control periods, s, share of successes among the episodes that ended since the last point)."""
        if not self.ends:
            return []
        table = np.array(self.ends, float)
        groups = np.array_split(table, min(_POINTS, len(table)))
        return [
            (int(g[-1, 0]), round(float(g[-1, 1]), 2), round(float(g[:, 3].sum() / g[:, 2].sum()), 4))
            for g in groups
        ]


class Recorded(Wrapped):
    """The same environment, its steps counted."""

    def __init__(self, environment: Environment, record: Callable[[], PracticeRecord], task: str) -> None:
        """Wrap `environment`, which is closed with this one; `record()` is whom to tell."""
        super().__init__(environment)
        self._record, self._task = record, task
        self._reached = np.zeros(environment.num_envs, bool)

    def reset(self, rng: np.random.Generator, where: np.ndarray | None = None) -> np.ndarray:
        """As the environment's."""
        self._reached[slice(None) if where is None else where] = False
        return self.environment.reset(rng, where)

    def step(self, action: np.ndarray) -> StepResult:
        """As the environment's."""
        result = self.environment.step(action)
        self._reached |= result.success
        over = result.terminated | result.truncated
        self._record().stepped(self._task, self.num_envs, int(over.sum()), int((over & self._reached).sum()))
        self._reached[over] = False
        return result
