import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import BayesianGaussianMixture

from legion_ros.knowledge import KnowledgeError, variational
from legion_ros.knowledge.dirichlet import DirichletMixture
from legion_ros.knowledge.normal_gamma import Prior
from legion_ros.knowledge.statistics import Statistics
from legion_ros.knowledge.variational import Batch

SIZE = 3
numbers = st.floats(-50, 50, allow_nan=False, width=32)
batches = arrays(float, st.tuples(st.integers(1, 12), st.just(SIZE)), elements=numbers)


def blobs(components, points, size=4, seed=0):
    rng = np.random.default_rng(seed)
    centres = rng.normal(0, 10, (components, size))
    label = rng.integers(components, size=points)
    return centres[label] + rng.normal(0, 1, (points, size)), label


def learned(*visits, **options):
    mixture = DirichletMixture(Prior.vague(SIZE))
    for visit in visits:
        mixture.absorb(visit, **options)
    return mixture


def equal(one, other):
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def test_two_separated_blobs_give_two_components():
    points, label = blobs(2, 100)
    mixture = DirichletMixture(Prior.vague(4))
    change = mixture.absorb(points)
    assert change.born == (0, 1)
    assert adjusted_rand_score(label, change.assignment) == 1.0


@pytest.mark.parametrize(("components", "seed"), [(5, 0), (12, 1), (20, 2)])
def test_batches_find_what_scikit_learn_finds_in_all_of_them_at_once(components, seed):
    points, label = blobs(components, 1500, seed=seed)
    mixture = DirichletMixture(Prior.vague(4))
    found = np.concatenate([mixture.absorb(batch).assignment for batch in np.split(points, 10)])
    oracle = BayesianGaussianMixture(
        n_components=2 * components,
        covariance_type="diag",
        weight_concentration_prior_type="dirichlet_process",
        max_iter=300,
        random_state=0,
    ).fit_predict(points)
    ours, theirs = adjusted_rand_score(label, found), adjusted_rand_score(label, oracle)
    assert ours >= 0.98
    assert ours >= theirs - 0.01
    assert len(mixture) == components


def test_what_was_never_seen_is_new():
    points, _ = blobs(3, 300)
    mixture = DirichletMixture(Prior.vague(4))
    mixture.absorb(points)
    assert mixture.responsibilities(points)[:, -1].max() < 0.2
    assert mixture.responsibilities(np.full((1, 4), 60.0))[0, -1] > 0.99


def test_an_empty_mixture_calls_everything_new():
    assert DirichletMixture(Prior.vague(SIZE)).responsibilities(np.zeros((2, SIZE))).tolist() == [
        [1.0],
        [1.0],
    ]


@settings(max_examples=20, deadline=None)
@given(batches, batches, st.booleans())
def test_responsibilities_add_up_to_one(first, second, together):
    shares = learned(first, together=together).responsibilities(second)
    assert shares.sum(1) == pytest.approx(np.ones(len(second)), abs=1e-12)
    assert (shares >= 0).all()


