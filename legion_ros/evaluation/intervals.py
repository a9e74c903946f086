"""Bootstrap intervals: what other episodes, or other seeds, might have given."""

from collections.abc import Sequence

import numpy as np

__all__ = ["Interval", "mean_interval", "stratified_interval"]

Interval = tuple[float, float]

_LEVEL = 0.95
_RESAMPLES = 2000


def stratified_interval(groups: Sequence[np.ndarray], seed: int = 0) -> Interval:
    """95 % interval of the mean of the groups' means, when each group is drawn again for itself.

    Args:
        groups: outcomes of episodes, one array for each task; at least one episode each.
        seed: of the resampling.

    Returns:
        Percentiles (Efron & Tibshirani 1993). Where every outcome is the same, both ends are that outcome.
    """
    from scipy.stats import bootstrap

    samples = [np.asarray(group, float) for group in groups]
    if not samples or not all(len(sample) for sample in samples):
        raise ValueError("a bootstrap needs at least one group, and an outcome in each")
    mean = float(np.mean([sample.mean() for sample in samples]))
    if all((sample == sample[0]).all() for sample in samples):
        return mean, mean  # nothing to draw differently
    result = bootstrap(
        [np.repeat(sample, 2) if len(sample) == 1 else sample for sample in samples],  # it wants two
        lambda *drawn, axis: np.mean([part.mean(axis=axis) for part in drawn], axis=0),
        n_resamples=_RESAMPLES,
        confidence_level=_LEVEL,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def mean_interval(values: Sequence[float], seed: int = 0) -> Interval | None:
    """95 % bootstrap interval of a mean over seeds; None for fewer than two: one says nothing of others."""
    return stratified_interval([np.asarray(values, float)], seed) if len(values) > 1 else None
