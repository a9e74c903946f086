"""Long-horizon tasks to measure by: what is said in a random scene, and what must then be true of it.

The sentences are never trained on. What runs of these kinds brought to light in the robot was mended, so that
only seeds which nobody had looked at before (results/README.md says which) show how well it works.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from legion_ros.core import Scene
from legion_ros.core.facts import TABLE, Fact, facts
from legion_ros.core.skill import PLACES

__all__ = ["KINDS", "Beginning", "Kind", "LongTask", "missing"]

_MOVED = 0.03  # m that an untouched thing may be off in the end


@dataclass(frozen=True)
class LongTask:
    """One instruction in one scene, and how its outcome is judged."""

    instruction: str
    wanted: frozenset[Fact]  # what must hold in the true scene at the end
    least: int  # skills that it takes, at least
    pressed: bool = False  # whether the button must have been down on the way
    untouched: tuple[str, ...] = ()  # objects that must stay where they were


@dataclass(frozen=True)
class Beginning:
    """What the scenes of a kind start with."""

    objects: tuple[int, int]  # on the table: least and most
    binned: int = 0  # more of them in the bin
    drawer: float = 0.0  # how far it is open, 0 to 1


@dataclass(frozen=True)
class Kind:
    """A kind of task: its scenes, and the task in one of them, or None where the scene does not allow it."""

    beginning: Beginning
    task: Callable[[Scene, np.random.Generator], LongTask | None]


def missing(task: LongTask, before: Scene, after: Scene, was_pressed: bool) -> list[str]:
    """What of the task is not so in the end, in words; nothing where it has succeeded."""
    now = facts(after)
    wrong = [str(fact) for fact in sorted(task.wanted - now)]
    if task.pressed and not was_pressed:
        wrong.append("the button was never pressed")
    for name in task.untouched:
        way = float(np.linalg.norm(after.object(name).position - before.object(name).position))
        if way > _MOVED:
            wrong.append(f"{name} was moved by {way:.2f} m")
    return wrong


def _the(name: str) -> str:
    return "the " + name.replace("_", " ")


def _free(scene: Scene) -> list[str]:
    """Names of what is on the table."""
    return sorted(fact.arguments[0] for fact in facts(scene) if fact.predicate == "on")


def _drawn(scene: Scene, rng: np.random.Generator, count: int) -> list[str]:
    """So many different things on the table."""
    return [str(name) for name in rng.permutation(_free(scene))[:count]]


def _in(names: list[str], container: str) -> frozenset[Fact]:
    return frozenset(Fact("in", (name, container)) for name in names)


_CLOSED = frozenset({Fact("closed", ("drawer",))})


def _clear(scene: Scene, rng: np.random.Generator) -> LongTask:
    free = _free(scene)
    return LongTask("clear the table", _in(free, "bin"), len(free))


def _tidy(scene: Scene, rng: np.random.Generator) -> LongTask:
    free = _free(scene)
    said = "put everything on the table into the bin and close the drawer"
    return LongTask(said, _in(free, "bin") | _CLOSED, len(free) + 1)


def _stow(scene: Scene, rng: np.random.Generator) -> LongTask:
    (thing,) = _drawn(scene, rng, 1)
    said = f"put {_the(thing)} in the drawer and close it"
    return LongTask(said, _in([thing], "drawer") | _CLOSED, 3)


def _stow_two(scene: Scene, rng: np.random.Generator) -> LongTask:
    first, second = _drawn(scene, rng, 2)
    said = f"put {_the(first)} and {_the(second)} in the drawer, close it, and then press the button"
    return LongTask(said, _in([first, second], "drawer") | _CLOSED, 5, pressed=True)


def _all_but_one(scene: Scene, rng: np.random.Generator) -> LongTask:
    (kept,) = _drawn(scene, rng, 1)
    rest = [name for name in _free(scene) if name != kept]
    said = f"put everything except {_the(kept)} in the bin, then press the button"
    wanted = _in(rest, "bin") | {Fact("on", (kept, TABLE))}
    return LongTask(said, wanted, len(rest) + 1, pressed=True, untouched=(kept,))


def _same_colour(scene: Scene, rng: np.random.Generator) -> LongTask | None:
    free = _free(scene)
    by_colour = {c: [n for n in free if scene.object(n).color == c] for c in {t.color for t in scene.objects}}
    fitting = sorted(color for color, names in by_colour.items() if len(names) == 2)
    if not fitting:
        return None
    color = fitting[int(rng.integers(len(fitting)))]
    said = f"put all the {color} things in the drawer and close it"
    return LongTask(said, _in(by_colour[color], "drawer") | _CLOSED, 4)


def _press_push_clear(scene: Scene, rng: np.random.Generator) -> LongTask | None:
    now = facts(scene)
    pairs = [
        (name, place)
        for name in _free(scene)
        for place in PLACES
        if Fact("clear", (place,)) in now and scene.object(name).kind != "ball"
    ]
    if not pairs:
        return None
    thing, place = pairs[int(rng.integers(len(pairs)))]
    rest = [name for name in _free(scene) if name != thing]
    where = {"far": "to the far side", "near": "to the near side", "middle": "to the middle"}
    said = (
        f"press the button, then push {_the(thing)} {where.get(place, f'to the {place}')}"
        " and put everything else in the bin"
    )
    wanted = _in(rest, "bin") | {Fact("near", (thing, place))}
    return LongTask(said, wanted, len(rest) + 2, pressed=True)


def _sort(scene: Scene, rng: np.random.Generator) -> LongTask:
    first, second, third = _drawn(scene, rng, 3)
    said = (
        f"put {_the(first)} and {_the(second)} in the bin, then put {_the(third)} in the drawer and close it"
    )
    return LongTask(said, _in([first, second], "bin") | _in([third], "drawer") | _CLOSED, 5)


def _hands_off(scene: Scene, rng: np.random.Generator) -> LongTask:
    (kept,) = _drawn(scene, rng, 1)
    rest = [name for name in _free(scene) if name != kept]
    said = f"clear the table but do not touch {_the(kept)}"
    return LongTask(said, _in(rest, "bin"), len(rest), untouched=(kept,))


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "clear the table": Kind(Beginning((4, 8)), _clear),
        "all into the bin, drawer closed": Kind(Beginning((3, 5), drawer=1.0), _tidy),
        "one into the drawer, closed": Kind(Beginning((3, 6)), _stow),
        "two into the drawer, closed, button": Kind(Beginning((3, 6)), _stow_two),
        "all but one, button": Kind(Beginning((4, 6)), _all_but_one),
        "one colour into the drawer, closed": Kind(Beginning((4, 7)), _same_colour),
        "button, push, the rest into the bin": Kind(Beginning((3, 5)), _press_push_clear),
        "two into the bin, one into the drawer": Kind(Beginning((3, 6)), _sort),
        "all but one, untouched": Kind(Beginning((4, 6), binned=1), _hands_off),
    }
)
