"""The Franka driver with an arm that stops itself, falls silent or is gone; libfranka is a fake here."""

import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from legion_ros.core.command import ToolCommand
from legion_ros.core.robot import RobotError
from legion_ros.robots import franka, load_robot
from legion_ros.robots.checking import checked_kinematics

STILL = ToolCommand(np.zeros(3), 0.0, 0.04)
LEFT = ToolCommand(np.array([0.0, 0.1, 0.0]), 0.0, 0.04)


class FakeRobot:
    """As much of franky.Robot as the driver uses."""

    def __init__(self):
        self.time, self.motions, self.trouble, self.recovers, self.gone = 1.0, [], "", True, False
        self.is_in_control, self.mode = False, "Idle"
        self.wrench, self.load, self.too_heavy = np.zeros(6), None, ""

    @property
    def state(self):
        if self.gone:
            raise RuntimeError("UDP receive timeout")
        q = np.array(load_robot("franka").home)
        moment = SimpleNamespace(to_sec=lambda: self.time)
        return SimpleNamespace(
            q=q,
            dq=np.zeros(7),
            time=moment,
            robot_mode=self.mode,
            current_errors="[cartesian_reflex]",
            O_F_ext_hat_K=self.wrench,
        )

    def move(self, motion, asynchronous):
        self.motions.append(motion)

    def poll_motion(self):
        if self.trouble:
            trouble, self.trouble = self.trouble, ""
            raise RuntimeError(trouble)

    def recover_from_errors(self):
        self.mode = "Idle"
        return self.recovers

    def set_load(self, *load):
        if self.too_heavy:
            raise RuntimeError(self.too_heavy)
        self.load = load

    def stop(self):
        pass

    def join_motion(self, timeout):
        pass


class FakeGripper:
    """As much of franky.Gripper as the driver uses."""

    def __init__(self, host):
        self.width = 0.04

    def grasp_async(self, *motion):
        return SimpleNamespace(wait=lambda timeout: True)

    move_async = grasp_async


@pytest.fixture
def robot():
    return FakeRobot()


@pytest.fixture
def franky(robot, monkeypatch):
    module = SimpleNamespace(
        Robot=lambda host, **options: robot,
        Gripper=FakeGripper,
        RealtimeConfig=SimpleNamespace(Ignore=0, Enforce=1),
        RobotMode=SimpleNamespace(Reflex="Reflex", UserStopped="UserStopped"),
        Duration=lambda ms: ms,
        JointVelocityMotion=lambda speeds, duration: (speeds, duration),
    )
    monkeypatch.setattr(franka, "_franky", lambda: module)
    return module


@pytest.fixture
def arm(franky):
    config = load_robot("franka")
    made = franka.FrankaArm(config, checked_kinematics(config), "127.0.0.1")
    yield made
    made.close()


def step(arm, robot, command):
    robot.time += 0.02
    arm.read()
    arm.command(command)


def test_a_velocity_becomes_a_short_motion_that_ends_by_itself(arm, robot):
    for _ in range(5):
        step(arm, robot, LEFT)
    speeds, milliseconds = robot.motions[-1]
    assert milliseconds == 120
    assert speeds[0] > 0.05  # to the left is a turn of the base
    assert (np.abs(speeds) <= arm.config.joint_speed).all()


def test_the_arms_own_estimate_of_what_pushes_it_is_passed_on(arm, robot):
    robot.time, robot.wrench = robot.time + 0.02, np.array([1.0, -2.0, 9.0, 0.1, 0.2, 0.3])
    np.testing.assert_array_equal(arm.read().tool.force, [1.0, -2.0, 9.0])


def test_an_arm_that_estimates_no_force_does_not_say_that_there_is_none(arm, robot):
    robot.time += 0.02
    assert arm.read().tool.force is None


def test_a_stop_of_an_arm_that_is_held_back_turns_no_joint_back(arm, robot):
    for _ in range(30):  # it is told to move and does not
        step(arm, robot, LEFT)
    robot.is_in_control = True
    step(arm, robot, STILL)
    assert np.abs(robot.motions[-1][0]).max() == 0.0


def test_an_arm_whose_clock_stands_still_has_no_new_state(arm, robot):
    before = arm.read().time
    assert arm.read().time == before
    robot.time += 0.001
    assert arm.read().time > before


def test_no_motion_is_begun_to_stand_still(arm, robot):
    for _ in range(5):
        step(arm, robot, STILL)
    assert not robot.motions


