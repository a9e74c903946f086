"""What happened from a start to an end."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Episode"]


@dataclass(frozen=True)
class Episode:
    """One try at one task, step by step."""

    instruction: str
    observation: np.ndarray  # (T, observation size) float32: before each action
    action: np.ndarray  # (T, action size) float32: what was done
    label: (
        np.ndarray
    )  # (T, action size) float32: what a teacher would have done; the action itself without one
    success: bool

    def __len__(self) -> int:
        return len(self.action)
