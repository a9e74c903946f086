"""What somebody else has moved is told from what the arm has moved."""

import numpy as np

from legion_ros.core import GroundedSkill
from legion_ros.skills.witness import Witness

from .scenes import SPOTS, scene

AWAY = (0.40, 0.0, 0.40)  # the tool, far from everything


def seen(witness, *scenes, step=None):
    """What each look at a scene gives."""
    return [witness.moved(where, step) for where in scenes]


def at(**spots):
    return scene(SPOTS | spots, tool=AWAY)


def test_what_stays_has_not_moved():
    assert seen(Witness(), at(), at(), at()) == [[], [], []]


def test_a_thing_that_lies_elsewhere_at_rest_was_moved_once():
    there = at(yellow_ball=(0.42, -0.05))  # 9 cm from where it was
    assert seen(Witness(), at(), at(), there, there, there) == [[], [], [], ["yellow_ball"], []]


def test_less_than_four_centimetres_is_no_move():
    there = at(yellow_ball=(0.42, -0.11))
    assert seen(Witness(), at(), at(), there, there) == [[], [], [], []]


def test_what_the_arm_works_on_was_moved_by_the_arm():
    there = at(yellow_ball=(0.42, -0.05))
    step = GroundedSkill("push", "yellow_ball", "middle")
    assert seen(Witness(), at(), at(), there, there, step=step) == [[], [], [], []]


def test_what_the_arm_came_near_to_is_no_sign_of_somebody():
    x, y = 0.42, -0.05
    near = scene(SPOTS | {"yellow_ball": (x, y)}, tool=(x, y, 0.10))
    gone = at(yellow_ball=(x, y))
    assert seen(Witness(), at(), at(), near, near, gone, gone) == [[]] * 6


def test_a_thing_that_is_seen_for_the_first_time_has_not_moved():
    few = scene({"red_can": SPOTS["red_can"]}, tool=AWAY)
    assert np.all([not moved for moved in seen(Witness(), few, few, at(), at())])
