"""Memoised variational Bayes for a Dirichlet-process mixture: local step, global step, bound, births.

Hughes & Sudderth, "Memoized online variational inference for Dirichlet process mixture models" (2013).
What was absorbed before is present as its statistics, which stay as they are; the batch in hand is visited
again and again, its own statistics taken out and put back each time, so no learning rate is needed.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, digamma

from legion_ros.knowledge.errors import KnowledgeError
from legion_ros.knowledge.normal_gamma import Posterior, Prior
from legion_ros.knowledge.statistics import Statistics

__all__ = ["Batch", "Fit", "bound", "fit", "gain", "softmax", "stick_bound"]

SEEDS = 10  # components that one birth may propose
SPLITS = 64  # components of a batch that are tried to be split, at most
ROUNDS = 5  # births in a row, each where the ones before left points unexplained
ITERATIONS = 30  # over a batch, at most
TOLERANCE = 1e-6  # nats a point: less than this and the batch is done
SMALLEST = 0.5  # visits: a fresh component of less is deleted before components are merged
EMPTY = 1e-6  # visits: and in the end one that has nothing


@dataclass(frozen=True, eq=False)
class Batch:
    """Points (N, d), centred on the prior's mean, 0 where not observed (N, d)."""

    points: np.ndarray
    observed: np.ndarray

    def __getitem__(self, rows: np.ndarray) -> "Batch":
        return Batch(self.points[rows], self.observed[rows])


@dataclass(frozen=True, eq=False)
class Fit:
    """Components with a batch taken in."""

    statistics: Statistics  # of K components, those of before first
    shares: np.ndarray  # (N, K) of the batch
    bound: float  # nats


def order(mass: np.ndarray) -> np.ndarray:
    """(K,) sticks are broken for the largest component first."""
    return np.argsort(-mass, kind="stable")


def bound(prior: Prior, statistics: Statistics, ranks: np.ndarray | None = None) -> float:
    """Evidence lower bound (Eq. 6-9 of Hughes & Sudderth 2013), from the statistics alone.

    `ranks` (K,) is the order of the sticks; that of the masses when None.
    """
    sticks = stick_bound(statistics.mass, prior.concentration, ranks)
    return float(Posterior(prior, statistics).evidence().sum() + sticks + statistics.entropy.sum())


def stick_bound(mass: np.ndarray, concentration: float, ranks: np.ndarray | None = None) -> float:
    """The part of the bound that depends on the masses (K,) alone, Eq. 8 of Hughes & Sudderth (2013)."""
    ordered = mass[order(mass) if ranks is None else ranks]
    after = np.maximum(np.cumsum(ordered[::-1])[::-1] - ordered, 0.0)
    sticks = betaln(1 + ordered, concentration + after) - betaln(1, concentration)
    return float(sticks.sum())


def expected_log_weights(mass: np.ndarray, concentration: float, ranks: np.ndarray) -> np.ndarray:
    """E[log pi] (K,) under the Beta posteriors of the sticks, Eq. 11 of Hughes & Sudderth (2013)."""
    ordered = mass[ranks]
    after = np.maximum(np.cumsum(ordered[::-1])[::-1] - ordered, 0.0)
    total = digamma(1 + ordered + concentration + after)
    stick, rest = digamma(1 + ordered) - total, digamma(concentration + after) - total
    logs = np.empty(len(mass))
    logs[ranks] = stick + np.concatenate(([0.0], np.cumsum(rest)[:-1]))
    return logs


def softmax(scores: np.ndarray) -> np.ndarray:
    """Rows (N, K) that add up to one."""
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def fit(prior: Prior, before: Statistics, batch: Batch) -> Fit:
    """Absorb a batch whose points may belong to several components, old and new: births while these pay."""
    size = len(before)
    current = _ascend(prior, before, batch, _first_shares(prior, before, batch)) if size else None
    for _ in range(ROUNDS):
        lost = _unexplained(prior, before, batch, current)
        if not lost.any():
            break
        proposed = _birth(prior, before, batch, current, lost)
        if current is not None and proposed.bound <= current.bound:
            break
        current = proposed
    if current is None:
        raise KnowledgeError("a batch without points can't be absorbed")
    return _kept(prior, before, batch, _split(prior, before, batch, current), EMPTY)


def _kept(prior: Prior, before: Statistics, batch: Batch, current: Fit, least: float) -> Fit:
    """Without the fresh components of less than `least` visits; what is left is refined."""
    while True:
        keep = (current.statistics.mass >= least) | (np.arange(len(current.statistics)) < len(before))
        if keep.all() or not keep.any():
            return current
        current = _ascend(prior, before, batch, softmax(np.log(current.shares[:, keep] + 1e-300)))


def _split(prior: Prior, before: Statistics, batch: Batch, current: Fit) -> Fit:
    """Births aimed at the points of one component after the other, where that raises the bound."""
    tried = 0
    while tried < min(current.shares.shape[1], SPLITS):
        lost = current.shares.argmax(1) == tried
        if lost.sum() > 1:
            proposed = _birth(prior, before, batch, current, lost)
            if proposed.bound > current.bound + TOLERANCE * len(lost):
                current = proposed
                continue
        tried += 1
    return current


