"""Clouds made by hand, of the sides that a camera sees."""

import numpy as np
import pytest

from legion_ros.core.pinhole import Pinhole
from legion_ros.perception.detection import THING, detect
from legion_ros.perception.fitting import Look, best_fits
from legion_ros.perception.foreground import Cloud
from legion_ros.perception.stances import quaternion_from, rotation_about
from legion_ros.perception.viewpoint import Viewpoint

from .hand_made import ABOVE, CATALOGUE, thing

CAMERA = np.array([1.1, 0.0, 0.9])
AHEAD = np.array([0.5, 0.0, 0.0]) - CAMERA
AHEAD /= np.linalg.norm(AHEAD)
RIGHT = np.array([0.0, 1.0, 0.0])
ASLANT = Viewpoint(
    Pinhole(320, 240, (300.0, 300.0), (160.0, 120.0)),
    CAMERA,
    np.column_stack([RIGHT, np.cross(AHEAD, RIGHT), AHEAD]),
)


def seen(*things):
    """The near sides of things, and the depth picture of them on a table: (points, look)."""
    rays = ASLANT.rays.astype(float)
    depth = np.where(rays[..., 2] < 0, -CAMERA[2] / rays[..., 2], 5.0)
    clouds = []
    for one in things:
        points, normals = (part @ one.rotation.T for part in CATALOGUE.kinds[one.kind].surface)
        points = points + one.position
        facing = np.einsum("ni,ni->n", normals, points - CAMERA) < 0
        clouds.append(points[facing])
        for shift in np.linspace(-0.005, 0.005, 5):  # closes the gaps between the points
            across = np.cross(normals[facing], (0.3, 0.5, 0.8))
            rows, columns, deep = ASLANT.project(points[facing] + shift * across)
            np.minimum.at(depth, (rows, columns), deep)
    return clouds, Look(depth.astype(np.float32), ASLANT)


def turned(degrees):
    return quaternion_from(rotation_about(np.array([0.0, 0.0, np.radians(degrees)])))


@pytest.mark.parametrize("kind", ["can", "box", "mug", "ball", "bottle", "block"])
def test_a_kind_is_told_from_the_side_that_is_seen_and_its_middle_is_behind_it(kind):
    one = thing(kind, at=(0.48, 0.03), turn=turned(20))
    (points,), look = seen(one)
    best = best_fits(CATALOGUE.kinds.values(), points, look, floor=0.0)[0]
    assert best.kind.name == kind
    assert best.position == pytest.approx(one.position, abs=0.003)
    assert np.linalg.norm(points.mean(axis=0) - one.position) > 0.01  # the cloud's middle is not the thing's


def test_the_yaw_of_a_box_is_found_up_to_half_a_turn():
    one = thing("box", turn=turned(65))
    (points,), look = seen(one)
    best = best_fits([CATALOGUE.kinds["box"]], points, look, floor=0.0)[0]
    yaw = np.degrees(np.arctan2(best.rotation[1, 0], best.rotation[0, 0]))
    assert (yaw - 65 + 90) % 180 - 90 == pytest.approx(0, abs=2)


def test_a_can_that_lies_is_found_lying():
    lying = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])
    one = thing("can", z=0.031, turn=quaternion_from(lying))
    (points,), look = seen(one)
    best = best_fits(CATALOGUE.kinds.values(), points, look, floor=0.0)[0]
    assert best.kind.name == "can"
    assert abs(best.rotation[2, 2]) < 0.05
    assert best.position[2] == pytest.approx(0.031, abs=0.002)


def cloud_of(*parts):
    """A cloud of (points, colour index), each point eight times over: as dense as pixels."""
    rng = np.random.default_rng(0)
    points = np.concatenate([np.repeat(p, 8, axis=0) for p, _ in parts])
    colors = np.concatenate([np.full(8 * len(p), c) for p, c in parts])
    return Cloud(points + 0.002 * rng.standard_normal(points.shape), colors)


def test_two_things_that_touch_are_two_when_their_colours_differ():
    red, blue = thing("block", "red", at=(0.50, 0.0)), thing("block", "blue", at=(0.50, 0.045))
    (first, second), look = seen(red, blue)
    found = detect(cloud_of((first, 0), (second, 2)), look, CATALOGUE, lambda x, y: 0.0)
    assert sorted((o.color, o.kind) for o in found) == [("blue", "block"), ("red", "block")]
    for one in (red, blue):
        (match,) = [o for o in found if o.color == one.color]
        assert match.position == pytest.approx(one.position, abs=0.004)


def test_two_things_of_one_colour_that_touch_are_two():
    can, box = thing("can", at=(0.50, 0.0)), thing("box", at=(0.50, 0.073))
    clouds, look = seen(can, box)
    found = detect(cloud_of(*((c, 0) for c in clouds)), look, CATALOGUE, lambda x, y: 0.0)
    assert sorted(o.kind for o in found) == ["box", "can"]


def test_what_fits_no_kind_is_called_thing_with_the_box_around_it():
    angles, heights = np.meshgrid(np.linspace(0, 2 * np.pi, 24), np.linspace(0.0, 0.2, 60))
    pole = np.column_stack(
        [0.5 + 0.01 * np.cos(angles.ravel()), 0.01 * np.sin(angles.ravel()), heights.ravel()]
    )
    look = Look(np.full((200, 200), 1.0, np.float32), ABOVE)
    (found,) = detect(Cloud(pole, np.zeros(len(pole), int)), look, CATALOGUE, lambda x, y: 0.0)
    assert (found.kind, found.color) == (THING, "red")
    assert found.position == pytest.approx((0.5, 0.0, 0.1), abs=1e-3)
    assert found.size == pytest.approx((0.02, 0.02, 0.2), abs=1e-3)
    assert found.confidence <= 0.5


def test_two_separated_blobs_give_two_things_and_a_speck_none():
    clouds, look = seen(thing("can", at=(0.45, -0.1)), thing("can", at=(0.55, 0.1)))
    speck = np.array([[0.5, 0.0, 0.03]])
    found = detect(cloud_of((clouds[0], 0), (clouds[1], 0), (speck, 0)), look, CATALOGUE, lambda x, y: 0.0)
    assert [o.kind for o in found] == ["can", "can"]
