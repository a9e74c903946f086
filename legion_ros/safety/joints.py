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

    A joint beyond its limit is a fault, until a person resets: from then on it is one if it gets farther out
    than it was, or another joint gets out. Back inside, that is forgotten.

    Args:
        limits: by name of the joint; others are not looked at.
        slack: rad or m beyond a limit, or beyond where it was, that the measurement may be wrong by.
        fast: times its greatest speed that a joint may seem to turn at, for the same reason.
    """

    def __init__(self, limits: Mapping[str, JointLimit], slack: float = 0.01, fast: float = 1.1) -> None:
        self._limits, self._slack, self._fast = dict(limits), slack, fast
        self._beyond: dict[str, float] = {}  # rad or m that a joint is out of its limits by
        self._allowed: dict[
            str, float
        ] = {}  # what of that a person has seen, at the least that it has been since

    @property
    def returning(self) -> bool:
        """Whether a joint is on its way back that a person has let go from out of its limits."""
        return bool(self._allowed)

    def reset(self) -> None:
        """A person has seen to it: where the joints are now they may be, until they are back."""
        self._allowed = dict(self._beyond)

    def covers(self, names: Sequence[str]) -> bool:
        """Whether these are joints of the arm; the state of a gripper alone says nothing of it."""
        return not self._limits.keys().isdisjoint(names)

    def fault(self, names: Sequence[str], positions: Sequence[float], speeds: Sequence[float]) -> str:
        """What is wrong, "" when nothing is.

        Args:
            names: of the joints: all that have limits, or none of them.
            positions: (N,) rad, or m.
            speeds: (N,) rad/s, or m/s; empty where they are not measured.
        """
        if len(positions) != len(names) or len(speeds) not in (0, len(names)):
            return f"{len(names)} joints, but {len(positions)} positions and {len(speeds)} speeds"
        if not np.isfinite([*positions, *speeds]).all():
            return "a joint's position or speed is NaN or infinite"
        if self.covers(names) and (absent := self._limits.keys() - set(names)):
            return f"joint states without {', '.join(sorted(absent))}"
        faults = []
        for i, name in enumerate(names):
            limit = self._limits.get(name)
            if limit is None:
                continue
            faults.append(self._place(name, limit, positions[i]))
            if len(speeds) and abs(speeds[i]) > limit.max_speed * self._fast:
                faults.append(f"{name} moves at {speeds[i]:.2f} a second; {limit.max_speed:g} is allowed")
        return next(filter(None, faults), "")

    def _place(self, name: str, limit: JointLimit, position: float) -> str:
        """What is wrong with where a joint is; takes note of it."""
        beyond = max(limit.low - position, position - limit.high)
        if beyond <= self._slack:
            self._beyond.pop(name, None)
            self._allowed.pop(name, None)
            return ""
        self._beyond[name] = beyond
        if name not in self._allowed:
            return f"{name} is at {position:.3f}; {limit.low:g} to {limit.high:g} is allowed"
        self._allowed[name] = least = min(self._allowed[name], beyond)
        if beyond > least + self._slack:
            return f"{name} is at {position:.3f}, farther out of {limit.low:g} to {limit.high:g} than it was"
        return ""
