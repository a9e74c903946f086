"""Merge and delete moves of the mixture, judged from statistics alone: does the bound rise by it?"""

import numpy as np

from legion_ros.knowledge.ledger import Ledger
from legion_ros.knowledge.normal_gamma import Posterior
from legion_ros.knowledge.statistics import Statistics
from legion_ros.knowledge.variational import gain, softmax, stick_bound

__all__ = ["NEGLIGIBLE", "bequest", "best_merge", "better_without"]

NEIGHBOURS = 4  # components that a changed one may merge with
NEGLIGIBLE = 1e-6  # visits: a component that gained less is left as it was


def best_merge(ledger: Ledger, changed: list[int]) -> tuple[int, int] | None:
    """The rows of the pair by whose merge the bound rises most, one of them changed; None if by none it does.

    The merged component counts as having no entropy: what doubt there was between the two is not in the sums,
    and 0 is never too much (Hughes & Sudderth 2013, Section 3.3).
    """
    pairs = {(min(row, other), max(row, other)) for row in changed for other in _neighbours(ledger, row)}
    if not pairs:
        return None
    rows, statistics = np.array(sorted(pairs)), ledger.statistics
    gains = gain(ledger.prior, statistics, rows[:, 0], rows[:, 1]) - statistics.entropy[rows].sum(1)
    kept, gone = rows[int(gains.argmax())].tolist()
    mass, alpha = statistics.mass.copy(), ledger.prior.concentration
    mass[kept] += mass[gone]
    rise = gains.max() + stick_bound(np.delete(mass, gone), alpha) - stick_bound(statistics.mass, alpha)
    return (kept, gone) if rise > 0 else None


def _neighbours(ledger: Ledger, row: int) -> list[int]:
    """The rows that explain best what this one took."""
    scores = ledger.expected_total(ledger.statistics[[row]])
    scores[row] = -np.inf
    return [int(other) for other in np.argsort(-scores)[:NEIGHBOURS] if other != row]


def bequest(ledger: Ledger, row: int) -> tuple[np.ndarray, Statistics]:
    """Rows responsible for the mean of this one, and their statistics with its own shared out."""
    own = ledger.statistics[[row]]
    seen = own.count > 0
    mean = np.where(seen, own.first / np.where(seen, own.count, 1.0), 0.0)
    scores = ledger.predictive(mean, seen) + np.log(ledger.statistics.mass)
    scores[0, row] = -np.inf
    shares = softmax(scores)[0]
    rows = np.flatnonzero(shares > NEGLIGIBLE)
    part = shares[rows] / shares[rows].sum()
    entropy = own.entropy * part - own.mass * part * np.log(part)
    given = Statistics(own.mass * part, entropy, *(part[:, None] * table for table in own.arrays()[2:]))
    return rows, ledger.statistics[rows] + given


def better_without(ledger: Ledger, row: int) -> bool:
    """Whether the bound rises when a row is deleted and what it has is shared out."""
    rows, shared = bequest(ledger, row)
    statistics, alpha = ledger.statistics, ledger.prior.concentration
    before = statistics[np.append(rows, row)]
    mass = statistics.mass.copy()
    mass[rows] = shared.mass
    change = Posterior(ledger.prior, shared).evidence().sum() + shared.entropy.sum()
    change -= Posterior(ledger.prior, before).evidence().sum() + before.entropy.sum()
    change += stick_bound(np.delete(mass, row), alpha)
    return bool(change > stick_bound(statistics.mass, alpha))
