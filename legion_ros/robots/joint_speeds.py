"""How fast joints turn, where their arm does not say."""

import numpy as np

__all__ = ["JointSpeeds"]

BASE = 0.05  # s between two positions that a speed is told from: messages may come in bursts


class JointSpeeds:
    """Tells unknown speeds by differences of positions; 0 before there are two to compare."""

    def __init__(self) -> None:
        self._since: float | None = None  # s, of the positions that are compared with
        self._positions = self._speeds = np.zeros(0)

    def known(self, time: float, positions: np.ndarray, told: np.ndarray) -> np.ndarray:
        """Speeds (n,) rad/s or m/s.

        Args:
            time: s, of the measurement; where it goes back, differences begin anew.
            positions: (n,) rad or m.
            told: (n,) what the arm says; NaN where it says nothing.
        """
        if self._since is None or time < self._since:
            self._since, self._positions, self._speeds = time, positions, np.zeros_like(positions)
        elif time - self._since >= BASE:
            self._speeds = (positions - self._positions) / (time - self._since)
            self._since, self._positions = time, positions
        return np.where(np.isnan(told), self._speeds, told)
