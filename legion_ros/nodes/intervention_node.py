"""A person with a joystick: what they ask of the tool, for as long as they hold the deadman button."""

import sys
import time
from dataclasses import dataclass, fields

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus
from sensor_msgs.msg import Joy

from legion_ros.core.command import Limits, ToolCommand
from legion_ros.msg import ToolCommand as ToolCommandMessage
from legion_ros.msg import ToolState
from legion_ros.nodes.conversions import command_message, seconds, tool_from
from legion_ros.nodes.lifecycle import Health, LegionNode, NodeConfig, run
from legion_ros.nodes.newest import Newest
from legion_ros.nodes.parameters import parameter
from legion_ros.nodes.qos import COMMAND, SENSOR
from legion_ros.safety.joystick import Joystick, JoystickConfig

__all__ = ["InterventionNode", "main"]


@dataclass(frozen=True, kw_only=True)
class InterventionConfig(NodeConfig):
    """Parameters of intervention_node."""

    rate: float = parameter(40.0, "Hz at which a person's commands are sent on", 5.0, 200.0)
    timeout: float = parameter(0.15, "s after which a joystick that is silent counts as let go", 0.02, 1.0)
    axis_x: int = parameter(1, "axis that moves the tool ahead", 0, 63)
    axis_y: int = parameter(0, "axis that moves it to the left", 0, 63)
    axis_z: int = parameter(4, "axis that moves it up", 0, 63)
    axis_yaw: int = parameter(3, "axis that turns it anticlockwise", 0, 63)
    button_deadman: int = parameter(4, "button that has to be held all the time", 0, 63)
    button_open: int = parameter(0, "button that opens the fingers", 0, 63)
    button_close: int = parameter(1, "button that closes them", 0, 63)
    max_speed: float = parameter(0.2, "m/s at full deflection", 0.01, 0.4)
    max_yaw_rate: float = parameter(1.0, "rad/s at full deflection", 0.01, 2.0)
    dead_zone: float = parameter(0.08, "of the deflection that is none", 0.0, 0.9)


class InterventionNode(LegionNode[InterventionConfig]):
    """Callbacks store, a timer asks the joystick; nothing is sent while nobody holds on."""

    def __init__(self) -> None:
        super().__init__("intervention_node", InterventionConfig)
        self._joystick = Joystick()
        self._tool = Newest[ToolState]()
        self._holding = False
        self._commands = 0

    def configure(self) -> None:
        """Check the mapping and connect."""
        c = self.config
        names = {field.name for field in fields(JoystickConfig)} & {field.name for field in fields(c)}
        mapping = JoystickConfig(opening=Limits().max_opening, **{name: getattr(c, name) for name in names})
        self._joystick = Joystick(mapping, c.timeout)
        self._command = self.create_publisher(ToolCommandMessage, "/legion/intervention", COMMAND)
        self._tool.listen(self, ToolState, "/legion/tool_state", SENSOR)
        self.create_subscription(Joy, "/joy", self._on_joy, SENSOR)

    def activate(self) -> None:
        """Begin to listen to the joystick."""
        self._holding = False
        self.every(1.0 / self.config.rate, self._send)

    def deactivate(self) -> None:
        """Let go."""
        self._let_go()

    def health(self) -> Health:
        """Whether somebody holds on."""
        values = {"commands": self._commands}
        if self._joystick.fault:
            return Health(self._joystick.fault, DiagnosticStatus.WARN, values)
        return Health("a person has taken over" if self._holding else "ok", values=values)

    def _on_joy(self, message: Joy) -> None:
        self._joystick.say(message.axes, message.buttons, time.monotonic())

    def _send(self) -> None:
        """What is asked of the tool now; once, when it was let go, that it is to hold."""
        tool = self._tool.message
        if tool is None:
            return
        command = self._joystick.command(tool_from(tool).opening, time.monotonic())
        if command is None:
            self._let_go()
            return
        self._holding, self._last = True, command
        self._publish(command)

    def _let_go(self) -> None:
        if self._holding:
            self._holding = False
            self._publish(ToolCommand(np.zeros(3), 0.0, self._last.opening))

    def _publish(self, command: ToolCommand) -> None:
        self._commands += 1
        self._command.publish(command_message(command, seconds(self._tool.message.header.stamp)))


def main() -> int:
    """Run until told to end."""
    return run(InterventionNode)


if __name__ == "__main__":
    sys.exit(main())
