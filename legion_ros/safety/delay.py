"""How much later the robot's states come than they could: a clock that runs slow, or a queue that grows.

A robot's clock may be set to anything, so that how old a state is can't be told. That it is older than others
were can: `now - stamp` is the clocks' difference and the delay together, and the smallest of it that was ever
seen is close to the difference alone. What is above that is delay.
"""

import numpy as np

__all__ = ["Delay"]

_DRIFT = 2e-4  # by which two clocks that nobody sets may go differently: each is good to 1e-4


class Delay:
    """Looks at stamps in the robot's time as they come; only of use where that should run as `now` does.

    A delay that grows by less than 0.2 ms a second is taken for the drift of two clocks.

    Args:
        most: s of delay that may be; 0: any.
        jump: s that a stamp has to lie before the last one to be of a clock that was set back: the clocks'
            difference is then found anew. A clock that is set forward only lessens it.
    """

    def __init__(self, most: float, jump: float) -> None:
        self.most, self._jump = most, jump
        self._least = np.inf  # s: of `now` - stamp, with the drift that may have been since
        self._stamp = self._now = -np.inf  # s: of the newest state
        self.delay = 0.0  # s: of the newest state

    @property
    def late(self) -> bool:
        """Whether the newest state came later than it may."""
        return 0.0 < self.most < self.delay

    def look(self, stamp: float, now: float) -> None:
        """A new state of `stamp`, the robot's time, has come at `now`, s."""
        difference = now - stamp
        if not np.isfinite(self._least) or stamp < self._stamp - self._jump:
            self._least = difference
        else:
            self._least = min(self._least + _DRIFT * max(now - self._now, 0.0), difference)
        self._stamp, self._now, self.delay = stamp, now, difference - self._least
