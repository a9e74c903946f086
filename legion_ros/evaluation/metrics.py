"""The figures of lifelong learning, from plain arrays.

A success matrix has a row for each visit (the state after it) and a column for each task: `matrix: (V, K)`,
NaN where a task could not be tried. `visits: (V,)` says which column each visit was to.
"""

from collections.abc import Sequence

import numpy as np

__all__ = [
    "Curve",
    "adjusted_rand",
    "average_success",
    "calibration_error",
    "area_under_curve",
    "detection_delay",
    "false_births",
    "forgetting",
    "forward_transfer",
    "memory_fraction",
    "missed_births",
    "novelty_auroc",
    "recall_on_return",
    "time_to",
    "zero_shot_transfer",
]

Curve = Sequence[Sequence[float]]  # (control periods, s, success) of each point, in their order
Booleans = Sequence[bool] | np.ndarray


def average_success(matrix: np.ndarray) -> float:
    """Mean success over all tasks in the end (Continual World, Wolczyk et al. 2021, Section 4.3)."""
    return float(np.mean(matrix[-1]))


def forgetting(matrix: np.ndarray, visits: Sequence[int]) -> float:
    """Success right after learning less success in the end, mean over visits (Continual World, Section 4.3).

    Below zero where tasks got better after they were learned.
    """
    columns = np.asarray(visits)
    return float(np.mean(matrix[np.arange(len(columns)), columns] - matrix[-1, columns]))


def zero_shot_transfer(matrix: np.ndarray, visits: Sequence[int], chance: Sequence[float]) -> float | None:
    """Success before a task is first learned, above chance: FWT of Lopez-Paz & Ranzato 2017 (their Eq. 4).

    Args:
        matrix: (V, K).
        visits: (V,).
        chance: (K,) success of random actions.

    Returns:
        The mean over first visits but the very first; None where there are none, or they were not tried.
    """
    gains = [
        matrix[row - 1, column] - chance[column]
        for row, column in enumerate(visits)
        if row and column not in visits[:row]
    ]
    tried = [gain for gain in gains if not np.isnan(gain)]
    return float(np.mean(tried)) if tried else None


def area_under_curve(curve: Curve, budget: float) -> float:
    """Mean success over a budget of control periods: straight lines from (0, 0) through the points.

    Who stops early keeps what was reached: the last success counts for the rest of the budget.
    """
    if budget <= 0:
        raise ValueError(f"a budget of {budget} control periods; more than 0 is expected")
    periods = [0.0, *(point[0] for point in curve)]
    success = [0.0, *(point[2] for point in curve)]
    if periods[-1] < budget:
        periods.append(budget)
        success.append(success[-1])
    within = [p for p in periods if p < budget]
    grid = np.array([*within, budget])
    return float(np.trapezoid(np.interp(grid, periods, success), grid) / budget)


def forward_transfer(area: Sequence[float], reference: Sequence[float]) -> float:
    """How much faster tasks are learned in the stream than alone (Continual World, Section 4.3).

    (area - reference) / (1 - reference), mean over tasks; areas under the curves of success over practice.
    """
    ours, alone = np.asarray(area, float), np.asarray(reference, float)
    return float(np.mean((ours - alone) / np.maximum(1.0 - alone, 1e-6)))


def time_to(curve: Curve, success: float = 0.8) -> tuple[float, float] | None:
    """(control periods, s) of the first point of a curve that has this success; None when it never has."""
    return next(((point[0], point[1]) for point in curve if point[2] >= success), None)


def memory_fraction(kept: int, seen: int) -> float:
    """Share of the transitions seen (practised and shown) that are still kept."""
    if seen <= 0:
        raise ValueError(f"{seen} transitions seen; more than 0 is expected")
    return kept / seen


def recall_on_return(matrix: np.ndarray, visits: Sequence[int]) -> float | None:
    """Success just before a task is visited again, over that after its first visit; None without returns.

    1 means that nothing had to be learned again.
    """
    before, first = [], []
    for row, column in enumerate(visits):
        if column in visits[:row]:
            before.append(matrix[row - 1, column])
            first.append(matrix[list(visits).index(column), column])
    if not before or not np.mean(first):
        return None
    return float(np.mean(before) / np.mean(first))


def adjusted_rand(labels: Sequence[int], found: Sequence[int]) -> float:
    """Agreement of two groupings, 1 for the same, about 0 by chance (Hubert & Arabie 1985)."""
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(labels, found))


def novelty_auroc(new: Booleans, probability: Sequence[float]) -> float | None:
    """How well p(new) ranks the new before the known; None where either is missing."""
    from sklearn.metrics import roc_auc_score

    labels = np.asarray(new, bool)
    if labels.all() or not labels.any():
        return None
    return float(roc_auc_score(labels, probability))


def calibration_error(new: Booleans, probability: Sequence[float], bins: int = 10) -> float:
    """Expected calibration error (Guo et al. 2017, Eq. 5): |share of new - mean p(new)| over equal bins."""
    labels, p = np.asarray(new, float), np.asarray(probability, float)
    place = np.minimum((p * bins).astype(int), bins - 1)
    count = np.bincount(place, minlength=bins)
    apart = np.bincount(place, labels, bins) - np.bincount(place, p, bins)
    return float(np.abs(apart).sum() / count.sum())


def false_births(born: Sequence[bool], visits: Sequence[int]) -> int:
    """Components born for tasks that were visited before."""
    return sum(new and known for new, known in zip(born, _known(visits), strict=True))


def missed_births(born: Sequence[bool], visits: Sequence[int]) -> int:
    """Tasks visited for the first time without a component of their own."""
    return sum(not new and not known for new, known in zip(born, _known(visits), strict=True))


def _known(visits: Sequence[int]) -> list[bool]:
    """Whether each visit is to a task that was visited before."""
    return [column in visits[:row] for row, column in enumerate(visits)]


def detection_delay(probability: np.ndarray, threshold: float = 0.5) -> np.ndarray:
    """Looks until what is new is found to be: the first column above the threshold, (N,) float.

    Args:
        probability: (N, T) p(new) of N episodes of new tasks, after 0, 1, .. looks.
        threshold: of p(new).

    Returns:
        NaN where it never is.
    """
    above = np.asarray(probability) > threshold
    return np.where(above.any(axis=1), above.argmax(axis=1), np.nan)
