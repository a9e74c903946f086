"""One visit to one task: all that a continual-learning method is given."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from legion_ros.core import Environment
from legion_ros.core.episode import Episode

__all__ = ["Budget", "Learned", "Lesson"]


@dataclass(frozen=True, kw_only=True)
class Budget:
    """The most that may be spent on one lesson; the same for every method that is compared."""

    practice: int  # control periods in the simulator, over all environments; 0 forbids practice
    cloning: int  # gradient steps on demonstrations


@dataclass(frozen=True)
class Lesson:
    """What can be practised, what was shown, and what may be spent. No task id, unless one was asked for."""

    practice: Callable[[int], Environment]  # makes so many copies; the caller closes them
    demonstrations: tuple[Episode, ...]  # empty when nothing is shown
    budget: Budget
    task_id: int | None  # given only to methods whose `needs_task_id` is true
    encode: Callable[[tuple[str, ...]], np.ndarray]  # sentences -> (N, D) float32 unit embeddings, cached

    def environments(self, most: int, least_rollouts: int) -> Environment:
        """As many copies as the budget has use for, at most `most`; one, where it has none for any.

        A small budget is practised in fewer, so that it lasts for `least_rollouts` whole episodes of each.
        """
        one = self.practice(1)
        count = min(most, self.budget.practice // (least_rollouts * one.horizon))
        if count <= 1:
            return one
        one.close()
        return self.practice(count)


@dataclass(frozen=True)
class Learned:
    """What a lesson cost and what the method made of it."""

    practice: int  # control periods spent
    gradient_steps: int
    component: int | None = None  # which component of its mixture took the lesson, for methods that have one
    born: bool = False  # whether that component is new
