"""A goal in the making: what each clause asks for, what is to be left alone, whether that agrees."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from legion_ros.core import SKILLS, LegionError, Scene
from legion_ros.core import skill as core_skill
from legion_ros.core.facts import CONTAINERS, TABLE, Fact, facts
from legion_ros.knowledge import Component
from legion_ros.language.clauses import Clause
from legion_ros.language.grounding import Reference
from legion_ros.language.guard import Rejected
from legion_ros.skills.concepts import Concept
from legion_ros.skills.goal import THING, Every, Goal, Stage
from legion_ros.skills.intents import Choice
from legion_ros.skills.reading import Reading

__all__ = ["Draft"]

_ON_TABLE = Fact("on", (THING, TABLE))
_OPPOSITE = {"open": "closed", "closed": "open"}
_ONE_ONLY = frozenset(("in", "on", "near"))  # of these an object has one at a time


@dataclass(frozen=True)
class _Prohibition:
    """Things that are to be left alone, or, with a container, are not to be put in there."""

    names: frozenset[str]
    said: str
    container: str = ""


class Draft:
    """Collects stages and prohibitions."""

    def __init__(self, scene: Scene) -> None:
        """Nothing is asked for yet."""
        self._scene = scene
        self._now = facts(scene)
        self._stages: list[tuple[int, Stage]] = []
        self._prohibited: list[_Prohibition] = []
        self._kept: list[Stage] = []  # states to be in at the end
        self._notes: list[str] = []

    def note(self, text: str) -> None:
        """Tell the user a choice, once."""
        if text not in self._notes:
            self._notes.append(text)

    def add(self, rank: int, stage: Stage) -> None:
        """Ask for a stage, before those of a higher rank."""
        self._stages.append((rank, stage))

    def take(self, clause: Clause, choice: Choice, discard: str) -> None:
        """Ask for what a clause was found to mean; `discard` is where things go if it does not say.

        Raises:
            Rejected: what the skill brings about was not learned, or nothing is left to do it to.
        """
        reading = choice.reading
        for text in reading.notes:
            self.note(text)
        if isinstance(choice.intent, Concept):
            stages = [self._of_concept(clause.text, choice.intent, reading)]
        else:
            stages = self._of_skill(clause.text, choice.intent, reading, discard)
        for stage in stages:
            if stage.every and not stage.wanted(self._scene, self._now) - self._now:
                self.note(f"{clause.text}: nothing is left to do")
            self.add(clause.rank, stage)

    def leave(self, names: tuple[str, ...], said: str) -> None:
        """Have nothing done with these."""
        if names:
            self._prohibited.append(_Prohibition(frozenset(names), said))

    def keep_out(self, names: tuple[str, ...], container: str, said: str) -> None:
        """Have these not put into the container."""
        self._prohibited.append(_Prohibition(frozenset(names), said, container))

    def keep(self, names: tuple[str, ...], state: str, said: str) -> None:
        """Have fixtures be open or closed in the end."""
        for name in names:
            if all(fixture.name != name or fixture.kind != "drawer" for fixture in self._scene.fixtures):
                raise Rejected(f"{said!r}: {name} is nothing that is {state} or not")
        self._kept.append(Stage(said, frozenset(Fact(state, (name,)) for name in names)))

    def goal(self, instruction: str) -> Goal:
        """The finished goal.

        Raises:
            Rejected: what is asked for does not go together.
        """
        stages: list[Stage] = []
        for _, stage in sorted(self._stages, key=lambda entry: entry[0]):
            stage = self._permitted(stage)
            if not stages or (stage.facts, stage.every) != (stages[-1].facts, stages[-1].every):
                stages.append(stage)  # "reach out and go to the mug" is said twice
        for kept in self._kept:
            stages = _ending(stages, kept)
        for stage in stages:
            _agree(stage.facts | stage.wanted(self._scene, self._now))
        untouched = frozenset().union(*(p.names for p in self._prohibited if not p.container))
        return Goal(instruction, tuple(stages), untouched, tuple(self._notes))

    def _of_concept(self, said: str, concept: Concept, reading: Reading) -> Stage:
        here = {fixture.name for fixture in self._scene.fixtures}
        container = reading.goal or concept.container
        if container not in here:
            raise Rejected(f"there is no {container!r} here", sorted(here), "seen")
        things = reading.things or (Reference("objects", every=True, quantified=True),)
        stage = _stage(said, reading, things, lambda thing: concept.of(thing, container), concept.each)
        also = {fact for fact in concept.also if here.issuperset(fact.arguments)}
        return replace(stage, facts=stage.facts | also)

    def _of_skill(self, said: str, component: Component, reading: Reading, discard: str) -> list[Stage]:
        target = reading.direct or reading.goal or reading.place or reading.onto
        if not target and reading.lacks(component.skill):
            target = discard
        if not reading.things:
            return [Stage(said, _brought_about(component, "", target))]
        containers = {fixture.name for fixture in self._scene.fixtures if fixture.kind in CONTAINERS}
        if target in containers:
            return [_stage(said, reading, reading.things, lambda t: _brought_about(component, t, target))]
        # one place, or one hand, for one thing at a time
        names = dict.fromkeys(name for name in reading.objects if name not in reading.excepted)
        if not target and core_skill.THING in SKILLS[component.skill].targets:
            return self._onto_one_another(said, component, tuple(names))
        return [Stage(said, _brought_about(component, name, target)) for name in names]

    def _onto_one_another(self, said: str, component: Component, names: tuple[str, ...]) -> list[Stage]:
        """From the bottom up, what has the widest top below: "stack the blocks"."""
        wide = {name: float(np.prod(self._scene.object(name).grip[1][:2])) for name in names}
        order = sorted(names, key=lambda name: -round(wide[name], 4))
        return [
            Stage(said, _brought_about(component, upper, lower))
            for lower, upper in zip(order, order[1:], strict=False)
        ]

    def _permitted(self, stage: Stage) -> Stage:
        """The stage without what is prohibited. Raises Rejected where that is asked for by name."""
        for prohibition in self._prohibited:
            for fact in sorted(stage.facts):
                if named := _prohibits(prohibition, fact):
                    raise _contradiction(str(fact), named, prohibition)
            every = tuple(self._without(each, prohibition) for each in stage.every)
            stage = replace(stage, every=every)
        return stage

    def _without(self, each: Every, prohibition: _Prohibition) -> Every:
        if named := _prohibits(prohibition, each.wanted) - {THING}:
            raise _contradiction(str(each.wanted), named, prohibition)
        if prohibition.container and prohibition.container not in each.wanted.arguments:
            return each
        less = replace(each, excepted=each.excepted | prohibition.names)
        if each.facts(self._scene, self._now) and not less.facts(self._scene, self._now):
            raise Rejected(f"nothing is left to do: {prohibition.said!r} leaves out all that is asked for")
        return less


def _stage(
    said: str,
    reading: Reading,
    things: tuple[Reference, ...],
    of: Callable[[str], frozenset[Fact]],
    where: Fact = _ON_TABLE,
) -> Stage:
    """What is wanted `of` things: of those that are named, and of every one that a quantifier means."""
    single: set[Fact] = set()
    every: list[Every] = []
    for reference in things:
        excepted = frozenset((*reading.excepted, *reference.excepted))
        if not reference.quantified:
            single.update(*(of(name) for name in reference.objects if name not in excepted))
            continue
        for fact in sorted(of(THING)):
            if THING in fact.arguments:
                every.append(Every(fact, where, reference.color, reference.kind, excepted))
            else:
                single.add(fact)
    if not single and not every:
        raise Rejected(f"{said!r} leaves out all that it is about")
    return Stage(said, frozenset(single), tuple(every))


def _brought_about(component: Component, thing: str, target: str) -> frozenset[Fact]:
    """What the skill is for, as it was learned."""
    if component.operator is None:
        raise Rejected(f"what {component.skill} brings about has not been learned yet")
    try:
        found = component.operator.goal(thing, target)
    except LegionError as error:
        raise Rejected(str(error)) from error
    if not found:
        raise Rejected(f"what {component.skill} is for has not been learned yet")
    return found


def _prohibits(prohibition: _Prohibition, fact: Fact) -> frozenset[str]:
    """Which of the fact's names stand against it."""
    if prohibition.container and fact.arguments[1:] != (prohibition.container,):
        return frozenset()
    return prohibition.names.intersection(fact.arguments)


