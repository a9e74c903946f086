"""What can't be reached, and why, in words for the user."""

from collections.abc import Sequence

from legion_ros.core import Scene
from legion_ros.core.facts import CONTAINERS, TABLE, TOOL, Fact
from legion_ros.core.skill import PLACES
from legion_ros.language.guard import Rejected
from legion_ros.skills.operators import Action, State

__all__ = ["Infeasible", "explain", "reachable"]


class Infeasible(Rejected):
    """A goal that no plan reaches; the message names the missing skill or object."""


class Reach:
    """What could come to hold, and what could cease to, if nothing that once held were ever lost."""

    def __init__(self, state: State) -> None:
        """Nothing was done yet."""
        self.facts = set(state.facts | state.moments)
        self.held = state.facts  # at the start
        self.ended: set[Fact] = set()

    def allows(self, action: Action) -> bool:
        """Whether the action's conditions could be met."""
        return action.needs <= self.facts and not (self.held & action.forbids) - self.ended

    def missing(self, action: Action) -> list[Fact]:
        """What it needs that nothing brings about."""
        return sorted(action.needs - self.facts)

    def standing(self, action: Action) -> list[Fact]:
        """What is in its way that nothing ends."""
        return sorted((self.held & action.forbids) - self.ended)

    def take(self, action: Action) -> None:
        """Add what the action does."""
        self.facts |= action.begins | action.moments
        self.ended |= action.ends


def reachable(state: State, possible: Sequence[Action]) -> Reach:
    """The delete relaxation's fixed point (Hoffmann and Nebel 2001): what it lacks, no plan reaches."""
    reach, left = Reach(state), list(possible)
    while True:
        allowed, barred = [], []
        for action in left:
            (allowed if reach.allows(action) else barred).append(action)
        if not allowed:
            return reach
        for action in allowed:
            reach.take(action)
        left = barred


def explain(
    state: State,
    wanted: frozenset[Fact],
    scene: Scene,
    possible: Sequence[Action],
    everything: Sequence[Action],
    untouched: frozenset[str],
) -> Infeasible:
    """Why the first wanted fact that can't be reached can't.

    Args:
        state: what holds now.
        wanted: of which some is out of reach.
        scene: what is there.
        possible: what may be done.
        everything: what could be done if nothing were to be left alone.
        untouched: what is to be left alone.
    """
    reach = reachable(state, possible)
    fact = sorted(wanted - reach.facts)[0]
    if absent := _absent(fact, scene):
        return absent
    if untouched and fact in reachable(state, everything).facts:
        names = ", ".join(sorted(untouched))
        return Infeasible(f"{fact} can't be had without touching what is to be left alone: {names}")
    return Infeasible(_why(fact, state, reach, possible, frozenset()))


def _why(fact: Fact, state: State, reach: Reach, possible: Sequence[Action], asked: frozenset[Fact]) -> str:
    """Follows what is missing down to what nothing brings about."""
    makers = [action for action in possible if fact in action.begins | action.moments]
    if not makers or fact in asked:
        return _unmade(fact, state)
    # the one that comes closest
    maker = min(makers, key=lambda action: len(reach.missing(action)) + len(reach.standing(action)))
    for standing in reach.standing(maker):
        return _in_the_way(standing)
    missing = reach.missing(maker)[0]
    return _why(missing, state, reach, possible, asked | {fact})


def _unmade(fact: Fact, state: State) -> str:
    name = fact.arguments[0]
    if fact == Fact("on", (name, TABLE)):
        if inside := _where(name, "in", state):
            return _taken_out(name, inside)
        if under := _where(name, "on", state):
            return f"nothing learned takes {name} off {under}"
        if _where(name, "holding", state):
            return f"nothing learned lets go of {name}"
    return f"no learned skill makes {fact} hold"


def _in_the_way(fact: Fact) -> str:
    if fact.predicate == "in":
        return _taken_out(*fact.arguments)
    return f"no learned skill ends {fact}"


def _taken_out(name: str, container: str) -> str:
    return f"nothing learned takes {name} out of {container}"


def _where(name: str, predicate: str, state: State) -> str:
    """What the object is in, or on; "" where nothing is said of that."""
    found = (f.arguments[-1] for f in state.facts if f.predicate == predicate and f.arguments[0] == name)
    return next(found, "")


def _absent(fact: Fact, scene: Scene) -> Infeasible | None:
    things = [thing.name for thing in scene.objects]
    known = {*things, *(fixture.name for fixture in scene.fixtures), *PLACES, TABLE, TOOL}
    for name in fact.arguments:
        if name not in known:
            noun = name if name in CONTAINERS else name.replace("_", " ")
            return Infeasible(f"there is no {noun} here", things, "there are")
    return None
