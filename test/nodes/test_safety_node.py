"""safety_node in a process of its own, between a policy and a robot that this test plays."""

import math

import numpy as np
import pytest
from running_graph import RunningGraph

from legion_ros.core import Tool
from legion_ros.core.command import ToolCommand
from legion_ros.nodes.conversions import command_from, command_message, tool_message

# How soon it holds is measured by `legion bench faults`, on a machine that has time.
PATIENCE = {"state_timeout": 1.0, "command_timeout": 0.3}
TOOL = Tool(np.array([0.5, 0.0, 0.2]), yaw=0.0, opening=0.05)


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    folder = tmp_path_factory.mktemp("none")
    with RunningGraph(folder, ("safety_node",), {"safety_node": PATIENCE}) as running:
        yield running


@pytest.fixture(scope="module")
def robot(graph):
    return Robot(graph)


class Robot:
    """Publishes tool states and policy commands, and hears what safety_node makes of them."""

    def __init__(self, graph):
        from std_srvs.srv import Trigger

        from legion_ros import msg
        from legion_ros.nodes.qos import COMMAND, SENSOR, STATE

        self.graph, self.stamp = graph, 1.0
        self.heard = graph.collect(msg.ToolCommand, "/legion/command", COMMAND)
        self.states = graph.collect(msg.SafetyState, "/legion/safety_state", STATE)
        self.tool = graph.node.create_publisher(msg.ToolState, "/legion/tool_state", SENSOR)
        self.policy = graph.node.create_publisher(msg.ToolCommand, "/legion/policy_command", COMMAND)
        self.stop = graph.node.create_client(Trigger, "/legion/stop")
        self.reset = graph.node.create_client(Trigger, "/legion/reset")
        ready = (self.stop.service_is_ready, self.reset.service_is_ready)
        graph.wait(lambda: self.policy.get_subscription_count() and all(r() for r in ready))
        graph.wait(lambda: self.states, what="latched safety state")

    def is_seen(self):
        """Publishes a new tool state."""
        self.stamp += 0.05
        self.tool.publish(tool_message(TOOL, self.stamp))
        return True

    def says(self, velocity, opening=0.04):
        """A policy computes a command from a fresh state and sends it."""
        self.is_seen()
        self.graph.spin_for(0.03)  # two topics: the state has to be there before the command
        self.heard.clear(), self.states.clear()
        self.policy.publish(command_message(ToolCommand(np.array(velocity), 0.0, opening), self.stamp))

    def told_to_move(self):
        """The first command heard since that is no hold."""
        return self.graph.wait(lambda: next((m for m in self.heard if moves(m)), None), what="motion")

    def told_to_hold(self):
        """Ten commands long nothing but holds; the newest of them."""
        self.graph.wait(lambda: len(self.heard) >= 10, what="holds")
        assert not any(moves(message) for message in self.heard)
        return self.heard[-1]

    def call(self, client):
        from std_srvs.srv import Trigger

        answer = client.call_async(Trigger.Request())
        self.graph.wait(answer.done)
        return answer.result()

    def until(self, mode, word=""):
        """Wait for a safety state of that mode with that word in its reason."""
        self.graph.wait(lambda: any(s.state == mode and word in s.reason for s in self.states), what=word)


PASSING, HOLDING, STOPPED = 0, 1, 2


def moves(message):
    command = command_from(message)
    assert command.finite
    return bool(command.velocity.any() or command.yaw_rate)


def test_a_command_is_forwarded_with_the_stamp_of_its_state(robot):
    robot.says((0.1, 0.0, -0.1))
    message = robot.told_to_move()
    robot.until(PASSING)
    assert command_from(message).velocity.tolist() == pytest.approx([0.1, 0.0, -0.1])
    assert message.header.stamp.nanosec == round(robot.stamp % 1 * 1e9)


def test_a_command_over_the_limits_is_limited(robot):
    robot.says((9.0, 0.0, 0.0))
    assert robot.told_to_move().velocity.x == pytest.approx(0.4)


def test_silence_becomes_a_hold_with_the_last_opening(robot):
    robot.says((0.1, 0.0, 0.0), opening=0.03)
    robot.told_to_move()
    robot.until(HOLDING, "no command from a newer state for 0.3 s")
    robot.heard.clear()
    assert robot.told_to_hold().opening == 0.03


def test_nan_is_refused_and_motion_held(robot):
    robot.says((math.nan, 0.0, 0.0))
    robot.until(HOLDING, "NaN")
    robot.told_to_hold()


def test_five_nan_within_a_second_stop_until_reset(robot):
    for _ in range(5):
        robot.says((math.nan, 0.0, 0.0))
    robot.until(STOPPED, "within a second")
    robot.says((0.1, 0.0, 0.0))
    robot.told_to_hold()
    answer = robot.call(robot.reset)
    assert answer.success and "within a second" in answer.message
    robot.says((0.1, 0.0, 0.0))
    robot.told_to_move()


