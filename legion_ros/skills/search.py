"""The search for a plan: a unified-planning problem of what bears on the goal, solved by pyperplan.

pyperplan knows conjunctions of facts that hold and no others. So where a fact must not hold there is a second
fact that says so, which every action keeps up; and what ?other stands for is written out.
"""

import threading
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from legion_ros.core.facts import CONTAINERS, TABLE, TOOL, Fact
from legion_ros.core.skill import PLACES
from legion_ros.skills.operators import Action, State

if TYPE_CHECKING:
    from unified_planning.environment import Environment
    from unified_planning.model import FNode, Object, Problem

__all__ = ["Search", "relevant"]

STATES = 4000  # that are looked at before the search gives up: a few seconds
_HEURISTIC = "legion_hff"


class _GivenUp(Exception):  # noqa: N818  (no fault)
    """So many states were looked at."""


class Search:
    """A* with the heuristic of FF (Hoffmann and Nebel 2001): plans are short, though not always shortest."""

    def __init__(self) -> None:
        """Load the planner, which takes a second the first time."""
        from unified_planning.environment import Environment
        from up_pyperplan.engine import EngineImpl

        _register()
        self._environment = Environment()
        self._environment.credits_stream = None
        self._engine = EngineImpl(search="astar", heuristic=_HEURISTIC)
        self._lock = threading.Lock()  # problems share their expressions

    def solve(self, state: State, wanted: frozenset[Fact], possible: Sequence[Action]) -> list[Action] | None:
        """Actions in order, or None where there is no plan, or none within so many states."""
        bearing = relevant(state, wanted, possible)
        with self._lock:
            try:
                result = self._engine.solve(problem(self._environment, state, wanted, bearing))
            except _GivenUp:
                return None
        if result.plan is None:
            return None
        return [bearing[int(taken.action.name.rpartition(".")[2])] for taken in result.plan.actions]


def _register() -> None:
    """Give pyperplan's FF heuristic an end, which its searches lack, under a name of its own."""
    from pyperplan.heuristics.relaxation import hFFHeuristic
    from pyperplan.planner import HEURISTICS

    class Bounded(hFFHeuristic):
        """Looks at so many states and no more."""

        looked_at = 0

        def __call__(self, node: object) -> float:
            self.looked_at += 1
            if self.looked_at > STATES:
                raise _GivenUp
            return super().__call__(node)

    HEURISTICS.setdefault(_HEURISTIC, Bounded)


def relevant(state: State, wanted: frozenset[Fact], possible: Sequence[Action]) -> list[Action]:
    """The actions that a plan could be made of: backwards from what is wanted, what could help to have it.

    That is what brings about something wanted or needed that does not hold or may be lost on the way, and
    what ends something in the way.
    """
    chosen: list[Action] = []
    left = list(possible)
    while True:
        goals = wanted.union(*(action.needs for action in chosen))
        lacking = {f for f in goals if f not in state.facts or any(action.undoes(f) for action in chosen)}
        there = state.facts.union(*(action.begins for action in chosen))
        barring = [f for f in there if any(action.rules_out(f) for action in chosen)]
        helpful = [
            action
            for action in left
            if lacking & (action.begins | action.moments) or any(action.undoes(f) for f in barring)
        ]
        if not helpful:
            return chosen
        chosen += helpful
        left = [action for action in left if action not in helpful]


def problem(
    environment: "Environment", state: State, wanted: frozenset[Fact], bearing: Sequence[Action]
) -> "Problem":
    """The planning problem: typed objects, the facts that matter, the actions that bear on the goal."""
    from unified_planning.model import InstantaneousAction, Problem

    there = state.facts.union(*(action.begins for action in bearing))
    barring = {fact for fact in there if any(action.rules_out(fact) for action in bearing)}
    asked = wanted.union(*(action.needs for action in bearing))
    made = Problem("goal", environment)
    holds, absent = _Fluents(made, "is"), _Fluents(made, "not")
    for number, action in enumerate(bearing):
        step = InstantaneousAction(f"{action.skill.skill}.{number}", _env=environment)
        for fact in sorted(action.needs):
            step.add_precondition(holds(fact))
        for fact in sorted(fact for fact in barring if action.rules_out(fact)):
            step.add_precondition(absent(fact))
        begun = action.begins | (action.moments & wanted)
        for fact in sorted(asked | barring):
            if fact in begun or action.undoes(fact):
                if fact in asked:
                    step.add_effect(holds(fact), fact in begun)
                if fact in barring:
                    step.add_effect(absent(fact), fact not in begun)
        made.add_action(step)
    for fact in sorted((state.facts | state.moments) & asked):
        made.set_initial_value(holds(fact), True)
    for fact in sorted(barring - state.facts):
        made.set_initial_value(absent(fact), True)
    for fact in sorted(wanted):
        if state.lacks((fact,)) or any(action.undoes(fact) for action in bearing):
            made.add_goal(holds(fact))
    return made


class _Fluents:
    """The facts of a problem as its fluents, with the objects that they are about, made as they are met."""

    def __init__(self, made: "Problem", prefix: str) -> None:
        self._problem, self._prefix = made, prefix

    def __call__(self, fact: Fact) -> "FNode":
        """The fact as an expression."""
        from unified_planning.model import Fluent

        kinds = [_kind(name) for name in fact.arguments]
        name = ".".join((self._prefix, fact.predicate, *kinds))
        if not self._problem.has_fluent(name):
            manager = self._problem.environment.type_manager
            types = {f"{i}": manager.UserType(f"kind.{kind}") for i, kind in enumerate(kinds)}
            fluent = Fluent(name, manager.BoolType(), environment=self._problem.environment, **types)
            self._problem.add_fluent(fluent, default_initial_value=False)
        return self._problem.fluent(name)(*self._objects(zip(fact.arguments, kinds, strict=True)))

    def _objects(self, named: Iterable[tuple[str, str]]) -> "Iterable[Object]":
        from unified_planning.model import Object

        environment = self._problem.environment
        for name, kind in named:
            key = f"thing.{name}"
            if not self._problem.has_object(key):
                self._problem.add_object(
                    Object(key, environment.type_manager.UserType(f"kind.{kind}"), environment)
                )
            yield self._problem.object(key)


def _kind(name: str) -> str:
    if name in (TABLE, TOOL):
        return name
    if name in PLACES:
        return "place"
    return "container" if name in CONTAINERS else "thing"
