from dataclasses import replace

import numpy as np
import pytest

from legion_ros.knowledge.hyperposterior import Estimate, Sampling, _evidence, _totals, fit_trust, trusted
from legion_ros.knowledge.normal_gamma import Posterior
from legion_ros.knowledge.trials import ABSENT, Trials, held_out

from .families import LAYOUT, family


@pytest.fixture(scope="module")
def space():
    from legion_ros.knowledge.families import fit_maps

    return fit_maps([family(number) for number in range(12)], LAYOUT)


def test_trials_ask_about_every_family_known_and_not_known(space):
    families = [family(number) for number in range(20, 24)]
    trials = held_out(space, families)
    # 3 folds x 4 families x 4 stages x (known, not known) x 6 episodes
    assert trials.blocks.shape == (3 * 4 * 4 * 2 * 6, 5, 3)
    assert trials.weight.sum() == pytest.approx(4 * 6 * 4 * 2)  # every sentence once a stage, each way
    known = trials.truth < 4
    assert known.mean() == 0.5
    assert (trials.absent[known] == 0).all()
    assert (trials.absent[~known][:, 0] == ABSENT).all()  # one component fewer


def test_what_was_learned_explains_left_out_sentences_best(space):
    trials = held_out(space, [family(number) for number in range(20, 26)])
    scores = trials.blocks.sum(2) + trials.absent
    known = trials.truth < 6
    assert (scores[known][:, :-1].argmax(1) == trials.truth[known]).mean() > 0.95


def test_trust_takes_effect_by_blocks(space):
    trust = {
        "log_concentration": Estimate(np.log(2.0), np.array(0.1)),
        "log_weight": Estimate(np.log([0.1, 0.2, 0.3]), np.full(3, 0.1)),
    }
    prior = trusted(space.prior, space, trust)
    words, start = space.language.shape[1], len(space.columns)
    assert prior.concentration == pytest.approx(2.0)
    assert prior.weight == pytest.approx(np.repeat([0.1, 0.2, 0.3], [words, start, 3]))


@pytest.mark.slow
def test_the_evidence_that_pymc_sees_is_that_of_the_mixture(space):
    pm = pytest.importorskip("pymc")
    families = [family(number) for number in range(20, 24)]
    prior = replace(space.prior, weight=np.ones(space.size))
    totals = _totals(space, families)
    centred = replace(
        totals,
        first=totals.first - totals.count * prior.mean,
        second=totals.second - 2 * prior.mean * totals.first + totals.count * prior.mean**2,
    )
    ours = Posterior(prior, centred).evidence().sum() + 0.5 * np.log(2 * np.pi) * totals.count.sum()
    logs = {name: pm.math.log(getattr(prior, name)) for name in ("strength", "shape", "rate")}
    assert _evidence(pm, totals, prior.noise, prior.mean, logs).eval(mode="FAST_COMPILE") == pytest.approx(
        ours, rel=1e-9
    )


@pytest.mark.slow
def test_trust_grows_where_the_truth_is_plain():
    pytest.importorskip("pymc")
    rng, count = np.random.default_rng(0), 60
    truth = rng.integers(3, size=count)  # of two components and "new"
    blocks = np.zeros((count, 3, 3))
    blocks[np.arange(count), truth, 0] = (
        6.0  # the language says it plainly; start and early say nothing of it
    )
    blocks[:, :, 1] = rng.normal(0, 6, (count, 3))
    trials = Trials(blocks, np.eye(3)[-1], np.zeros((count, 3)), truth, np.ones(count))
    trust = fit_trust(trials, 0, Sampling(tune=150, draws=100))["log_weight"]
    assert trust.mean[0] > -1.0 > trust.mean[1]
    assert (trust.sd > 0).all()
