import numpy as np
import pytest
from scipy import stats

from legion_ros.knowledge import KnowledgeError
from legion_ros.knowledge.dirichlet import DirichletMixture
from legion_ros.knowledge.normal_gamma import Posterior, Prior
from legion_ros.knowledge.statistics import Statistics


def prior(**changes):
    values = {
        "mean": [1.0],
        "strength": [1.0],
        "shape": [2.0],
        "rate": [3.0],
        "weight": [1.0],
        "noise": [0.0],
    }
    values = {name: np.array(value) for name, value in values.items()} | changes
    return Prior(concentration=values.pop("concentration", 1.0), **values)


def taken(points, p):
    points = np.array(points, float).reshape(-1, p.size) - p.mean
    return Statistics.of(points, np.ones(points.shape, bool), np.ones((len(points), 1)))


def test_posterior_of_two_points_by_hand():
    # mean 1, strength 1, shape 2, rate 3; points 2 and 4: strength 3, mean (1 + 2 + 4) / 3 = 7/3, shape 3,
    # rate 3 + 1/2 (2 scatter) + 1/2 (1 * 2 / 3) (3 - 1)^2 = 3 + 1 + 4/3
    p = prior()
    posterior = Posterior(p, taken([2.0, 4.0], p))
    assert posterior.strength[0, 0] == 3.0
    assert posterior.mean[0, 0] + 1.0 == pytest.approx(7 / 3)
    assert posterior.shape[0, 0] == 3.0
    assert posterior.rate[0, 0] == pytest.approx(16 / 3)


def test_predictive_is_the_student_t_of_these_numbers():
    # 2 * 3 = 6 degrees of freedom, scale^2 = 16/3 * (3 + 1) / (3 * 3) = 64/27
    p = prior()
    got = Posterior(p, taken([2.0, 4.0], p)).predictive(np.array([[5.0 - 1.0]]), np.array([[True]]))
    assert got[0, 0] == pytest.approx(stats.t.logpdf(5.0, 6, 7 / 3, np.sqrt(64 / 27)), abs=1e-12)


def test_evidence_is_the_product_of_one_prediction_after_the_other():
    p, points = prior(), [2.0, 4.0, -1.0]
    in_turn = sum(
        Posterior(p, taken(points[:i], p)).predictive(np.array([[x - 1.0]]), np.ones((1, 1), bool))[0, 0]
        for i, x in enumerate(points)
    )
    assert Posterior(p, taken(points, p)).evidence()[0] == pytest.approx(in_turn, abs=1e-12)


def test_the_weight_is_an_exponent():
    p, half = prior(), prior(weight=np.array([0.5]))
    point, seen = np.array([[3.0]]), np.ones((1, 1), bool)
    full = Posterior(p, taken([2.0], p)).predictive(point, seen)
    assert Posterior(half, taken([2.0], half)).predictive(point, seen) == pytest.approx(full / 2)


def test_no_component_is_sharper_than_its_numbers_are_known():
    # a thousand equal points: scatter 0, so rate = 3 + 1000 * .04 / 2 + what lies between 1 and 1: 0
    p = prior(noise=np.array([0.04]))
    posterior = Posterior(p, taken([1.0] * 1000, p))
    assert posterior.rate[0, 0] == pytest.approx(23.0)


def test_responsibilities_by_hand():
    # one component that took the point 2 (strength 2, mean 1.5, shape 2.5, rate 3.25), concentration 1/2
    p = prior(concentration=0.5)
    mixture = DirichletMixture(p)
    mixture.absorb(np.array([[2.0]]))
    known = stats.t.pdf(0.0, 5, 1.5, np.sqrt(3.25 * 3 / (2.5 * 2)))
    new = 0.5 * stats.t.pdf(0.0, 4, 1.0, np.sqrt(3 * 2 / 2))
    got = mixture.responsibilities(np.array([[0.0]]))
    assert got == pytest.approx(np.array([[known, new]]) / (known + new), abs=1e-12)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"rate": np.array([0.0])}, "rate of the prior is 0.0; it must be finite and above 0"),
        ({"mean": np.array([np.nan])}, "mean of the prior is nan; it must be finite"),
        ({"noise": np.array([-1.0])}, "noise of the prior is -1.0; it must be finite and not below 0"),
        ({"shape": np.ones(2)}, r"shape of the prior has shape \(2,\); \(1,\) is expected"),
        ({"concentration": -1.0}, "concentration of the prior is -1.0"),
    ],
)
def test_a_prior_that_can_not_be_is_refused(changes, says):
    with pytest.raises(KnowledgeError, match=says):
        prior(**changes)
