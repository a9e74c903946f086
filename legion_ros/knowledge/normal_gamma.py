"""Diagonal Gaussians of unknown mean and precision: the Normal-Gamma prior, its posterior, what it predicts.

Every dimension is a model of its own: precision t ~ Gamma(shape, rate), mean | t ~ N(mean, 1 / (strength t)).
So a dimension that was not observed is marginalised exactly by leaving it out. Equations: Murphy, "Conjugate
Bayesian analysis of the Gaussian distribution" (2007), section 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from scipy.special import digamma, gammaln

from legion_ros.knowledge.errors import KnowledgeError
from legion_ros.knowledge.statistics import Statistics

__all__ = ["Posterior", "Prior", "expected", "predictive"]

_LOG_2_PI = float(np.log(2 * np.pi))


@dataclass(frozen=True, kw_only=True, eq=False)
class Prior:
    """The base measure of the Dirichlet process, and its concentration. Arrays are (d,) float64."""

    concentration: float  # alpha: how many visits' worth of belief lies on "new"
    mean: np.ndarray  # of the components' means
    strength: np.ndarray  # points' worth of belief in that mean
    shape: np.ndarray  # of the Gamma over a component's precision
    rate: np.ndarray  # of the Gamma over a component's precision
    weight: np.ndarray  # exponent of each dimension's likelihood: below 1 where dimensions are correlated
    noise: np.ndarray  # variance that a point's number is known to; no component is ever sharper

    def __post_init__(self) -> None:
        size = self.mean.shape
        if len(size) != 1 or not size[0]:
            raise KnowledgeError(f"a prior needs a mean of shape (dimensions,), not {size}")
        for field in fields(self):
            value = np.asarray(getattr(self, field.name))
            if field.name != "concentration" and value.shape != size:
                raise KnowledgeError(f"{field.name} of the prior has shape {value.shape}; {size} is expected")
            low = {"mean": -np.inf, "noise": 0.0}.get(field.name, np.finfo(float).tiny)
            good = np.isfinite(value) & (value >= low)
            if not good.all():
                least = {"mean": "", "noise": " and not below 0"}.get(field.name, " and above 0")
                raise KnowledgeError(
                    f"{field.name} of the prior is {value[~good].flat[0]}; it must be finite{least}"
                )

    @property
    def size(self) -> int:
        """Dimensions of a point."""
        return len(self.mean)

    @classmethod
    def vague(cls, size: int, concentration: float = 1.0, spread: float = 10.0) -> "Prior":
        """Means `spread` apart around 0, variance about 1: for tests and for data of unit scale."""
        one = np.ones(size)
        return cls(
            concentration=concentration,
            mean=0 * one,
            strength=one / spread**2,
            shape=2 * one,
            rate=2 * one,
            weight=one,
            noise=0 * one,
        )

    def tensors(self) -> dict[str, np.ndarray]:
        """Every number, by name; float64."""
        return {
            field.name: np.atleast_1d(np.asarray(getattr(self, field.name), float)) for field in fields(self)
        }

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, np.ndarray]) -> "Prior":
        """What `tensors()` came from. Raises KnowledgeError on missing, odd or impossible numbers."""
        names = {field.name for field in fields(cls)}
        if set(tensors) != names:
            raise KnowledgeError(f"a prior consists of {', '.join(sorted(names))}, not {', '.join(tensors)}")
        values = {name: np.asarray(value, np.float64) for name, value in tensors.items()}
        if values["concentration"].shape != (1,):
            raise KnowledgeError(
                f"concentration of the prior has shape {values['concentration'].shape}; one number is meant"
            )
        return cls(**{**values, "concentration": float(values["concentration"][0])})


class Posterior:
    """What K components' statistics say under a prior. Arrays are (K, d); points are centred on the prior."""

    def __init__(self, prior: Prior, statistics: Statistics) -> None:
        """Eq. 86-89 of Murphy (2007), written in sums about the prior's mean."""
        self.prior = prior
        self.count = statistics.count
        self.strength = prior.strength + statistics.count
        self.mean = statistics.first / self.strength  # less the prior's mean
        self.shape = prior.shape + 0.5 * statistics.count
        scatter = np.maximum(statistics.second - statistics.first * self.mean, 0.0)  # rounding: just below 0
        self.rate = prior.rate + 0.5 * (scatter + prior.noise * statistics.count)

    def evidence(self) -> np.ndarray:
        """(K,) log marginal likelihood of all that each component took, Eq. 95 of Murphy (2007), weighted."""
        prior = self.prior
        per_dimension = (
            gammaln(self.shape)
            - gammaln(prior.shape)
            + prior.shape * np.log(prior.rate)
            - self.shape * np.log(self.rate)
            + 0.5 * (np.log(prior.strength) - np.log(self.strength) - self.count * _LOG_2_PI)
        )
        return per_dimension @ prior.weight

    @cached_property
    def student(self) -> "Three":
        """Predictive Student-t, Eq. 100 of Murphy (2007): constant, power and inverse scale, each (K, d).

        log p(x) = constant - power log(1 + inverse_scale (x - mean)^2), the weights taken in.
        """
        widening = (self.strength + 1) / self.strength
        constant = (
            gammaln(self.shape + 0.5)
            - gammaln(self.shape)
            - 0.5 * (_LOG_2_PI + np.log(self.rate) + np.log(widening))
        )
        weight = self.prior.weight
        return weight * constant, weight * (self.shape + 0.5), 0.5 / (self.rate * widening)

    @cached_property
    def expectation(self) -> "Three":
        """E[log p(x | component)] = constant + linear x + quadratic x^2, each (K, d), weighted."""
        precision = self.shape / self.rate
        constant = 0.5 * (digamma(self.shape) - np.log(self.rate) - _LOG_2_PI - 1 / self.strength)
        weight = self.prior.weight
        return (
            weight * (constant - 0.5 * precision * self.mean**2),
            weight * precision * self.mean,
            -0.5 * weight * precision,
        )

    def predictive(self, points: np.ndarray, observed: np.ndarray) -> np.ndarray:
        """Log predictive densities (N, K) of centred points (N, d); dimensions not observed are left out."""
        return predictive(points, observed, self.mean, self.student)

    def expected(self, points: np.ndarray, observed: np.ndarray) -> np.ndarray:
        """E[log p(point | component)] (N, K), over its posterior; points are 0 where unobserved."""
        return expected(points, observed, self.expectation)


