"""Tool velocities to joint targets."""

import numpy as np
import pytest

from legion_ros.core.command import ToolCommand
from legion_ros.robots import load_robot
from legion_ros.robots.checking import checked_kinematics
from legion_ros.robots.servo import ToolServo

PERIOD = 0.02  # s


@pytest.fixture
def servo():
    config = load_robot("franka")
    return ToolServo(config, checked_kinematics(config))


def follow(servo, velocity, steps, joints=None, yaw_rate=0.0):
    """Where an arm that does what it is told ends up, (7,) rad."""
    joints = np.array(load_robot("franka").home) if joints is None else joints
    for _ in range(steps):
        joints = servo.aim(ToolCommand(np.array(velocity, float), yaw_rate, 0.0), joints, PERIOD)
    return joints


def test_a_tenth_of_a_metre_a_second_is_a_decimetre_after_one(servo):
    start, _ = servo.kinematics.forward(follow(servo, (0, 0, 0), 1))
    place, yaw = servo.kinematics.forward(follow(servo, (0, 0.1, 0), 50))
    assert np.allclose(place - start, (0, 0.1, 0), atol=2e-3)
    assert yaw == pytest.approx(0.0, abs=0.01)


def test_the_wrist_turns_and_the_tool_stays(servo):
    start, _ = servo.kinematics.forward(follow(servo, (0, 0, 0), 1))
    place, yaw = servo.kinematics.forward(follow(servo, (0, 0, 0), 50, yaw_rate=0.5))
    assert yaw == pytest.approx(0.5, abs=0.02)
    assert np.allclose(place, start, atol=2e-3)


def test_standing_still_is_not_creeping_away(servo):
    joints = follow(servo, (0, 0.2, 0), 40)
    start, _ = servo.kinematics.forward(joints)
    place, _ = servo.kinematics.forward(follow(servo, (0, 0, 0), 500, joints))
    assert np.abs(place - start).max() < 2e-3


def test_the_workspace_ends_where_it_ends_also_for_an_arm_that_overshoots(servo):
    joints = np.array(load_robot("franka").home)
    for _ in range(200):
        before = joints
        joints = servo.aim(ToolCommand(np.array([-0.3, 0, 0]), 0.0, 0.0), joints, PERIOD)
        joints = joints + 0.3 * (joints - before)  # goes farther than told
    place, _ = servo.kinematics.forward(servo.target)
    assert place[0] > load_robot("franka").workspace.low[0] - 0.003


def test_the_target_is_never_far_ahead_of_an_arm_that_is_stuck(servo):
    home = np.array(load_robot("franka").home)
    start, _ = servo.kinematics.forward(home)
    for _ in range(100):
        servo.aim(ToolCommand(np.array([0.2, 0, 0]), 0.0, 0.0), home, PERIOD)
    place, _ = servo.kinematics.forward(servo.target)
    assert 0.02 < place[0] - start[0] < 0.034


def test_no_joint_is_asked_to_turn_faster_than_it_may(servo):
    fastest, joints = np.array(load_robot("franka").joint_speed), np.array(load_robot("franka").home)
    for _ in range(60):
        target = servo.aim(ToolCommand(np.array([0.4, 0.4, -0.4]), 2.0, 0.0), joints, PERIOD)
        assert (np.abs(target - joints) <= fastest * PERIOD + 1e-9).all()
        joints = target


def test_after_a_release_it_begins_where_the_arm_is(servo):
    follow(servo, (0, 0.2, 0), 20)
    servo.release()
    assert servo.target is None
    home = np.array(load_robot("franka").home)
    assert np.allclose(servo.aim(ToolCommand(np.zeros(3), 0.0, 0.0), home, 0.0), home, atol=5e-3)


def test_a_wrist_that_is_blocked_is_not_wound_up(servo):
    home = np.array(load_robot("franka").home)
    for _ in range(60):  # 1.2 s at 1 rad/s
        servo.aim(ToolCommand(np.zeros(3), 1.0, 0.0), home, PERIOD)
    _, yaw = servo.kinematics.forward(servo.target)
    assert 0.08 < yaw < 0.12


def test_a_stop_drops_what_the_target_was_ahead_once(servo):
    home = np.array(load_robot("franka").home)
    for _ in range(60):
        servo.aim(ToolCommand(np.array([0.2, 0, 0]), 1.0, 0.0), home, PERIOD)
    assert np.array_equal(servo.aim(ToolCommand(np.zeros(3), 0.0, 0.0), home, PERIOD), home)
    assert not servo.way.any()
    sagged = home + 0.01
    assert np.array_equal(servo.aim(ToolCommand(np.zeros(3), 0.0, 0.0), sagged, PERIOD), home)


def test_an_arm_that_sags_under_its_weight_does_not_sink_with_each_stop(servo):
    home = np.array(load_robot("franka").home)
    sag = np.array([0, 0.003, 0, 0, 0, 0, 0])  # rad, of a controller without an integrator
    target = servo.aim(ToolCommand(np.zeros(3), 0.0, 0.0), home, PERIOD)
    for _ in range(20):
        for y in (0.1, -0.1, 0.0):
            target = servo.aim(ToolCommand(np.array([0, y, 0]), 0.0, 0.0), target + sag, PERIOD)
    assert np.abs(target - home).max() < 0.003


def test_a_standing_arm_that_somebody_pushes_away_stays_where_it_was_pushed(servo):
    home = np.array(load_robot("franka").home)
    servo.aim(ToolCommand(np.zeros(3), 0.0, 0.0), home, PERIOD)
    pushed = home + np.array([0.2, 0, 0, 0, 0, 0, 0])
    assert np.array_equal(servo.aim(ToolCommand(np.zeros(3), 0.0, 0.0), pushed, PERIOD), pushed)


def test_a_stall_is_not_made_up_for(servo):
    home = np.array(load_robot("franka").home)
    command = ToolCommand(np.zeros(3), 2.0, 0.0)
    servo.aim(command, home, 0.0)
    stalled = servo.aim(command, home, 0.4)
    assert np.abs(stalled - home).max() <= 0.1 * 2.5 + 1e-9


def test_a_wrist_that_a_person_turned_beyond_its_limit_comes_back_at_the_rate_it_is_told(servo):
    outside = np.array(load_robot("franka").home)
    outside[6] -= 2.6  # rad: a yaw of 2.6, where 2.4 is allowed
    _, yaw = servo.kinematics.forward(outside)
    assert yaw == pytest.approx(2.6, abs=1e-3)
    further = follow(servo, (0, 0, 0), 10, outside, yaw_rate=0.5)
    assert servo.kinematics.forward(further)[1] == pytest.approx(2.6, abs=0.01)
    back = follow(servo, (0, 0, 0), 10, further, yaw_rate=-0.5)
    assert servo.kinematics.forward(back)[1] == pytest.approx(2.5, abs=0.02)
