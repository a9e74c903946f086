"""The simulated Franka arm beside a driver that has no turn for a while: real protocol, real processes."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import numpy as np
import pytest

pytestmark = pytest.mark.slow
DRIVER = """
import sys, time
import numpy as np
from legion_ros.core.command import ToolCommand
from legion_ros.core.robot import RobotError
from legion_ros.robots import load_robot
from legion_ros.robots.checking import checked_kinematics
from legion_ros.robots.franka import FrankaArm

config = load_robot("franka")
arm = FrankaArm(config, checked_kinematics(config), sys.argv[1])
print("ready", flush=True)
begun = time.monotonic()
while not arm.fault:
    arm.read()
    there = 1.0 if (time.monotonic() - begun) % 1.0 < 0.5 else -1.0
    try:
        arm.command(ToolCommand(there * np.array([0.15, 0.2, 0.1]), 0.0, 0.08))
    except RobotError:
        pass
    time.sleep(0.02)
print(arm.fault, flush=True)
arm.recover()
print("recovered", flush=True)
"""


@pytest.fixture
def server():
    pytest.importorskip("franky", reason="franky-control is an extra: pip install 'legion_ros[franka]'")
    from legion_sim.franka import FrankaServer

    made = FrankaServer("127.0.77.8", seed=3)
    made.start()
    yield made
    made.close()


@pytest.fixture
def driver(server):
    command = [sys.executable, "-c", DRIVER, "127.0.77.8"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


@contextmanager
def frozen(process):
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)


def speeds(server):
    """(7,) rad/s of the joints."""
    return server.ask(lambda s: np.array(s.robot.inner_state.dq))


def joints(server):
    """(7,) rad."""
    return server.ask(lambda s: np.array(s.robot.inner_state.q))


def test_an_arm_whose_driver_has_no_turn_for_a_while_never_gets_faster_than_it_was_told_to(server, driver):
    from legion_ros.robots import load_robot

    limits, seen = np.array(load_robot("franka").joint_speed), []
    # at any point of its acceleration
    for pause in np.random.default_rng(0).uniform(0.05, 0.25, 40):
        time.sleep(pause)
        with frozen(driver):
            time.sleep(0.1)
        end = time.monotonic() + 0.05
        while time.monotonic() < end:
            seen.append(np.abs(speeds(server)) / limits)
    assert driver.poll() is None, driver.stdout.read()
    assert np.max(seen) > 0.5  # it was driven hard
    assert np.max(seen) < 1.1


def test_an_arm_whose_driver_falls_silent_in_motion_stops_itself_and_can_be_reset(server, driver):
    time.sleep(0.3)  # in full swing
    with frozen(driver):
        time.sleep(0.8)
        before = joints(server)
        time.sleep(0.2)
        assert np.abs(joints(server) - before).max() < 1e-3
    assert "the arm stopped itself" in (said := driver.stdout.readline()), said
    assert "recovered\n" in driver.stdout
