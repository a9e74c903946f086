"""A planner's answers for one goal, as its execution asks for them."""

from legion_ros.core import GroundedSkill, LegionError, Scene
from legion_ros.core.facts import TABLE, Fact, facts
from legion_ros.knowledge.operator import OBJECT, TARGET
from legion_ros.skills.operators import State, applied
from legion_ros.skills.planning import Planner

__all__ = ["Replanning"]


class Replanning:
    """What `legion_ros.skills.behaviours.Planning` asks for, from a Planner, with some things left alone."""

    def __init__(self, planner: Planner, untouched: frozenset[str] = frozenset()) -> None:
        """Plan with `planner`; no step is about what is in `untouched`."""
        self._planner, self._untouched = planner, untouched

    def steps(self, scene: Scene, wanted: frozenset[Fact]) -> tuple[GroundedSkill, ...]:
        """The steps that make `wanted` hold from this scene on. Raises Infeasible where there are none."""
        steps = self._planner.plan(_set_down(facts(scene)), wanted, scene, self._untouched)
        return tuple(step.skill for step in steps)

    def still_works(self, scene: Scene, steps: tuple[GroundedSkill, ...], wanted: frozenset[Fact]) -> bool:
        """Whether these steps still do."""
        state = State(_set_down(facts(scene)))
        try:
            for step in steps:
                state = applied(self._planner.operators, step, state)
        except LegionError:
            return False
        return not state.lacks(wanted)

    def momentary(self, step: GroundedSkill) -> frozenset[Fact]:
        """What the step makes hold for a moment only."""
        names = {OBJECT: step.object, TARGET: step.target}
        return frozenset(
            effect.fact.bound(names)
            for operator in self._planner.operators
            if operator.skill == step.skill
            for effect in operator.case(step.target).effects
            if effect.adds and effect.momentary
        )


def _set_down(now: frozenset[Fact]) -> frozenset[Fact]:
    """The same facts, but what an attempt has left in the fingers counts as standing on the table.

    Nothing was ever learned from a hand that was full to begin with, but an expert has no memory: what it
    finds between the fingers it carries on with.
    """
    held = {fact for fact in now if fact.predicate == "holding"}
    return (now - held) | {Fact("on", (fact.arguments[0], TABLE)) for fact in held}
