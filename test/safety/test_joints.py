import math

import pytest

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
