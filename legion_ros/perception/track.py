"""One thing through time: where it is, how sure that is, what holds it."""

from collections import defaultdict, deque
from dataclasses import dataclass, field, replace

import numpy as np

from legion_ros.core import Object, Tool
from legion_ros.perception.stances import quaternion_from, rotation_about

__all__ = ["Hold", "Track"]

GRAVITY = 9.81  # m/s2
REMEMBERED = 3.0  # s of positions that are kept, for pictures that come late


@dataclass(frozen=True)
class Hold:
    """How a thing is held."""

    position: np.ndarray  # (3,) m: in the tool's frame
    rotation: np.ndarray  # (3, 3): the same
    opening: float  # m between the fingers


@dataclass(eq=False)
class Track:
    """A thing that has been seen."""

    thing: Object  # where it is now; without a name and an id until it counts
    seen: int = 1  # frames
    missed: int = 0  # frames in a row in which the camera looked through it
    sure: int = 1  # frames that its position is the mean of
    contrary: int = 0  # frames in a row that plainly showed another kind
    hold: Hold | None = None
    strayed: int = 0  # frames in a row that showed it elsewhere than in the fingers
    loose_since: float = -np.inf  # s: when it was let go
    lands: float = -np.inf  # m: height at which its fall ends
    votes: dict[str, float] = field(default_factory=lambda: defaultdict(float))  # for each kind
    trail: deque[tuple[float, np.ndarray]] = field(default_factory=deque)  # (s, (3,) m)

    def at(self, stamp: float) -> np.ndarray:
        """(3,) m: where it was taken to be at a time."""
        for when, position in reversed(self.trail):
            if when <= stamp + 1e-6:
                return position
        return self.trail[0][1] if self.trail else self.thing.position

    def remember(self, stamp: float) -> None:
        """Note where it is at a time."""
        self.trail.append((stamp, self.thing.position))
        while self.trail[0][0] < stamp - REMEMBERED:
            self.trail.popleft()

    def move(self, position: np.ndarray, rotation: np.ndarray | None = None) -> None:
        """Put it somewhere else: (3,) m and, where it turns, (3, 3)."""
        turn = self.thing.quaternion if rotation is None else quaternion_from(rotation)
        self.thing = replace(self.thing, position=np.asarray(position, float), quaternion=turn)

    def take(self, tool: Tool) -> None:
        """The fingers hold it from now on: they have drawn it between them and turned it straight."""
        turn = _frame(tool)
        offset = turn.T @ (self.thing.position - tool.position)
        offset[1] = 0.0
        rotation = turn.T @ self.thing.rotation
        yaw, extents = self.thing.grip
        if not np.isnan(yaw):
            wide = abs(extents[1] - tool.opening) < abs(extents[0] - tool.opening)
            slant = yaw - tool.yaw + (np.pi / 2 if wide else 0.0)
            slant = (slant + np.pi / 2) % np.pi - np.pi / 2
            if abs(slant) < 0.6:
                rotation = rotation_about(np.array([0.0, 0.0, -slant])) @ rotation
        self.hold = Hold(offset, rotation, tool.opening)
        self.strayed = 0

    def carry(self, tool: Tool) -> None:
        """Be where the fingers hold it."""
        assert self.hold is not None
        turn = _frame(tool)
        self.move(tool.position + turn @ self.hold.position, turn @ self.hold.rotation)

    def fall(self, stamp: float) -> None:
        """Be as low as something is that was let go when this was."""
        x, y, z = self.thing.position
        if z > self.lands > -np.inf:
            passed, step = stamp - self.loose_since, stamp - self.trail[-1][0]
            drop = 0.5 * GRAVITY * (passed**2 - max(passed - step, 0.0) ** 2)
            self.move(np.array([x, y, max(z - drop, self.lands)]))

    def look_for(self, stamp: float) -> None:
        """It was let go: where it is has to be seen again."""
        self.hold, self.loose_since, self.sure, self.lands = None, stamp, 0, -np.inf


def _frame(tool: Tool) -> np.ndarray:
    """(3, 3): the tool's axes in the base frame, z up."""
    return rotation_about(np.array([0.0, 0.0, tool.yaw]))