def test_a_reflex_ends_all_motion_until_a_person_resets_it(arm, robot):
    step(arm, robot, LEFT)
    robot.trouble = "libfranka: Move command aborted: motion aborted by reflex! [cartesian_reflex]"
    with pytest.raises(RobotError, match=re.escape("the arm stopped itself: libfranka: Move command")):
        step(arm, robot, LEFT)
    assert "cartesian_reflex" in arm.fault
    with pytest.raises(RobotError, match="the arm stopped itself"):
        step(arm, robot, LEFT)
    arm.recover()
    assert arm.fault == ""
    count = len(robot.motions)
    for _ in range(3):
        step(arm, robot, LEFT)
    assert len(robot.motions) > count


def carrying():
    inertia = (2e-3, 1e-4, 0.0, 1e-4, 2e-3, 0.0, 0.0, 0.0, 3e-3)
    centre = (0.0, 0.01, 0.06)
    return replace(load_robot("franka"), payload=1.2, payload_centre=centre, payload_inertia=inertia)


def test_the_arm_is_told_what_it_carries_where_that_is_and_how_it_resists_turning(franky, robot):
    config = carrying()
    made = franka.FrankaArm(config, checked_kinematics(config))
    made.close()
    assert robot.load == (1.2, [0.0, 0.01, 0.06], [2e-3, 1e-4, 0.0, 1e-4, 2e-3, 0.0, 0.0, 0.0, 3e-3])


def test_an_arm_that_carries_nothing_is_told_nothing(arm, robot):
    assert robot.load is None


def test_a_payload_that_the_arm_refuses_is_said(franky, robot):
    config, robot.too_heavy = carrying(), "libfranka: Set Load command rejected: invalid argument!"
    with pytest.raises(
        RobotError, match=r"127.0.0.1 did not take the payload of 1.2 kg: libfranka: Set Load"
    ):
        franka.FrankaArm(config, checked_kinematics(config))


def test_a_person_who_pushes_the_button_stops_it_too(arm, robot):
    robot.mode = "Reflex"
    robot.mode = SimpleNamespace(name="Reflex")
    arm._franky.RobotMode.Reflex = robot.mode
    arm.read()
    assert arm.fault == "the arm stopped itself: Reflex, [cartesian_reflex]"


def test_an_arm_that_will_not_recover_says_so(arm, robot):
    robot.trouble, robot.recovers = "reflex", False
    arm.read()
    with pytest.raises(RobotError, match="127.0.0.1 did not recover: look at it"):
        arm.recover()
    assert arm.fault


def test_a_connection_that_is_lost_is_an_error_of_its_own(arm, robot):
    robot.gone = True
    with pytest.raises(RobotError, match="connection to 127.0.0.1 lost: UDP receive timeout"):
        arm.read()
    with pytest.raises(RobotError, match="connection to 127.0.0.1 lost"):
        arm.command(LEFT)
    robot.gone = False
    robot.time += 1.0
    arm.recover()
    assert arm.fault == ""


def test_an_arm_whose_clock_stands_still_is_silent(arm, monkeypatch):
    monkeypatch.setattr(franka, "SILENCE", -1.0)
    with pytest.raises(RobotError, match="127.0.0.1 has been silent for -1 s: is the arm switched on"):
        arm.read()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_moves_nothing(arm, robot, bad):
    with pytest.raises(RobotError, match="holds NaN or infinity: finite numbers are valid"):
        arm.command(ToolCommand(np.array([bad, 0.0, 0.0]), 0.0, 0.04))
    assert not robot.motions


def test_without_franky_control_it_says_what_to_install(monkeypatch):
    def missing(name):
        raise ImportError("No module named 'franky'")

    monkeypatch.setattr(franka.importlib, "import_module", missing)
    config = load_robot("franka")
    with pytest.raises(RobotError, match=re.escape("pip install 'legion_ros[franka]'")):
        franka.FrankaArm(config, checked_kinematics(config))


def test_nobody_at_the_address_is_said_with_what_to_do():
    pytest.importorskip("franky", reason="franky-control is not installed")
    config = load_robot("franka")
    with pytest.raises(RobotError, match=r"no Franka arm at 127.0.0.254: .*switch it on, unlock it"):
        franka.FrankaArm(config, checked_kinematics(config), "127.0.0.254")


@pytest.mark.slow
def test_the_protocol_carries_the_payload_to_a_simulated_arm():
    pytest.importorskip("franky", reason="franky-control is not installed")
    from legion_sim.franka import FrankaServer

    config, server = carrying(), FrankaServer("127.0.77.7")
    server.start()
    try:
        made = franka.FrankaArm(config, checked_kinematics(config), "127.0.77.7")
        state = made._robot.state
        made.close()
    finally:
        server.close()
    assert state.m_load == pytest.approx(1.2)
    assert np.allclose(state.F_x_Cload, [0.0, 0.01, 0.06])
    assert np.allclose(np.ravel(state.I_load), config.payload_inertia)
