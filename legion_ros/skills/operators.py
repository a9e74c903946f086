"""Learned operators with names in them: what could be done in a scene, needs what, and changes what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from legion_ros.core import SKILLS, GroundedSkill, Scene
from legion_ros.core.facts import TABLE, TOOL, Fact
from legion_ros.core.skill import PLACES
from legion_ros.knowledge.operator import OBJECT, OTHER, TARGET, Case, Effect, Operator, target_kind
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
    counted_on: Fact | None = None  # what held before for one of the effects to be expected

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


def actions(operators: Sequence[Operator], now: frozenset[Fact], scene: Scene) -> tuple[Action, ...]:
    """All that the learned skills can be told to do here, whether or not it could be done now.

    Args:
        operators: one for each skill.
        now: facts of the scene.
        scene: whose objects and fixtures are acted upon.
    """
    things = [thing.name for thing in scene.objects]
    here = {"", *PLACES, *(fixture.name for fixture in scene.fixtures)}
    found: list[Action] = []
    for operator in operators:
        declared = SKILLS[operator.skill]
        kinds = {case.target for case in operator.cases}
        for target in declared.targets or ("",):
            if target in here and target_kind(target) in kinds:
                for thing in things if declared.takes_object else ("",):
                    skill = GroundedSkill(operator.skill, thing, target)
                    found += _grounded(operator.case(target), skill, now)
    return tuple(found)


def applied(operators: Sequence[Operator], skill: GroundedSkill, state: State) -> State:
    """What holds after a skill, with all effects that may be expected of it in this state.

    Raises:
        Rejected: nothing was learned of it, or it can't be done in this state.
    """
    for operator in operators:
        if operator.skill == skill.skill and target_kind(skill.target) in {c.target for c in operator.cases}:
            plain, *more = _grounded(operator.case(skill.target), skill, state.facts)
            if obstacles := plain.obstacles(state):
                raise Rejected(f"{skill} needs {' and '.join(obstacles)}")
            after = plain.applied(state)
            return State(after.facts.union(*(action.begins for action in more)), after.moments)
    raise Rejected(f"nothing was learned of {skill}")


def _grounded(case: Case, skill: GroundedSkill, now: frozenset[Fact]) -> list[Action]:
    """The action itself, and one more for each fact of now that an effect may be expected of."""
    found = [_action(case, skill)]
    names = {OBJECT: skill.object, TARGET: skill.target}
    for given in dict.fromkeys(effect.given for effect in case.effects if effect.given):
        pattern = given.bound(names)
        effects = [effect for effect in case.effects if effect.given == given]
        found += [_action(case, skill, fact, pattern, effects) for fact in now if fits(pattern, fact, skill)]
    return found


def _action(
    case: Case,
    skill: GroundedSkill,
    counted_on: Fact | None = None,
    pattern: Fact | None = None,
    given: Sequence[Effect] = (),
) -> Action:
    names = {OBJECT: skill.object, TARGET: skill.target}
    bound = dict(names)
    if counted_on is not None and pattern is not None:
        bound[OTHER] = counted_on.arguments[pattern.arguments.index(OTHER)]
    begun = [effect for effect in case.effects if effect.adds and effect.given is None]
    return Action(
        skill=skill,
        needs=frozenset(p.fact.bound(names) for p in case.preconditions if p.holds)
        | ({counted_on} if counted_on else frozenset()),
        forbids=frozenset(p.fact.bound(names) for p in case.preconditions if not p.holds),
        begins=frozenset(e.fact.bound(names) for e in begun if not e.momentary)
        | frozenset(e.fact.bound(bound) for e in given),
        moments=frozenset(e.fact.bound(names) for e in begun if e.momentary),
        ends=frozenset(e.fact.bound(names) for e in case.effects if not e.adds),
        purposes=frozenset(e.fact.bound(names) for e in begun if e.purpose),
        counted_on=counted_on,
    )
