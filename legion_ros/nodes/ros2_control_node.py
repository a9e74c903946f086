"""Any arm behind ros2_control: joint trajectories out, joint states in, a position for the fingers."""

import math
import sys
import time
from typing import Any

import numpy as np
from builtin_interfaces.msg import Duration
from diagnostic_msgs.msg import DiagnosticStatus
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from legion_ros.core.command import ToolCommand
from legion_ros.core.robot import Robot, RobotError, RobotState
from legion_ros.core.scene import Tool
from legion_ros.nodes.arm import ArmConfig, ArmNode
from legion_ros.nodes.lifecycle import Health, run
from legion_ros.nodes.qos import COMMAND, SENSOR
from legion_ros.robots import RobotConfig
from legion_ros.robots.kinematics import ArmKinematics
from legion_ros.robots.servo import ToolServo

__all__ = ["Ros2ControlNode", "main"]

SILENCE = 0.5  # s without joint states until the arm counts as gone


class Ros2ControlArm:
    """`Robot` of a joint trajectory controller. Its last point is where it holds when no other follows."""

    def __init__(self, config: RobotConfig, kinematics: ArmKinematics, node: Any) -> None:
        self._config, self.topics = config, config.ros2_control
        self._servo = ToolServo(config, kinematics)
        self._newest: JointState | None = None
        self._received = self._aimed = 0.0  # s, monotonic
        self._trajectory = node.create_publisher(JointTrajectory, self.topics.trajectory, COMMAND)
        self._gripper = node.create_publisher(Float64MultiArray, self.topics.gripper, COMMAND)
        node.create_subscription(JointState, self.topics.joint_states, self._on_joints, SENSOR)
        self.fault = ""

    @property
    def heard(self) -> bool:
        """Whether a joint state has come yet."""
        return self._newest is not None

    def read(self) -> RobotState:
        """The newest joint state. RobotError where there is none, or a joint is missing in it."""
        topic, message = self.topics.joint_states, self._newest
        if message is None or time.monotonic() - self._received > SILENCE:
            raise RobotError(
                f"no joint states on {topic} for {SILENCE:g} s: are the arm's controllers running?"
            )
        arm, fingers = self._config.joints, self._config.gripper.joints
        at = dict(zip(message.name, message.position, strict=False))
        speed = dict(zip(message.name, message.velocity, strict=False))
        absent = [name for name in (*arm, *fingers) if name not in at]
        if absent:
            raise RobotError(f"{', '.join(absent)} missing on {topic}; it has: {', '.join(message.name)}")
        positions = np.array([at[name] for name in (*arm, *fingers)])
        velocities = np.array([speed.get(name, 0.0) for name in (*arm, *fingers)])
        if not math.isfinite(positions.sum() + velocities.sum()):
            raise RobotError(f"a joint state on {topic} holds NaN or infinity")
        place, yaw = self._servo.kinematics.forward(positions[: len(arm)])
        tool = Tool(place, yaw, float(positions[len(arm) :].sum()))
        return RobotState(self._received, (*arm, *fingers), positions, velocities, tool)

    def command(self, command: ToolCommand) -> None:
        """A point a little ahead for the joints, and where the fingers are to be."""
        if not command.finite:
            raise RobotError(f"command {command} holds NaN or infinity: finite numbers are valid")
        now, n = time.monotonic(), len(self._config.joints)
        joints, period = self.read().positions[:n], now - self._aimed
        self._aimed = now
        if period > SILENCE:
            self._servo.release()
            period = 0.0
        self._send(self._servo.aim(command, joints, period))
        opening = float(np.clip(command.opening, 0.0, self._config.gripper.max_opening))
        fingers = self.topics.fingers_commanded
        self._gripper.publish(Float64MultiArray(data=[opening / fingers] * fingers))

    def hold(self) -> None:
        """The controller holds at its last point: nothing to say."""
        self._servo.release()
        self._aimed = 0.0

    def recover(self) -> None:
        """Controllers are reset where they run: here the joint states only have to have come back."""
        self.hold()
        self.read()

    def close(self) -> None:
        """The controller holds."""

    def _on_joints(self, message: JointState) -> None:
        self._newest, self._received = message, time.monotonic()

    def _send(self, joints: np.ndarray) -> None:
        ahead = Duration(sec=0, nanosec=round(1e9 * self.topics.point_time))
        point = JointTrajectoryPoint(positions=joints.tolist(), time_from_start=ahead)
        self._trajectory.publish(JointTrajectory(joint_names=list(self._config.joints), points=[point]))


class Ros2ControlNode(ArmNode[ArmConfig]):
    """Drives an arm behind ros2_control."""

    robot_name = "fr3_ros2_control"

    def __init__(self) -> None:
        super().__init__("ros2_control_node", ArmConfig)

    def connect(self, robot: RobotConfig, kinematics: ArmKinematics) -> Robot:
        """Through topics: that somebody is there shows when the first joint state comes."""
        self._arm = Ros2ControlArm(robot, kinematics, self)
        return self._arm

    def _beat(self) -> None:
        if self._arm.heard:  # until then there is nothing to lose
            super()._beat()

    def health(self) -> Health:
        """Whether the arm moves; before the first joint state, that it is waited for."""
        if self._arm.heard:
            return super().health()
        topic = self._arm.topics.joint_states
        return Health(
            f"no joint states yet on {topic}: are the arm's controllers running?", DiagnosticStatus.WARN
        )


def main() -> int:
    """Run until told to end."""
    return run(Ros2ControlNode)


if __name__ == "__main__":
    sys.exit(main())
