"""What a joystick asks of the tool: axes and buttons to a motion, or to nothing where nobody holds on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from legion_ros.core.command import ToolCommand
from legion_ros.core.errors import LegionError

__all__ = ["Joystick", "JoystickConfig"]


@dataclass(frozen=True, kw_only=True)
class JoystickConfig:
    """Which axis and which button does what; the numbers are those of sensor_msgs/Joy."""

    axis_x: int = 1  # ahead, m/s along x of the base frame
    axis_y: int = 0  # left
    axis_z: int = 4  # up
    axis_yaw: int = 3  # anticlockwise
    button_deadman: int = 4  # to be held all the time
    button_open: int = 0
    button_close: int = 1
    max_speed: float = 0.2  # m/s at full deflection
    max_yaw_rate: float = 1.0  # rad/s at full deflection
    dead_zone: float = 0.08  # of the deflection, 0 to 1, that is none
    opening: float = 0.08  # m: how wide `button_open` opens the fingers

    def __post_init__(self) -> None:
        for kind in ("axis", "button"):
            used: dict[int, str] = {}
            for name in (field.name for field in fields(self) if field.name.startswith(kind)):
                number = getattr(self, name)
                if number < 0:
                    raise LegionError(f"{name} is {number}; 0 or more is valid")
                if number in used:
                    raise LegionError(f"{name} and {used[number]} are both {number}; each needs its own")
                used[number] = name

    @property
    def axes(self) -> tuple[int, ...]:
        """Of x, y, z and yaw."""
        return self.axis_x, self.axis_y, self.axis_z, self.axis_yaw


class Joystick:
    """Knows what the joystick last said. Times are passed in.

    Args:
        config: the mapping.
        timeout: s after which a joystick that is silent counts as let go.
    """

    def __init__(self, config: JoystickConfig | None = None, timeout: float = 0.15) -> None:
        self.config, self.timeout = config or JoystickConfig(), timeout
        self.fault = ""  # what was wrong with what it last said
        self._heard = -math.inf  # s
        self._axes: Sequence[float] = ()
        self._buttons: Sequence[int] = ()
        self._opening: float | None = None  # m, None while nobody holds on

    def say(self, axes: Sequence[float], buttons: Sequence[int], now: float) -> None:
        """The joystick has spoken; what can't be understood counts as let go."""
        c = self.config
        needed = max(c.axes), max(c.button_deadman, c.button_open, c.button_close)
        if len(axes) <= needed[0] or len(buttons) <= needed[1]:
            self.fault = (
                f"a joystick with {len(axes)} axes and {len(buttons)} buttons;"
                f" at least {needed[0] + 1} and {needed[1] + 1} are needed"
            )
        elif not all(math.isfinite(axes[axis]) for axis in c.axes):
            self.fault = "an axis of the joystick is NaN or infinite"
        else:
            self.fault = ""
        self._heard = now if not self.fault else -math.inf
        self._axes, self._buttons = axes, buttons

    def command(self, opening: float, now: float) -> ToolCommand | None:
        """What is asked of the tool, None where nobody holds on.

        Args:
            opening: m between the fingers, measured: kept until a button says otherwise.
            now: s.
        """
        c = self.config
        if now - self._heard > self.timeout or not self._buttons[c.button_deadman]:
            self._opening = None
            return None
        if self._buttons[c.button_close]:
            self._opening = 0.0
        elif self._buttons[c.button_open]:
            self._opening = c.opening
        elif self._opening is None:
            self._opening = opening
        x, y, z, yaw = (self._deflection(self._axes[axis]) for axis in c.axes)
        return ToolCommand(c.max_speed * np.array([x, y, z]), c.max_yaw_rate * yaw, self._opening)

    def _deflection(self, value: float) -> float:
        """-1 to 1, and 0 within the dead zone, without a step at its edge."""
        size = (min(abs(value), 1.0) - self.config.dead_zone) / (1.0 - self.config.dead_zone)
        return math.copysign(max(size, 0.0), value)