def test_a_stop_is_latched_until_reset_and_late_joiners_hear_of_it(robot):
    from legion_ros.msg import SafetyState
    from legion_ros.nodes.qos import STATE

    robot.states.clear()
    assert robot.call(robot.stop).success
    robot.until(STOPPED, "/legion/stop")
    robot.says((0.1, 0.0, 0.0))
    robot.told_to_hold()
    late = robot.graph.collect(SafetyState, "/legion/safety_state", STATE)
    robot.graph.wait(lambda: late)
    assert late[0].state == STOPPED
    assert robot.call(robot.reset).success
    robot.says((0.1, 0.0, 0.0))
    robot.told_to_move()


def test_speeds_can_be_scaled_while_it_runs(robot):
    from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
    from rcl_interfaces.srv import SetParameters

    setting = robot.graph.node.create_client(SetParameters, "/safety_node/set_parameters")
    robot.graph.wait(setting.service_is_ready)

    def scale(value):
        wanted = ParameterValue(type=ParameterType.PARAMETER_DOUBLE, double_value=value)
        answer = setting.call_async(
            SetParameters.Request(parameters=[Parameter(name="speed_scale", value=wanted)])
        )
        robot.graph.wait(answer.done)
        return answer.result().results[0]

    assert scale(0.25).successful
    robot.says((0.2, 0.0, 0.0))
    assert robot.told_to_move().velocity.x == pytest.approx(0.05)
    assert not scale(0.0).successful and not scale(7.0).successful
    assert scale(1.0).successful
    robot.says((0.2, 0.0, 0.0))
    assert robot.told_to_move().velocity.x == pytest.approx(0.2)


def test_a_joint_that_is_nowhere_stops_until_reset(robot):
    from sensor_msgs.msg import JointState

    from legion_ros.nodes.qos import SENSOR

    joints = robot.graph.node.create_publisher(JointState, "/joint_states", SENSOR)
    robot.graph.wait(joints.get_subscription_count)
    robot.states.clear()
    joints.publish(JointState(name=["fr3_joint4"], position=[math.nan], velocity=[0.0]))
    robot.until(STOPPED, "a joint's position or speed is NaN")
    assert robot.call(robot.reset).success


def test_with_an_arm_its_own_limits_hold_and_its_joints_have_to_be_seen(tmp_path):
    from sensor_msgs.msg import JointState

    from legion_ros.nodes.conversions import joint_message
    from legion_ros.nodes.qos import SENSOR
    from legion_ros.robots import load_robot

    arm = load_robot("franka")
    parameters = {"safety_node": {"robot": "franka", "state_timeout": 1.0, "command_timeout": 0.3}}
    with RunningGraph(tmp_path, ("safety_node",), parameters) as graph:
        robot = Robot(graph)
        joints = graph.node.create_publisher(JointState, "/joint_states", SENSOR)
        graph.wait(joints.get_subscription_count)

        def measured(names=arm.joints, **at):
            positions = [at.get(name, home) for name, home in zip(names, arm.home, strict=False)]
            joints.publish(joint_message(names, np.array(positions), np.zeros(len(names)), robot.stamp))

        robot.says((0.1, 0.0, 0.0))
        robot.until(HOLDING, "no new state of the arm's joints")
        joints.publish(JointState())  # nothing is said of them
        robot.says((0.1, 0.0, 0.0))
        robot.told_to_hold()
        measured()
        robot.says((0.1, 0.0, 0.0))
        robot.told_to_move()
        measured(fr3_joint4=0.5)
        robot.until(STOPPED, "fr3_joint4 is at 0.500; -3.01 to -0.19 is allowed")
        assert robot.call(robot.reset).success
        measured(fr3_joint4=0.49)
        robot.says((0.4, 0.0, 0.0))
        assert robot.told_to_move().velocity.x == pytest.approx(0.04)
        measured(fr3_joint4=0.6)
        robot.until(STOPPED, "farther out")
        robot.call(robot.reset)
        robot.states.clear()
        measured(arm.joints[:3])
        robot.until(STOPPED, "joint states without fr3_joint4, fr3_joint5")


def test_reset_without_a_stop_says_so(robot):
    assert "no stop" in robot.call(robot.reset).message


def test_bytes_that_are_no_message_are_dropped(robot):
    for junk in (b"", b"\x00", bytes(range(256)), b"\x00\x01\x00\x00" + b"\xff" * 60):
        robot.policy.publish(junk)
        robot.tool.publish(junk)
    robot.says((0.1, 0.0, 0.0))
    robot.told_to_move()
    assert robot.graph.alive == {"safety_node"}
