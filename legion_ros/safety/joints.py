"""Whether the joints are where an arm's joints may be, and no faster than they may turn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["JointLimit", "JointWatch"]


@dataclass(frozen=True)
class JointLimit:
    """Of one joint; rad and rad/s, or m and m/s where it slides."""

    low: float
    high: float
    max_speed: float


class JointWatch:
    """Looks at measured joints; the commands it never sees are those of a tool, without joints.

    Args:
        limits: by name of the joint; others are not looked at.
        slack: rad or m beyond a limit that the measurement may be wrong by.
        fast: times its greatest speed that a joint may seem to turn at, for the same reason.
    """

    def __init__(self, limits: Mapping[str, JointLimit], slack: float = 0.01, fast: float = 1.1) -> None:
        self._limits, self._slack, self._fast = dict(limits), slack, fast

    def fault(self, names: Sequence[str], positions: Sequence[float], speeds: Sequence[float]) -> str:
        """What is wrong, "" when nothing is.

        Args:
            names: of the joints.
            positions: (N,) rad, or m.
            speeds: (N,) rad/s, or m/s; empty where they are not measured.
        """
        if len(positions) != len(names) or len(speeds) not in (0, len(names)):
            return f"{len(names)} joints, but {len(positions)} positions and {len(speeds)} speeds"
        if not np.isfinite([*positions, *speeds]).all():
            return "a joint's position or speed is NaN or infinite"
        for i, name in enumerate(names):
            limit = self._limits.get(name)
            if limit is None:
                continue
            if not limit.low - self._slack <= positions[i] <= limit.high + self._slack:
                return f"{name} is at {positions[i]:.3f}; {limit.low:g} to {limit.high:g} is allowed"
            if len(speeds) and abs(speeds[i]) > limit.max_speed * self._fast:
                return f"{name} moves at {speeds[i]:.2f} a second; {limit.max_speed:g} is allowed"
        return ""
