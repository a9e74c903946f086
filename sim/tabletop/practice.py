"""Episodes to practise a skill in: a random scene, a random start of the arm, arguments that make sense."""

import numpy as np

from legion_ros.core import SKILLS, GroundedSkill, Scene
from legion_ros.core.facts import TABLE, Fact, facts
from legion_ros.core.predicates import closed, inside, opened
from legion_ros.core.skill import PLACES, groundings
from legion_sim.tabletop.arm import HOME
from legion_sim.tabletop.layout import FREE_ZONE, SceneSketch, sketch_scene
from legion_sim.tabletop.model import DRAWER
from legion_sim.tabletop.objects import SLOTS
from legion_sim.tabletop.world import TabletopWorld

__all__ = ["draw_episode", "draw_skill", "lost", "needed", "start"]

_STARTS = (
    np.array([0.32, -0.48, 0.20]),
    np.array([0.66, 0.46, 0.40]),
)  # m: where the tool may start: over everything
_MARGIN = 0.03  # m: how far outside the free zone a thing still counts as on the table


def draw_episode(rng: np.random.Generator, world: TabletopWorld, skill: str) -> GroundedSkill:
    """Set the world up for an episode of `skill` and say with which arguments."""
    for _ in range(50):
        world.place(_sketch(rng, world, skill))
        grounded = _ground(rng, world.scene(), skill)
        if grounded is not None:
            return grounded
    raise RuntimeError(f"no scene for {skill!r} in 50 draws")


def draw_skill(rng: np.random.Generator, scene: Scene, skills: tuple[str, ...]) -> GroundedSkill | None:
    """Something that can be done next in this scene; None when nothing is, or a thing is off the table."""
    if lost(scene):
        return None
    for skill in rng.permutation(np.array(skills)):
        grounded = _ground(rng, scene, str(skill))
        if grounded is not None:
            return grounded
    return None


def needed(rng: np.random.Generator, skill: str) -> tuple[int, ...]:
    """Slots of things without which the skill can't be tried: of the kinds that it was declared for."""
    declared = SKILLS[skill]
    slots: list[int] = []
    for kinds in (declared.kinds, declared.target_kinds):
        fitting = [n for n, kind in enumerate(SLOTS) if kind in kinds and n not in slots]
        slots += [int(rng.choice(fitting))] if fitting else []
    return tuple(slots)


def lost(scene: Scene) -> bool:
    """Whether a thing is neither on the table nor in a container: nothing more can be tried here."""
    homes = [scene.fixture("bin"), scene.fixture("drawer")]
    return any(not _on_table(o) and not any(inside(o, home) for home in homes) for o in scene.objects)


def _sketch(rng: np.random.Generator, world: TabletopWorld, skill: str) -> SceneSketch:
    drawer = {
        "open": lambda: rng.uniform(0.0, 0.5) if rng.random() < 0.5 else 0.0,
        "close": lambda: rng.uniform(0.3, 1.0),
        "put": lambda: 1.0 if rng.random() < 0.6 else 0.0,
    }.get(skill, lambda: float(rng.random() < 0.3))()
    binned = int(rng.integers(0, 4)) if rng.random() < 0.5 else 0
    slots = needed(rng, skill)
    least = max(1, len(slots))
    sketch = sketch_scene(rng, least, 5, binned=binned, drawer=drawer * DRAWER.travel, needed=slots)
    joints = start(rng, world)
    return SceneSketch(sketch.objects, sketch.drawer, joints, rng.uniform(0.0, 0.08), sketch.settle)


def start(rng: np.random.Generator, world: TabletopWorld) -> np.ndarray:
    """(7,) rad joint angles to start from: at home at times, or with the tool somewhere over the table."""
    if rng.random() < 0.2:
        return HOME
    while True:
        position, yaw = rng.uniform(*_STARTS), rng.uniform(-1.2, 2.2)
        joints = world.kinematics.inverse(position, yaw, HOME, iterations=60)
        if joints is not None:
            return joints


def _ground(rng: np.random.Generator, scene: Scene, skill: str) -> GroundedSkill | None:
    """Arguments for the skill that leave something to do in this scene, or None."""
    things = [o.name for o in scene.objects if _on_table(o)]
    drawer = scene.fixture("drawer")
    candidates = {
        "reach": lambda: [GroundedSkill("reach", name) for name in things],
        "put": lambda: [
            GroundedSkill("put", name, home)
            for name in things
            for home in ("bin", "drawer")[: 1 + opened(drawer)]
        ],
        "push": lambda: [
            GroundedSkill("push", name, p) for name in things for p in PLACES if _clear(scene, name, p)
        ],
        "open": lambda: [] if opened(drawer) else [GroundedSkill("open", target="drawer")],
        "close": lambda: [] if closed(drawer) else [GroundedSkill("close", target="drawer")],
        "press": lambda: [GroundedSkill("press", target="button")],
    }.get(skill, lambda: _possible(scene, skill))()
    left = [c for c in candidates if not c.succeeded(scene)]
    return left[int(rng.integers(len(left)))] if left else None


def _possible(scene: Scene, skill: str) -> list[GroundedSkill]:
    """What a taught skill could be told, of things that stand on the table with nothing on them."""
    holds = facts(scene)
    free = {
        o.name
        for o in scene.objects
        if {Fact("clear", (o.name,)), Fact("on", (o.name, TABLE))} <= holds and _on_table(o)
    }
    things = {o.name for o in scene.objects}
    return [s for s in groundings(skill, scene) if {s.object, s.target} & things <= free]


def _on_table(thing) -> bool:  # noqa: ANN001
    low, high = FREE_ZONE
    at = thing.position
    return bool(np.all(at[:2] > low - _MARGIN) and np.all(at[:2] < high + _MARGIN) and 0 < at[2] < 0.1)


def _clear(scene: Scene, name: str, place: str) -> bool:
    """Whether nothing else stands on the place or on the way there."""
    start, end = scene.object(name).position[:2], PLACES[place][:2]
    way = end - start
    length = float(np.linalg.norm(way))
    for other in scene.objects:
        if other.name == name:
            continue
        along = np.clip(np.dot(other.position[:2] - start, way) / max(length, 1e-6) ** 2, -0.6, 1.0)
        if np.linalg.norm(start + along * way - other.position[:2]) < 0.10:
            return False
    return True
