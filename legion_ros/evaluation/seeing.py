"""How well perception sees: random scenes through the real renderer, judged by the simulator's truth."""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from legion_ros.core import LegionError, Object, Scene
from legion_ros.core.pinhole import Pinhole
from legion_ros.core.predicates import inside
from legion_ros.perception import Detector, Frame, Tracker, load_cameras, load_catalogue, load_surroundings
from legion_ros.share import share

__all__ = ["FrameRecord", "look_at_scenes", "summary"]

CAMERA, WIDTH, HEIGHT = "depth", 640, 480
POSES = 3  # of the arm in each scene: at home, then twice somewhere over the table
FRAMES = 4  # in each pose
BLIND = 2  # frames at the beginning of a scene that do not count: what is new is confirmed by the second
FOUND = 0.05  # m from the truth within which a thing counts as found
MOST = 8  # things in a scene
IN_BIN = 3  # of them in the bin, at most


@dataclass(frozen=True)
class FrameRecord:
    """One frame, compared with the truth."""

    seed: int  # of the scene
    pose: int  # of the arm: 0 is at home
    errors: tuple[float, ...]  # m: from true to seen centre, things on the table
    turns: tuple[float, ...]  # rad: of boxes, true to seen, on the table
    kinds: int  # of those found on the table, how many are of the kind that they are said to be
    colors: int
    lost: tuple[str, ...]  # on the table
    phantoms: tuple[str, ...]  # on the table
    heaped: int  # things in containers
    heap_lost: tuple[str, ...]  # of them, by name: not said to be in their container
    drawer: float  # m: error of the joint
    wall: float  # s that it took
    busy: float  # s of the process's own time


@dataclass
class _Sight:
    """Perception of one scene."""

    detector: Detector
    tracker: Tracker
    records: list[FrameRecord] = field(default_factory=list)


def look_at_scenes(seed: int, scenes: int, noise: float) -> Iterator[list[FrameRecord]]:
    """Records of one scene after the other; this process is bound to one core.

    Args:
        seed: of the scenes.
        scenes: how many.
        noise: m: standard deviation of the depth at 1 m.
    """
    if scenes < 1 or noise < 0:
        raise LegionError(f"{scenes} scenes with noise {noise} m: valid are 1 or more, and 0 or more")
    os.environ.setdefault("MUJOCO_GL", "egl")
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    from legion_sim.tabletop import TabletopWorld

    surroundings = load_surroundings(share("config", "fixtures.yaml"))
    detector = Detector(load_catalogue(share("config", "objects.yaml")), surroundings, noise)
    world = TabletopWorld(visual=True)
    focal = world.focal_length(CAMERA, HEIGHT)
    pinhole = Pinhole(WIDTH, HEIGHT, (focal, focal), (WIDTH / 2, HEIGHT / 2))
    viewpoint = load_cameras(share("config", "cameras.yaml"))[CAMERA].viewpoint(pinhole)
    try:
        for scene_seed in np.random.SeedSequence(seed).generate_state(scenes):
            rng = np.random.default_rng(scene_seed)
            sight = _Sight(detector, Tracker(surroundings))
            _look_at_scene(int(scene_seed), rng, world, sight, viewpoint, noise)
            yield sight.records
    finally:
        world.close()


def _look_at_scene(seed, rng, world, sight, viewpoint, noise) -> None:  # noqa: ANN001
    from legion_sim.tabletop.layout import sketch_scene
    from legion_sim.tabletop.model import DRAWER
    from legion_sim.tabletop.practice import start

    binned = int(rng.integers(0, IN_BIN + 1))
    drawer = float(rng.choice([0.0, 1.0, rng.random()])) * DRAWER.travel
    sketch = sketch_scene(rng, 2, MOST - binned, binned=binned, drawer=drawer)
    for pose in range(POSES):
        world.place(sketch if pose == 0 else replace(sketch, joints=start(rng, world)))
        for number in range(FRAMES):
            world.step(_holding(world))
            truth = world.scene()
            color, depth = world.take(CAMERA, WIDTH, HEIGHT, noise, rng)
            frame = Frame(truth.stamp, color, depth, viewpoint, truth.tool)
            scene, wall, busy = _understand(sight, frame)
            if pose or number >= BLIND:
                sight.records.append(_compared(seed, pose, truth, scene, wall, busy))


def _holding(world):  # noqa: ANN001, ANN202
    from legion_ros.core.command import ToolCommand

    return ToolCommand(np.zeros(3), 0.0, world.tool().opening)


