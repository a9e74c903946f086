"""Which thing is taken first."""

from legion_ros.core import GroundedSkill
from legion_ros.skills.operators import Action
from legion_ros.skills.ordering import easiest_first

from .scenes import scene


def put(name):
    return Action(GroundedSkill("put", name, "bin"), *[frozenset()] * 6)


def order(spots, *names):
    return [action.skill.object for action in easiest_first([put(name) for name in names], scene(spots))]


def test_what_leaves_the_hand_no_room_goes_first_though_its_way_is_longer():
    # cans on two sides of the block, 0.10 m away: whichever way the hand turns, it would hit one of them
    spots = {"green_block": (0.48, 0.30), "red_can": (0.58, 0.30), "blue_can": (0.48, 0.20)}
    assert order(spots, "green_block", "red_can", "blue_can")[0] != "green_block"


def test_with_room_enough_the_nearest_goes_first():
    spots = {"green_block": (0.48, 0.20), "red_can": (0.48, -0.10)}  # the bin is at (0.5, 0.42)
    assert order(spots, "red_can", "green_block") == ["green_block", "red_can"]
