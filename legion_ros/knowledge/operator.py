"""What a skill needs and what it brings about, as learned from attempts: a planning operator with its counts.

Facts are lifted here: ?object and ?target stand for the skill's arguments, ?other for any further name. A
skill has a case for each kind of target: putting into the drawer needs something else than into the bin.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeGuard

from legion_ros.core import SKILLS
from legion_ros.core.facts import TABLE, TOOL, Fact
from legion_ros.core.skill import PLACES, THING
from legion_ros.knowledge.errors import KnowledgeError

__all__ = ["OBJECT", "OTHER", "TARGET", "Case", "Effect", "Operator", "Precondition", "target_kind"]

OBJECT, TARGET, OTHER = "?object", "?target", "?other"
PLACE = "place"  # kind of target of every named place
_MOST = 10**9  # attempts


def target_kind(target: str, skill: str = "") -> str:
    """The kind that a target is of: "place" for every place, a fixture's own name, "" for no target.

    Where `skill` aims at objects, all of these are of the kind "object".
    """
    if skill and target and THING in SKILLS[skill].targets:
        return THING
    return PLACE if target in PLACES else target


@dataclass(frozen=True, order=True)
class Precondition:
    """A fact that has to hold, or must not, for the skill to have good prospects.

    The counts are of the attempts that met all preconditions before this one in the case's order. With ?other
    the fact is about anything there may be: not in(?object, ?other) means in nothing.
    """

    fact: Fact
    holds: bool  # False: it must not hold
    successes_met: int
    attempts_met: int
    successes_unmet: int
    attempts_unmet: int

    def __post_init__(self) -> None:
        _check_counts(self.successes_met, self.attempts_met, self)
        _check_counts(self.successes_unmet, self.attempts_unmet, self)
        _check_variables(self.fact, (OBJECT, TARGET) if self.holds else (OBJECT, TARGET, OTHER))

    def __str__(self) -> str:
        return f"{self.fact}" if self.holds else f"not {self.fact}"


@dataclass(frozen=True, order=True)
class Effect:
    """A fact that a success begins or ends. With ?other a fact that ends does so for everything."""

    fact: Fact
    adds: bool  # False: it ends
    shown: int  # successes that showed it
    chances: int  # successes that could have: in which it did not hold before (adds), or did (ends)
    momentary: bool = False  # begun, but gone again a second later
    purpose: bool = False  # what the skill is for: it agrees with success

    def __post_init__(self) -> None:
        _check_counts(self.shown, self.chances, self)
        _check_variables(self.fact, (OBJECT, TARGET) if self.adds else (OBJECT, TARGET, OTHER))
        if (self.momentary or self.purpose) and not self.adds:
            raise KnowledgeError(f"{self}: only what begins can be momentary or a purpose")

    def __str__(self) -> str:
        return f"{'' if self.adds else 'no longer '}{self.fact}{' for a moment' if self.momentary else ''}"


@dataclass(frozen=True)
class Case:
    """What holds of a skill for one kind of target."""

    target: str  # see target_kind
    successes: int  # where the preconditions were met and something was left to do
    attempts: int
    preconditions: tuple[Precondition, ...] = ()
    effects: tuple[Effect, ...] = ()

    def __post_init__(self) -> None:
        _check_counts(self.successes, self.attempts, f"case {self.target!r}")
        wanted = {(p.fact, p.holds) for p in self.preconditions}
        if len(wanted) < len(self.preconditions) or len({f for f, _ in wanted}) < len(wanted):
            raise KnowledgeError(f"case {self.target!r}: a fact is there twice among the preconditions")
        effects = [(effect.fact, effect.adds) for effect in self.effects]
        if len(set(effects)) < len(effects):
            raise KnowledgeError(f"case {self.target!r}: a fact is there twice among the effects")

    @property
    def rate(self) -> float:
        """Share of the attempts with all preconditions met that succeed: the mean of its posterior.

        Jeffreys' Beta(1/2, 1/2) prior.
        """
        return (self.successes + 0.5) / (self.attempts + 1)


@dataclass(frozen=True)
class Operator:
    """All that was learned of when one skill works and what it does."""

    skill: str  # a key of legion_ros.core.SKILLS
    cases: tuple[Case, ...]
    command: str = ""  # the command line that learned it

    def __post_init__(self) -> None:
        if self.skill not in SKILLS:
            raise KnowledgeError(f"an operator for no skill {self.skill!r}; known: {', '.join(SKILLS)}")
        kinds = sorted({target_kind(target) for target in SKILLS[self.skill].targets} or {""})
        for case in self.cases:
            if case.target not in kinds:
                raise KnowledgeError(
                    f"{self.skill} has a case for target {case.target!r}; known: {', '.join(kinds)}"
                )
        if len({case.target for case in self.cases}) < len(self.cases):
            raise KnowledgeError(f"{self.skill} has two cases for one kind of target")
        for case in self.cases:
            self._check_arguments(case)

    def _check_arguments(self, case: Case) -> None:
        """Raise KnowledgeError where a fact is about an argument that the skill does not have."""
        lacking = set() if SKILLS[self.skill].takes_object else {OBJECT}
        lacking |= set() if case.target else {TARGET}
        facts = [p.fact for p in case.preconditions] + [e.fact for e in case.effects]
        for fact in facts:
            if lacking.intersection(fact.arguments):
                raise KnowledgeError(f"{self.skill} has no such argument: {fact}")

    def case(self, target: str = "") -> Case:
        """What holds for this target. Raises KnowledgeError where nothing was learned of its kind."""
        for case in self.cases:
            if case.target == target_kind(target, self.skill):
                return case
        known = ", ".join(case.target or "none" for case in self.cases) or "nothing"
        raise KnowledgeError(f"nothing was learned of {self.skill} at {target!r}; known: {known}")

    def goal(self, object: str = "", target: str = "") -> frozenset[Fact]:  # noqa: A002  (the skill's word)
        """What the skill is for, with its arguments: put, red_can, bin -> in(red_can, bin).

        Raises:
            KnowledgeError: nothing was learned of this kind of target, or not what the skill is for.
        """
        names = {OBJECT: object, TARGET: target}
        found = frozenset(e.fact.bound(names) for e in self.case(target).effects if e.purpose)
        if not found:
            raise KnowledgeError(f"what {self.skill} is for was not learned: no effect agrees with success")
        return found


def _check_counts(shown: object, of: object, owner: object) -> None:
    if not _whole(shown) or not _whole(of) or not 0 <= shown <= of <= _MOST:
        raise KnowledgeError(
            f"{owner}: {str(shown)[:20]} of {str(of)[:20]} are no counts up to {_MOST}, the first the smaller"
        )


def _whole(count: object) -> TypeGuard[int]:
    return isinstance(count, int) and not isinstance(count, bool)


def _check_variables(fact: Fact, known: Iterable[str]) -> None:
    """Raise KnowledgeError unless the fact is about these variables and what every scene has."""
    strange = set(fact.arguments) - {*known, TABLE, TOOL}
    if strange:
        valid = ", ".join((*known, TABLE, TOOL))
        raise KnowledgeError(f"{fact} is about {', '.join(sorted(strange))}; valid: {valid}")
