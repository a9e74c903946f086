"""Room for the hand, on distances that can be checked by hand."""

import numpy as np
import pytest

from legion_ros.core import Fixture, GroundedSkill, Object, Scene, Tool
from legion_ros.core.clearance import beside, clearance, grips, room
from legion_ros.core.observation import OBSERVATION, observe

UP = np.array([1.0, 0, 0, 0])


def block(x, y):  # 0.045 m, its middle at 0.0225 m: the hand's underside comes 0.037 m over that
    return Object("block", "block", "blue", "box", np.array([x, y, 0.0225]), UP, np.full(3, 0.045))


def can(x, y):
    size = np.array([0.062, 0.062, 0.10])
    return Object("can", "can", "red", "cylinder", np.array([x, y, 0.05]), UP, size)


def box(x, y):  # narrow along x: the fingers close along x, the tool turns by 90 degrees
    return Object("box", "box", "red", "box", np.array([x, y, 0.03]), UP, np.array([0.04, 0.08, 0.06]))


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((0.0, 0.20), 0.20 - 0.102 - 0.031),  # past the end of the hand, which is 0.204 m long
        ((0.0, 0.10), 0.10 - 0.102 - 0.031),  # its middle 0.002 m inside the end
        ((0.10, 0.0), 0.10 - 0.032 - 0.031),  # beside the hand, which is 0.064 m deep
        ((0.062, 0.142), 0.05 - 0.031),  # off the hand's corner by (0.03, 0.04) m
    ],
)
def test_room_is_what_lies_between_the_hand_and_a_tall_thing(place, expected):
    got = room(block(0.0, 0.0), [can(*place)], np.array([0.0]))  # the hand lies along y
    assert got[0] == pytest.approx(expected)


def test_the_hand_passes_over_what_is_lower_than_its_underside_but_not_the_fingers():
    low = block(0.0, 0.11)  # its top at 0.045 m, the hand's underside at 0.0595 m
    corner = np.hypot(0.0225, 0.0225)
    assert room(block(0.0, 0.0), [low], np.array([0.0]))[0] == pytest.approx(0.11 - 0.066 - corner)


def test_alone_there_is_no_end_of_room():
    assert clearance(block(0.0, 0.0), []) == float("inf")


def test_what_is_square_can_be_taken_both_ways_and_what_is_narrow_one_way():
    assert len(grips(block(0, 0))) == 2
    assert grips(box(0, 0)) == pytest.approx([np.pi / 2])
    between = [can(0.10, 0.0), can(-0.10, 0.0)]
    assert clearance(block(0, 0), between) == pytest.approx(0.10 - 0.032 - 0.031)  # along y
    assert clearance(box(0, 0), between) == pytest.approx(0.10 - 0.102 - 0.031)  # it can't turn


def turn(scene, name):
    return float(OBSERVATION.unpack(observe(scene, GroundedSkill("put", name, "bin")))["object_turn"][0])


def scene_of(*things, tool=(0.5, 0.0, 0.25)):
    bin_ = np.array([0.43, -0.46, 0.006])
    fixture = Fixture("bin", "bin", bin_, np.array([0.3, 0.24, 0.1]), bin_)
    return Scene(0.0, things, (fixture,), Tool(np.array(tool), 0.0, 0.08))


def test_the_hand_turns_away_from_a_neighbour_before_it_goes_down():
    beside = scene_of(block(0.5, 0.0), can(0.5, 0.10))
    assert abs(turn(beside, "block")) == pytest.approx(np.pi / 2)
    assert turn(scene_of(block(0.5, 0.0), can(0.60, 0.0)), "block") == pytest.approx(0.0, abs=1e-6)


def test_round_things_are_taken_as_the_hand_comes_where_there_is_room():
    ball = Object("ball", "ball", "red", "sphere", np.array([0.5, 0.0, 0.03]), UP, np.full(3, 0.06))
    assert turn(scene_of(ball, can(0.62, 0.0)), "ball") == 0.0
    assert abs(turn(scene_of(ball, can(0.5, 0.12)), "ball")) > 0.3


def test_with_the_fingers_around_it_nothing_turns_any_more():
    beside = scene_of(block(0.5, 0.0), can(0.5, 0.10), tool=(0.5, 0.01, 0.03))
    assert turn(beside, "block") == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((0.10, 0.09), 0.09 - 0.062),  # beside the middle of the way; two cans' radii are 0.062 m
        ((0.25, 0.0), 0.05 - 0.062),  # beyond its end
        ((-0.10, 0.0), 0.10 - 0.062),  # behind its start
    ],
)
def test_room_beside_a_way_is_what_lies_between_it_and_the_nearest_thing(place, expected):
    far = can(0.0, 0.5)
    assert beside(can(0.0, 0.0), np.array([0.2, 0.0]), [far, can(*place)]) == pytest.approx(expected)


def test_a_way_past_nothing_has_no_end_of_room():
    assert beside(can(0.0, 0.0), np.array([0.2, 0.0]), []) == float("inf")
