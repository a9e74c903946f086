"""What became of one kind of fault."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

__all__ = ["FaultFigure"]


@dataclass(frozen=True, kw_only=True)
class FaultFigure:
    """Counts as given, times where there are any."""

    figure: str  # the fault, and what must not come of it
    trials: int
    misses: int  # trials in which it came
    target: str  # what is to hold, in words
    holds: bool
    p50_ms: float | None = None
    p99_ms: float | None = None
    max_ms: float | None = None
    notes: str = ""  # conditions, and what was missed

    @classmethod
    def of(
        cls,
        figure: str,
        target: str,
        misses: int,
        seconds: Sequence[float],
        trials: int | None = None,
        holds: bool | None = None,
        notes: str = "",
    ) -> "FaultFigure":
        """With the percentiles of the times.

        Args:
            figure: what it is called.
            target: what is to hold.
            misses: trials that failed.
            seconds: one for each trial that was timed.
            trials: as many as times unless given.
            holds: no misses unless given.
            notes: conditions.
        """
        times = 1e3 * np.asarray(seconds, float)
        p50, p99 = (
            (round(float(p), 3) for p in np.percentile(times, (50, 99))) if len(times) else (None, None)
        )
        return cls(
            figure=figure,
            trials=len(times) if trials is None else trials,
            misses=misses,
            target=target,
            holds=misses == 0 if holds is None else holds,
            p50_ms=p50,
            p99_ms=p99,
            max_ms=round(float(times.max()), 3) if len(times) else None,
            notes=notes,
        )

    def row(self, command: str, circumstances: Mapping[str, object] | None = None) -> dict[str, object]:
        """Ready for JSON.

        Args:
            command: what takes the figure again.
            circumstances: commit, date, seed and load.
        """
        return {**asdict(self), **(circumstances or {}), "command": command}
