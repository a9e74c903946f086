"""Learned operators with names in them: what could be done in a scene, needs what, and changes what."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from legion_ros.core import GroundedSkill, Scene
from legion_ros.core.facts import TABLE, TOOL, Fact
from legion_ros.core.skill import groundings
from legion_ros.knowledge.operator import (
    OBJECT,
    OTHER,
    TARGET,
    Case,
    Effect,
    Operator,
    Precondition,
    target_kind,
)
from legion_ros.language.guard import Rejected

__all__ = ["Action", "State", "actions", "applied"]


@dataclass(frozen=True)
class State:
    """What holds, and what has been brought about for a moment on the way there."""

    facts: frozenset[Fact]
    moments: frozenset[Fact] = frozenset()

    def lacks(self, wanted: Iterable[Fact]) -> frozenset[Fact]:
        """What of it neither holds nor came about for a moment."""
        return frozenset(wanted) - self.facts - self.moments


@dataclass(frozen=True, eq=False)
class Action:
    """A skill with its arguments, as the planner sees it: among facts that were known when it was made."""

    skill: GroundedSkill
    needs: frozenset[Fact]
    forbids: frozenset[Fact]
    begins: frozenset[Fact]
    moments: frozenset[Fact]  # begun, but not for long
    ends: frozenset[Fact]
    purposes: frozenset[Fact]  # of what is begun, what the skill is for

    def obstacles(self, state: State) -> tuple[str, ...]:
        """What is missing or in the way in this state, in words; nothing where the action can be done."""
        missing = (str(fact) for fact in sorted(self.needs - state.facts))
        wrong = (f"not {fact}" for fact in sorted(self.forbids & state.facts))
        return (*missing, *wrong)

    def applied(self, state: State) -> State:
        """What holds afterwards, if all goes as it did in the attempts."""
        return State(state.facts - self.ends | self.begins, state.moments | self.moments)


def actions(operators: Sequence[Operator], scene: Scene, now: frozenset[Fact]) -> tuple[Action, ...]:
    """All that the learned skills can be told to do here, whether or not it could be done now.

    Args:
        operators: one for each skill.
        scene: whose objects and fixtures are acted upon.
        now: facts of the scene.
    """
    told = []
    for operator in operators:
        kinds = {case.target for case in operator.cases}
        told += [
            (operator.case(skill.target), skill)
            for skill in groundings(operator.skill, scene)
            if target_kind(skill.target, skill.skill) in kinds
        ]
    index = _Index(now.union(*(_begun(case, skill) for case, skill in told)))
    return tuple(_action(case, skill, index) for case, skill in told)


def applied(operators: Sequence[Operator], skill: GroundedSkill, state: State) -> State:
    """What holds after a skill.

    Raises:
        Rejected: nothing was learned of it, or it can't be done in this state.
    """
    for operator in operators:
        kind = target_kind(skill.target, operator.skill)
        if operator.skill == skill.skill and kind in {case.target for case in operator.cases}:
            action = _action(operator.case(skill.target), skill, _Index(state.facts))
            if obstacles := action.obstacles(state):
                raise Rejected(f"{skill} needs {' and '.join(obstacles)}")
            return action.applied(state)
    raise Rejected(f"nothing was learned of {skill}")


class _Index:
    """Facts by what they are about."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._facts: dict[tuple[str, int, str], list[Fact]] = defaultdict(list)
        for fact in facts:
            for place, name in enumerate(fact.arguments):
                self._facts[fact.predicate, place, name].append(fact)

    def matching(self, pattern: Fact, skill: GroundedSkill) -> list[Fact]:
        """What a fact is about that may hold ?other: any name but the skill's arguments."""
        if OTHER not in pattern.arguments:
            return [pattern]
        known = (skill.object, skill.target, TABLE, TOOL)
        place, name = next((i, name) for i, name in enumerate(pattern.arguments) if name != OTHER)
        return [
            fact
            for fact in self._facts.get((pattern.predicate, place, name), ())
            if all(
                there == word or (word == OTHER and there not in known)
                for word, there in zip(pattern.arguments, fact.arguments, strict=True)
            )
        ]


def _begun(case: Case, skill: GroundedSkill) -> frozenset[Fact]:
    return _bound((e for e in case.effects if e.adds and not e.momentary), skill)


def _bound(parts: Iterable[Precondition | Effect], skill: GroundedSkill) -> frozenset[Fact]:
    names = {OBJECT: skill.object, TARGET: skill.target}
    return frozenset(part.fact.bound(names) for part in parts)


def _action(case: Case, skill: GroundedSkill, index: _Index) -> Action:
    forbidden = _bound((p for p in case.preconditions if not p.holds), skill)
    ended = _bound((e for e in case.effects if not e.adds), skill)
    begun = _begun(case, skill)
    return Action(
        skill=skill,
        needs=_bound((p for p in case.preconditions if p.holds), skill),
        forbids=frozenset(fact for pattern in forbidden for fact in index.matching(pattern, skill)),
        begins=begun,
        moments=_bound((e for e in case.effects if e.adds and e.momentary), skill),
        ends=frozenset(fact for pattern in ended for fact in index.matching(pattern, skill)) - begun,
        purposes=_bound((e for e in case.effects if e.purpose), skill),
    )
