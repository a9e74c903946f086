"""What a fresh policy's observations are standardised by."""

import numpy as np
import torch

from legion_ros.policy import Expert

__all__ = ["Statistics"]


class Statistics:
    """Mean and variance of observations, added up batch by batch (Chan et al. 1983)."""

    def __init__(self, size: int) -> None:
        """Of observations of `size` numbers."""
        self.count, self.mean, self.scatter = 0, np.zeros(size), np.zeros(size)

    def add(self, observations: np.ndarray) -> None:
        """Take in `observations: (..., size)`."""
        rows = observations.reshape(-1, len(self.mean)).astype(float)
        count, mean = len(rows), rows.mean(0)
        apart = mean - self.mean
        total = self.count + count
        self.scatter += rows.var(0) * count + apart**2 * self.count * count / total
        self.mean = self.mean + apart * count / total
        self.count = total

    def give(self, policy: Expert) -> None:
        """Make them the policy's. A field that hardly varies carries nothing: its noise is not blown up."""
        policy.mean = torch.from_numpy(self.mean.astype(np.float32))
        deviation = np.maximum(np.sqrt(self.scatter / self.count), 0.05)
        policy.deviation = torch.from_numpy(deviation.astype(np.float32))
