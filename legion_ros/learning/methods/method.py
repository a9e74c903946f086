"""The contract of every continual-learning method: lessons in, actors out, saved and restored exactly."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

from legion_ros.core import LegionError
from legion_ros.learning.lesson import Learned, Lesson

__all__ = ["Actor", "Encode", "HasMixture", "Method", "MethodError", "Progress", "check", "default_encode"]

Actor = Callable[[np.ndarray], np.ndarray]  # observations (N, O) -> actions (N, A) float32 in [-1, 1]
Progress = Callable[[int, int], None]  # (done, total) of the lesson's budget
Encode = Callable[[tuple[str, ...]], np.ndarray]  # sentences -> (N, D) float32 unit embeddings


class MethodError(LegionError):
    """A method that is not known, has learned nothing yet, or is given what it cannot be restored from."""


def check(lesson: Lesson) -> None:
    """MethodError where a lesson offers nothing to learn from."""
    if lesson.budget.practice <= 0 and not lesson.demonstrations:
        raise MethodError("nothing to learn from: no demonstrations, and no practice in the budget")


def default_encode() -> Encode:
    """all-MiniLM-L6-v2, for methods that are given no encoder: loaded here, in seconds."""
    from legion_ros.language.encoder import SentenceEncoder

    return SentenceEncoder().encode


@runtime_checkable
class Method(Protocol):
    """One way to learn task after task. Every random draw comes from the generator that `learn` is given."""

    name: ClassVar[str]  # as `--methods` spells it
    needs_task_id: ClassVar[bool]  # the report says so, and only then is an id ever passed

    def learn(self, lesson: Lesson, rng: np.random.Generator, progress: Progress) -> Learned:
        """Take one lesson, within its budget, and finish it: consolidation at a task's end is done here."""
        ...

    def actor(
        self, instructions: Sequence[str], observation: np.ndarray, task_id: int | None = None
    ) -> Actor:
        """What acts in N new episodes, in the final form of what was learned: no noise, no learning.

        Args:
            instructions: (N,) what each episode is asked to do.
            observation: (N, O) how each episode starts; a method may tell tasks apart by it.
            task_id: given only where `needs_task_id`.

        Raises:
            MethodError: nothing was learned yet.
        """
        ...

    @property
    def kept_transitions(self) -> int:
        """Transitions kept from finished lessons: replay, rehearsal, demonstrations."""
        ...

    def tensors(self) -> dict[str, np.ndarray]:
        """Every number that the method has learned, by path ("expert/3/0.weight"); no pickles, no objects."""
        ...

    def facts(self) -> dict[str, Any]:
        """Everything else, as JSON: counts, names, sentences."""
        ...

    def restore(self, tensors: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        """Become what `tensors()` and `facts()` came from, to the bit. MethodError on what can't be."""
        ...


@runtime_checkable
class HasMixture(Protocol):
    """What a method with a mixture offers besides: the evaluation judges how well it tells tasks apart.

    Neither call changes the method. Of N episodes, each by itself:

        instructions: (N,) what each is asked to do.
        observation: (N, O) how each starts.
        early: (N, T, O + A) what was seen, and then done, in the first T control periods under uniformly
            random actions, as in a lesson's probe; None before any step.
        reward: (N, T) what each of these actions earned; None where that is not known.
    """

    @property
    def components(self) -> int:
        """How many components there are."""
        ...

    def novelty(
        self,
        instructions: Sequence[str],
        observation: np.ndarray,
        early: np.ndarray | None = None,
        reward: np.ndarray | None = None,
    ) -> np.ndarray:
        """(N,) float: probability that an episode asks for what no component holds."""
        ...

    def assigned(
        self,
        instructions: Sequence[str],
        observation: np.ndarray,
        early: np.ndarray | None = None,
        reward: np.ndarray | None = None,
    ) -> np.ndarray:
        """(N,) int: id of the component that an episode belongs to most likely, if it belongs to one."""
        ...
