"""Any arm behind ros2_control: joint trajectories out, joint states in, a position for the fingers."""

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
from legion_ros.nodes.conversions import seconds
from legion_ros.nodes.lifecycle import Health, run
from legion_ros.nodes.qos import COMMAND, SENSOR
from legion_ros.robots import RobotConfig
from legion_ros.robots.joint_speeds import JointSpeeds
from legion_ros.robots.kinematics import ArmKinematics
from legion_ros.robots.servo import ToolServo

__all__ = ["Ros2ControlNode", "main"]

SILENCE = 0.5  # s without joint states until the arm counts as gone
# ros2_control has no topic for it
UNSAID = "a payload of {:g} kg is not passed on: the arm's controllers have to be told of it where they run"
STALE = 0.1  # s after which a joint state is not gone back to
SET_BACK = 1.0  # s by which stamps go back where a clock was set, and not a message overtaken


class Ros2ControlArm:
    """`Robot` of a joint trajectory controller. Its last point is where it holds when no other follows."""

    def __init__(self, config: RobotConfig, kinematics: ArmKinematics, node: Any) -> None:
        self._config, self.topics = config, config.ros2_control
        self._servo = ToolServo(config, kinematics)
        self._fastest = np.array(config.joint_speed)
        self._newest: JointState | None = None
        self._stamp = 0.0  # s, of the newest: as the controllers have it, or when it came
        self._received = self._aimed = 0.0  # s, monotonic
        self._speeds = JointSpeeds()
        self._state: RobotState | None = None  # of the newest
        self._sent: np.ndarray | None = None  # (n,) rad: the point that the controller is on the way to
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
        message = self._newest
        if message is None or time.monotonic() - self._received > SILENCE:
            raise RobotError(
                f"no new joint states on {self.topics.joint_states} for {SILENCE:g} s:"
                " are the arm's controllers running?"
            )
        if self._state is None or self._state.time != self._stamp:
            self._state = self._state_of(message)
        return self._state

    def command(self, command: ToolCommand) -> None:
        """A point a little ahead for the joints, and where the fingers are to be."""
        if not command.finite:
            raise RobotError(f"command {command} holds NaN or infinity: finite numbers are valid")
        joints, now = self._joints_of(self.read()), time.monotonic()
        period, self._aimed = now - self._aimed, now
        if period > SILENCE:
            self._servo.release()
            period = 0.0
        self._send(self._servo.aim(command, joints, period), joints)
        opening = float(np.clip(command.opening, 0.0, self._config.gripper.max_opening))
        fingers = self.topics.fingers_commanded
        self._gripper.publish(Float64MultiArray(data=[opening / fingers] * fingers))

    def hold(self) -> None:
        """Once, where the joints are, if the last point is ahead of that: the controller goes on to it."""
        measured = self._state
        if measured is not None and time.monotonic() - self._received < STALE:
            joints = self._joints_of(measured)
            if self._aimed and self._servo.leads(joints):
                self._send(joints, joints)
        self._servo.release()
        self._aimed = 0.0

    def recover(self) -> None:
        """Controllers are reset where they run: here the joint states only have to have come back."""
        self.hold()
        self.read()

    def close(self) -> None:
        """The controller holds."""

    def _on_joints(self, message: JointState) -> None:
        """A broadcaster that repeats itself says nothing new."""
        now, stamp = time.monotonic(), seconds(message.header.stamp)
        if stamp == 0.0:
            stamp = now
        elif self._newest is not None and self._stamp - SET_BACK < stamp <= self._stamp:
            return
        self._newest, self._stamp, self._received = message, stamp, now

    def _joints_of(self, state: RobotState) -> np.ndarray:
        return state.positions[: len(self._config.joints)]

    def _state_of(self, message: JointState) -> RobotState:
        topic, arm, fingers = self.topics.joint_states, self._config.joints, self._config.gripper.joints
        at = dict(zip(message.name, message.position, strict=False))
        speed = dict(zip(message.name, message.velocity, strict=False))
        absent = [name for name in (*arm, *fingers) if name not in at]
        if absent:
            raise RobotError(f"{', '.join(absent)} missing on {topic}; it has: {', '.join(message.name)}")
        positions = np.array([at[name] for name in (*arm, *fingers)])
        told = np.array([speed.get(name, np.nan) for name in (*arm, *fingers)])
        if not np.isfinite(positions).all() or np.isinf(told).any():
            raise RobotError(f"a joint state on {topic} holds NaN or infinity")
        place, yaw = self._servo.kinematics.forward(positions[: len(arm)])
        tool = Tool(place, yaw, float(positions[len(arm) :].sum()))
        velocities = self._speeds.known(self._stamp, positions, told)
        return RobotState(self._stamp, (*arm, *fingers), positions, velocities, tool)

    def _send(self, target: np.ndarray, joints: np.ndarray) -> None:
        """Go to `target` (n,) rad, in more than the usual time where a joint would have to be too fast."""
        origins = (joints,) if self._sent is None else (joints, self._sent)
        needed = max(float((np.abs(target - origin) / self._fastest).max()) for origin in origins)
        within = round(1e9 * max(self.topics.point_time, needed))
        ahead = Duration(sec=within // 10**9, nanosec=within % 10**9)
        point = JointTrajectoryPoint(positions=target.tolist(), time_from_start=ahead)
        self._trajectory.publish(JointTrajectory(joint_names=list(self._config.joints), points=[point]))
        self._sent = target


class Ros2ControlNode(ArmNode[ArmConfig]):
    """Drives an arm behind ros2_control."""

    robot_name = "fr3_ros2_control"

    def __init__(self) -> None:
        super().__init__("ros2_control_node", ArmConfig)

    def connect(self, robot: RobotConfig, kinematics: ArmKinematics) -> Robot:
        """Through topics: that somebody is there shows when the first joint state comes."""
        self._arm = Ros2ControlArm(robot, kinematics, self)
        self._unsaid = UNSAID.format(robot.payload) if robot.payload else ""
        if self._unsaid:
            self.get_logger().warn(self._unsaid)
        return self._arm

    def _beat(self) -> None:
        if self._arm.heard:  # until then there is nothing to lose
            super()._beat()

    def health(self) -> Health:
        """Whether the arm moves; before the first joint state, that it is waited for."""
        if self._arm.heard:
            health = super().health()
            if self._unsaid and health.level == DiagnosticStatus.OK:
                return Health(self._unsaid, DiagnosticStatus.WARN, health.values)
            return health
        topic = self._arm.topics.joint_states
        return Health(
            f"no joint states yet on {topic}: are the arm's controllers running?", DiagnosticStatus.WARN
        )


def main() -> int:
    """Run until told to end."""
    return run(Ros2ControlNode)


if __name__ == "__main__":
    sys.exit(main())