def _understand(sight: _Sight, frame: Frame) -> tuple[Scene, float, float]:
    """The scene after a frame, and how long that took: s on the wall, s of this process."""
    began, worked = time.perf_counter(), time.process_time()
    tracker = sight.tracker
    tracker.predict(frame.tool, frame.stamp)
    seen = sight.detector.detect(frame, tracker.known, tracker.drawer)
    tracker.update(seen.objects, seen.stamp, seen.view, seen.drawer, seen.button)
    scene = tracker.predict(frame.tool, frame.stamp)
    return scene, time.perf_counter() - began, time.process_time() - worked


def _compared(seed: int, pose: int, truth: Scene, scene: Scene, wall: float, busy: float) -> FrameRecord:
    real, seen = _on_table(truth), _on_table(scene)
    pairs = _pairs(real, seen)
    matched = {id(thing) for pair in pairs for thing in pair}
    home = {o.name: _home(o, truth) for o in truth.objects if _home(o, truth)}
    found = {o.name: _home(o, scene) for o in scene.objects}
    boxes = [(a, b) for a, b in pairs if a.kind == b.kind == "box"]
    return FrameRecord(
        seed=seed,
        pose=pose,
        errors=tuple(float(np.linalg.norm(a.position - b.position)) for a, b in pairs),
        turns=tuple(_turn(a, b) for a, b in boxes),
        kinds=sum(a.kind == b.kind for a, b in pairs),
        colors=sum(a.color == b.color for a, b in pairs),
        lost=tuple(o.name for o in real if id(o) not in matched),
        phantoms=tuple(o.name for o in seen if id(o) not in matched),
        heaped=len(home),
        heap_lost=tuple(name for name, place in home.items() if found.get(name) != place),
        drawer=abs(scene.fixture("drawer").joint - truth.fixture("drawer").joint),
        wall=wall,
        busy=busy,
    )


def _home(thing: Object, scene: Scene) -> str:
    """Name of the container that a thing is in, "" on the table."""
    return next((f.name for f in scene.fixtures if f.kind != "button" and inside(thing, f)), "")


def _on_table(scene: Scene) -> list[Object]:
    return [thing for thing in scene.objects if not _home(thing, scene) and thing.position[2] > -0.1]


def _pairs(real: Sequence[Object], seen: Sequence[Object]) -> list[tuple[Object, Object]]:
    """Which seen thing is which true one: the nearest, one to one."""
    if not real or not seen:
        return []
    apart = np.linalg.norm(
        np.array([o.position for o in real])[:, None] - np.array([o.position for o in seen]), axis=2
    )
    rows, columns = linear_sum_assignment(apart)
    return [(real[r], seen[c]) for r, c in zip(rows, columns, strict=True) if apart[r, c] < FOUND]


def _turn(real: Object, seen: Object) -> float:
    """Rad between the yaws by which a gripper would take them."""
    return float(abs((real.grip[0] - seen.grip[0] + np.pi / 2) % np.pi - np.pi / 2))


def summary(records: Sequence[FrameRecord], command: str, noise: float) -> dict:
    """The figures, ready for JSON."""
    errors = np.concatenate([r.errors for r in records])
    turns = np.degrees(np.concatenate([r.turns for r in records]))
    found, things = len(errors), sum(len(r.errors) + len(r.lost) for r in records)
    heaped = sum(r.heaped for r in records)
    return {
        "command": command,
        "scenes": len({r.seed for r in records}),
        "frames": len(records),
        "depth_noise_m": noise,
        "frames_per_s": round(len(records) / sum(r.wall for r in records), 2),
        "frames_per_s_undisturbed": round(len(records) / sum(r.busy for r in records), 2),
        "objects_on_table": things,
        "error_median_m": round(float(np.median(errors)), 5),
        "error_p95_m": round(float(np.percentile(errors, 95)), 5),
        "box_yaw_median_deg": round(float(np.median(turns)), 2) if len(turns) else None,
        "box_yaw_p95_deg": round(float(np.percentile(turns, 95)), 2) if len(turns) else None,
        "kind_right": round(sum(r.kinds for r in records) / found, 4),
        "color_right": round(sum(r.colors for r in records) / found, 4),
        "frames_without_lost_or_phantom": round(
            float(np.mean([not r.lost and not r.phantoms for r in records])), 4
        ),
        "lost": sum(len(r.lost) for r in records),
        "phantoms": sum(len(r.phantoms) for r in records),
        "objects_in_containers": heaped,
        "in_containers_right": round(1 - sum(len(r.heap_lost) for r in records) / max(heaped, 1), 4),
        "drawer_error_p95_m": round(float(np.percentile([r.drawer for r in records], 95)), 5),
        "load_average": os.getloadavg()[0],
    }
