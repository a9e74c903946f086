"""The Dirichlet-process mixture over whitened sentence embeddings: which one is asked for, or is it new?

This is its first form: the components are given, each with its sentences. The likelihoods and the prior are
those that the online mixture will keep; birth, merge and delete come with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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


class Densities(NamedTuple):
    """Log predictive densities of N points, each under every source that could have made it."""

    known: np.ndarray  # (N, K): the components
    new: np.ndarray  # (N, 1): the prior of a component's mean
    background: np.ndarray  # (N, B): the background's sentences; B = 0 without one


@dataclass(frozen=True, kw_only=True)
class BaseMeasure:
    """The prior that tells known from new; fitted by `calibrate`."""

    concentration: float = 1.0  # alpha of the Chinese restaurant process, in sentences
    spread: float = (
        1.0  # variance of the components' means, in units of the whitened within-component variance
    )
    temperature: float = 0.1  # exponent of the likelihoods: effective over nominal dimensions

    def __post_init__(self) -> None:
        for name in ("concentration", "spread", "temperature"):
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
    component of n = 1.
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
        return self.weigh(self.densities(embeddings), self.base)

    def densities(self, embeddings: np.ndarray) -> "Densities":
        """Log predictive densities of embeddings (N, D), before tempering; spread alone matters here."""
        points = self.whitening(embeddings)
        known = self._log_density(points, self._means, self._counts)
        new = self._log_density(points, np.zeros((1, self.whitening.size)), np.zeros(1))
        if self.background is None:
            return Densities(known, new, new[:, :0])
        return Densities(
            known, new, self._log_density(points, self._background, np.ones(self.background.count))
        )

    def weigh(self, densities: "Densities", base: BaseMeasure) -> np.ndarray:
        """Scores (N, K + 1) of densities that were reckoned with the spread of `base`."""
        known, new = base.temperature * densities.known, base.temperature * densities.new[:, 0]
        if densities.background.shape[1]:
            new = np.logaddexp(new, _log_mean_exp(base.temperature * densities.background)) - np.log(2)
        prior = np.log(
            np.append(self._counts, base.concentration) / (self._counts.sum() + base.concentration)
        )
        return np.column_stack([known, new]) + prior

    def with_keys(self, keys: Sequence[Key]) -> "Mixture":
        """The same mixture with further components after its own, under the same whitening."""
        return replace(self, keys=self.keys + tuple(keys))

    def _log_density(self, points: np.ndarray, means: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """Log predictive densities, (N, M), of points (N, D) under means (M, D) of counts (M,) sentences."""
        spread = self.base.spread
        shrink = counts * spread / (1 + counts * spread)
        variance = 1 + spread / (1 + counts * spread)
        centres = means * shrink[:, None]
        squared = (points**2).sum(1)[:, None] - 2 * points @ centres.T + (centres**2).sum(1)
        return -0.5 * (squared / variance + points.shape[1] * np.log(variance))

    @cached_property
    def _counts(self) -> np.ndarray:
        return np.array([key.count for key in self.keys], float)

    @cached_property
    def _means(self) -> np.ndarray:
        return self.whitening(np.array([key.mean for key in self.keys]))

    @cached_property
    def _background(self) -> np.ndarray:
        return self.whitening(self.background.embeddings)


def _log_mean_exp(values: np.ndarray) -> np.ndarray:
    top = values.max(axis=1, keepdims=True)
    return (top + np.log(np.exp(values - top).mean(axis=1, keepdims=True)))[:, 0]
