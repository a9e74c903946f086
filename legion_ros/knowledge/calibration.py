"""Fits the base measure so that the probability of "new" can be trusted, by leaving things out.

Every sentence is scored by a mixture that has not seen it: once with its component known (it should be
recognised), once with its whole component unknown (it should be new). Background sentences, left out one fold
at a time, should be new as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from legion_ros.knowledge.key import Key
from legion_ros.knowledge.mixture import BaseMeasure, Mixture, Overlaps
from legion_ros.knowledge.whitening import Whitening

__all__ = ["calibrate", "fit"]

FOLDS = 5
CONCENTRATIONS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
SPREADS = (0.15, 0.3, 0.6)
CERTAINTIES = (3.0, 10.0)
TEMPERATURES = (0.03, 0.05, 0.07, 0.1, 0.15, 0.2)
ANTONYMS = (
    0.2  # weight of components left out against the background's: half of them are antonyms of the known
)
FLOOR = 0.02  # below this probability being wrong costs no more: words can't tell antonyms


@dataclass(frozen=True, eq=False)
class _Trial:
    """Sentences that a mixture has not seen, and what each of them is."""

    mixture: Mixture
    overlaps: Overlaps
    label: int  # index of the component, -1 for new
    weight: float  # of each of the sentences

    @classmethod
    def of(cls, mixture: Mixture, embeddings: np.ndarray, label: int, weight: float) -> "_Trial":
        return cls(mixture, mixture.overlaps(embeddings), label, weight)


def fit(keys: Sequence[Key], background: Key | None = None) -> Mixture:
    """The mixture over these keys, its whitening and its base measure fitted to them. About two seconds."""
    return Mixture(tuple(keys), Whitening.fit(keys), calibrate(keys, background), background)


def calibrate(keys: Sequence[Key], background: Key | None = None) -> BaseMeasure:
    """The base measure of the best mean log-probability of the truth over sentences left out.

    Known sentences weigh as much as new ones in all, so that neither is sacrificed. With one component of one
    sentence and no background there is nothing to leave out: the default is returned.
    """
    trials = _known(keys, background) + _unknown(keys, background)
    if not trials:
        return BaseMeasure()
    totals: dict[BaseMeasure, float] = {}
    certainties = CERTAINTIES if background is not None else (1.0,)
    for spread, certainty, temperature in product(SPREADS, certainties, TEMPERATURES):
        shape = BaseMeasure(spread=spread, certainty=certainty, temperature=temperature)
        likelihoods = [trial.mixture.likelihoods(trial.overlaps, shape) for trial in trials]
        for concentration in CONCENTRATIONS:
            scores = (
                _score(trial, likelihood + trial.mixture.prior(concentration))
                for trial, likelihood in zip(trials, likelihoods, strict=True)
            )
            totals[replace(shape, concentration=concentration)] = sum(scores)
    return max(totals, key=totals.__getitem__)


def _score(trial: _Trial, scores: np.ndarray) -> float:
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    truth = weights[:, trial.label] / weights.sum(axis=1)
    return trial.weight * float(np.log(np.maximum(truth, FLOOR)).sum())


def _known(keys: Sequence[Key], background: Key | None) -> list[_Trial]:
    """Each fold of every component's sentences, with the rest of them known."""
    total = sum(key.count for key in keys if key.count > 1)
    trials = []
    for fold in range(FOLDS):
        out = [np.arange(fold, key.count, FOLDS) if key.count > 1 else np.arange(0) for key in keys]
        rest = [
            key.without(left) if len(left) < key.count else key for key, left in zip(keys, out, strict=True)
        ]
        mixture = Mixture(tuple(rest), Whitening.fit(rest), background=background)
        trials += [
            _Trial.of(mixture, key.embeddings[left], label, 1 / total)
            for label, (key, left) in enumerate(zip(keys, out, strict=True))
            if 0 < len(left) < key.count
        ]
    return trials


def _unknown(keys: Sequence[Key], background: Key | None) -> list[_Trial]:
    """Every component left out in turn, and every fold of the background."""
    trials = []
    share = ANTONYMS if background is not None and background.count > 1 else 1.0
    if len(keys) > 1:
        for left, key in enumerate(keys):
            rest = [other for index, other in enumerate(keys) if index != left]
            mixture = Mixture(tuple(rest), Whitening.fit(rest), background=background)
            trials.append(_Trial.of(mixture, key.embeddings, -1, share / (len(keys) * key.count)))
    if share < 1:
        whitening = Whitening.fit(keys)
        for fold in range(FOLDS):
            out = np.arange(fold, background.count, FOLDS)
            if 0 < len(out) < background.count:
                mixture = Mixture(tuple(keys), whitening, background=background.without(out))
                trials.append(
                    _Trial.of(mixture, background.embeddings[out], -1, (1 - share) / background.count)
                )
    return trials
