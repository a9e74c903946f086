"""The statistics of all components with what is computed from them, kept row by row."""

import numpy as np

from legion_ros.knowledge.normal_gamma import Posterior, Prior, expected, predictive
from legion_ros.knowledge.statistics import Statistics

__all__ = ["Ledger"]

_STATISTICS = ("mass", "entropy", "count", "first", "second")
_DERIVED = ("mean", "constant", "power", "inverse_scale", "level", "linear", "quadratic")


class Ledger:
    """Rows of statistics and of their predictive densities. A change costs one row, however many there are.

    Arrays have room for more rows than there are; room doubles when it is used up.
    """

    def __init__(self, prior: Prior, statistics: Statistics | None = None) -> None:
        """Of these components; of none when None."""
        self.prior = prior
        self._rows = 0
        self._arrays = self._room(8)
        if statistics is not None:
            self.append(statistics)

    def __len__(self) -> int:
        return self._rows

    @property
    def statistics(self) -> Statistics:
        """Of all rows: views, not copies."""
        return Statistics(*(self._arrays[name][: self._rows] for name in _STATISTICS))

    def predictive(self, points: np.ndarray, observed: np.ndarray) -> np.ndarray:
        """As `Posterior.predictive`, of all rows."""
        mean, *student = (self._arrays[name][: self._rows] for name in _DERIVED[:4])
        return predictive(points, observed, mean, tuple(student))

    def expected(self, points: np.ndarray, observed: np.ndarray) -> np.ndarray:
        """As `Posterior.expected`, of all rows."""
        return expected(points, observed, tuple(self._arrays[name][: self._rows] for name in _DERIVED[4:]))

    def expected_total(self, visit: Statistics) -> np.ndarray:
        """(K,) sum of `expected` over all points of one visit, from its statistics (1,)."""
        level, linear, quadratic = (self._arrays[name][: self._rows] for name in _DERIVED[4:])
        return level @ visit.count[0] + linear @ visit.first[0] + quadratic @ visit.second[0]

    def append(self, statistics: Statistics) -> None:
        """New rows at the end."""
        rows = np.arange(self._rows, self._rows + len(statistics))
        size = len(self._arrays["mass"])
        while size < self._rows + len(statistics):
            size *= 2
        if size > len(self._arrays["mass"]):
            roomy = self._room(size)
            for name, array in self._arrays.items():
                roomy[name][: self._rows] = array[: self._rows]
            self._arrays = roomy
        self._rows += len(statistics)
        self.set(rows, statistics)

    def set(self, rows: np.ndarray, statistics: Statistics) -> None:
        """Other statistics for these rows."""
        posterior = Posterior(self.prior, statistics)
        values = (*statistics.arrays(), posterior.mean, *posterior.student, *posterior.expectation)
        for name, value in zip((*_STATISTICS, *_DERIVED), values, strict=True):
            self._arrays[name][rows] = value

    def remove(self, row: int) -> None:
        """One row less; those after it move up."""
        for array in self._arrays.values():
            array[row : self._rows - 1] = array[row + 1 : self._rows].copy()
        self._rows -= 1

    def insert(self, row: int, statistics: Statistics) -> None:
        """One row more, at this place; that and those after it move down."""
        self.append(statistics)
        for array in self._arrays.values():
            array[row : self._rows] = np.roll(array[row : self._rows], 1, axis=0)

    def _room(self, rows: int) -> dict[str, np.ndarray]:
        flat = {name: np.zeros(rows) for name in _STATISTICS[:2]}
        return flat | {name: np.zeros((rows, self.prior.size)) for name in (*_STATISTICS[2:], *_DERIVED)}