def _first_shares(prior: Prior, before: Statistics, batch: Batch) -> np.ndarray:
    posterior, ranks = Posterior(prior, before), order(before.mass)
    weights = expected_log_weights(before.mass, prior.concentration, ranks)
    return softmax(weights + posterior.expected(batch.points, batch.observed))


def _ascend(prior: Prior, before: Statistics, batch: Batch, shares: np.ndarray) -> Fit:
    """Local and global steps in turn until the bound stands still; what `before` lacks is fresh."""
    fresh = shares.shape[1] - len(before)
    base = before.joined(Statistics.none(fresh, prior.size)) if fresh else before
    statistics = base + Statistics.of(batch.points, batch.observed, shares)
    ranks, best = order(statistics.mass), -np.inf
    for _ in range(ITERATIONS):
        weights = expected_log_weights(statistics.mass, prior.concentration, ranks)
        expected = Posterior(prior, statistics).expected(batch.points, batch.observed)
        shares = softmax(weights + expected)
        statistics = base + Statistics.of(batch.points, batch.observed, shares)
        value = bound(prior, statistics, ranks)
        if value - best < TOLERANCE * len(shares):
            break
        best = value
    return Fit(statistics, shares, bound(prior, statistics))


def _unexplained(prior: Prior, before: Statistics, batch: Batch, current: Fit | None) -> np.ndarray:
    """(N,) bool: the points that a draw from the base measure explains better than any component."""
    if current is None:
        return np.ones(len(batch.points), bool)
    known = Posterior(prior, current.statistics).predictive(batch.points, batch.observed)
    known += np.log(np.maximum(current.statistics.mass, 1e-300))
    new = Posterior(prior, Statistics.none(1, prior.size)).predictive(batch.points, batch.observed)
    return new[:, 0] + np.log(prior.concentration) > np.logaddexp.reduce(known, axis=1)


def _birth(prior: Prior, before: Statistics, batch: Batch, current: Fit | None, lost: np.ndarray) -> Fit:
    """Fresh components on the points that nothing explains, refined on the whole batch, pruned and merged."""
    targets = batch[lost]
    nearest = _seed(prior, targets)
    known = 0 if current is None else current.shares.shape[1]
    shares = np.zeros((len(batch.points), known + nearest.max() + 1))
    if current is not None:
        shares[:, :known] = current.shares
    shares[lost] = 0.0
    shares[np.flatnonzero(lost), known + nearest] = 1.0
    return _prune(prior, before, batch, _ascend(prior, before, batch, shares))


def _seed(prior: Prior, targets: Batch) -> np.ndarray:
    """(N,) indices of the nearest of at most `SEEDS` points that lie farthest apart (Gonzalez 1985)."""
    scale = prior.weight * prior.shape / prior.rate
    distances = np.full(len(targets.points), np.inf)
    nearest = np.zeros(len(targets.points), int)
    seed = int(((targets.points**2) @ scale).argmin())
    for number in range(min(SEEDS, len(targets.points))):
        both = targets.observed & targets.observed[seed]
        distance = (both * (targets.points - targets.points[seed]) ** 2) @ scale
        closer = distance < distances
        nearest[closer], distances[closer] = number, distance[closer]
        seed = int(distances.argmax())
        if distances[seed] <= 0:
            break
    return nearest


def _prune(prior: Prior, before: Statistics, batch: Batch, current: Fit) -> Fit:
    """Delete fresh components that lost their points; merge fresh ones while the bound rises."""
    current = _kept(prior, before, batch, current, SMALLEST)
    while (better := _merged(prior, before, batch, current)) is not None:
        current = better
    return current


def _merged(prior: Prior, before: Statistics, batch: Batch, current: Fit) -> Fit | None:
    """The best merge of a fresh component into another one, if the bound rises by it.

    Pairs are ranked by the evidence of their joined statistics; the best one is then refined on the batch.
    """
    known, size = len(before), len(current.statistics)
    kept, gone = np.triu_indices(size, 1)
    kept, gone = kept[gone >= known], gone[gone >= known]
    if not len(kept):
        return None
    gains = gain(prior, current.statistics, kept, gone)
    for best in np.argsort(-gains)[:3]:
        shares = np.delete(current.shares, gone[best], axis=1)
        shares[:, kept[best]] += current.shares[:, gone[best]]
        proposed = _ascend(prior, before, batch, shares)
        if proposed.bound > current.bound:
            return proposed
    return None


def gain(prior: Prior, statistics: Statistics, kept: np.ndarray, gone: np.ndarray) -> np.ndarray:
    """(P,) how much the evidence rises if component kept[p] takes all that gone[p] has."""
    a, b = statistics[kept], statistics[gone]
    rows, place = np.unique([kept, gone], return_inverse=True)
    apart = Posterior(prior, statistics[rows]).evidence()[place.reshape(2, -1)]
    return Posterior(prior, a + b).evidence() - apart.sum(0)
