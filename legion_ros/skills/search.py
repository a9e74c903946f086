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
    from unified_planning.plans import ActionInstance

__all__ = ["Search", "relevant"]

# Searches in the order in which they are tried, with the number of states that each looks at before it gives
# up. The first finds short plans, if there are not many of about the same length; the second finds some plan,
# and what it has too much is taken out afterwards.
SEARCHES = {"astar": 200, "gbf": 4000}


class _GivenUp(Exception):  # noqa: N818  (no fault)
    """So many states were looked at."""


class Search:
    """A* and greedy best-first search with the heuristic of FF (Hoffmann and Nebel 2001)."""

    def __init__(self) -> None:
        """Load the planner, which takes a second the first time."""
        from unified_planning.environment import Environment
        from up_pyperplan.engine import EngineImpl

        self._environment = Environment()
        self._environment.credits_stream = None
        self._engines = [
            EngineImpl(search=search, heuristic=_bounded(states)) for search, states in SEARCHES.items()
        ]
        self._lock = threading.Lock()  # problems share their expressions

    def solve(self, state: State, wanted: frozenset[Fact], possible: Sequence[Action]) -> list[Action] | None:
        """Actions in order, or None where there is no plan, or none within so many states."""
        bearing = relevant(state, wanted, possible)
        with self._lock:
            asked = problem(self._environment, state, wanted, bearing)
            for engine in self._engines:
                try:
                    found = engine.solve(asked).plan
                except _GivenUp:
                    continue
                return found and [bearing[_number(taken)] for taken in found.actions]
        return None


def _number(taken: "ActionInstance") -> int:
    return int(taken.action.name.rpartition(".")[2])


def _bounded(states: int) -> str:
    """The name of FF's heuristic with an end, which pyperplan's searches lack: so many states and no more."""
    from pyperplan.heuristics.relaxation import hFFHeuristic
    from pyperplan.planner import HEURISTICS

    class Bounded(hFFHeuristic):
        looked_at = 0

        def __call__(self, node: object) -> float:
            self.looked_at += 1
            if self.looked_at > states:
                raise _GivenUp
            return super().__call__(node)

    name = f"hff_of_{states}"
    HEURISTICS.setdefault(name, Bounded)
    return name


def relevant(state: State, wanted: frozenset[Fact], possible: Sequence[Action]) -> list[Action]:
    """The actions that a plan could be made of: backwards from what is wanted, what could help to have it.

    That is what brings about something wanted or needed that does not hold or may be lost on the way, and
    what ends something in the way.
    """
    chosen: list[Action] = []
    left = list(possible)
    while True:
        ended = frozenset().union(*(action.ends for action in chosen))
        goals = wanted.union(*(action.needs for action in chosen))
        lacking = (goals - state.facts) | (goals & ended)
        there = state.facts.union(*(action.begins for action in chosen))
        barring = there.intersection(frozenset().union(*(action.forbids for action in chosen)))
        helpful, other = [], []
        for action in left:
            helps = lacking & (action.begins | action.moments) or barring & action.ends
            (helpful if helps else other).append(action)
        if not helpful:
            return chosen
        chosen += helpful
        left = other


def problem(
    environment: "Environment", state: State, wanted: frozenset[Fact], bearing: Sequence[Action]
) -> "Problem":
    """The planning problem: typed objects, the facts that matter, the actions that bear on the goal."""
    from unified_planning.model import InstantaneousAction, Problem

    there = state.facts.union(*(action.begins for action in bearing))
    barring = there.intersection(frozenset().union(*(action.forbids for action in bearing)))
    asked = wanted.union(*(action.needs for action in bearing))
    made = Problem("goal", environment)
    holds, absent = _Fluents(made, "is"), _Fluents(made, "not")
    for number, action in enumerate(bearing):
        step = InstantaneousAction(f"{action.skill.skill}.{number}", _env=environment)
        for fact in sorted(action.needs):
            step.add_precondition(holds(fact))
        for fact in sorted(barring & action.forbids):
            step.add_precondition(absent(fact))
        begun = action.begins | (action.moments & wanted)
        for fact in sorted((begun | action.ends) & asked):
            step.add_effect(holds(fact), fact in begun)
        for fact in sorted((begun | action.ends) & barring):
            step.add_effect(absent(fact), fact not in begun)
        made.add_action(step)
    for fact in sorted((state.facts | state.moments) & asked):
        made.set_initial_value(holds(fact), True)
    for fact in sorted(barring - state.facts):
        made.set_initial_value(absent(fact), True)
    lost = frozenset().union(*(action.ends for action in bearing))
    for fact in sorted(state.lacks(wanted) | (wanted & lost)):
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
