"""What every arm does, whoever made it: one test for MuJoCo, the libfranka protocol, and ros2_control."""

import os
import signal
from importlib.util import find_spec

import numpy as np
import pytest
from fake_controller import TOO_FAST
from running_arm import BACK_ENDS, RunningArm

from legion_ros.core.command import Limits

pytestmark = pytest.mark.slow
SPEED = 0.1  # m/s


@pytest.fixture(scope="module", params=sorted(BACK_ENDS))
def arm(request):
    if request.param == "franka" and find_spec("franky") is None:
        pytest.skip("franky-control is not installed: pip install 'legion_ros[franka]'")
    with RunningArm(request.param) as running:
        running.wait(lambda: running.states and running.joints, 60.0, "first state")
        yield running


def test_states_come_often_with_finite_numbers_and_stamps_that_go_on(arm):
    before = len(arm.states)
    arm.wait(lambda: len(arm.states) > before + 40 and len(arm.joints) > 40, 60.0, "states")
    stamps = np.array([s.header.stamp.sec + s.header.stamp.nanosec * 1e-9 for s in arm.states])
    assert (np.diff(stamps) > 0).all()
    assert np.median(np.diff(stamps)) <= 1 / 15
    for message in arm.joints:
        assert len(message.name) == len(message.position) == len(message.velocity) == 9
        assert np.isfinite([*message.position, *message.velocity]).all()
    for s in arm.states:
        assert np.isfinite([s.position.x, s.position.y, s.position.z, s.yaw, s.opening]).all()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_velocity_moves_the_tool_that_way_and_it_holds_when_commands_cease(arm, axis):
    velocity = np.zeros(3)
    velocity[axis] = -SPEED if axis == 2 else SPEED
    start, began = arm.rest(), arm.stamp
    arm.drive(lambda: arm.stamp - began > 0.6, "0.6 s of motion", velocity=velocity)
    last, took = arm.tool.position, arm.stamp - began
    gone = arm.rest() - start
    along = gone @ velocity / SPEED
    assert 0.5 * SPEED * took - 0.01 < along < SPEED * (took + 0.5)  # a command counts for a while
    assert np.abs(np.delete(gone, axis)).max() < 0.01
    assert np.linalg.norm(arm.tool.position - last) < 0.5 * SPEED + 0.01


def test_what_is_not_finite_is_refused_and_said(arm):
    place = arm.rest()
    for bad in (np.nan, np.inf):
        count = len(arm.states)
        arm.drive(lambda n=count: len(arm.states) > n + 10, "states", velocity=(bad, 0.0, 0.0))
    arm.wait(lambda: "NaN" in arm.health(), 30.0, "word of the refusal")
    assert np.abs(arm.rest() - place).max() < 0.005


@pytest.mark.parametrize("opening", [0.03, 0.07])
def test_the_fingers_go_where_they_are_told(arm, opening):
    arm.drive(lambda: abs(arm.tool.opening - opening) < 0.004, f"opening {opening}", opening=opening)


def test_the_wrist_turns_at_the_rate_it_is_told(arm):
    yaw, began = arm.tool.yaw, arm.stamp
    arm.drive(lambda: arm.stamp - began > 0.5, "0.5 s of turning", yaw_rate=0.6)
    took = arm.stamp - began
    arm.rest()
    assert 0.5 * 0.6 * took < arm.tool.yaw - yaw < 0.6 * (took + 0.5)


def test_the_workspace_is_not_left(arm):
    top = Limits().high[2]
    arm.drive(lambda: arm.tool.position[2] > top - 0.02, "top", velocity=(0.0, 0.0, 0.3))
    began = arm.stamp
    arm.drive(lambda: arm.stamp - began > 0.5, "0.5 s more", velocity=(0.0, 0.0, 0.3))
    assert arm.rest()[2] < top + 0.01


def falls_silent(arm):
    """What is published from 100 ms after now on."""
    arm.spin_for(0.1)
    count = len(arm.states)
    arm.spin_for(0.3)
    return len(arm.states) - count


def test_an_arm_whose_controller_hangs_is_not_made_out_to_be_there(arm):
    if arm.controller is None:
        pytest.skip("the simulated arm is its own controller")
    place, began = arm.rest(), arm.stamp
    arm.drive(lambda: arm.stamp - began > 0.2, "0.2 s of motion", velocity=(0.0, 0.0, SPEED))
    with arm.interrupted():
        assert falls_silent(arm) == 0
    arm.reset()
    count = len(arm.states)
    arm.wait(lambda: len(arm.states) > count + 10, 30.0, "states after it")
    assert arm.rest()[2] - place[2] < SPEED * 0.8  # no more than it was told to before


def test_a_controller_that_repeats_itself_says_nothing_new(arm):
    if arm.controller != "fake_controller":
        pytest.skip("only messages can be repeated: the protocol's states are counted by the arm's clock")
    with arm.interrupted(signal.SIGUSR1, signal.SIGUSR1):
        assert falls_silent(arm) == 0
    arm.reset()
    count = len(arm.states)
    arm.wait(lambda: len(arm.states) > count + 10, 30.0, "states after it")


def test_no_trajectory_asked_a_joint_to_be_faster_than_it_may(arm):
    assert not [line for line in arm.lines if TOO_FAST in line]


def test_a_back_end_killed_with_9_comes_back_and_obeys(arm):
    os.kill(arm.supervisor.pids[arm.name], signal.SIGKILL)
    arm.wait(lambda: any(e.process == arm.name for e in arm.exits), 20.0, "its end")
    count = len(arm.states)
    arm.wait(lambda: len(arm.states) > count + 20, 90.0, "states of its successor")
    place = arm.rest()
    arm.drive(lambda: arm.tool.position[2] < place[2] - 0.02, "motion after it", velocity=(0.0, 0.0, -SPEED))
