"""Goals in writing: "in(red_can, bin); then closed(drawer); untouched(white_mug)".

Strict: nothing is guessed.
"""

import re

from legion_ros.core import LegionError, Scene
from legion_ros.core.facts import CONTAINERS, TABLE, TOOL, Fact
from legion_ros.core.skill import PLACES
from legion_ros.skills.goal import Goal, Stage

__all__ = ["FACTS", "check", "parse", "write"]

FACTS = 24  # of one goal, at most
_LENGTH = 2000  # characters, at most
_UNTOUCHED = re.compile(r"untouched\((\w+(?:, *\w+)*)\)")
_DRAWERS, _BUTTONS = ("drawer",), ("button",)


def parse(text: str, scene: Scene, instruction: str = "") -> Goal:
    """Read a goal: facts between ";", those after "then" in a stage of their own, and what is untouched.

    Raises:
        LegionError: anything else in it, more than `FACTS` facts, or a fact that can't be in this scene.
    """
    if len(text) > _LENGTH:
        raise LegionError(f"a goal of {len(text)} characters; at most {_LENGTH} are read")
    stages: list[set[Fact]] = [set()]
    untouched: set[str] = set()
    for part in (part.strip() for part in text.strip().rstrip(";").split(";")):
        if match := _UNTOUCHED.fullmatch(part):
            untouched.update(name.strip() for name in match.group(1).split(","))
            continue
        if part.startswith("then "):
            part = part.removeprefix("then ").strip()
            stages.append(set())
        fact = Fact.parse(part)
        check(fact, scene)
        stages[-1].add(fact)
    if not all(stages):
        raise LegionError(f"{text!r} has a stage without facts")
    count = sum(map(len, stages))
    if count > FACTS:
        raise LegionError(f"a goal of {count} facts; at most {FACTS} are taken")
    known = {thing.name for thing in (*scene.objects, *scene.fixtures)}
    if odd := sorted(untouched - known):
        raise LegionError(f"untouched: there is no {', '.join(odd)} here; seen: {', '.join(sorted(known))}")
    facts = tuple(Stage("; ".join(map(str, sorted(stage))), frozenset(stage)) for stage in stages)
    return Goal(instruction, facts, frozenset(untouched))


def write(goal: Goal, scene: Scene, now: frozenset[Fact]) -> str:
    """The goal in writing, its sets written out as they are in `scene`, whose facts are `now`."""
    stages = [sorted(map(str, stage.wanted(scene, now))) for stage in goal.stages]
    parts = [part for stage in stages if stage for part in (f"then {stage[0]}", *stage[1:])]
    parts += [f"untouched({', '.join(sorted(goal.untouched))})"] if goal.untouched else []
    return "; ".join(parts).removeprefix("then ")


def check(fact: Fact, scene: Scene) -> None:
    """Raise LegionError where a fact says what can't be of such things, or names what is not here."""
    objects = tuple(thing.name for thing in scene.objects)

    def named(*kinds: str) -> tuple[str, ...]:
        return tuple(fixture.name for fixture in scene.fixtures if fixture.kind in kinds)

    choices: dict[str, tuple[tuple[str, ...], ...]] = {
        "on": (objects, (TABLE, *objects)),
        "in": (objects, named(*CONTAINERS)),
        "near": ((*objects, TOOL), (*PLACES, *objects)),
        "open": (named(*_DRAWERS),),
        "closed": (named(*_DRAWERS),),
        "pressed": (named(*_BUTTONS),),
        "holding": (objects,),
        "clear": ((*objects, *PLACES),),
    }
    if fact.predicate not in choices:
        raise LegionError(f"{fact} can't be a goal; predicates of goals: {', '.join(choices)}")
    for word, known in zip(fact.arguments, choices[fact.predicate], strict=True):
        if word not in known:
            raise LegionError(
                f"{fact}: {word!r} can't stand there; known: {', '.join(known) or 'nothing here'}"
            )
    if len(set(fact.arguments)) < len(fact.arguments):
        raise LegionError(f"{fact}: nothing can be {fact.predicate} itself")
    if fact.predicate == "near" and (fact.arguments[0] == TOOL) != (fact.arguments[1] in objects):
        raise LegionError(f"{fact}: objects are near places, and the tool near objects")
