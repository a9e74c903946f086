"""Which of the objects in a scene a noun phrase means, once it is known what kind of thing it names."""

from dataclasses import dataclass

import numpy as np

from legion_ros.core import Object, Scene, predicates
from legion_ros.language import lexicon
from legion_ros.language.guard import NotUnderstood, Rejected

__all__ = ["Reference", "UnknownThing", "described", "on_table", "seen", "several", "single"]


class UnknownThing(Rejected):
    """A noun that nothing in the scene answers to."""


@dataclass(frozen=True)
class Reference:
    """What a noun phrase stands for."""

    slot: str  # key of legion_ros.language.template.SLOTS
    objects: tuple[str, ...] = ()  # names of objects, nearest the robot first
    fixture: str = ""  # name of a fixture
    every: bool = False  # all the objects on the table, whatever they are
    excepted: tuple[str, ...] = ()  # but for these: "everything else"
    note: str = ""  # why these, where that needs saying
    quantified: bool = False  # whatever fits is meant, not just these: "all the red things"
    chosen: bool = False  # others would have answered to it as well; `note` names them
    color: str = ""  # of what is meant, as far as the phrase says it
    kind: str = ""  # likewise


def on_table(scene: Scene) -> tuple[Object, ...]:
    """The objects that lie in no container, nearest the robot first."""
    containers = [fixture for fixture in scene.fixtures if fixture.kind in ("bin", "drawer")]
    free = [thing for thing in scene.objects if not any(predicates.inside(thing, c) for c in containers)]
    return tuple(sorted(free, key=_distance))


def described(
    phrase: str, things: list[Object], modifiers: list[str], scene: Scene
) -> tuple[list[Object], str, str]:
    """The things of the colour that the phrase names, that colour, and what it chooses by: key of _ORDER.

    Raises:
        UnknownThing: there are none of that colour.
    """
    colors = [word for word in modifiers if word in lexicon.COLORS]
    same = {"gray": "grey", "golden": "gold"}
    others = [word.removeprefix("non") for word in modifiers if word.startswith("non")]  # "the nonred mug"
    matching = [t for t in things if all(same.get(t.color, t.color) == same.get(c, c) for c in colors)]
    matching = [t for t in matching if all(same.get(t.color, t.color) != same.get(c, c) for c in others)]
    if not matching:
        raise UnknownThing(f"there is no {phrase.removeprefix('the ')!r} here", seen(scene), "seen")
    selector = next((lexicon.SELECTORS[word] for word in modifiers if word in lexicon.SELECTORS), "")
    return matching, matching[0].color if colors else "", selector


def several(phrase: str, things: list[Object], count: int, selector: str, scene: Scene) -> Reference:
    """All of the things, or as many as are asked for, the nearest if not told otherwise. Raises Rejected."""
    if selector and not count:
        raise NotUnderstood(f"how many are meant by {phrase!r} can't be told", seen(scene), "seen")
    things = sorted(things, key=_ORDER[selector or "near"])
    if count and len(things) < count:
        raise Rejected(f"{phrase!r} asks for {count}, but there are {len(things)}", seen(scene), "seen")
    names = [thing.name for thing in things]
    note = ""
    if count and len(names) > count:
        nearest = "" if selector else "the nearest, "
        note = f"{phrase!r}: there are {len(names)}; took {nearest}{', '.join(names[:count])}"
    return Reference("object", tuple(names[: count or None]), note=note, chosen=bool(note))


def single(phrase: str, things: list[Object], free: list[Object], selector: str, note: str) -> Reference:
    """One of the things, the nearest of those on the table if not told otherwise, and a note that says so."""
    candidates = free or sorted(things, key=_distance)
    chosen = min(candidates, key=_ORDER[selector or "near"])
    more = len(candidates) > 1 and not selector
    if more:
        others = ", ".join(thing.name for thing in candidates if thing is not chosen)
        why = f"{phrase!r}: took {chosen.name}, the nearest; there is also {others}"
        note = f"{note}; {why}" if note else why
    return Reference("object", (chosen.name,), note=note, chosen=more)


def _distance(thing: Object) -> float:
    return float(np.hypot(*thing.position[:2]))


_ORDER = {
    "near": _distance,
    "far": lambda thing: -_distance(thing),
    "left": lambda thing: -float(thing.position[1]),
    "right": lambda thing: float(thing.position[1]),
    "big": lambda thing: -float(np.prod(thing.size)),
    "small": lambda thing: float(np.prod(thing.size)),
    "tall": lambda thing: -float(thing.grip[1][2]),
}


def seen(scene: Scene) -> tuple[str, ...]:
    """What there is, in words: "red can", "bin", ..."""
    things = tuple(f"{thing.color} {thing.kind}".strip() for thing in scene.objects)
    return things + tuple(fixture.kind for fixture in scene.fixtures)
