"""Each figure by hand, and what must hold for all of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legion_ros.evaluation import metrics
from legion_ros.evaluation.intervals import mean_interval, stratified_interval

# three tasks learned in the order 1, 0, 2
MATRIX = np.array([[0.1, 0.9, 0.0], [0.8, 0.5, 0.3], [0.6, 0.4, 1.0]])
VISITS = (1, 0, 2)


def test_average_success_is_the_mean_of_the_last_row():
    assert metrics.average_success(MATRIX) == pytest.approx((0.6 + 0.4 + 1.0) / 3)


def test_forgetting_is_what_was_right_after_learning_less_what_is_in_the_end():
    # (.9 - .4) + (.8 - .6) + 0, over three
    assert metrics.forgetting(MATRIX, VISITS) == pytest.approx(0.7 / 3)


def test_forgetting_of_two_loops_counts_every_visit():
    matrix = np.array([[1.0, 0.0], [0.5, 1.0], [0.9, 0.6], [0.8, 1.0]])
    # visits 0, 1, 0, 1: (1 - .8) + (1 - 1) + (.9 - .8) + 0
    assert metrics.forgetting(matrix, (0, 1, 0, 1)) == pytest.approx(0.3 / 4)


def test_zero_shot_transfer_is_success_before_learning_above_chance():
    # task 0: .1 - .05 after the first visit; task 2: .3 - .1 after the second
    assert metrics.zero_shot_transfer(MATRIX, VISITS, (0.05, 0.0, 0.1)) == pytest.approx((0.05 + 0.2) / 2)


def test_zero_shot_transfer_of_what_was_not_tried_is_none():
    matrix = np.array([[1.0, np.nan], [1.0, 1.0]])
    assert metrics.zero_shot_transfer(matrix, (0, 1), (0.0, 0.0)) is None
    assert metrics.zero_shot_transfer(matrix[:1, :1], (0,), (0.0,)) is None


def test_the_area_under_a_curve_that_stops_early_goes_on_level():
    # from (0, 0) to (50, 1): .25 of 100 periods' area, then 1 for the other half
    assert metrics.area_under_curve([(50, 1.0, 1.0)], 100) == pytest.approx(0.75)


def test_the_area_under_a_curve_beyond_the_budget_is_cut_off():
    assert metrics.area_under_curve([(200, 1.0, 1.0)], 100) == pytest.approx(0.25)


def test_forward_transfer_is_the_share_of_what_was_missing_alone():
    # (.75 - .5) / .5 = .5 and (.2 - .4) / .6 = -1/3
    assert metrics.forward_transfer([0.75, 0.2], [0.5, 0.4]) == pytest.approx((0.5 - 1 / 3) / 2)


def test_time_to_is_the_first_point_that_is_good_enough():
    curve = [(10, 1.0, 0.2), (20, 2.5, 0.8), (30, 4.0, 0.9)]
    assert metrics.time_to(curve) == (20, 2.5)
    assert metrics.time_to(curve, 0.95) is None


def test_recall_compares_the_moment_before_a_return_with_the_first_visit():
    matrix = np.array([[0.8, 0.0], [0.6, 1.0], [0.9, 0.5], [0.8, 1.0]])
    # task 0 stands at .6 before its return, task 1 at .5; they had .8 and 1.0
    assert metrics.recall_on_return(matrix, (0, 1, 0, 1)) == pytest.approx(1.1 / 1.8)
    assert metrics.recall_on_return(matrix[:2], (0, 1)) is None


def test_memory_is_a_share_of_all_transitions_seen():
    assert metrics.memory_fraction(50, 10_000) == 0.005
    with pytest.raises(ValueError, match="0 transitions seen"):
        metrics.memory_fraction(0, 0)


def test_adjusted_rand_by_hand():
    # Hubert & Arabie: pairs together in both 1; expected 2 * 2 / 6; mean of the maxima 2
    assert metrics.adjusted_rand([0, 0, 1, 1], [5, 5, 3, 4]) == pytest.approx((1 - 1 * 2 / 6) / (1.5 - 2 / 6))
    assert metrics.adjusted_rand([0, 0, 1, 1], [1, 1, 0, 0]) == 1.0


def test_auroc_is_the_share_of_pairs_in_the_right_order():
    # new .9 and .4 against known .5 and .1: three of four pairs
    assert metrics.novelty_auroc([True, True, False, False], [0.9, 0.4, 0.5, 0.1]) == 0.75
    assert metrics.novelty_auroc([True, True], [0.9, 0.4]) is None


def test_calibration_error_by_hand():
    # bin .9-1: two of .95, one new: |1 - 1.9|; bin 0-.1: two of .05, none new: .1; over four
    assert metrics.calibration_error([True, False, False, False], [0.95, 0.95, 0.05, 0.05]) == pytest.approx(
        (0.9 + 0.1) / 4
    )
    assert metrics.calibration_error([True, False], [1.0, 0.0]) == 0.0


def test_births_are_false_for_what_is_known_and_missed_for_what_is_new():
    born, visits = [True, False, True, True], (0, 1, 0, 2)
    assert metrics.false_births(born, visits) == 1
    assert metrics.missed_births(born, visits) == 1


def test_detection_takes_as_many_looks_as_p_new_needs():
    delay = metrics.detection_delay(np.array([[0.6, 0.1], [0.2, 0.7], [0.1, 0.2]]))
    np.testing.assert_array_equal(delay, [0.0, 1.0, np.nan])


outcomes = st.lists(
    st.lists(st.booleans(), min_size=2, max_size=8).map(lambda x: np.array(x, float)), min_size=1, max_size=4
)


@settings(max_examples=20, deadline=None)
@given(outcomes)
def test_an_interval_holds_the_mean_and_lies_within_the_outcomes(groups):
    low, high = stratified_interval(groups)
    mean = np.mean([group.mean() for group in groups])
    assert 0 <= low <= mean + 1e-9 and mean - 1e-9 <= high <= 1


def test_an_interval_of_50_coins_is_about_28_points_wide():
    # 1.96 * sqrt(.25 / 50) = .139 to each side
    low, high = stratified_interval([np.repeat([0.0, 1.0], 25)])
    assert (low, high) == (pytest.approx(0.361, abs=0.03), pytest.approx(0.639, abs=0.03))


def test_two_tasks_drawn_apart_are_narrower_than_all_episodes_mixed():
    sure = stratified_interval([np.zeros(50), np.ones(50)])
    assert sure == (0.5, 0.5)


def test_one_seed_has_no_interval_over_seeds():
    assert mean_interval([0.9]) is None
    low, high = mean_interval([0.8, 0.9, 1.0])
    assert 0.8 <= low < 0.9 < high <= 1.0


matrices = st.integers(1, 5).flatmap(
    lambda n: st.lists(st.lists(st.floats(0, 1), min_size=n, max_size=n), min_size=n, max_size=n)
)


@given(matrices)
def test_average_and_forgetting_stay_in_their_range(rows):
    matrix, visits = np.array(rows), tuple(range(len(rows)))
    assert 0 <= metrics.average_success(matrix) <= 1 + 1e-9
    assert -1 <= metrics.forgetting(matrix, visits) <= 1


@given(matrices)
def test_a_policy_that_never_changes_forgets_nothing(rows):
    matrix = np.repeat(np.array(rows)[:1], len(rows), axis=0)
    assert metrics.forgetting(matrix, tuple(range(len(rows)))) == 0


points = st.tuples(st.integers(1, 100), st.floats(0, 1))
curves = st.lists(points, min_size=1, max_size=8, unique_by=lambda point: point[0])


@given(curves)
def test_an_area_lies_between_nothing_and_the_best_of_the_curve(points):
    curve = [(periods, 0.0, success) for periods, success in sorted(points)]
    assert -1e-9 <= metrics.area_under_curve(curve, 100) <= max(s for _, _, s in curve) + 1e-9


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=30))
def test_a_calibration_error_is_a_distance_of_probabilities(pairs):
    new, probability = zip(*pairs, strict=True)
    assert 0 <= metrics.calibration_error(new, probability) <= 1
