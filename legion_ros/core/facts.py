"""What holds in a scene, as facts that a planner can work with: on(red_can, table), open(drawer)."""

import re
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from legion_ros.core import predicates
from legion_ros.core.errors import LegionError
from legion_ros.core.scene import Object, Scene
from legion_ros.core.skill import PLACES

__all__ = ["CONTAINERS", "PREDICATES", "TABLE", "TOOL", "Fact", "facts"]

# Predicate -> how many arguments. `holding`: off the table. `near`: an object at a place of the table, or the
# tool over an object. `blocks`: an object at a place or so close to it that nothing else fits there. `clear`:
# nothing stands on the object, nothing blocks the place.
PREDICATES = {
    "on": 2,
    "in": 2,
    "open": 1,
    "closed": 1,
    "pressed": 1,
    "holding": 1,
    "clear": 1,
    "near": 2,
    "blocks": 2,
}
TABLE, TOOL = "table", "tool"  # what every scene has
CONTAINERS = ("bin", "drawer")  # kinds of fixtures that things can be in
_RESTING = 0.02  # m between an object's underside and what it rests on
_ROOM = 0.08  # m from a place within which another object's centre is in the way


@dataclass(frozen=True, order=True)
class Fact:
    """Something that holds, or is wanted: a predicate and names of objects, fixtures and places.

    An argument that begins with "?" is a variable: ?object and ?target in what was learned of a skill.
    """

    predicate: str  # a key of PREDICATES
    arguments: tuple[str, ...]

    def __post_init__(self) -> None:
        if PREDICATES.get(self.predicate) != len(self.arguments):
            known = ", ".join(f"{name}/{count}" for name, count in PREDICATES.items())
            raise LegionError(f"{self} is no fact; known predicates and their arguments: {known}")

    @classmethod
    def parse(cls, text: str) -> "Fact":
        """The fact that `str` wrote. Raises LegionError."""
        match = re.fullmatch(r"(\w+)\(([\w?]+(?:, *[\w?]+)*)\)", text)
        if match is None:
            raise LegionError(f"{text!r} is no fact; one looks like on(red_can, table)")
        return cls(match.group(1), tuple(word.strip() for word in match.group(2).split(",")))

    def bound(self, names: dict[str, str]) -> "Fact":
        """The same with names in the place of other names or variables."""
        return Fact(self.predicate, tuple(names.get(word, word) for word in self.arguments))

    def __str__(self) -> str:
        return f"{self.predicate}({', '.join(self.arguments)})"


def facts(scene: Scene) -> frozenset[Fact]:
    """All facts of a scene; what is not among them does not hold."""
    held = {thing.name for thing in scene.objects if _taken(thing, scene)}
    found = {Fact("holding", (name,)) for name in held}
    loose = [thing for thing in scene.objects if thing.name not in held]
    placed = _contained(loose, scene)
    stacked = [
        (upper, lower)
        for upper, lower in permutations(loose, 2)
        if upper.name not in placed and _rests(upper, lower)
    ]
    for upper, lower in stacked:
        found.add(Fact("on", (upper.name, lower.name)))
    raised = {upper.name for upper, _ in stacked}
    for thing in loose:
        if thing.name in placed:
            found.add(Fact("in", (thing.name, placed[thing.name])))
        elif thing.name not in raised and thing.position[2] > 0:  # what fell off the table is nowhere
            found.add(Fact("on", (thing.name, TABLE)))
    covered = {lower.name for _, lower in stacked}
    found.update(Fact("clear", (thing.name,)) for thing in scene.objects if thing.name not in covered)
    return frozenset(found | _of_places(scene) | _of_fixtures(scene))


def _taken(thing: Object, scene: Scene) -> bool:
    """Whether the fingers have it and nothing else bears it: what they but touch stands on the table."""
    standing = thing.position[2] - 0.5 * thing.grip[1][2] < _RESTING and not _contained([thing], scene)
    return predicates.held(thing, scene) and not standing


def _contained(things: list[Object], scene: Scene) -> dict[str, str]:
    """Name of an object -> name of the container it is in."""
    containers = [fixture for fixture in scene.fixtures if fixture.kind in CONTAINERS]
    return {t.name: c.name for t in things for c in containers if predicates.inside(t, c)}


def _rests(upper: Object, lower: Object) -> bool:
    """Whether one stands on the other: over its middle, its underside at the other's top."""
    gap = upper.position[2] - lower.position[2] - 0.5 * (upper.grip[1][2] + lower.grip[1][2])
    aside = np.linalg.norm(upper.position[:2] - lower.position[:2])
    return bool(abs(gap) < _RESTING and aside < 0.5 * lower.grip[1][:2].max())


def _of_places(scene: Scene) -> set[Fact]:
    """Which object is where, which place is free, what the tool is over."""
    found: set[Fact] = set()
    for name, place in PLACES.items():
        apart = [float(np.linalg.norm(thing.position[:2] - place[:2])) for thing in scene.objects]
        found.update(
            Fact("near", (thing.name, name))
            for thing, distance in zip(scene.objects, apart, strict=True)
            if distance <= 0.04 and abs(thing.position[2]) < 0.1
        )
        blocking = [o.name for o, distance in zip(scene.objects, apart, strict=True) if distance <= _ROOM]
        found.update(Fact("blocks", (thing, name)) for thing in blocking)
        if not blocking:
            found.add(Fact("clear", (name,)))
    found.update(
        Fact("near", (TOOL, thing.name))
        for thing in scene.objects
        if predicates.within(scene.tool.position, predicates.above(thing, 0.06), 0.02)
    )
    return found


def _of_fixtures(scene: Scene) -> set[Fact]:
    found: set[Fact] = set()
    for fixture in scene.fixtures:
        if fixture.kind == "drawer":
            found.update({Fact("open", (fixture.name,))} if predicates.opened(fixture) else ())
            found.update({Fact("closed", (fixture.name,))} if predicates.closed(fixture) else ())
        elif fixture.kind == "button" and predicates.pressed(fixture):
            found.add(Fact("pressed", (fixture.name,)))
    return found
