"""From what holds to what is wanted: propose a plan, criticise it, verify it, and say why each step is there.

What the learned skills do comes from `Component.operator`; the search is pyperplan's, through
unified-planning. Nothing is half-tried: what can't be reached is refused before anything moves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from legion_ros.core import GroundedSkill, Scene
from legion_ros.core.facts import TABLE, TOOL, Fact
from legion_ros.knowledge.operator import OBJECT, TARGET, Operator, target_kind
from legion_ros.language.guard import Rejected
from legion_ros.skills.infeasible import Infeasible, explain, reachable
from legion_ros.skills.operators import Action, State, actions, applied
from legion_ros.skills.ordering import easiest_first, without_detours
from legion_ros.skills.search import Search

__all__ = ["Infeasible", "Planner", "Step", "verify"]


@dataclass(frozen=True)
class Step:
    """Something to do, and why."""

    skill: GroundedSkill
    because: str  # "so that in(red_can, bin), which was asked for"
    asked: bool = True  # False: nobody asked for what it does; another step needs it

    @property
    def explanation(self) -> str:
        """The step and its reason, in words."""
        return f"{self.skill}: {self.because}"

    def __str__(self) -> str:
        return str(self.skill)


class Planner:
    """Plans with what was learned. Calls from several threads wait for one another."""

    def __init__(self, operators: Sequence[Operator]) -> None:
        """Plan with these: one operator for each skill."""
        self.operators = tuple(operators)
        self._search = Search()

    def momentary(self, fact: Fact) -> bool:
        """Whether the fact is one that skills bring about for a moment only: done once, it counts as done."""
        found = [
            effect.momentary
            for operator in self.operators
            for case in operator.cases
            for effect in case.effects
            if effect.adds and _about(effect.fact, operator.skill, case.target, fact)
        ]
        return bool(found) and all(found)

    def plan(
        self,
        now: frozenset[Fact],
        wanted: frozenset[Fact],
        scene: Scene,
        untouched: frozenset[str] = frozenset(),
    ) -> tuple[Step, ...]:
        """Steps after which all that is wanted holds; none where it does already.

        Args:
            now: facts of the scene.
            wanted: what is to hold at the end, what holds now and has to stay so included. What skills bring
                about for a moment only has to come about once.
            scene: what is there and where.
            untouched: names of objects that no step is about.

        Raises:
            Infeasible: what is missing, in words for the user.
        """
        state = State(now)
        if not state.lacks(wanted):
            return ()
        everything = _harmless(actions(self.operators, scene, now), wanted)
        possible = [action for action in everything if not _touches(action, untouched)]
        if state.lacks(wanted) - reachable(state, possible).facts:
            raise explain(state, wanted, scene, possible, everything, untouched)
        proposal = self._search.solve(state, wanted, possible)
        if proposal is None:
            raise self._conflict(state, wanted, possible)
        ordered = easiest_first(without_detours(proposal, state, wanted), scene)
        steps = _explained(ordered, state, wanted)
        verify(steps, now, wanted, self.operators)
        return steps

    def after(self, steps: Sequence[Step], now: frozenset[Fact]) -> State:
        """What will hold when the steps are done, if all goes well. Raises Rejected where one can't be."""
        state = State(now)
        for step in steps:
            state = applied(self.operators, step.skill, state)
        return state

    def _conflict(self, state: State, wanted: frozenset[Fact], possible: Sequence[Action]) -> Infeasible:
        """Why there is no plan though nothing that is wanted seemed out of reach."""
        facts = sorted(wanted)
        for fact in facts:
            if self._search.solve(state, frozenset((fact,)), possible) is None:
                return Infeasible(f"no plan was found for {fact}: what it takes does not go together")
        for i, first in enumerate(facts):
            for second in facts[i + 1 :]:
                if self._search.solve(state, frozenset((first, second)), possible) is None:
                    return Infeasible(f"{first} and {second} can't hold together")
        return Infeasible(f"no plan was found for {', '.join(map(str, facts))} together")


def verify(
    steps: Sequence[Step], now: frozenset[Fact], wanted: frozenset[Fact], operators: Sequence[Operator]
) -> None:
    """Go through the steps by what was learned of each.

    Raises:
        Rejected: a step that can't be done where it comes, or something wanted that is not had at the end.
    """
    state = State(now)
    for step in steps:
        state = applied(operators, step.skill, state)
    if lacking := state.lacks(wanted):
        raise Rejected(f"at the end there would not be {', '.join(map(str, sorted(lacking)))}")


def _touches(action: Action, untouched: frozenset[str]) -> bool:
    return not untouched.isdisjoint((action.skill.object, action.skill.target))


def _harmless(possible: Sequence[Action], wanted: frozenset[Fact]) -> list[Action]:
    """Without those that do for good what nobody asked for: the bin is no place to put things aside."""
    made = {fact for action in possible for fact in action.purposes - action.moments} - wanted
    lasting = made.difference(*(action.ends for action in possible))
    return [action for action in possible if not action.purposes & lasting]


def _explained(plan: Sequence[Action], state: State, wanted: frozenset[Fact]) -> tuple[Step, ...]:
    steps = []
    for number, action in enumerate(plan):
        reason, asked = _reason(action, state, plan[number + 1 :], wanted)
        steps.append(Step(action.skill, reason, asked))
        state = action.applied(state)
    return tuple(steps)


def _reason(
    action: Action, state: State, later: Sequence[Action], wanted: frozenset[Fact]
) -> tuple[str, bool]:
    """What the action is for: what was asked for (True), or else the first later action that needs it."""
    begun = action.begins | action.moments
    asked = [fact for fact in sorted(begun & wanted) if not any(fact in other.begins for other in later)]
    if asked:
        return f"so that {' and '.join(map(str, asked))}, which was asked for", True
    for other in later:
        needed = [str(fact) for fact in sorted((action.begins - state.facts) & other.needs)]
        needed += [f"not {fact}" for fact in sorted(action.ends & state.facts & other.forbids)]
        if needed:
            return f"{other.skill} needs {' and '.join(needed)}", False
    return "what was asked for needs it", False


def _about(lifted: Fact, skill: str, kind: str, fact: Fact) -> bool:
    """Whether a lifted effect of a skill, at a kind of target, is this fact for some arguments."""
    if lifted.predicate != fact.predicate:
        return False
    fitting = {
        OBJECT: lambda name: name not in (TABLE, TOOL),
        TARGET: lambda name: target_kind(name, skill) == kind,
    }
    return all(
        fitting[word](name) if word in fitting else word == name
        for word, name in zip(lifted.arguments, fact.arguments, strict=True)
    )
