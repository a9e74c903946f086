"""The only publisher of /legion/command: what a policy asks for, through the safety gate, or a hold."""

import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.parameter import Parameter
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool
from std_srvs.srv import Trigger

from legion_ros.core.command import ToolCommand
from legion_ros.msg import Alarm as AlarmMessage
from legion_ros.msg import SafetyState, ToolState
from legion_ros.msg import ToolCommand as ToolCommandMessage
from legion_ros.nodes.conversions import command_from, command_message, seconds, time_message, tool_from
from legion_ros.nodes.lifecycle import Health, LegionNode, NodeConfig, run
from legion_ros.nodes.parameters import parameter
from legion_ros.nodes.qos import ALARM, COMMAND, NEW_ALARM, SENSOR, STATE
from legion_ros.safety import (
    EffortConfig,
    GateConfig,
    GateState,
    Guard,
    GuardConfig,
    JointLimit,
    JointWatch,
    Level,
    Mode,
    MotionConfig,
    RetreatConfig,
)

if TYPE_CHECKING:
    from legion_ros.robots import RobotConfig

__all__ = ["SafetyNode", "main"]

_FAST = 1.5  # times its limit that a joint may be measured to turn at: what it is told is limited before
LONGEST = 500  # characters of an alarm's reason that are passed on


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
    max_force: float = parameter(900.0, "N on the tool, 3 states in a row, that latch a stop", 1.0, 1e4)
    effort_force: float = parameter(40.0, "N, mean of a window, that may last", 0.1, 1e4)
    effort_error: float = parameter(0.03, "m/s that the tool may lastingly be off its commands", 1e-3, 10.0)
    effort_window: float = parameter(0.5, "s of the robot's time in a window", 0.1, 10.0)
    effort_windows: int = parameter(5, "in a row without getting better that trip the breaker", 2, 100)
    retreat_speed: float = parameter(0.05, "m/s upwards after an alarm", 0.001, 0.2)
    retreat_distance: float = parameter(0.10, "m upwards after an alarm, at most", 0.001, 0.5)
    intervention_timeout: float = parameter(
        0.15, "s that a person's command keeps the policy's from passing", 0.05, 5.0
    )
    robot: str = parameter("", "the arm's yaml, whose limits hold; empty: those of the simulated table")


