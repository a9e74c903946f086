"""What of a command the arm may do: slow enough, not too suddenly, and not out of the workspace."""

from dataclasses import dataclass

import numpy as np

from legion_ros.core.command import Limits, ToolCommand
from legion_ros.core.scene import Tool

__all__ = ["MotionConfig", "MotionLimiter"]

_LONGEST = 0.1  # s: after a longer silence nobody knows how fast the arm was


@dataclass(frozen=True, kw_only=True)
class MotionConfig:
    """How fast the tool may go, and how fast it may come to go faster or slower."""

    horizon: float = 0.05  # s ahead within which the tool must stay in the workspace
    speed_scale: float = 1.0  # of all speeds, and of the greatest one: less where people are near
    max_acceleration: float = 8.0  # m/s^2, each axis
    max_yaw_acceleration: float = 40.0  # rad/s^2


class MotionLimiter:
    """Remembers what it last let through, so that nothing changes too suddenly.

    Speeds are compared from one tool state to the next, in the robot's own time: several commands that
    answer one state are all measured against the one before.

    `scale` may be changed at any time. It is a ceiling: nothing faster than `scale` times the greatest speed
    is let through. Who lowers it while the arm moves has it braked as hard as `max_acceleration` allows: that
    wins over the ceiling until the arm is there, 50 ms from full speed by default. To hold is at once.

    Args:
        limits: where the tool may be and how fast it may move.
        config: the rest.
    """

    def __init__(self, limits: Limits, config: MotionConfig) -> None:
        self.limits, self.config = limits, config
        self.scale = config.speed_scale
        self.caution = 1.0  # a second scale, which holds where it is the lower one
        self._before, self._newest = np.zeros(4), np.zeros(4)  # m/s (3,) and rad/s: of the last two states
        self._before_stamp = self._newest_stamp = -np.inf  # s, of those states

    def limit(self, command: ToolCommand, tool: Tool, stamp: float) -> ToolCommand:
        """`command` at most as fast as allowed with the tool where it is.

        Args:
            command: finite.
            tool: measured.
            stamp: of that measurement, s in the robot's time.
        """
        limits = self.limits
        top = np.array([*[limits.max_speed] * 3, limits.max_yaw_rate])
        asked = np.array([*command.velocity, command.yaw_rate], float)
        # _gently gives nothing that is beyond both this and what has to be braked still
        speed = self._gently(min(self.scale, self.caution) * np.clip(asked, -top, top), stamp)
        place = np.array([*tool.position, tool.yaw])
        low, high = np.array([*limits.low, limits.yaw[0]]), np.array([*limits.high, limits.yaw[1]])
        speed = self._inward(speed, place, low, high)
        self._newest = speed
        opening = float(np.clip(command.opening, 0.0, limits.max_opening))
        return ToolCommand(speed[:3], float(speed[3]), opening)

    def rest(self, stamp: float) -> None:
        """The arm was told to hold: what comes next sets out from there."""
        self._advance(stamp)
        self._newest = np.zeros(4)

    def _advance(self, stamp: float) -> None:
        if stamp != self._newest_stamp:
            self._before, self._before_stamp = self._newest, self._newest_stamp
            self._newest_stamp = stamp

    def _gently(self, speed: np.ndarray, stamp: float) -> np.ndarray:
        """`speed` no farther from the last one than the arm may accelerate to in the time between."""
        self._advance(stamp)
        elapsed = self._newest_stamp - self._before_stamp
        # the first, or the robot's clock was set: a period may have gone by, and the arm is as fast as it was
        elapsed = min(elapsed, _LONGEST) if 0.0 < elapsed < np.inf else self.config.horizon
        most = elapsed * np.array([*[self.config.max_acceleration] * 3, self.config.max_yaw_acceleration])
        return np.clip(speed, self._before - most, self._before + most)

    def _inward(self, speed: np.ndarray, place: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """`speed` slowed so that `place` stays in [low, high] over the horizon; out of it, only inward."""
        with np.errstate(over="ignore"):  # a place far out gives infinity: no bound on the way back
            slowest = np.minimum((low - place) / self.config.horizon, 0.0)
            fastest = np.maximum((high - place) / self.config.horizon, 0.0)
        return np.clip(speed, slowest, fastest)
