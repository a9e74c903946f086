"""The semantic level of the circuit breaker: a plan that undoes what it did, and does it again.

A step reverses when it brings a fact about that an earlier step of this goal had brought about, and another
step of this goal had ended. So `open, close, open` reverses once, and so does putting a thing here, there,
and here again. What somebody else has undone is not reversed by doing it again, and neither is what fails
and is retried. What the goal itself asks for may come back once in each stage that asks for it.
"""

from legion_ros.core.facts import TOOL, Fact
from legion_ros.safety.alarm import Alarm, Level

__all__ = ["SemanticBreaker"]

_LASTING = ("in", "on", "near", "open", "closed")  # predicates of what is done; the others follow from these


class SemanticBreaker:
    """Fed with what each step changed, in one goal. Latches nothing.

    Args:
        most: reversals that trip it.
    """

    def __init__(self, most: int = 3) -> None:
        self._most = most
        self._asked: set[Fact] = set()
        self.reset()

    def reset(self) -> None:
        """Forget what was done: another goal, or a person has seen to it."""
        self.reversals: list[str] = []  # in words
        self._did: dict[Fact, str] = {}  # what a step of this goal brought about -> the step
        self._undone: dict[Fact, str] = {}  # what another one then ended -> that step

    def stage(self, asked: frozenset[Fact]) -> None:
        """A stage of the goal begins that asks for this."""
        self._asked = set(asked)

    def step(self, step: str, about: str, before: frozenset[Fact], after: frozenset[Fact]) -> Alarm | None:
        """A step has ended, well or not; the alarm where that was one reversal too many.

        Args:
            step: its name.
            about: name of the thing or fixture that it was done with: other things may have been moved by
                anybody.
            before: what held when it was begun.
            after: what held when it ended.
        """
        begun = _of(about, after - before)
        back = sorted(begun & self._undone.keys())
        unasked = [fact for fact in back if fact not in self._asked]
        self._asked -= set(back)
        if unasked:
            undoer = self._undone[unasked[0]]
            self.reversals.append(f"{step} brought {unasked[0]} back, which {undoer} had undone")
        for fact in _of(about, before - after) & self._did.keys():
            self._undone[fact] = step
        for fact in begun:
            self._did[fact] = step
            self._undone.pop(fact, None)
        if not unasked or len(self.reversals) < self._most:
            return None
        return Alarm(
            Level.SEMANTIC, f"the plan was reversed {len(self.reversals)} times: {self.reversals[-1]}"
        )


def _of(about: str, facts: frozenset[Fact]) -> set[Fact]:
    """Those of `facts` that say where a thing is, or how a fixture."""
    return {
        fact
        for fact in facts
        if fact.predicate in _LASTING and fact.arguments[0] == about and TOOL not in fact.arguments
    }