Three = tuple[np.ndarray, ...]  # arrays (K, d)


def predictive(points: np.ndarray, observed: np.ndarray, mean: np.ndarray, student: Three) -> np.ndarray:
    """Log predictive densities (N, K) of points (N, d) under components of mean (K, d) and `student`."""
    columns = np.flatnonzero(observed.any(axis=0))
    if len(columns) < mean.shape[1]:  # often only the language is there
        first, last = (columns[0], columns[-1] + 1) if len(columns) else (0, 0)
        points, observed, mean = points[:, first:last], observed[:, first:last], mean[:, first:last]
        student = tuple(array[:, first:last] for array in student)
    constant, power, inverse_scale = student
    scores = np.empty((len(points), len(mean)))
    for row, (point, seen) in enumerate(zip(points, observed.astype(float), strict=True)):
        deviation = mean - point  # (K, d): small enough to stay in the cache; N is a handful of episodes
        deviation *= deviation
        deviation *= inverse_scale
        deviation += 1.0
        np.log(deviation, out=deviation)  # twice as fast as log1p, and as exact where it matters: below 1e-15
        deviation *= power
        np.subtract(constant, deviation, out=deviation)
        scores[row] = deviation @ seen
    return scores


def expected(points: np.ndarray, observed: np.ndarray, expectation: Three) -> np.ndarray:
    """E[log p(point | component)] (N, K); points (N, d) are 0 where not observed."""
    constant, linear, quadratic = expectation
    return observed.astype(float) @ constant.T + points @ linear.T + points**2 @ quadratic.T
