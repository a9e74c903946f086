"""A component's key: what is known of the sentences that ask for it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from legion_ros.knowledge.errors import KnowledgeError

__all__ = ["Key"]


@dataclass(frozen=True, eq=False)
class Key:
    """The embedded sentences of one component; with a mixture's whitening they give a Gaussian posterior.

    The sentences themselves are kept, not only their sum: they are few, and the pooled covariance is fitted
    again whenever a component joins.
    """

    embeddings: np.ndarray  # (n, D) float32, unit length each

    def __post_init__(self) -> None:
        shape = self.embeddings.shape
        if len(shape) != 2 or not all(shape):
            raise KnowledgeError(f"a key needs embeddings of shape (sentences, dimension), not {shape}")
        if not np.isfinite(self.embeddings).all():
            raise KnowledgeError("a key needs finite embeddings; these hold a NaN or an infinity")

    @property
    def count(self) -> int:
        """Number of sentences."""
        return len(self.embeddings)

    @cached_property
    def mean(self) -> np.ndarray:
        """(D,) float64: mean embedding."""
        return self.embeddings.mean(axis=0, dtype=float)

    @cached_property
    def deviations(self) -> np.ndarray:
        """(n, D) float64: each sentence's embedding less the mean."""
        return self.embeddings - self.mean

    def without(self, sentence: int | np.ndarray) -> "Key":
        """The key less the sentences of these indices, for cross-validation."""
        return Key(np.delete(self.embeddings, sentence, axis=0))