def guard_config(c: SafetyConfig) -> GuardConfig:
    """All of the parameters that are not the node's own."""
    return GuardConfig(
        gate=gate_config(c),
        effort=EffortConfig(
            window=c.effort_window,
            windows=c.effort_windows,
            max_force=c.effort_force,
            max_error=c.effort_error,
        ),
        retreat=RetreatConfig(speed=c.retreat_speed, distance=c.retreat_distance),
        max_force=c.max_force,
        intervention_timeout=c.intervention_timeout,
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


def _joint_limits(arm: "RobotConfig") -> dict[str, JointLimit]:
    each = zip(arm.joints, arm.joint_low, arm.joint_high, arm.joint_speed, strict=True)
    return {name: JointLimit(low, high, speed) for name, low, high, speed in each}


class SafetyNode(LegionNode[SafetyConfig]):
    """Forwards a command the moment it comes; a timer watches for the ones that don't."""

    def __init__(self) -> None:
        super().__init__("safety_node", SafetyConfig)
        self._guard = Guard()
        self._told: GateState | None = None  # what was last published
        self._told_at = self._sent_at = 0.0  # s, monotonic
        self._joints = JointWatch({})

    def configure(self) -> None:
        """Make the gate and connect it."""
        limits = None
        if self.config.robot:
            from legion_ros.robots import load_robot

            arm = load_robot(self.config.robot)
            limits, self._joints = arm.limits, JointWatch(_joint_limits(arm), fast=_FAST)
        self._guard = Guard(limits, guard_config(self.config))
        self.add_post_set_parameters_callback(self._on_parameters)
        self._command = self.create_publisher(ToolCommandMessage, "/legion/command", COMMAND)
        self._state = self.create_publisher(SafetyState, "/legion/safety_state", STATE)
        self.create_subscription(ToolState, "/legion/tool_state", self._on_tool_state, SENSOR)
        self.create_subscription(JointState, "/joint_states", self._on_joint_state, SENSOR)
        self.create_subscription(ToolCommandMessage, "/legion/policy_command", self._on_command, COMMAND)
        self.create_subscription(ToolCommandMessage, "/legion/intervention", self._on_intervention, COMMAND)
        self._alarm = self.create_publisher(AlarmMessage, "/legion/alarm", ALARM)
        self.create_subscription(AlarmMessage, "/legion/alarm", self._on_alarm, NEW_ALARM)
        self.create_subscription(Bool, "/legion/deadman", self._on_deadman, SENSOR)
        self.create_service(Trigger, "/legion/stop", self._on_stop)
        self.create_service(Trigger, "/legion/reset", self._on_reset)

    def activate(self) -> None:
        """Begin to watch."""
        self._told = None
        self.every(1.0 / self.config.watch_rate, self._watch)

    def health(self) -> Health:
        """Mode and counts of the gate."""
        state = self._guard.state
        level = DiagnosticStatus.WARN if state.mode is Mode.STOPPED else DiagnosticStatus.OK
        level = DiagnosticStatus.ERROR if state.alarm else level
        message = f"{state.mode.name.lower()}{': ' if state.reason else ''}{state.reason}"
        return Health(message, level, {"limited": state.limited, "refused": state.refused})

    # -- callbacks ----------------------------------------------------------------------------------

    def _on_tool_state(self, message: ToolState) -> None:
        stamp = seconds(message.header.stamp)
        alarm = self._guard.tool_state(tool_from(message), stamp, time.monotonic())
        if alarm is not None:
            told = AlarmMessage(level=int(alarm.level), reason=alarm.reason)
            told.header.stamp = message.header.stamp
            self._alarm.publish(told)
        if self._guard.state.mode is Mode.STOPPED or alarm is not None:
            self._report()

    def _on_joint_state(self, message: JointState) -> None:
        if fault := self._joints.fault(message.name, message.position, message.velocity):
            self._guard.stop(fault)
            self._send(self._guard.watch(time.monotonic()), self._guard.gate.stamp)

    def _on_alarm(self, message: AlarmMessage) -> None:
        """Whoever sounds it, and of whatever level: the arm retreats."""
        level = message.level
        name = Level(level).name.lower() if level in list(Level) else f"level {level}"
        if self._guard.alarm(f"{name} alarm: {message.reason[:LONGEST]}", time.monotonic()):
            self._report()

    def _on_deadman(self, message: Bool) -> None:
        if message.data:
            self._guard.gate.alive(time.monotonic())

    def _on_parameters(self, parameters: list[Parameter]) -> None:
        for given in parameters:
            if given.name == "speed_scale":
                self._guard.gate.motion.scale = given.value
                self.get_logger().info(f"all speeds are scaled by {given.value:g} from now on")

    def _on_command(self, message: ToolCommandMessage) -> None:
        if not self.active:
            return
        stamp = seconds(message.header.stamp)
        self._send(self._guard.command(command_from(message), stamp, time.monotonic()), stamp)

    def _on_intervention(self, message: ToolCommandMessage) -> None:
        """A person commands."""
        if not self.active:
            return
        stamp = seconds(message.header.stamp)
        self._send(self._guard.intervention(command_from(message), stamp, time.monotonic()), stamp)

    def _watch(self) -> None:
        """A hold at once where one begins; repeated more slowly."""
        now, before = time.monotonic(), self._guard.state.mode
        hold = self._guard.watch(now)
        if self._guard.state.mode is before and now - self._sent_at < 1.0 / self.config.hold_rate:
            hold = None
        self._send(hold, self._guard.gate.stamp)

    def _on_stop(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._guard.stop("a stop was asked for on /legion/stop; /legion/reset ends it")
        self._send(self._guard.watch(time.monotonic()), self._guard.gate.stamp)
        response.success, response.message = True, "the arm holds until /legion/reset"
        return response

    def _on_reset(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        was = self._guard.state
        self._guard.reset()
        self._report()
        stopped = was.mode in (Mode.STOPPED, Mode.RETREATING)
        response.success = True
        response.message = f"let go of the stop: {was.reason}" if stopped else "there was no stop to reset"
        return response

    def _send(self, command: ToolCommand | None, stamp: float) -> None:
        if command is not None and self.active:
            passing = self._guard.state.mode is Mode.PASSING
            message = command_message(command, stamp if passing else self._guard.gate.stamp)
            message.intervention = passing and self._guard.state.intervention
            self._command.publish(message)
            self._sent_at = time.monotonic()
        self._report()

    def _report(self) -> None:
        """Publish the gate's state when it changes; when only the counts do, at most once a second."""
        state, now = self._guard.state, time.monotonic()
        told = self._told
        same = told is not None and replace(told, limited=state.limited, refused=state.refused) == state
        if same and (state == told or now - self._told_at < 1.0):
            return
        self._told, self._told_at = state, now
        message = SafetyState(
            state=int(state.mode),
            reason=state.reason,
            limited=state.limited,
            refused=state.refused,
            alarm=state.alarm,
            intervention=state.intervention,
        )
        message.header.stamp = time_message(self._guard.gate.stamp)
        self._state.publish(message)


def main() -> int:
    """Run until told to end."""
    return run(SafetyNode)


if __name__ == "__main__":
    sys.exit(main())
