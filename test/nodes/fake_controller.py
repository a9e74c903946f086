"""A fake of ros2_control for tests: follows joint trajectories with a lag, and says where the joints are."""

import contextlib
import math
import sys

import rclpy
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray
from trajectory_msgs.msg import JointTrajectory

from legion_ros.nodes.qos import COMMAND, SENSOR
from legion_ros.robots import load_robot

PERIOD, LAG = 0.01, 0.05  # s


class FakeController:
    """Two controllers and a joint state broadcaster, without an arm."""

    def __init__(self):
        self.node = rclpy.create_node("fake_controller")
        config = load_robot("fr3_ros2_control")
        topics = config.ros2_control
        self.arm, self.fingers = list(config.joints), list(config.gripper.joints)
        self.at = dict(zip(self.arm, config.home, strict=True)) | dict.fromkeys(self.fingers, 0.04)
        self.goal = dict(self.at)
        self.joints = self.node.create_publisher(JointState, topics.joint_states, SENSOR)
        self.node.create_subscription(JointTrajectory, topics.trajectory, self.on_trajectory, COMMAND)
        self.node.create_subscription(Float64MultiArray, topics.gripper, self.on_gripper, COMMAND)
        self.node.create_timer(PERIOD, self.step)

    def on_trajectory(self, message):
        self.goal |= dict(zip(message.joint_names, message.points[-1].positions, strict=True))

    def on_gripper(self, message):
        self.goal |= dict(zip(self.fingers, message.data, strict=True))

    def step(self):
        moved = {}
        for name, at in self.at.items():
            moved[name] = at + (self.goal[name] - at) * (1 - math.exp(-PERIOD / LAG))
        speeds = [(moved[name] - at) / PERIOD for name, at in self.at.items()]
        self.at = moved
        message = JointState(name=list(moved), position=list(moved.values()), velocity=speeds)
        message.header.stamp = self.node.get_clock().now().to_msg()
        self.joints.publish(message)


def main():
    rclpy.init()
    controller = FakeController()
    with contextlib.suppress(KeyboardInterrupt, rclpy.executors.ExternalShutdownException):
        rclpy.spin(controller.node)
    return 0


if __name__ == "__main__":
    sys.exit(main())
