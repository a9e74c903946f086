"""How long something took, over hours, in a few kilobytes."""

import numpy as np

__all__ = ["Histogram"]


class Histogram:
    """Counts of durations in bins of equal width; the last bin holds everything longer.

    Args:
        width: s, of a bin: the resolution of every percentile.
        longest: s; longer durations are counted as this long, except by `longest_seen`.
    """

    def __init__(self, width: float = 1e-4, longest: float = 0.5) -> None:
        self.width = width
        self.longest_seen = 0.0  # s
        self._counts = np.zeros(round(longest / width), np.int64)

    @property
    def count(self) -> int:
        """How many durations were added."""
        return int(self._counts.sum())

    def add(self, duration: float) -> None:
        """Count one `duration` in s; a negative one counts as zero."""
        self.longest_seen = max(self.longest_seen, duration)
        self._counts[min(max(int(duration / self.width), 0), len(self._counts) - 1)] += 1

    def percentile(self, percent: float) -> float:
        """Upper edge in s of the bin that `percent` of all durations don't exceed; NaN without any."""
        if not self.count:
            return float("nan")
        at = int(np.searchsorted(self._counts.cumsum(), percent / 100 * self.count))
        return (at + 1) * self.width
