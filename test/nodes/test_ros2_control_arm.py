"""The driver behind ros2_control, without ROS between it and the controllers."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import rclpy
import yaml
from diagnostic_msgs.msg import DiagnosticStatus
from fake_controller import PERIOD, TOO_FAST, Arm
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from legion_ros.core.command import ToolCommand
from legion_ros.core.robot import RobotError
from legion_ros.nodes import ros2_control_node
from legion_ros.nodes.domain import free_domain
from legion_ros.nodes.ros2_control_node import Ros2ControlArm, Ros2ControlNode
from legion_ros.robots import load_robot
from legion_ros.robots.checking import checked_kinematics
from legion_ros.robots.loading import robot_file

STILL = ToolCommand(np.zeros(3), 0.0, 0.04)
LEFT = ToolCommand(np.array([0.0, 0.4, 0.0]), 0.0, 0.04)
TURN = ToolCommand(np.zeros(3), 2.0, 0.04)


class Workplace:
    """The driver and a fake of its controllers, with a clock that goes on when it is told to."""

    def __init__(self, monkeypatch):
        self.now = 100.0  # s
        monkeypatch.setattr(ros2_control_node, "time", SimpleNamespace(monotonic=lambda: self.now))
        config = load_robot("fr3_ros2_control")
        self.fake, self.sent, self.complaints, self.heard = Arm(config), [], [], None
        self.driver = Ros2ControlArm(config, checked_kinematics(config), self)

    def create_publisher(self, kind, topic, qos):
        return SimpleNamespace(publish=self.follow if kind is JointTrajectory else self.fake.close)

    def create_subscription(self, kind, topic, callback, qos):
        self.tell = callback

    def follow(self, message):
        self.sent.append(message)
        self.complaints += self.fake.follow(message)

    def stamped(self, message):
        message.header.stamp.sec, message.header.stamp.nanosec = 5000, round(1e9 * (self.now - 100))
        return message

    def step(self, command=None, stuck=()):
        """A beat of the driver, two periods of the controllers."""
        for _ in range(2):
            self.now += PERIOD
            for name in stuck:
                self.fake.joints[name].setpoint = self.fake.joints[name].goal = self.fake.joints[name].at
            self.tell(self.stamped(self.fake.step()))
        self.driver.read()
        if command is not None:
            self.driver.command(command)

    @property
    def joints(self):
        return np.array([self.fake.joints[name].at for name in self.fake.names])

    @property
    def target(self):
        return np.array(self.sent[-1].points[-1].positions)


@pytest.fixture
def place(monkeypatch):
    made = Workplace(monkeypatch)
    yield made
    assert not made.complaints


def test_the_time_of_a_state_is_the_controllers_own_and_a_repeated_message_is_no_new_one(place):
    message = place.stamped(place.fake.step())
    place.tell(message)
    assert place.driver.read().time == 5000.0
    place.now += 0.3
    place.tell(message)
    assert place.driver.read().time == 5000.0
    place.now += 0.3
    place.tell(message)
    with pytest.raises(RobotError, match="no new joint states on /controller/joint_states for 0.5 s"):
        place.driver.read()


def test_a_message_without_a_stamp_counts_from_when_it_comes(place):
    place.tell(place.fake.step())
    assert place.driver.read().time == 100.0
    place.now += 0.01
    place.tell(place.fake.step())
    assert place.driver.read().time == pytest.approx(100.01)


def test_a_clock_that_was_set_back_is_followed_and_a_message_that_was_overtaken_is_not(place):
    place.now = 105.0
    place.tell(place.stamped(place.fake.step()))
    for now, seen in ((104.9, 5005.0), (101.0, 5001.0), (101.01, 5001.01)):
        place.now = now
        place.tell(place.stamped(place.fake.step()))
        assert place.driver.read().time == pytest.approx(seen)


@pytest.mark.parametrize("told", ["nan", "nothing"])
def test_speeds_that_are_not_told_are_those_of_the_positions(place, told):
    for i in range(20):
        place.now += PERIOD
        message = place.stamped(place.fake.step())
        message.position[0] = 0.002 * i  # rad: a fifth of a rad/s
        message.velocity = [math.nan] * 9 if told == "nan" else []
        place.tell(message)
        state = place.driver.read()
    assert state.velocities[0] == pytest.approx(0.2)
    assert np.abs(state.velocities[1:]).max() == 0.0


def test_a_burst_of_messages_is_no_burst_of_speed(place):
    speeds = []
    for i in range(40):
        place.now = 100 + 0.04 * (i // 4) + 1e-4 * (i % 4)  # four at once, each 40 ms
        message = place.fake.step()
        message.position[0], message.velocity = 0.002 * i, []
        place.tell(message)
        speeds.append(place.driver.read().velocities[0])
    assert max(speeds) < 1.2 * 0.2


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_position_that_is_none_is_a_fault(place, bad):
    message = place.stamped(place.fake.step())
    message.position[3] = bad
    place.tell(message)
    with pytest.raises(RobotError, match="a joint state on /controller/joint_states holds NaN or infinity"):
        place.driver.read()


def test_a_stop_takes_the_target_back_to_where_the_joints_are_and_leaves_it_there(place):
    for _ in range(30):
        place.step(TURN, stuck=["fr3_joint7"])
    assert (
        0.08 < abs(place.target[6] - place.joints[6]) < 0.12
    )  # never far ahead, though 1.2 rad were asked for
    place.step(STILL, stuck=["fr3_joint7"])
    stopped = place.target
    assert np.allclose(stopped, place.joints, atol=1e-9)
    for _ in range(20):
        place.step(STILL)
    assert np.array_equal(place.target, stopped)


def test_a_hold_takes_the_target_back_once(place):
    for _ in range(10):
        place.step(LEFT)
    count = len(place.sent)
    for _ in range(3):
        place.driver.hold()
        place.step()
    assert len(place.sent) == count + 1
    ahead = place.target - place.joints
    assert np.abs(ahead).max() < 0.03


def test_nobody_who_never_commanded_tells_the_arm_to_hold(place):
    place.step()
    place.driver.hold()
    assert not place.sent


def test_a_joint_state_of_long_ago_is_not_gone_back_to(place):
    for _ in range(10):
        place.step(LEFT)
    count, place.now = len(place.sent), place.now + 0.2
    place.driver.hold()
    assert len(place.sent) == count


@pytest.mark.parametrize("command", [LEFT, TURN])
def test_after_a_stall_no_joint_is_told_to_make_up_for_it(place, command):
    for _ in range(10):
        place.step(command)
    place.now += 0.4
    for _ in range(5):
        place.step(command)
    speed = np.abs(place.target - place.joints) / 0.1
    assert (speed <= load_robot("fr3_ros2_control").joint_speed).all()


def test_the_fake_of_the_controllers_notices_a_step_that_no_joint_can_make(place):
    config = load_robot("fr3_ros2_control")
    point = JointTrajectoryPoint(positions=[*config.home[:6], config.home[6] + 0.72])
    point.time_from_start.nanosec = 10**8
    said = Arm(config).follow(JointTrajectory(joint_names=list(config.joints), points=[point]))
    assert said == [f"{TOO_FAST} fr3_joint7 at 7.18 rad/s; 2.5 is allowed"]


def test_joint_states_hold_every_joint_or_are_a_fault(place):
    place.tell(JointState(name=["fr3_joint1"], position=[0.0]))
    with pytest.raises(RobotError, match="fr3_joint2, .* missing on /controller/joint_states; it has: fr3_"):
        place.driver.read()


@pytest.mark.parametrize(
    ("payload", "said"), [(0.0, "ok"), (1.5, "a payload of 1.5 kg is not passed on: the arm's ")]
)
def test_a_payload_that_nobody_tells_the_controllers_is_a_warning(tmp_path, payload, said):
    file = tmp_path / "mine.yaml"
    content = yaml.safe_load(robot_file("fr3_ros2_control").read_text()) | {"payload": payload}
    file.write_text(yaml.safe_dump(content))
    rclpy.init(args=["--ros-args", "-p", f"robot:={file}"], domain_id=free_domain())
    node = Ros2ControlNode()
    try:
        assert node.start(), node.fault
        assert "no joint states yet" in node.health().message
        node._arm._on_joints(Arm(load_robot("fr3_ros2_control")).step())
        health = node.health()
    finally:
        node.close()
        rclpy.try_shutdown()
    assert health.message.startswith(said)
    assert health.level == (DiagnosticStatus.WARN if payload else DiagnosticStatus.OK)
