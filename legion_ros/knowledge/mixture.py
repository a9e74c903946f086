"""The Dirichlet-process mixture over whitened sentence embeddings: which one is asked for, or is it new?

This is its first form: the components are given, each with its sentences. The likelihoods and the prior are
those that the online mixture will keep; birth, merge and delete come with it.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from legion_ros.knowledge.errors import KnowledgeError
from legion_ros.knowledge.key import Key
from legion_ros.knowledge.whitening import Whitening

__all__ = ["BaseMeasure", "Mixture", "Posterior"]


class Posterior(NamedTuple):
    """Who is responsible for a sentence; all of it adds up to one."""

    responsibilities: np.ndarray  # (K,) float64, one per component, in the mixture's order
    new: float  # probability that no component was meant


class Overlaps(NamedTuple):
    """Inner products in whitened space, of N points with all that could have made them."""

    points: np.ndarray  # (N,): of each point with itself
    known: np.ndarray  # (N, K): with the components' means
    means: np.ndarray  # (K,): of these with themselves
    background: np.ndarray  # (N, B): with the background's sentences; B = 0 without one
    sentences: np.ndarray  # (B,): of these with themselves


@dataclass(frozen=True, kw_only=True)
class BaseMeasure:
    """The prior that tells known from new; fitted by `calibrate`."""

    concentration: float = 1.0  # alpha of the Chinese restaurant process, in sentences
    spread: float = (
        1.0  # variance of the components' means, in units of the whitened within-component variance
    )
    certainty: float = 1.0  # how many sentences each one of the background counts for
    temperature: float = 0.1  # exponent of the likelihoods: effective over nominal dimensions

    def __post_init__(self) -> None:
        for name in ("concentration", "spread", "certainty", "temperature"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value > 0):
                raise KnowledgeError(f"{name} of the base measure is {value}; it must be a positive number")


@dataclass(frozen=True, eq=False)
class Mixture:
    """Components with Gaussian keys, a base measure, and a background of requests for none of them.

    In whitened space a component's mean has the prior N(0, spread I), its sentences scatter as N(mean, I). So
    the predictive density of a component with n sentences of mean y is N(shrink y, v I) with
    shrink = n spread / (1 + n spread) and v = 1 + spread / (1 + n spread). A new one is drawn from the base
    measure: in equal parts the prior itself (n = 0) and the background, each sentence of it a
    component of n = certainty.
    """

    keys: tuple[Key, ...]
    whitening: Whitening
    base: BaseMeasure = BaseMeasure()
    background: Key | None = None

    def posterior(self, embedding: np.ndarray, among: np.ndarray | None = None) -> Posterior:
        """Responsibilities for one sentence.

        Args:
            embedding: (D,) unit length.
            among: (K,) bool: components that could be meant at all, for instance because the sentence names
                the arguments that they take; all when None.

        Raises:
            KnowledgeError: the embedding has another size or is not finite.
        """
        if embedding.ndim != 1 or not np.isfinite(embedding).all():
            raise KnowledgeError(f"an embedding must be a finite vector, not of shape {embedding.shape}")
        scores = self.scores(embedding[None])[0]
        if among is not None:
            scores[:-1] = np.where(among, scores[:-1], -np.inf)
        weights = np.exp(scores - scores.max())
        weights /= weights.sum()
        return Posterior(weights[:-1], float(weights[-1]))

    def scores(self, embeddings: np.ndarray) -> np.ndarray:
        """Logarithms of prior times tempered likelihood: (N, K + 1), the last column for "new"."""
        return self.likelihoods(self.overlaps(embeddings), self.base) + self.prior(self.base.concentration)

    def overlaps(self, embeddings: np.ndarray) -> Overlaps:
        """Where embeddings (N, D) lie among the components and the background."""
        points, means, others = self.whitening(embeddings), self._means, self._background
        return Overlaps(
            (points**2).sum(1), points @ means.T, (means**2).sum(1), points @ others.T, (others**2).sum(1)
        )

    def prior(self, concentration: float) -> np.ndarray:
        """Log prior (K + 1,) of the Chinese restaurant: n_k / (N + alpha), last alpha / (N + alpha)."""
        return np.log(np.append(self._counts, concentration) / (self._counts.sum() + concentration))

    def likelihoods(self, overlaps: Overlaps, base: BaseMeasure) -> np.ndarray:
        """Tempered log likelihoods (N, K + 1) under this base measure, whatever its concentration."""
        size, counts = self.whitening.size, self._counts
        known = _log_density(overlaps.points, overlaps.known, overlaps.means, counts, base.spread, size)
        new = _log_density(
            overlaps.points, overlaps.known[:, :1], np.zeros(1), np.zeros(1), base.spread, size
        )[:, 0]
        known, new = base.temperature * known, base.temperature * new
        if len(overlaps.sentences):
            certain = np.full(len(overlaps.sentences), base.certainty)
            background = _log_density(
                overlaps.points, overlaps.background, overlaps.sentences, certain, base.spread, size
            )
            new = np.logaddexp(new, _log_mean_exp(base.temperature * background)) - np.log(2)
        return np.column_stack([known, new])

    @cached_property
    def _counts(self) -> np.ndarray:
        return np.array([key.count for key in self.keys], float)

    @cached_property
    def _means(self) -> np.ndarray:
        return self.whitening(np.array([key.mean for key in self.keys]))

    @cached_property
    def _background(self) -> np.ndarray:
        if self.background is None:
            return np.zeros((0, self.whitening.size))
        return self.whitening(self.background.embeddings)


def _log_density(
    points: np.ndarray, products: np.ndarray, means: np.ndarray, counts: np.ndarray, spread: float, size: int
) -> np.ndarray:
    """Log predictive densities (N, M), from inner products, under M means of `counts` (M,) sentences each."""
    shrink = counts * spread / (1 + counts * spread)
    variance = 1 + spread / (1 + counts * spread)
    squared = points[:, None] - 2 * shrink * products + shrink**2 * means
    return -0.5 * (squared / variance + size * np.log(variance))


def _log_mean_exp(values: np.ndarray) -> np.ndarray:
    top = values.max(axis=1, keepdims=True)
    return (top + np.log(np.exp(values - top).mean(axis=1, keepdims=True)))[:, 0]
