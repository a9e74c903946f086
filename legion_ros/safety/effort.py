"""The effort level of the circuit breaker: the arm pushes, or does not get along, and it gets no better.

Time is cut into windows. Two figures are kept of each: the mean size of the contact force, and the tracking
error, which is how far the tool is in the end from where the commands of that window should have taken it, a
second. The error counts where most of the way is missing: an arm may be slower than it is told to be, and
still get along. A window in which the arm is hardly told to move has no effort in it: an arm may rest on a
button that it was told to press.

The level trips when a figure was over its limit for `windows` windows in a row and did not fall: the last is
at least `1 - fall` of the first.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from legion_ros.core.scene import Tool
from legion_ros.safety.alarm import Alarm, Level

__all__ = ["EffortBreaker", "EffortConfig", "ForceLimit"]


@dataclass(frozen=True, kw_only=True)
class EffortConfig:
    """What counts as effort; docs/safety.md has what nominal work takes."""

    window: float = 0.5  # s of the robot's time
    windows: int = 5  # in a row
    max_force: float = 40.0  # N, mean of a window, that may last
    max_error: float = 0.03  # m/s, mean of a window, that may last
    stuck: float = 0.8  # share of the commanded way that must be missing for the error to count
    least_speed: float = 0.02  # m/s, mean of a window: what is told to go slower than this is told to stay
    fall: float = 0.1  # share by which a figure has to fall over the windows to count as getting better


class EffortBreaker:
    """Fed with every command that is sent and every tool state that comes. Latches nothing.

    Args:
        config: when to trip.
    """

    def __init__(self, config: EffortConfig | None = None) -> None:
        self.config = config or EffortConfig()
        self._sent = np.zeros(3)  # m/s, base frame: what the arm is told to do now
        self.reset()

    def reset(self) -> None:
        """Forget what was: it was seen to."""
        self.forces = deque[float](maxlen=self.config.windows)  # N, of the latest windows
        self.errors = deque[float](maxlen=self.config.windows)  # m/s
        self._before: tuple[np.ndarray, float] | None = None  # m, s: the last tool state
        self._sent = np.zeros(3)
        self._begin()

    def command(self, velocity: np.ndarray) -> None:
        """The arm was told to move at (3,) m/s, base frame, until told otherwise."""
        self._sent = np.asarray(velocity, float)

    def look(self, tool: Tool, stamp: float) -> Alarm | None:
        """Take in a tool state of `stamp` s, the robot's time; the alarm where its window trips."""
        if not np.isfinite([*tool.position, stamp]).all():
            return None
        before, self._before = self._before, (tool.position, stamp)
        if before is None or stamp == before[1]:
            return None
        elapsed = stamp - before[1]
        if not 0.0 < elapsed <= self.config.window:  # the robot was started anew, or its states were lost
            self.reset()
            self._before = (tool.position, stamp)
            return None
        self._lasted += elapsed
        self._asked += self._sent * elapsed
        self._missed += self._sent * elapsed - (tool.position - before[0])
        self._way += float(np.linalg.norm(self._sent)) * elapsed
        if tool.force is not None:
            self._pushes.append(float(np.linalg.norm(tool.force)))
        if self._lasted < self.config.window - 1e-6:
            return None
        tries = self._way >= self.config.least_speed * self._lasted
        self.forces.append(float(np.mean(self._pushes)) if self._pushes and tries else 0.0)
        missed, asked = float(np.linalg.norm(self._missed)), float(np.linalg.norm(self._asked))
        stuck = tries and missed > self.config.stuck * asked
        self.errors.append(missed / self._lasted if stuck else 0.0)
        self._begin()
        return self._judge()

    def _begin(self) -> None:
        """A window begins."""
        self._lasted, self._way = 0.0, 0.0  # s, m that the tool was told to go
        self._asked, self._missed = np.zeros(3), np.zeros(3)  # m
        self._pushes: list[float] = []  # N

    def _judge(self) -> Alarm | None:
        c = self.config
        for figures, limit, what, unit in (
            (self.forces, c.max_force, "the tool is pushed with", "N"),
            (self.errors, c.max_error, "the tool does not follow its commands, off by", "m/s"),
        ):
            lasting = len(figures) == c.windows and min(figures) > limit
            if lasting and figures[-1] >= (1.0 - c.fall) * figures[0]:
                span = f"for {c.windows * c.window:g} s, and it does not get less"
                return Alarm(Level.EFFORT, f"{what} more than {limit:g} {unit} {span}")
        return None


class ForceLimit:
    """So many tool states in a row with more force than ever there should be.

    Args:
        most: N; infinity for none.
        states: in a row: one alone may be the ring of an impact.
    """

    def __init__(self, most: float = float("inf"), states: int = 3) -> None:
        self._most, self._states = most, states
        self._over = 0

    def reset(self) -> None:
        """Begin to count anew."""
        self._over = 0

    def fault(self, tool: Tool) -> str:
        """What is wrong, "" when nothing is. A force that is not known, or not finite, is not judged."""
        force = tool.force
        if force is None or not np.isfinite(force).all() or float(np.linalg.norm(force)) <= self._most:
            self._over = 0
            return ""
        self._over += 1
        if self._over < self._states:
            return ""
        return f"more than {self._most:g} N push the tool, {self._states} states in a row"
