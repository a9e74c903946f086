"""What a policy may ask of the arm, and the limits that hold whoever asks."""

from dataclasses import dataclass

import numpy as np

from legion_ros.core.layout import Field, Layout

__all__ = ["ACTION", "Limits", "ToolCommand"]

# An action is five numbers in [-1, 1]; Limits turns them into a command.
ACTION = Layout(
    (
        Field("velocity", 3, "max_speed", "base"),
        Field("yaw_rate", 1, "max_yaw_rate", "base"),
        Field("opening", 1, "max_opening"),  # -1 closed, 1 open: where the fingers are to go
    )
)


@dataclass(frozen=True)
class ToolCommand:
    """Motion of the tool until the next command."""

    velocity: np.ndarray  # (3,) m/s, base frame
    yaw_rate: float  # rad/s about the base frame's z
    opening: float  # m between the fingers

    @property
    def finite(self) -> bool:
        """No NaN, no infinity."""
        return bool(np.isfinite([*self.velocity, self.yaw_rate, self.opening]).all())


@dataclass(frozen=True)
class Limits:
    """Where the tool may be and how fast it may move."""

    low: tuple[float, float, float] = (0.31, -0.56, 0.004)  # m, base frame: lowest corner of the workspace
    high: tuple[float, float, float] = (0.72, 0.54, 0.42)  # m, base frame: highest corner
    max_speed: float = 0.40  # m/s, each axis
    max_yaw_rate: float = 2.0  # rad/s
    yaw: tuple[float, float] = (-1.35, 2.40)  # rad: what joint 7 allows everywhere in the workspace
    max_opening: float = 0.08  # m

    def command(self, action: np.ndarray) -> ToolCommand:
        """The command for an action `(5,)`, clipped to [-1, 1] first.

        Raises ValueError on another shape or a NaN.
        """
        action = np.asarray(action, float)
        if action.shape != (ACTION.size,) or not np.isfinite(action).all():
            raise ValueError(f"action {action} is not {ACTION.size} finite numbers")
        action = np.clip(action, -1.0, 1.0)
        return ToolCommand(
            action[:3] * self.max_speed,
            float(action[3]) * self.max_yaw_rate,
            0.5 * (action[4] + 1) * self.max_opening,
        )

    def action(self, command: ToolCommand) -> np.ndarray:
        """The action `(5,)` that `command` would turn into this command."""
        return np.array(
            [
                *(command.velocity / self.max_speed),
                command.yaw_rate / self.max_yaw_rate,
                2 * command.opening / self.max_opening - 1,
            ]
        )
