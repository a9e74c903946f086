"""The only publisher of /legion/command: what a policy asks for, through the safety gate, or a hold."""

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

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
from legion_ros.nodes.lifecycle import Health, LegionNode, run
from legion_ros.nodes.qos import ALARM, COMMAND, NEW_ALARM, SENSOR, STATE
from legion_ros.nodes.safety_config import SafetyConfig, guard_config, joint_limits
from legion_ros.nodes.supervision import RUN
from legion_ros.safety import (
    GateState,
    Guard,
    JointWatch,
    Latch,
    LatchError,
    LatchFile,
    Level,
    Mode,
    latch_path,
)

__all__ = ["SafetyNode", "main"]

_FAST = 1.5  # times its limit that a joint may be measured to turn at: what it is told is limited before
LONGEST = 500  # characters of an alarm's reason that are passed on


class SafetyNode(LegionNode[SafetyConfig]):
    """Forwards a command the moment it comes; a timer watches for the ones that don't."""

    def __init__(self) -> None:
        super().__init__("safety_node", SafetyConfig)
        self._guard = Guard()
        self._told: GateState | None = None  # what was last published
        self._told_at = self._sent_at = 0.0  # s, monotonic
        self._file: LatchFile | None = None
        self._latch: Latch | None = None  # what was last kept
        self._unkept = ""  # why what is latched would not survive this process
        self.add_post_set_parameters_callback(self._on_parameters)

    def configure(self) -> None:
        """Make the gate and connect it."""
        limits = joints = None
        if self.config.robot:
            from legion_ros.robots import load_robot

            arm = load_robot(self.config.robot)
            limits, joints = arm.limits, JointWatch(joint_limits(arm), fast=_FAST)
        self._guard = Guard(limits, guard_config(self.config), joints)
        self._recall()
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
        wrong = state.mode is Mode.STOPPED or self._unkept
        level = DiagnosticStatus.WARN if wrong else DiagnosticStatus.OK
        level = DiagnosticStatus.ERROR if state.alarm else level
        message = f"{state.mode.name.lower()}{': ' if state.reason else ''}{state.reason}"
        values = {"limited": state.limited, "refused": state.refused, "latch": self._unkept or "kept"}
        return Health(message, level, values)

    # -- what outlives the process ------------------------------------------------------------------

    def _recall(self) -> None:
        """Take up what was latched before: in this process, or in the one that this one replaces."""
        if self._file is None:
            node = self.get_fully_qualified_name()
            path = self.config.latch or latch_path(self.context.get_domain_id(), node)
            self._file = LatchFile(Path(path))
            try:
                self._latch = self._of_this_run(self._file.read())
            except LatchError as error:
                unknown = "whether the arm was stopped, and how slow it was to be, is not known"
                self._guard.stop(f"{error}; {unknown}; /legion/reset ends it")
        if self._latch is not None and self._latch.reason:
            self._guard.resume(self._latch.reason, self._latch.alarm)
        given = self.get_parameter("speed_scale").value
        self._guard.gate.motion.scale = scale = self._latch.speed_scale if self._latch else given
        if complaint := self._keep():
            self._guard.stop(f"{complaint}: a stop would not outlive safety_node; /legion/reset goes on")
        if scale != given:
            self.set_parameters([Parameter("speed_scale", value=scale)])

    def _of_this_run(self, latch: Latch | None) -> Latch | None:
        """None for what was latched before a person started the whole graph anew; that is said."""
        run = os.environ.get(RUN, "")
        if latch is None or not run or latch.run == run:
            return latch
        if latch.reason:
            self.get_logger().warning(f"the graph was started anew: no longer stopped for {latch.reason!r}")
        return None

    def _keep(self) -> str:
        """Write down what is latched, where that has changed; what went wrong, "" where nothing did."""
        state, scale = self._guard.state, self._guard.gate.motion.scale
        latched = state.mode in (Mode.STOPPED, Mode.RETREATING)
        latch = Latch(
            reason=state.reason if latched else "",
            alarm=state.alarm,
            speed_scale=scale,
            run=os.environ.get(RUN, ""),
        )
        if latch == self._latch and not self._unkept:
            return ""
        self._latch = latch
        try:
            self._file.write(latch)
            self._unkept = ""
        except LatchError as error:
            if not self._unkept:
                self.get_logger().error(str(error))
            self._unkept = str(error)
        return self._unkept

    # -- callbacks ----------------------------------------------------------------------------------

    def _on_tool_state(self, message: ToolState) -> None:
        stamp, before = seconds(message.header.stamp), self._guard.state.mode
        alarm = self._guard.tool_state(tool_from(message), stamp, time.monotonic())
        if alarm is not None:
            told = AlarmMessage(level=int(alarm.level), reason=alarm.reason)
            told.header.stamp = message.header.stamp
            self._alarm.publish(told)
        if self._guard.state.mode is not before:
            self._send(self._guard.watch(time.monotonic()), stamp)

    def _on_joint_state(self, message: JointState) -> None:
        before, now = self._guard.state.mode, time.monotonic()
        stamp = seconds(message.header.stamp)
        # rclpy's messages have no stubs: pyright takes what their setters accept for what they give
        names: list[str] = message.name  # pyright: ignore[reportAssignmentType]
        self._guard.joint_state(names, message.position, message.velocity, stamp, now)
        if self._guard.state.mode is not before:
            self._send(self._guard.watch(now), self._guard.gate.stamp)

    def _on_alarm(self, message: AlarmMessage) -> None:
        """Whoever sounds it, and of whatever level: the arm retreats."""
        level = message.level
        name = Level(level).name.lower() if level in list(Level) else f"level {level}"
        if self._guard.alarm(f"{name} alarm: {message.reason[:LONGEST]}", time.monotonic()):
            self._send(self._guard.watch(time.monotonic()), self._guard.gate.stamp)

    def _on_deadman(self, message: Bool) -> None:
        if message.data:
            self._guard.gate.alive(time.monotonic())

    def _on_parameters(self, parameters: list[Parameter]) -> None:
        for given in parameters:
            if given.name == "speed_scale":
                self._guard.gate.motion.scale = given.value
                if self._file is not None:
                    self._keep()
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
        """Publish the gate's state when it changes; when only the counts do, at most once a second.

        What is latched is written down before anybody hears of it: who acts on it finds it again.
        """
        state, now = self._guard.state, time.monotonic()
        told = self._told
        same = told is not None and replace(told, limited=state.limited, refused=state.refused) == state
        if same and (state == told or now - self._told_at < 1.0):
            return
        self._told, self._told_at = state, now
        self._keep()
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
