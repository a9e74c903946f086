"""What is made of a proposed plan: without detours, and in the order that is easiest to begin with."""

from collections.abc import Sequence

import numpy as np

from legion_ros.core import Scene
from legion_ros.core.clearance import ENOUGH, beside, clearance
from legion_ros.core.facts import Fact
from legion_ros.core.skill import PLACES
from legion_ros.skills.operators import Action, State

__all__ = ["easiest_first", "without_detours"]

_DETOUR = 20.0  # m of way that a m of room which is missing is worth
_FINGERS = 0.03  # m of room that a thing wants on its way over the table: the fingers are around it


def without_detours(plan: Sequence[Action], state: State, wanted: frozenset[Fact]) -> list[Action]:
    """The plan less what it does not need (action elimination, Nakhost and Mueller 2010).

    An action goes, and with it those that can't be done without it, where the rest still does.
    """
    kept, number = list(plan), 0
    while number < len(kept):
        rest, ending = _doable(kept[:number] + kept[number + 1 :], state)
        if ending.lacks(wanted):
            number += 1
        else:
            kept = rest
    return kept


def _doable(plan: Sequence[Action], state: State) -> tuple[list[Action], State]:
    """Those of the actions that can be done one after the other, and what holds then."""
    done = []
    for action in plan:
        if not action.obstacles(state):
            done.append(action)
            state = action.applied(state)
    return done, state


def easiest_first(plan: Sequence[Action], scene: Scene) -> list[Action]:
    """The same actions, those first whose object the hand has room to take; of those, the shortest way first.

    So what stands in the way of a hand, or of a thing that goes over the table, is gone when its turn comes,
    and nothing is carried over others. Only
    actions that have nothing to do with one another change places (as in a block deordering), so the plan
    does what it did.
    """
    before = {
        action: [earlier for earlier in plan[:number] if _tied(earlier, action)]
        for number, action in enumerate(plan)
    }
    order: list[Action] = []
    left = list(plan)
    gone: set[str] = set()
    while left:
        free = [action for action in left if not any(earlier in left for earlier in before[action])]
        chosen = min(free, key=lambda action: _effort(action, scene, gone))
        left.remove(chosen)
        order.append(chosen)
        gone.add(chosen.skill.object)
    return order


def _tied(first: Action, second: Action) -> bool:
    """Whether their order matters: one changes what the other asks for, or changes too."""
    return first.skill == second.skill or _affects(first, second) or _affects(second, first)


def _affects(first: Action, second: Action) -> bool:
    asked = second.needs | second.forbids
    return not asked.isdisjoint(first.begins | first.ends) or not first.begins.isdisjoint(second.ends)


def _effort(action: Action, scene: Scene, gone: set[str]) -> float:
    """How far the object goes, m, and more where things that are not `gone` stand close to it or its way."""
    skill = action.skill
    if not skill.object:
        return 0.0
    thing = scene.object(skill.object)
    others = [other for other in scene.objects if other is not thing and other.name not in gone]
    goal = skill.goal(scene)[:2]
    missing = max(0.0, ENOUGH - clearance(thing, others))
    if skill.target in PLACES:
        missing = max(missing, _FINGERS - beside(thing, goal, others))
    return float(np.linalg.norm(goal - thing.position[:2])) + _DETOUR * missing
