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


def test_what_stands_in_the_way_of_a_thing_over_the_table_goes_first():
    def slid(spots):
        push = Action(GroundedSkill("push", "green_block", "near"), *[frozenset()] * 6)  # to (0.42, 0)
        plan = easiest_first([push, put("red_can")], scene(spots))
        return [str(action.skill) for action in plan]

    push, put_can = "push(green_block, near)", "put(red_can, bin)"
    # the block's way is 0.16 m, the can's to the bin is longer: only what is in the way changes the order
    assert slid({"green_block": (0.58, 0.0), "red_can": (0.50, -0.20)}) == [push, put_can]
    assert slid({"green_block": (0.58, 0.0), "red_can": (0.50, -0.04)}) == [put_can, push]