@settings(max_examples=20, deadline=None)
@given(batches, st.randoms(use_true_random=False))
def test_a_visit_does_not_depend_on_the_order_of_its_points(points, random):
    order = list(range(len(points)))
    random.shuffle(order)
    one, other = learned(points, together=True).statistics, learned(points[order], together=True).statistics
    for mine, yours in zip(one.arrays(), other.arrays(), strict=True):
        assert mine == pytest.approx(yours, rel=1e-9, abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(batches, batches)
def test_statistics_are_additive(first, second):
    def of(points):
        return Statistics.of(points, np.ones(points.shape, bool), np.ones((len(points), 1)))

    both = of(np.concatenate([first, second]))
    for together, apart in zip(both.arrays(), (of(first) + of(second)).arrays(), strict=True):
        assert together == pytest.approx(apart, rel=1e-9, abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.lists(batches, min_size=2, max_size=4), st.data())
def test_undo_of_a_merge_is_the_identity_to_the_bit(visits, data):
    mixture = learned(
        *(visit + 200 * number for number, visit in enumerate(visits)), together=True, moves=False
    )
    before = mixture.tensors()
    kept, gone = data.draw(st.permutations(mixture.ids))[:2] if len(mixture) > 1 else (None, None)
    if kept is None:
        return
    merge = mixture.merge(kept, gone)
    assert not equal(mixture.tensors(), before)
    mixture.undo(merge)
    assert equal(mixture.tensors(), before)


def test_what_came_after_a_merge_stays_with_the_one_that_was_kept():
    near, far = np.zeros((4, SIZE)), np.full((4, SIZE), 30.0)
    mixture = learned(near, far, together=True)
    merge = mixture.merge(0, 1)
    assert not mixture.absorb(np.array([[0.0] * SIZE, [30.0] * SIZE]), together=True, moves=False).born
    mixture.undo(merge)
    assert mixture.ids == (0, 1)
    assert mixture.statistics.count[:, 0].tolist() == [6.0, 4.0]
    with pytest.raises(KnowledgeError, match="component 1 is there: its merge was undone already"):
        mixture.undo(merge)


def test_one_blob_in_two_components_is_merged():
    rng = np.random.default_rng(0)
    mixture = DirichletMixture(Prior.vague(SIZE))
    mixture._born(mixture._unit(Batch(rng.normal(0, 1, (50, SIZE)), np.ones((50, SIZE), bool))))
    mixture._born(mixture._unit(Batch(rng.normal(0, 1, (50, SIZE)), np.ones((50, SIZE), bool))))
    change = mixture.absorb(rng.normal(0, 1, (50, SIZE)), together=True)
    assert mixture.ids == (0,)
    assert [(merge.kept, merge.gone) for merge in change.merged] == [(0, 1)]
    assert set(change.assignment) == {0}


def test_deleting_gives_the_points_to_those_that_explain_them():
    mixture = learned(
        np.zeros((4, SIZE)), np.full((4, SIZE), 30.0), np.full((4, SIZE), 31.0), together=True, moves=False
    )
    ids = mixture.ids
    total = mixture.statistics.count.sum(0)
    mixture.delete(ids[-1])
    assert mixture.statistics.count.sum(0) == pytest.approx(total)
    assert mixture.statistics.count[-1] == pytest.approx(total * (2 / 3 if len(ids) == 3 else 1))


def test_ids_are_never_handed_out_again():
    mixture = learned(np.zeros((4, SIZE)), np.full((4, SIZE), 30.0), together=True)
    mixture.delete(1)
    assert mixture.absorb(np.full((4, SIZE), 30.0), together=True).born == (2,)


def test_a_component_keeps_its_id_while_others_come_and_go():
    points, label = blobs(4, 400)
    mixture = DirichletMixture(Prior.vague(4))
    for number in (0, 1, 2):
        assert mixture.absorb(points[label == number], together=True).born == (number,)
    mixture.delete(1)
    assert set(mixture.absorb(points[label == 2], together=True).assignment) == {2}


def test_what_was_not_observed_is_marginalised():
    mixture = learned(np.zeros((20, SIZE)), np.array([[0.0, 0.0, 20.0]] * 20), together=True)
    unseen = np.array([[0.0, 0.0, np.nan]])
    shares = mixture.responsibilities(unseen, np.array([[True, True, False]]))[0]
    assert shares[0] == pytest.approx(shares[1], abs=1e-12)
    assert mixture.responsibilities(np.array([[0.0, 0.0, 20.0]]))[0].argmax() == 1


def test_the_bound_rises_with_every_step_over_a_batch(monkeypatch):
    points, _ = blobs(6, 300)
    prior, batch = Prior.vague(4), Batch(points, np.ones(points.shape, bool))
    before = DirichletMixture(prior)
    before.absorb(blobs(3, 100, seed=1)[0])
    shares = np.random.default_rng(0).dirichlet(np.ones(len(before) + 4), len(points))
    bounds = []
    for iterations in (1, 2, 3, 4, 6, 8, 12, 16):
        monkeypatch.setattr(variational, "ITERATIONS", iterations)
        bounds.append(variational._ascend(prior, before.statistics, batch, shares).bound)
    assert (np.diff(bounds) >= -1e-6).all()
    assert bounds[-1] > bounds[0] + 10


def test_memory_does_not_grow_with_the_points_seen():
    points, _ = blobs(3, 3000)
    mixture = DirichletMixture(Prior.vague(4))
    sizes = [
        sum(array.nbytes for array in (mixture.absorb(part), mixture.tensors())[1].values())
        for part in np.split(points, 10)
    ]
    assert sizes[0] == sizes[-1]


def test_no_component_is_left_that_has_nothing():
    far = -46.0  # found by hypothesis: a fresh component lost everything to its neighbours
    visit = np.array(
        [[0, 0, far], [far, far, 0], [0, far, far], [1, far, far], [-38.75, far, far]] + [[far] * 3] * 3
    )
    assert (learned(visit).statistics.mass > 0).all()


@settings(max_examples=15, deadline=None)
@given(st.lists(batches, min_size=0, max_size=3))
def test_tensors_give_the_same_mixture_to_the_bit(visits):
    mixture = learned(*visits)
    again = DirichletMixture.from_tensors(mixture.tensors())
    assert equal(again.tensors(), mixture.tensors())
    point = np.ones((1, SIZE))
    assert np.array_equal(again.responsibilities(point), mixture.responsibilities(point))
    assert again.absorb(point).born == mixture.absorb(point).born
    assert equal(again.tensors(), mixture.tensors())


@pytest.mark.parametrize(
    ("points", "observed", "says"),
    [
        (np.zeros((2, 4)), None, r"points of shape \(2, 4\); \(N, 3\) is expected"),
        (np.zeros(3), None, r"points of shape \(3,\)"),
        (np.full((1, 3), np.nan), None, "NaN or an infinity"),
        (np.full((1, 3), np.inf), None, "NaN or an infinity"),
        (np.zeros((1, 3)), np.ones((2, 3), bool), "observed is of shape"),
        (np.zeros((1, 3)), np.ones((1, 3)), "type float64"),
    ],
)
def test_bad_points_are_refused_and_nothing_is_changed(points, observed, says):
    mixture = learned(np.zeros((2, SIZE)))
    before = mixture.tensors()
    for use in (mixture.absorb, mixture.responsibilities, mixture.visit):
        with pytest.raises(KnowledgeError, match=says):
            use(points, observed)
    assert equal(mixture.tensors(), before)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ids", np.array([0, 0]), "none twice"),
        ("ids", np.array([0.0, 1.0]), "must be whole"),
        ("ids", np.array([0, 7]), "below next"),
        ("statistics/count", np.full((2, SIZE), np.nan), "finite"),
        ("statistics/mass", np.array([1.0, 0.0]), "has no mass"),
        ("statistics/first", np.zeros((2, 5)), "has shape"),
        ("prior/rate", np.zeros(SIZE), "above 0"),
        ("prior/mean", np.zeros(5), "has shape"),
        ("odd", np.zeros(1), "needs ids and next"),
        ("odd/thing", np.zeros(1), "no tensor 'odd/thing'"),
    ],
)
def test_hostile_tensors_are_refused(name, value, says):
    tensors = learned(np.zeros((2, SIZE)), np.full((2, SIZE), 30.0), together=True).tensors()
    with pytest.raises(KnowledgeError, match=says):
        DirichletMixture.from_tensors(tensors | {name: value})


