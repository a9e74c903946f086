"""The linear map after which sentences of one component scatter alike in every direction."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from legion_ros.knowledge.errors import KnowledgeError
from legion_ros.knowledge.key import Key

__all__ = ["Whitening"]


@dataclass(frozen=True, eq=False)
class Whitening:
    """x -> matrix (x - centre): the pooled within-component covariance becomes the identity.

    Embeddings of paraphrases differ most in directions that say nothing about the task (politeness, length),
    so distances are counted less along these.
    """

    centre: np.ndarray  # (D,) float32: mean of the components' means
    matrix: np.ndarray  # (D, D) float32, symmetric: inverse square root of the shrunk covariance

    def __post_init__(self) -> None:
        size = len(self.centre) if self.centre.ndim == 1 else 0
        if not size or self.matrix.shape != (size, size):
            raise KnowledgeError(
                f"a whitening needs a centre (D,) and a matrix (D, D), "
                f"not {self.centre.shape} and {self.matrix.shape}"
            )
        if not (np.isfinite(self.centre).all() and np.isfinite(self.matrix).all()):
            raise KnowledgeError("a whitening needs finite numbers; this one holds a NaN or an infinity")

    @property
    def size(self) -> int:
        """Dimension of the embeddings."""
        return len(self.centre)

    def __call__(self, embeddings: np.ndarray) -> np.ndarray:
        """Whiten `embeddings: (..., D)` to `(..., D)` float64."""
        if embeddings.shape[-1] != self.size:
            raise KnowledgeError(
                f"an embedding of {embeddings.shape[-1]} numbers, where {self.size} are expected"
            )
        return (np.asarray(embeddings, float) - self.centre) @ self.matrix

    @classmethod
    def fit(cls, keys: Sequence[Key], shrinkage: float = 0.3) -> "Whitening":
        """From the keys' pooled scatter S, shrunk to a multiple of the identity.

        Sigma = (1 - shrinkage) S + shrinkage tr(S)/D I, as there are fewer sentences than dimensions.
        """
        deviations = np.concatenate([key.deviations for key in keys])
        freedom = max(len(deviations) - len(keys), 1)
        covariance = deviations.T @ deviations / freedom
        size = len(covariance)
        spread = max(float(np.trace(covariance)) / size, 1e-6)  # one sentence a component: no scatter to see
        covariance = (1 - shrinkage) * covariance + shrinkage * spread * np.eye(size)
        values, vectors = np.linalg.eigh(covariance)
        matrix = (vectors / np.sqrt(values)) @ vectors.T
        centre = np.mean([key.mean for key in keys], axis=0)
        return cls(centre.astype(np.float32), matrix.astype(np.float32))
