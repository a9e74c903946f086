"""The only publisher of /legion/command: what a policy asks for, through the safety gate, or a hold."""

import sys
import time
from dataclasses import dataclass

from diagnostic_msgs.msg import DiagnosticStatus
from std_srvs.srv import Trigger

from legion_ros.core.command import ToolCommand
from legion_ros.msg import SafetyState, ToolState
from legion_ros.msg import ToolCommand as ToolCommandMessage
from legion_ros.nodes.conversions import command_from, command_message, seconds, time_message, tool_from
from legion_ros.nodes.lifecycle import Health, LegionNode, NodeConfig, run
from legion_ros.nodes.parameters import parameter
from legion_ros.nodes.qos import COMMAND, SENSOR, STATE
from legion_ros.safety import GateConfig, GateState, Mode, SafetyGate

__all__ = ["SafetyNode", "main"]


@dataclass(frozen=True, kw_only=True)
class SafetyConfig(NodeConfig):
    """Parameters of safety_node."""

    command_timeout: float = parameter(0.15, "s without a command until the arm is told to hold", 0.01, 5.0)
    state_timeout: float = parameter(0.15, "s without a tool state until commands are refused", 0.01, 5.0)
    max_lag: float = parameter(0.15, "s that a command may lag behind the tool state", 0.01, 5.0)
    most_bad: int = parameter(5, "commands with NaN or infinity within a second that latch a stop", 1, 1000)
    watch_rate: float = parameter(50.0, "Hz at which staleness is looked for", 1.0, 1000.0)


class SafetyNode(LegionNode[SafetyConfig]):
    """Forwards a command the moment it comes; a timer watches for the ones that don't."""

    def __init__(self) -> None:
        super().__init__("safety_node", SafetyConfig)
        self._gate = SafetyGate()
        self._told: GateState | None = None  # what was last published
        self._told_at = 0.0  # s, monotonic

    def configure(self) -> None:
        """Make the gate and connect it."""
        c = self.config
        self._gate = SafetyGate(
            config=GateConfig(
                command_timeout=c.command_timeout,
                state_timeout=c.state_timeout,
                max_lag=c.max_lag,
                most_bad=c.most_bad,
            )
        )
        self._command = self.create_publisher(ToolCommandMessage, "/legion/command", COMMAND)
        self._state = self.create_publisher(SafetyState, "/legion/safety_state", STATE)
        self.create_subscription(ToolState, "/legion/tool_state", self._on_tool_state, SENSOR)
        self.create_subscription(ToolCommandMessage, "/legion/policy_command", self._on_command, COMMAND)
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

    def _on_command(self, message: ToolCommandMessage) -> None:
        if not self.active:
            return
        stamp = seconds(message.header.stamp)
        self._send(self._gate.command(command_from(message), stamp, time.monotonic()), stamp)

    def _watch(self) -> None:
        self._send(self._gate.watch(time.monotonic()), self._gate.stamp)

    def _on_stop(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._gate.stop("a stop was asked for on /legion/stop; /legion/reset ends it")
        self._watch()
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
