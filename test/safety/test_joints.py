import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legion_ros.safety import JointLimit, JointWatch

WATCH = JointWatch({"elbow": JointLimit(-3.0, -0.1, 2.0)}, slack=0.01, fast=1.1)


def test_a_joint_inside_its_limits_is_no_fault_and_unknown_ones_are_not_looked_at():
    assert WATCH.fault(["elbow", "finger"], [-2.0, 99.0], [1.9, 99.0]) == ""
    assert WATCH.fault(["elbow"], [-3.009], []) == ""


@pytest.mark.parametrize(
    ("position", "speed", "words"),
    [
        (-3.02, 0.0, "elbow is at -3.020; -3 to -0.1 is allowed"),
        (-0.05, 0.0, "elbow is at -0.050"),
        (-2.0, 2.3, "elbow moves at 2.30 a second; 2 is allowed"),
        (-2.0, -2.3, "elbow moves at -2.30"),
        (math.nan, 0.0, "NaN"),
        (-2.0, math.inf, "NaN or infinite"),
    ],
)
def test_a_fault_says_which_joint_and_what_is_allowed(position, speed, words):
    assert words in WATCH.fault(["elbow"], [position], [speed])


def test_numbers_that_do_not_belong_to_the_names_are_a_fault():
    assert WATCH.fault(["elbow"], [], []) == "1 joints, but 0 positions and 0 speeds"


def arm():
    return JointWatch({"elbow": JointLimit(-3.0, -0.1, 2.0), "wrist": JointLimit(0.0, 1.0, 2.0)}, slack=0.01)


def test_an_arm_without_one_of_its_joints_is_a_fault_and_a_gripper_says_nothing_of_it():
    watch = arm()
    assert watch.fault(["wrist", "finger"], [0.5, 0.0], []) == "joint states without elbow"
    assert watch.fault(["wrist", "finger", "elbow"], [0.5, 0.0, -1.0], []) == ""
    for names in ([], ["finger"]):
        assert watch.fault(names, [0.0] * len(names), []) == "" and not watch.covers(names)
    assert watch.covers(["finger", "elbow"])


def test_after_a_reset_a_joint_may_come_back_from_where_it_is_and_not_get_farther_out():
    watch, names = arm(), ["elbow", "wrist"]
    assert "elbow is at 0.100; -3 to -0.1 is allowed" in watch.fault(names, [0.1, 0.5], [])
    watch.reset()
    assert watch.returning
    assert watch.fault(names, [0.105, 0.5], []) == ""  # no more than a measurement may be wrong by
    assert watch.fault(names, [0.05, 0.5], []) == ""
    assert "elbow is at 0.070, farther out of -3 to -0.1 than it was" in watch.fault(names, [0.07, 0.5], [])
    assert watch.fault(names, [-0.2, 0.5], []) == ""
    assert not watch.returning
    assert "-3 to -0.1 is allowed" in watch.fault(names, [0.0, 0.5], [])  # it was back: that was forgotten


def test_what_is_allowed_to_one_joint_is_not_to_another_nor_to_go_fast():
    watch, names = arm(), ["elbow", "wrist"]
    watch.fault(names, [0.1, 0.5], [])
    watch.reset()
    assert "wrist is at 1.200" in watch.fault(names, [0.1, 1.2], [])
    assert "elbow moves" in watch.fault(names, [0.1, 0.5], [3.0, 0.0])


def test_of_two_joints_that_are_out_a_reset_lets_both_come_back():
    watch, names = arm(), ["elbow", "wrist"]
    assert "elbow" in watch.fault(names, [0.1, 1.2], [])
    watch.reset()
    assert watch.fault(names, [0.1, 1.2], []) == ""


@given(st.lists(st.floats(-0.2, 0.2), max_size=50))
def test_after_a_reset_no_joint_is_ever_farther_out_than_the_slack_beyond_its_best(steps):
    watch, place, best = JointWatch({"x": JointLimit(-9.0, 0.0, 1.0)}, slack=0.01), 0.5, 0.5
    watch.fault(["x"], [place], [])
    watch.reset()
    for step in steps:
        place += step
        fault = watch.fault(["x"], [place], [])
        assert bool(fault) == (place > max(0.0, best) + 0.01)
        best = min(best, place) if place > 0.01 and best > 0.0 else 0.0
