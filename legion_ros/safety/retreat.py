"""What the arm does after an alarm: straight up, slowly, a little way, the fingers as they are."""

from dataclasses import dataclass

import numpy as np

from legion_ros.core.scene import Tool

__all__ = ["Retreat", "RetreatConfig"]


@dataclass(frozen=True, kw_only=True)
class RetreatConfig:
    """How far, how fast."""

    speed: float = 0.05  # m/s upwards
    distance: float = 0.10  # m
    patience: float = 2.0  # times as long as it should take, after which it is over wherever the tool is


class Retreat:
    """One way up.

    Args:
        config: how far, how fast.
        height: m, base frame: of the tool where it begins.
        ceiling: m, base frame: no higher than this.
        now: s, when it begins.
    """

    def __init__(self, config: RetreatConfig, height: float, ceiling: float, now: float) -> None:
        self._speed = config.speed
        self._goal = min(height + config.distance, ceiling)
        self._until = now + config.patience * config.distance / config.speed

    def velocity(self, tool: Tool, now: float) -> np.ndarray | None:
        """(3,) m/s, base frame, with the tool where it is; None when the way is over."""
        left = self._goal - tool.position[2]
        if left <= 0.001 or now >= self._until:
            return None
        return np.array([0.0, 0.0, min(self._speed, left / 0.1)])  # the last bit more slowly
