"""What the catalogue of skills accepts, aims at and calls success."""

import numpy as np
import pytest

from legion_ros.core import SKILLS, Fixture, GroundedSkill, LegionError, Object, Scene, Tool

UPRIGHT = np.array([1.0, 0, 0, 0])
BIN = Fixture(
    "bin", "bin", np.array([0.4, -0.4, 0.0]), np.array([0.3, 0.24, 0.1]), np.array([0.4, -0.4, 0.1])
)


def can(x, y, z=0.05, name="red_can"):
    return Object(name, "can", "red", "cylinder", np.array([x, y, z]), UPRIGHT, np.array([0.06, 0.06, 0.10]))


def drawer(joint):
    handle = np.array([0.5 - joint, 0.4, 0.1])
    return Fixture(
        "drawer", "drawer", np.array([0.7 - joint, 0.4, 0.0]), np.full(3, 0.16), handle, joint, 0.18
    )


def scene(*things, tool=(0.5, 0.0, 0.3), opening=0.08, joint=0.0):
    return Scene(0.0, things, (BIN, drawer(joint)), Tool(np.array(tool, float), 0.0, opening))


def test_put_succeeds_when_the_can_is_in_the_bin_and_let_go():
    put = GroundedSkill("put", "red_can", "bin")
    assert not put.succeeded(scene(can(0.5, 0.0)))
    assert put.succeeded(scene(can(0.4, -0.4)))
    assert not put.succeeded(scene(can(0.4, -0.4), tool=(0.4, -0.4, 0.05), opening=0.06))  # still in the hand


def test_push_succeeds_within_three_centimetres_of_the_place():
    push = GroundedSkill("push", "red_can", "left")  # the place is (.49, .15)
    assert push.succeeded(scene(can(0.49, 0.125)))
    assert not push.succeeded(scene(can(0.49, 0.115)))
    in_hand = scene(can(0.49, 0.15), tool=(0.49, 0.15, 0.05), opening=0.06)
    assert not push.succeeded(in_hand)


def test_reach_succeeds_six_centimetres_over_the_object():
    reach = GroundedSkill("reach", "red_can")  # its top is at .10
    assert reach.succeeded(scene(can(0.5, 0.0), tool=(0.5, 0.0, 0.165)))
    assert not reach.succeeded(scene(can(0.5, 0.0), tool=(0.5, 0.0, 0.20)))


def test_opening_aims_at_where_the_handle_will_be():
    goal = GroundedSkill("open", target="drawer").goal(scene(joint=0.05))
    assert goal == pytest.approx([0.45 - 0.13, 0.4, 0.1])
    goal = GroundedSkill("close", target="drawer").goal(scene(joint=0.05))
    assert goal == pytest.approx([0.5, 0.4, 0.1])


def test_things_are_put_where_the_bin_is_empty():
    put = GroundedSkill("put", "red_can", "bin")
    assert put.goal(scene(can(0.5, 0.0))) == pytest.approx([0.4, -0.4, 0.0])
    # one lies in the far left corner: the near right one is farthest from it
    goal = put.goal(scene(can(0.5, 0.0), can(0.49, -0.34, name="blue_can")))
    assert goal == pytest.approx([0.31, -0.46, 0.0])


def test_where_there_is_no_room_beside_the_middle_two_things_go_into_opposite_corners():
    put = GroundedSkill("put", "red_can", "drawer")
    here = scene(can(0.5, 0.0))
    drawer = here.fixture("drawer")
    assert (drawer.size[:2] / 2 - 0.06).max() < 0.05
    first = put.goal(here) - drawer.position
    x, y = drawer.position[:2] + first[:2]
    second = put.goal(scene(can(0.5, 0.0), can(x, y, name="blue_can"))) - drawer.position
    assert second == pytest.approx(-first)
    assert np.linalg.norm(first) > 0


@pytest.mark.parametrize(
    ("skill", "message"),
    [
        (GroundedSkill("fly"), "no skill 'fly'; known: reach, put"),
        (GroundedSkill("put", "red_can", "sink"), "no target 'sink' for put; known: bin, drawer"),
        (GroundedSkill("put", "", "bin"), "put takes an object"),
        (GroundedSkill("open", "red_can", "drawer"), "open takes no object"),
        (GroundedSkill("reach", "piano"), "no object 'piano' in the scene; there are: red_can"),
        (GroundedSkill("press", target="button"), "no fixture 'button' in the scene; there are: bin, drawer"),
    ],
)
def test_what_cannot_be_done_here_is_an_error_that_says_what_can(skill, message):
    with pytest.raises(LegionError, match=message):
        skill.check(scene(can(0.5, 0.0)))


def test_every_skill_has_a_time_limit_within_which_a_person_would_still_wait():
    assert all(1.0 <= skill.time_limit <= 20.0 for skill in SKILLS.values())


def test_a_grounded_skill_reads_like_a_call():
    assert str(GroundedSkill("put", "red_can", "bin")) == "put(red_can, bin)"
    assert str(GroundedSkill("press", target="button")) == "press(button)"
