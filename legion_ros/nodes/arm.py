"""What every node of a physical arm does: state out and commands in, at a steady pace of the wall clock."""

import time
from abc import abstractmethod
from dataclasses import dataclass
from typing import TypeVar

from diagnostic_msgs.msg import DiagnosticStatus
from sensor_msgs.msg import JointState
from std_srvs.srv import Trigger

from legion_ros.core.command import ToolCommand
from legion_ros.core.robot import Robot, RobotError, RobotState
from legion_ros.msg import ToolCommand as ToolCommandMessage
from legion_ros.msg import ToolState
from legion_ros.nodes.conversions import command_from, joint_message, seconds, tool_message
from legion_ros.nodes.lifecycle import Health, LegionNode, NodeConfig
from legion_ros.nodes.parameters import parameter
from legion_ros.nodes.qos import COMMAND, SENSOR
from legion_ros.robots import RobotConfig, load_robot
from legion_ros.robots.checking import checked_kinematics
from legion_ros.robots.kinematics import ArmKinematics

__all__ = ["ArmConfig", "ArmNode"]


@dataclass(frozen=True, kw_only=True)
class ArmConfig(NodeConfig):
    """Parameters of every arm's node."""

    robot: str = parameter("", "which arm: a name in config/robot, or a .yaml file")
    rate: float = parameter(50.0, "Hz of states and of motions", 20.0, 500.0)
    command_timeout: float = parameter(0.15, "s that a command counts for", 0.02, 5.0)


Config = TypeVar("Config", bound=ArmConfig)


class ArmNode(LegionNode[Config]):
    """Drives a `Robot` by /legion/command. What the arm stopped itself for stays until /legion/reset_arm."""

    robot_name = ""  # the arm that a back end drives unless the parameter says otherwise

    def __init__(self, name: str, config: type[Config]) -> None:
        super().__init__(name, config)
        self._robot: Robot | None = None
        self._command: ToolCommand | None = None
        self._received = 0.0  # s: when it came, as `_now` has it
        self._lost = ""  # why nothing is known of the arm
        self._fault = ""  # why it does not move
        self._stamp = 0.0  # s, of the last state published
        self._measured: float | None = None  # s of the arm's own time: when that state was measured
        self._held = self._refused = self._published = 0

    @abstractmethod
    def connect(self, robot: RobotConfig, kinematics: ArmKinematics) -> Robot:
        """The arm, ready to move. RobotError where there is none."""

    def configure(self) -> None:
        """Check the arm's configuration against its model, and connect."""
        robot = load_robot(self.config.robot or self.robot_name)
        self._tool = self.create_publisher(ToolState, "/legion/tool_state", SENSOR)
        self._joints = self.create_publisher(JointState, "/joint_states", SENSOR)
        self.create_subscription(ToolCommandMessage, "/legion/command", self._on_command, COMMAND)
        self.create_service(Trigger, "/legion/reset_arm", self._on_reset)
        self._robot = self.connect(robot, checked_kinematics(robot))

    def activate(self) -> None:
        """Begin to move."""
        self._command = None
        self.every(1.0 / self.config.rate, self._beat)

    def deactivate(self) -> None:
        """Hold."""
        self._command = None
        if self._robot is not None:
            self._robot.hold()

    def cleanup(self) -> None:
        """Let go of the arm."""
        if self._robot is not None:
            self._robot.close()
        self._robot = None

    def health(self) -> Health:
        """Whether the arm moves, and if not, why."""
        values = {"states": self._published, "held": self._held, "refused": self._refused}
        reason = self._lost or self._fault
        if reason:
            return Health(f"{reason}; /legion/reset_arm tries again", DiagnosticStatus.ERROR, values)
        if self._refused:
            return Health("commands with NaN or infinity were refused", DiagnosticStatus.WARN, values)
        return Health(values=values)

    # -- callbacks ----------------------------------------------------------------------------------

    def _on_command(self, message: ToolCommandMessage) -> None:
        command = command_from(message)
        if not command.finite:
            self._refused += 1
            return
        if self._stamp - seconds(message.header.stamp) > self.config.command_timeout:
            return  # computed from a state that is long gone
        self._command, self._received = command, self._now()

    def _beat(self) -> None:
        """State first, so that what answers it is as fresh as can be; then the newest command."""
        if self._lost:
            return
        try:
            state = self._robot.read()
        except RobotError as error:
            self._complain(str(error))
            self._lost = str(error)
            return
        new = state.time != self._measured
        if new:  # a state that is told again under a new stamp would look like an arm that is still there
            self._measured = state.time
            self._publish(state)
        self._complain(self._robot.fault)
        self._act(new)

    def _publish(self, state: RobotState) -> None:
        self._stamp = max(self.get_clock().now().nanoseconds * 1e-9, self._stamp + 1e-6)
        self._tool.publish(tool_message(state.tool, self._stamp))
        self._joints.publish(joint_message(state.names, state.positions, state.velocities, self._stamp))
        self._published += 1

    def _act(self, new: bool) -> None:
        """Obey the newest command, from a new state alone; hold where there is none."""
        fresh = self._now() - self._received <= self.config.command_timeout
        try:
            if self._fault or self._command is None or not fresh:
                self._held += 1
                self._robot.hold()
            elif new:
                self._robot.command(self._command)
        except RobotError as error:
            self._complain(str(error))

    def _now(self) -> float:
        """s: of the arm's own time where that is simulated, else of a wall clock that nobody sets."""
        if self.get_parameter("use_sim_time").value:
            return self.get_clock().now().nanoseconds * 1e-9
        return time.monotonic()

    def _complain(self, fault: str) -> None:
        """Take note of why the arm does not move; said once."""
        if fault and fault != self._fault:
            self.get_logger().error(fault)
        self._fault = fault or self._fault

    def _on_reset(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        was, self._command = self._lost or self._fault, None
        try:
            if self._robot is None:
                raise RobotError(f"{self.get_name()} has no arm: it is not configured")
            self._robot.recover()
        except RobotError as error:
            response.success, response.message = False, str(error)
            return response
        self._lost = self._fault = ""
        response.success = True
        response.message = f"the arm is ready again; it had stopped: {was}" if was else "the arm was ready"
        return response
