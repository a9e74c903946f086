import numpy as np
import pytest

from legion_ros.core.layout import Field, Layout
from legion_ros.evaluation.leave_one_out import SEEN, leave_one_out
from legion_ros.evaluation.mixture_speed import measure_mixture
from legion_ros.knowledge.families import Family, fit_maps

LAYOUT = Layout((Field("object", 3, "m"), Field("goal", 3, "m")))


def task(number, apart=True, episodes=24):
    rng, place = np.random.default_rng(number), np.random.default_rng(number if apart else 0)
    said = place.normal(0, 1, 12) + np.random.default_rng(99 + number).normal(0, 0.2, (8, 12))
    seen = place.normal(0, 0.3, 6) + rng.normal(0, 0.02, (episodes, 6))
    reward = np.full((episodes, 4), place.uniform(0.1, 2)) + rng.normal(0, 0.01, (episodes, 4))
    return Family(
        said / np.linalg.norm(said, axis=1, keepdims=True), seen, np.repeat(seen[:, None], 4, 1), reward
    )


@pytest.fixture(scope="module")
def space():
    return fit_maps([task(number) for number in range(20, 34)], LAYOUT)


def test_tasks_that_differ_are_told_apart_and_the_one_left_out_is_new(space):
    tasks = {str(number): task(number) for number in range(5)}
    judged = leave_one_out(space, tasks, {name: each.embeddings for name, each in tasks.items()})
    assert [each.seen for each in judged] == list(SEEN)
    assert judged[-1].questions == 5 * 12 * 2
    assert judged[-1].recognised > 0.95
    assert judged[-1].auroc > 0.98


def test_tasks_that_are_the_same_can_not_be_new(space):
    tasks = {str(number): task(number, apart=False) for number in range(4)}
    judged = leave_one_out(space, tasks, {name: each.embeddings for name, each in tasks.items()})
    assert judged[-1].auroc < 0.8
    assert judged[-1].ece > 0.2


def test_the_bench_of_the_mixture_times_every_kind_of_call():
    timings = measure_mixture(30, 5, np.random.default_rng(0))
    assert len(timings) == 5
    assert all(0 < timing.p50 <= timing.p99 and timing.calls == 5 for timing in timings)
