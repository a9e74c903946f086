"""Which commands are computed from something new: by their stamps, whatever becomes of the robot's clock."""

from collections import OrderedDict

import numpy as np

__all__ = ["CommandStamps"]

_MOST = 64  # that are remembered at once


class CommandStamps:
    """Remembers the stamps that commands came with.

    A stamp is news when it is later than all before. A clock that is set ends that order: what comes next is
    of another time. But the time may come by where it was before, and whoever still answers the old scene is
    then as good as up to date by its stamp: what came shortly before the clock was set is no news after it,
    nor is what comes twice.

    Args:
        shortly: s.
    """

    def __init__(self, shortly: float) -> None:
        self._shortly = shortly
        self._latest = -np.inf  # s, the robot's time
        self._came: OrderedDict[float, float] = OrderedDict()  # s: stamp to `now` when it came last, in order

    def look(self, stamp: float, now: float) -> bool:
        """Take note of the stamp of a command that came at `now`, s; whether it is news."""
        news = stamp > self._latest and stamp not in self._came
        self._came[stamp] = now
        self._came.move_to_end(stamp)
        if len(self._came) > _MOST:
            self._came.popitem(last=False)
        return news

    def answered(self, stamp: float) -> None:
        """A command of that stamp was passed on: what is earlier is none that could be."""
        self._latest = max(self._latest, stamp)

    def clock_set(self, now: float) -> None:
        """The robot's clock was set, as was seen at `now`."""
        self._latest = -np.inf
        while self._came and now - next(iter(self._came.values())) > self._shortly:
            self._came.popitem(last=False)
