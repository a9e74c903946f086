"""A fake of ros2_control for tests: follows joint trajectories with a lag, and says where the joints are.

It takes `time_from_start` at its word, and says so where that would take a joint faster than it may turn.
SIGUSR1 makes the broadcaster repeat its last message, as one does whose hardware hangs, until SIGUSR1 again.
"""

import contextlib
import math
import signal
import sys

import rclpy
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray
from trajectory_msgs.msg import JointTrajectory

from legion_ros.nodes.qos import COMMAND, SENSOR
from legion_ros.robots import load_robot

PERIOD, LAG = 0.01, 0.05  # s
TOO_FAST = "too fast:"  # begins what it says of a trajectory that no arm could follow
SLACK = 2e-3  # rad that a step may be longer: the setpoint is where the last one was broken off


class Joint:
    """A joint on its way: its setpoint goes evenly to the goal, and it follows."""

    def __init__(self, at):
        self.at = self.setpoint = self.goal = at  # rad or m
        self.left = 0.0  # s until the goal is to be reached

    def go(self, goal, within):
        """To `goal` within s; the speed that takes, a second."""
        self.goal, self.left = goal, within
        return (abs(goal - self.setpoint) - SLACK) / max(within, 1e-9)

    def step(self, period):
        """The speed it had, a second."""
        share = min(1.0, period / self.left) if self.left > 0.0 else 1.0
        self.setpoint += share * (self.goal - self.setpoint)
        self.left -= period
        before = self.at
        self.at += (self.setpoint - self.at) * (1 - math.exp(-period / LAG))
        return (self.at - before) / period


class Arm:
    """What the controllers do, without ROS."""

    def __init__(self, config):
        self.names, self.fingers = list(config.joints), list(config.gripper.joints)
        self.fastest = dict(zip(self.names, config.joint_speed, strict=True))
        self.joints = {name: Joint(at) for name, at in zip(self.names, config.home, strict=True)}
        self.joints |= {name: Joint(0.04) for name in self.fingers}

    def follow(self, message):
        """A trajectory; what no arm could do of it."""
        point = message.points[-1]
        within = point.time_from_start.sec + 1e-9 * point.time_from_start.nanosec
        wrong = []
        for name, goal in zip(message.joint_names, point.positions, strict=True):
            if (speed := self.joints[name].go(goal, within)) > self.fastest[name]:
                wrong.append(f"{TOO_FAST} {name} at {speed:.2f} rad/s; {self.fastest[name]:g} is allowed")
        return wrong

    def close(self, message):
        """Where the fingers are to be."""
        for name, goal in zip(self.fingers, message.data, strict=True):
            self.joints[name].go(goal, 0.0)

    def step(self):
        """A period goes by: what the broadcaster then says."""
        speeds = [joint.step(PERIOD) for joint in self.joints.values()]
        places = [joint.at for joint in self.joints.values()]
        return JointState(name=list(self.joints), position=places, velocity=speeds)


class FakeController:
    """Two controllers and a joint state broadcaster, without an arm."""

    def __init__(self):
        self.node = rclpy.create_node("fake_controller")
        config = load_robot("fr3_ros2_control")
        topics = config.ros2_control
        self.arm, self.last, self.hangs = Arm(config), None, False
        self.joints = self.node.create_publisher(JointState, topics.joint_states, SENSOR)
        self.node.create_subscription(JointTrajectory, topics.trajectory, self.on_trajectory, COMMAND)
        self.node.create_subscription(Float64MultiArray, topics.gripper, self.arm.close, COMMAND)
        self.node.create_timer(PERIOD, self.step)
        signal.signal(signal.SIGUSR1, self.on_signal)

    def on_trajectory(self, message):
        for complaint in self.arm.follow(message):
            print(complaint, flush=True)

    def on_signal(self, *_):
        self.hangs = not self.hangs

    def step(self):
        if not self.hangs or self.last is None:
            self.last = self.arm.step()
            self.last.header.stamp = self.node.get_clock().now().to_msg()
        self.joints.publish(self.last)


def main():
    rclpy.init()
    controller = FakeController()
    with contextlib.suppress(KeyboardInterrupt, rclpy.executors.ExternalShutdownException):
        rclpy.spin(controller.node)
    return 0


if __name__ == "__main__":
    sys.exit(main())
