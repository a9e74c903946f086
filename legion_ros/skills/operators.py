"""Learned operators with names in them: what could be done in a scene, needs what, and changes what."""

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

__all__ = ["Action", "State", "actions", "applied", "fits"]


@dataclass(frozen=True)
class State:
    """What holds, and what has been brought about for a moment on the way there."""

    facts: frozenset[Fact]
    moments: frozenset[Fact] = frozenset()

    def lacks(self, wanted: Iterable[Fact]) -> frozenset[Fact]:
        """What of it neither holds nor came about for a moment."""
        return frozenset(wanted) - self.facts - self.moments


@dataclass(frozen=True)
class Action:
    """A skill with its arguments, as the planner sees it. Facts in `forbids` and `ends` may hold ?other."""

    skill: GroundedSkill
    needs: frozenset[Fact]
    forbids: frozenset[Fact]
    begins: frozenset[Fact]
    moments: frozenset[Fact]  # begun, but not for long
    ends: frozenset[Fact]
    purposes: frozenset[Fact]  # of what is begun, what the skill is for

    def rules_out(self, fact: Fact) -> bool:
        """Whether the action can't be done while this holds."""
        return any(fits(pattern, fact, self.skill) for pattern in self.forbids)

    def undoes(self, fact: Fact) -> bool:
        """Whether the fact does not hold after the action, though it did before."""
        return fact not in self.begins and any(fits(pattern, fact, self.skill) for pattern in self.ends)

    def obstacles(self, state: State) -> tuple[str, ...]:
        """What is missing or in the way in this state, in words; nothing where the action can be done."""
        missing = (str(fact) for fact in sorted(self.needs - state.facts))
        wrong = (f"not {fact}" for fact in sorted(state.facts) if self.rules_out(fact))
        return (*missing, *wrong)

    def applied(self, state: State) -> State:
        """What holds afterwards, if all goes as it did in the attempts."""
        kept = frozenset(fact for fact in state.facts if not self.undoes(fact))
        return State(kept | self.begins, state.moments | self.moments)


def fits(pattern: Fact, fact: Fact, skill: GroundedSkill) -> bool:
    """Whether `fact` is what `pattern` means: ?other stands for any name but the skill's arguments."""
    if pattern.predicate != fact.predicate:
        return False
    known = (skill.object, skill.target, TABLE, TOOL)
    return all(
        name == word or (word == OTHER and name not in known)
        for word, name in zip(pattern.arguments, fact.arguments, strict=True)
    )


def actions(operators: Sequence[Operator], scene: Scene) -> tuple[Action, ...]:
    """All that the learned skills can be told to do here, whether or not it could be done now.

    Args:
        operators: one for each skill.
        scene: whose objects and fixtures are acted upon.
    """
    found: list[Action] = []
    for operator in operators:
        kinds = {case.target for case in operator.cases}
        for skill in groundings(operator.skill, scene):
            if target_kind(skill.target, skill.skill) in kinds:
                found.append(_action(operator.case(skill.target), skill))
    return tuple(found)


def applied(operators: Sequence[Operator], skill: GroundedSkill, state: State) -> State:
    """What holds after a skill.

    Raises:
        Rejected: nothing was learned of it, or it can't be done in this state.
    """
    for operator in operators:
        kind = target_kind(skill.target, operator.skill)
        if operator.skill == skill.skill and kind in {c.target for c in operator.cases}:
            action = _action(operator.case(skill.target), skill)
            if obstacles := action.obstacles(state):
                raise Rejected(f"{skill} needs {' and '.join(obstacles)}")
            return action.applied(state)
    raise Rejected(f"nothing was learned of {skill}")


def _action(case: Case, skill: GroundedSkill) -> Action:
    names = {OBJECT: skill.object, TARGET: skill.target}

    def bound(parts: Iterable[Precondition | Effect]) -> frozenset[Fact]:
        return frozenset(part.fact.bound(names) for part in parts)

    begun = [effect for effect in case.effects if effect.adds]
    return Action(
        skill=skill,
        needs=bound(p for p in case.preconditions if p.holds),
        forbids=bound(p for p in case.preconditions if not p.holds),
        begins=bound(e for e in begun if not e.momentary),
        moments=bound(e for e in begun if e.momentary),
        ends=bound(e for e in case.effects if not e.adds),
        purposes=bound(e for e in begun if e.purpose),
    )
