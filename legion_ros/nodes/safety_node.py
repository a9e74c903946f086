"""The only publisher of /legion/command: what a policy asks for, through the safety gate, or a hold."""

import sys
import time
from dataclasses import dataclass

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.parameter import Parameter
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool
from std_srvs.srv import Trigger

from legion_ros.core.command import ToolCommand
from legion_ros.msg import SafetyState, ToolState
from legion_ros.msg import ToolCommand as ToolCommandMessage
from legion_ros.nodes.conversions import command_from, command_message, seconds, time_message, tool_from
from legion_ros.nodes.lifecycle import Health, LegionNode, NodeConfig, run
from legion_ros.nodes.parameters import parameter
from legion_ros.nodes.qos import COMMAND, SENSOR, STATE
from legion_ros.safety import GateConfig, GateState, JointWatch, Mode, MotionConfig, SafetyGate

__all__ = ["SafetyNode", "main"]


@dataclass(frozen=True, kw_only=True)
class SafetyConfig(NodeConfig):
    """Parameters of safety_node."""

    command_timeout: float = parameter(0.08, "s without a newer command until the arm holds", 0.01, 5.0)
    state_timeout: float = parameter(0.08, "s without a new tool state until the arm holds", 0.01, 5.0)
    max_lag: float = parameter(0.15, "s that a command may lag behind the tool state", 0.01, 5.0)
    most_bad: int = parameter(5, "commands with NaN or infinity within a second that latch a stop", 1, 1000)
    watch_rate: float = parameter(200.0, "Hz at which staleness is looked for", 1.0, 1000.0)
    hold_rate: float = parameter(50.0, "Hz at which a hold is repeated", 1.0, 1000.0)
    speed_scale: float = parameter(
        1.0, "of all speeds: less where people are near; can be set at any time", 0.01, 1.0, live=True
    )
    max_acceleration: float = parameter(8.0, "m/s^2 of the tool, each axis", 0.1, 100.0)
    max_yaw_acceleration: float = parameter(40.0, "rad/s^2 of the tool", 0.1, 1000.0)
    deadman_timeout: float = parameter(
        0.0, "s without a true on /legion/deadman until the arm holds; 0: none", 0, 5
    )


def gate_config(c: SafetyConfig) -> GateConfig:
    """The gate's part of the parameters."""
    motion = MotionConfig(
        speed_scale=c.speed_scale,
        max_acceleration=c.max_acceleration,
        max_yaw_acceleration=c.max_yaw_acceleration,
    )
    return GateConfig(
        command_timeout=c.command_timeout,
        state_timeout=c.state_timeout,
        max_lag=c.max_lag,
        most_bad=c.most_bad,
        deadman_timeout=c.deadman_timeout,
        motion=motion,
    )


class SafetyNode(LegionNode[SafetyConfig]):
    """Forwards a command the moment it comes; a timer watches for the ones that don't."""

    def __init__(self) -> None:
        super().__init__("safety_node", SafetyConfig)
        self._gate = SafetyGate()
        self._told: GateState | None = None  # what was last published
        self._told_at = self._sent_at = 0.0  # s, monotonic
        self._joints = JointWatch({})

    def configure(self) -> None:
        """Make the gate and connect it."""
        self._gate = SafetyGate(config=gate_config(self.config))
        self.add_post_set_parameters_callback(self._on_parameters)
        self._command = self.create_publisher(ToolCommandMessage, "/legion/command", COMMAND)
        self._state = self.create_publisher(SafetyState, "/legion/safety_state", STATE)
        self.create_subscription(ToolState, "/legion/tool_state", self._on_tool_state, SENSOR)
        self.create_subscription(JointState, "/joint_states", self._on_joint_state, SENSOR)
        self.create_subscription(ToolCommandMessage, "/legion/policy_command", self._on_command, COMMAND)
        self.create_subscription(Bool, "/legion/deadman", self._on_deadman, SENSOR)
        self.create_service(Trigger, "/legion/stop", self._on_stop)
        self.create_service(Trigger, "/legion/reset", self._on_reset)

    def activate(self) -> None:
        """Begin to watch."""
        self._told = None
        self.every(1.0 / self.config.watch_rate, self._watch)

    def health(self) -> Health:
        """Mode and counts of the gate."""
        state = self._gate.state
        level = DiagnosticStatus.WARN if state.mode is Mode.STOPPED else DiagnosticStatus.OK
        message = f"{state.mode.name.lower()}{': ' if state.reason else ''}{state.reason}"
        return Health(message, level, {"limited": state.limited, "refused": state.refused})

    # -- callbacks ----------------------------------------------------------------------------------

    def _on_tool_state(self, message: ToolState) -> None:
        self._gate.tool_state(tool_from(message), seconds(message.header.stamp), time.monotonic())

    def _on_joint_state(self, message: JointState) -> None:
        if fault := self._joints.fault(message.name, message.position, message.velocity):
            self._gate.stop(fault)
            self._send(self._gate.watch(time.monotonic()), self._gate.stamp)

    def _on_deadman(self, message: Bool) -> None:
        if message.data:
            self._gate.alive(time.monotonic())

    def _on_parameters(self, parameters: list[Parameter]) -> None:
        for given in parameters:
            if given.name == "speed_scale":
                self._gate.motion.scale = given.value
                self.get_logger().info(f"all speeds are scaled by {given.value:g} from now on")

    def _on_command(self, message: ToolCommandMessage) -> None:
        if not self.active:
            return
        stamp = seconds(message.header.stamp)
        self._send(self._gate.command(command_from(message), stamp, time.monotonic()), stamp)

    def _watch(self) -> None:
        """A hold at once where one begins; repeated more slowly."""
        now, before = time.monotonic(), self._gate.state.mode
        hold = self._gate.watch(now)
        if self._gate.state.mode is before and now - self._sent_at < 1.0 / self.config.hold_rate:
            hold = None
        self._send(hold, self._gate.stamp)

    def _on_stop(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._gate.stop("a stop was asked for on /legion/stop; /legion/reset ends it")
        self._send(self._gate.watch(time.monotonic()), self._gate.stamp)
        response.success, response.message = True, "the arm holds until /legion/reset"
        return response

    def _on_reset(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        was = self._gate.state
        self._gate.reset()
        self._report()
        stopped = was.mode is Mode.STOPPED
        response.success = True
        response.message = f"let go of the stop: {was.reason}" if stopped else "there was no stop to reset"
        return response

    def _send(self, command: ToolCommand | None, stamp: float) -> None:
        if command is not None and self.active:
            passing = self._gate.state.mode is Mode.PASSING
            self._command.publish(command_message(command, stamp if passing else self._gate.stamp))
            self._sent_at = time.monotonic()
        self._report()

    def _report(self) -> None:
        """Publish the gate's state when it changes; when only the counts do, at most once a second."""
        state, now = self._gate.state, time.monotonic()
        told = self._told
        same = told is not None and (told.mode, told.reason) == (state.mode, state.reason)
        if same and (state == told or now - self._told_at < 1.0):
            return
        self._told, self._told_at = state, now
        message = SafetyState(
            state=int(state.mode), reason=state.reason, limited=state.limited, refused=state.refused
        )
        message.header.stamp = time_message(self._gate.stamp)
        self._state.publish(message)


def main() -> int:
    """Run until told to end."""
    return run(SafetyNode)


if __name__ == "__main__":
    sys.exit(main())
