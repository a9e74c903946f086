"""Episodes to learn from what a skill needs: arguments and scenes in which it may well not work.

`practice` draws what can be done. Here any object may be told to go to any target: what lies in the bin to
the closed drawer, what stands under something else to a place that is taken.
"""

from dataclasses import replace

import numpy as np

from legion_ros.core import SKILLS, GroundedSkill, LegionError, Scene
from legion_ros.core.skill import PLACES, THING, groundings
from legion_sim.tabletop.layout import PlacedObject, sketch_scene, turned
from legion_sim.tabletop.model import DRAWER
from legion_sim.tabletop.objects import KINDS, SLOTS
from legion_sim.tabletop.practice import lost, needed, start
from legion_sim.tabletop.world import TabletopWorld

__all__ = ["draw_attempt", "draw_next_attempt"]

_MOVED = 0.4  # of the things on the table, how many are put somewhere else than where they were drawn
_APART = 0.075  # m between the middles of things that are put somewhere
_JITTER = 0.03  # m: how far from the middle of a place or a container


def draw_attempt(rng: np.random.Generator, world: TabletopWorld, skill: str) -> GroundedSkill:
    """Set the world up at random and say with which arguments `skill` is to be tried.

    The drawer is closed, open or between; things lie on the table, at its places, on one another, in the bin
    and in the drawer.
    """
    for _ in range(50):
        drawer = DRAWER.travel * float(rng.choice([0.0, rng.uniform(0.1, 0.9), 1.0], p=[0.4, 0.2, 0.4]))
        binned = int(rng.integers(0, 4)) if rng.random() < 0.5 else 0
        try:
            slots = needed(rng, skill)
            sketch = sketch_scene(rng, max(1, len(slots)), 5, binned, drawer, slots)
        except LegionError:  # no room
            continue
        on_table = len(sketch.objects) - binned
        things = list(sketch.objects)
        for number in range(on_table):
            if rng.random() < _MOVED:
                things[number] = _elsewhere(rng, things, number, on_table, drawer)
        sketch = replace(sketch, objects=tuple(things), joints=start(rng, world), settle=14)
        world.place(replace(sketch, opening=float(rng.uniform(0.0, 0.08))))
        scene = world.scene()
        if not lost(scene) and (grounded := _arguments(rng, scene, skill)) is not None:
            return grounded
    raise RuntimeError(f"no scene for attempts at {skill!r} in 50 draws")


def draw_next_attempt(
    rng: np.random.Generator, scene: Scene, skills: tuple[str, ...]
) -> GroundedSkill | None:
    """Anything to be tried next in this scene; None where a thing is off the table."""
    return None if lost(scene) else _arguments(rng, scene, str(rng.choice(np.array(skills))))


def _arguments(rng: np.random.Generator, scene: Scene, skill: str) -> GroundedSkill | None:
    """Any arguments; None where a skill that aims at objects finds none."""
    declared = SKILLS[skill]
    if THING in declared.targets or declared.kinds:
        pairs = groundings(skill, scene)
        return pairs[int(rng.integers(len(pairs)))] if pairs else None
    thing = str(rng.choice([thing.name for thing in scene.objects])) if declared.takes_object else ""
    return GroundedSkill(skill, thing, str(rng.choice(declared.targets or ("",))))


def _elsewhere(
    rng: np.random.Generator, things: list[PlacedObject], number: int, on_table: int, drawer: float
) -> PlacedObject:
    """The thing at a named place, in the drawer or on another; where it was when there is no room.

    The first `on_table` of the things are not in the bin.
    """
    thing = things[number]
    size, lying = KINDS[SLOTS[thing.slot]].size, False
    others = [other for other in things if other is not thing]
    where = str(rng.choice(["place", "drawer", "stack"], p=[0.4, 0.3, 0.3]))
    spot = rng.uniform(-_JITTER, _JITTER, 3) * (1, 1, 0)
    if where == "place":
        spot += PLACES[str(rng.choice(list(PLACES)))]
    elif where == "drawer":
        spot += DRAWER.position - (drawer, 0.0, 0.0)
        lying = KINDS[SLOTS[thing.slot]].shape == "cylinder"
        if drawer < DRAWER.travel and size[0 if lying else 2] > DRAWER.size[2]:
            return thing  # it would stick in the cabinet
    else:
        standing = [other for other in things[:on_table] if other is not thing]
        flat = [other for other in standing if SLOTS[other.slot] in ("box", "block")]
        if not flat:
            return thing
        under = flat[int(rng.integers(len(flat)))]
        spot = 0.2 * spot + under.position + (0.0, 0.0, 0.5 * KINDS[SLOTS[under.slot]].size[2])
        others.remove(under)
    if any(np.linalg.norm(spot[:2] - other.position[:2]) < _APART for other in others):
        return thing
    lift = 0.5 * size[0 if lying else 2] + 0.002
    return replace(thing, position=spot + (0.0, 0.0, lift), quaternion=turned(rng, lying))