def test_missing_tensors_are_refused():
    tensors = learned(np.zeros((2, SIZE))).tensors()
    for name in tensors:
        with pytest.raises(KnowledgeError):
            DirichletMixture.from_tensors({key: value for key, value in tensors.items() if key != name})


def test_an_unknown_id_is_refused_with_those_there_are():
    mixture = learned(np.zeros((2, SIZE)), np.full((2, SIZE), 30.0), together=True)
    with pytest.raises(KnowledgeError, match="no component 5; there are 0, 1"):
        mixture.merge(0, 5)
    with pytest.raises(KnowledgeError, match="can't be merged with itself"):
        mixture.merge(1, 1)
    mixture.delete(0)
    with pytest.raises(KnowledgeError, match="the only one"):
        mixture.delete(1)


def test_a_visit_goes_where_it_is_assigned_whatever_is_likelier():
    mixture = learned(np.zeros((4, SIZE)), np.full((4, SIZE), 30.0), together=True)
    near, all_of_it = np.full((2, SIZE), 29.0), np.ones((2, SIZE), bool)
    assert mixture.visit(near)[1] > 0.5
    change = mixture.assign(near, all_of_it, 0)
    assert (change.born, change.assignment.tolist()) == ((), [0, 0])
    assert mixture.statistics.mass.tolist() == [2.0, 1.0]
    change = mixture.assign(near, all_of_it, None)
    assert (change.born, change.assignment.tolist()) == ((2,), [2, 2])
    before = mixture.tensors()
    for points, component, says in ((near, 9, "no component 9"), (near[:0], 0, "without points")):
        with pytest.raises(KnowledgeError, match=says):
            mixture.assign(points, all_of_it[: len(points)], component)
    assert equal(mixture.tensors(), before)
