"""Fits the prior of the mixture by PyMC, with the doubt that is left: what will the next family be like?

Two fits, both offline. The base measure: every number of a family was drawn from a Gaussian whose mean and
precision were drawn from it; the Gaussians are integrated out (Normal-Gamma). Concentration and weights: the
probabilities that the mixture gives to the truth about families and sentences left out are the likelihood.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from legion_ros.core import LegionError
from legion_ros.core.layout import Layout
from legion_ros.knowledge.families import Family, fit_maps, points
from legion_ros.knowledge.normal_gamma import Prior
from legion_ros.knowledge.space import EARLY, KnowledgeSpace
from legion_ros.knowledge.statistics import Statistics
from legion_ros.knowledge.trials import Trials, cross_fitted

__all__ = ["Estimate", "Sampling", "calibrated", "fit_base_measure", "fit_trust", "trusted"]

LOG_SCALES = {"strength": (-3.0, 2.0), "shape": (0.5, 0.7), "rate": (-0.5, 1.5)}  # of their log-normal priors


MEAN_SPREAD = 10.0  # of the families' means, where the scatter within a family is 1
RATE = 0.02  # of Adam, on ADVI's bound


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How long the posterior is looked at."""

    tune: int = 500  # NUTS steps before they count, of concentration and weights
    draws: int = 500  # NUTS steps that count, in each of two chains
    steps: int = 6000  # ADVI steps of the base measure
    samples: int = 500  # draws from what ADVI found


@dataclass(frozen=True)
class Estimate:
    """Posterior mean and standard deviation of logarithms (of the mean itself for `mean`)."""

    mean: np.ndarray
    sd: np.ndarray

    @classmethod
    def of(cls, samples: np.ndarray) -> "Estimate":
        """From posterior samples (S, ...)."""
        return cls(samples.mean(0), samples.std(0))

    def facts(self) -> dict[str, Any]:
        """For the manifest."""
        return {"mean": np.round(self.mean, 4).tolist(), "sd": np.round(self.sd, 4).tolist()}


def fit_base_measure(
    space: KnowledgeSpace, families: Sequence[Family], seed: int, sampling: Sampling, progress: bool = False
) -> tuple[Prior, dict[str, Any]]:
    """Mean, strength, shape and rate of every dimension by ADVI; the language's dimensions share theirs.

    Returns the prior at the posterior mean (of logarithms), and mean and sd for the manifest.
    """
    pm = _pymc()
    totals = _totals(space, families)
    language = space.language.shape[1]
    group = np.concatenate([np.zeros(language, int), np.arange(1, space.size - language + 1)])
    groups = int(group.max()) + 1
    start = space.prior
    with pm.Model():
        centre = pm.Normal("mean", 0.0, MEAN_SPREAD, shape=groups)
        free = np.r_[0.0, np.ones(groups - 1)]  # the language is centred already
        logs = {
            name: pm.Normal(f"log_{name}", *LOG_SCALES[name], shape=groups)
            for name in ("strength", "shape", "rate")
        }
        pm.Potential(
            "evidence",
            _evidence(
                pm, totals, start.noise, (centre * free)[group], {n: v[group] for n, v in logs.items()}
            ),
        )
        first = np.unique(group, return_index=True)[1]
        begin = {"mean": start.mean[first]} | {
            f"log_{name}": np.log(getattr(start, name)[first]) for name in logs
        }
        fitted = pm.fit(
            sampling.steps,
            method="advi",
            random_seed=seed,
            progressbar=progress,
            start=begin,
            obj_optimizer=pm.adam(learning_rate=RATE),
        )
        drawn = fitted.sample(sampling.samples, random_seed=seed).posterior
    estimates = {name: Estimate.of(drawn[name].values[0]) for name in ("mean", *(f"log_{n}" for n in logs))}
    values = {name: np.exp(estimates[f"log_{name}"].mean[group]) for name in logs}
    prior = replace(start, mean=(estimates["mean"].mean * free)[group], **values)
    return prior, {name: estimate.facts() for name, estimate in estimates.items()}