def _contradiction(asked: str, named: frozenset[str], prohibition: _Prohibition) -> Rejected:
    names = ", ".join(sorted(named))
    if prohibition.container:
        return Rejected(f"{asked} is asked for, and yet {names} is not to go there ({prohibition.said!r})")
    return Rejected(f"{asked} is asked for, and yet {names} is to be left alone ({prohibition.said!r})")


def _ending(stages: list[Stage], kept: Stage) -> list[Stage]:
    """The stages and, last, what is to be kept so. Raises Rejected where the opposite is asked for."""
    opposite = {Fact(_OPPOSITE[fact.predicate], fact.arguments) for fact in kept.facts}
    for stage in stages:
        if both := sorted(opposite & stage.facts):
            raise Rejected(f"{both[0]} is asked for, and yet the opposite ({kept.said!r})")
    return stages if stages and kept.facts <= stages[-1].facts else [*stages, kept]


def _agree(wanted: frozenset[Fact]) -> None:
    """Raise Rejected where two facts of one stage can't hold together."""
    found: dict[tuple[str, str], Fact] = {}
    for fact in sorted(wanted):
        if fact.predicate in _OPPOSITE and Fact(_OPPOSITE[fact.predicate], fact.arguments) in wanted:
            raise Rejected(f"{fact.arguments[0]} can't be open and closed at once")
        if fact.predicate in _ONE_ONLY:
            other = found.setdefault((fact.predicate, fact.arguments[0]), fact)
            if other != fact:
                raise Rejected(f"{other} and {fact} can't hold at once")
