"""Really rendered scenes, as the camera of the simulator takes them."""

import os

import numpy as np
import pytest

from legion_ros.core.pinhole import Pinhole
from legion_ros.core.predicates import inside
from legion_ros.perception import Detector, Frame, Tracker, load_cameras
from legion_ros.perception.mechanisms import button_joint, drawer_joint
from legion_ros.share import share

from .hand_made import CATALOGUE, SURROUNDINGS

os.environ.setdefault("MUJOCO_GL", "egl")


@pytest.fixture(scope="module")
def world():
    """A world that can be drawn; skips where there is no OpenGL."""
    tabletop = pytest.importorskip("legion_sim.tabletop")
    made = tabletop.TabletopWorld(visual=True)
    try:
        made.take("depth")
    except Exception as error:
        pytest.skip(f"no OpenGL to draw with: {error}")
    yield made
    made.close()


def frame(world):
    color, depth = world.take("depth", noise=0.001, rng=np.random.default_rng(0))
    focal = world.focal_length("depth", 480)
    pinhole = Pinhole(640, 480, (focal, focal), (320, 240))
    viewpoint = load_cameras(share("config", "cameras.yaml"))["depth"].viewpoint(pinhole)
    return Frame(world.time, color, depth, viewpoint, world.tool())


def sketch(world, seed, **options):
    from legion_sim.tabletop.layout import sketch_scene

    world.place(sketch_scene(np.random.default_rng(seed), 5, 5, **options))


def test_everything_on_the_table_is_seen_with_its_kind_colour_and_place(world):
    sketch(world, 4)
    seen = Detector(CATALOGUE, SURROUNDINGS).detect(frame(world))
    truth = world.scene()
    assert sorted((o.color, o.kind) for o in seen.objects) == sorted((o.color, o.kind) for o in truth.objects)
    for thing in truth.objects:
        (match,) = [o for o in seen.objects if (o.color, o.kind) == (thing.color, thing.kind)]
        assert match.position == pytest.approx(thing.position, abs=0.004)
        assert match.confidence > 0.35


def test_the_arm_table_and_fixtures_are_no_things(world):
    from legion_sim.tabletop.layout import SceneSketch

    world.place(SceneSketch((), drawer=0.1, joints=np.array([0.0, 0.25, 0.0, -2.35, 0.0, 2.6, 0.785])))
    assert Detector(CATALOGUE, SURROUNDINGS).detect(frame(world)).objects == ()


@pytest.mark.parametrize("opened", [0.0, 0.03, 0.11, 0.18])
def test_the_drawer_is_seen_as_open_as_it_is(world, opened):
    sketch(world, 2, drawer=opened)
    joint = world.scene().fixture("drawer").joint
    assert drawer_joint(frame(world), SURROUNDINGS) == pytest.approx(joint, abs=0.003)


def bars(*joints):
    """Points of the bar's upper side, as if the drawer were open by each of these joints, in m, at once."""
    handle, (radius, half) = SURROUNDINGS.drawer.handle, SURROUNDINGS.bar
    y = np.arange(-half + 0.012, half - 0.012, 0.0025) + handle[1]
    x = [np.full_like(y, handle[0] + 0.25 * radius - joint) for joint in joints]
    z = np.full(len(y) * len(joints), handle[2] + 0.5 * radius)
    return np.column_stack([np.concatenate(x), np.tile(y, len(joints)), z])


def test_what_looks_like_two_bars_says_nothing_of_the_drawer(monkeypatch):
    seen = "legion_ros.perception.mechanisms._inside"
    monkeypatch.setattr(seen, lambda *_: bars(0.05))
    assert drawer_joint(None, SURROUNDINGS) == pytest.approx(0.05, abs=0.002)
    monkeypatch.setattr(seen, lambda *_: bars(0.02, 0.16))  # once a NaN, and all in the drawer was nowhere
    assert drawer_joint(None, SURROUNDINGS) is None


def test_a_button_that_nothing_touches_is_seen_not_pressed(world):
    sketch(world, 2)
    assert button_joint(frame(world), SURROUNDINGS) == pytest.approx(0.0, abs=0.002)


def test_a_thing_is_hidden_by_what_stands_before_it_and_looked_through_where_it_is_not(world):
    from dataclasses import replace

    sketch(world, 4)
    seen = Detector(CATALOGUE, SURROUNDINGS).detect(frame(world))
    thing = world.scene().objects[0]
    assert seen.view(thing).there > 0.8
    above, below = (replace(thing, position=thing.position + (0, 0, z)) for z in (0.2, -0.2))
    assert seen.view(above).through > 0.8
    assert seen.view(below).hidden > 0.8


def test_what_is_in_the_bin_is_in_the_bin_for_the_tracker(world):
    sketch(world, 7, binned=1)
    tracker, detector = Tracker(SURROUNDINGS), Detector(CATALOGUE, SURROUNDINGS)
    for _ in range(2):
        world.time += 0.2
        seen = detector.detect(frame(world), tracker.known)
        tracker.predict(world.tool(), world.time)
        tracker.update(seen.objects, seen.stamp, seen.view, seen.drawer, seen.button)
    scene = tracker.predict(world.tool(), world.time)
    bin_ = scene.fixture("bin")
    assert {o.name for o in scene.objects} == {o.name for o in world.scene().objects}
    assert [o.name for o in scene.objects if inside(o, bin_)] == [
        o.name for o in world.scene().objects if inside(o, bin_)
    ]