def fit_trust(trials: Trials, seed: int, sampling: Sampling, progress: bool = False) -> dict[str, Estimate]:
    """Posterior of log concentration () and log weight (3,) of language, start and early, by NUTS.

    The likelihood is the probability of the truth: which component, or that it is new.
    """
    pm = _pymc()
    import pytensor.tensor as pt

    with pm.Model():
        alpha = pm.Normal("log_concentration", 0.0, 2.0)
        weight = pm.Normal("log_weight", -1.0, 1.0, shape=3)
        logits = pt.dot(trials.blocks, pt.exp(weight)) + trials.new * alpha + trials.absent
        right = logits[np.arange(len(trials.truth)), trials.truth] - pt.logsumexp(logits, axis=1)
        pm.Potential("truth", (trials.weight * right).sum())
        drawn = pm.sample(
            sampling.draws,
            tune=sampling.tune,
            chains=2,
            cores=1,
            random_seed=seed,
            progressbar=progress,
            compute_convergence_checks=False,
        ).posterior
    names = ("log_concentration", "log_weight")
    return {name: Estimate.of(np.concatenate(drawn[name].values)) for name in names}


def trusted(prior: Prior, space: KnowledgeSpace, trust: Mapping[str, Estimate]) -> Prior:
    """The prior with concentration and weights at the posterior mean of their logarithms."""
    sizes = (space.language.shape[1], len(space.columns), len(EARLY))
    return replace(
        prior,
        concentration=float(np.exp(trust["log_concentration"].mean)),
        weight=np.repeat(np.exp(trust["log_weight"].mean), sizes),
    )


def _totals(space: KnowledgeSpace, families: Sequence[Family]) -> Statistics:
    """One row a family, sums about 0."""
    rows = []
    for family in families:
        values, observed = points(space, family)
        rows.append(Statistics.of(np.where(observed, values, 0.0), observed, np.ones((len(values), 1))))
    return Statistics.stacked(rows)


def _evidence(pm: Any, totals: Statistics, noise: np.ndarray, centre: Any, logs: Mapping[str, Any]) -> Any:  # noqa: ANN401  (pytensor expressions)
    """Log marginal likelihood of all families, Eq. 95 of Murphy (2007); as `Posterior.evidence`."""
    from pytensor.tensor import gammaln as pytensor_gammaln

    gammaln: Any = pytensor_gammaln  # its stub says None

    count, own = totals.count, totals.first / totals.count
    scatter = np.maximum(totals.second - totals.first * own, 0.0) + noise * count
    strength, shape, rate = (pm.math.exp(logs[name]) for name in ("strength", "shape", "rate"))
    after = strength + count
    new_shape = shape + 0.5 * count
    new_rate = rate + 0.5 * (scatter + strength * count / after * (own - centre) ** 2)
    return (
        gammaln(new_shape)
        - gammaln(shape)
        + shape * logs["rate"]
        - new_shape * pm.math.log(new_rate)
        + 0.5 * (logs["strength"] - pm.math.log(after))
    ).sum()


def _pymc() -> Any:  # noqa: ANN401  (a module)
    try:
        import pymc
    except ImportError as error:
        raise LegionError("calibration needs pymc: pip install 'legion_ros[calibration]'") from error
    return pymc


def calibrated(
    families: Sequence[Family], layout: Layout, seed: int, sampling: Sampling
) -> tuple[KnowledgeSpace, dict[str, Any]]:
    """The knowledge space fitted on these families, with its prior; and mean and sd of it for a manifest."""
    space = fit_maps(families, layout)
    prior, base_measure = fit_base_measure(space, families, seed, sampling)
    trust = fit_trust(cross_fitted(families, layout, np.random.default_rng(seed)), seed, sampling)
    facts = {
        "base_measure": base_measure,
        "trust": {name: estimate.facts() for name, estimate in trust.items()},
        "sampling": asdict(sampling),
    }
    return replace(space, prior=trusted(prior, space, trust)), facts
