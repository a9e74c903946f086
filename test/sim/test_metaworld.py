"""Meta-World on EnvPool: what is particular to it."""

import numpy as np
import pytest

from legion_ros.core import LegionError
from legion_sim.metaworld import MetaWorldEnvironment
from legion_sim.metaworld.environment import OBSERVATION, observe


@pytest.mark.parametrize("task", ["hammer", "shelf-place", "pick-place"])
def test_goals_stay_within_reach_however_often_it_is_reset(task):
    environment = MetaWorldEnvironment(task, num_envs=2, threads=1)
    rng = np.random.default_rng(0)
    observation = environment.reset(rng)
    some = np.array([True, False])
    for where in (some, some, ~some, np.ones(2, bool), some):
        observation = environment.reset(rng, where)
        environment.step(np.zeros((2, 4)))
    goal = OBSERVATION.unpack(observation)["goal"]
    assert (np.abs(goal[:, 0]) < 0.5).all()
    assert (goal[:, 1] < 1.0).all()
    environment.close()


def test_a_simulator_that_goes_on_is_not_disturbed_by_the_reset_of_another_task_that_drifts():
    environment = MetaWorldEnvironment("hammer", num_envs=2, threads=1)
    environment.reset(np.random.default_rng(0))
    before = environment.step(np.full((2, 4), 0.5)).observation
    after = environment.reset(np.random.default_rng(1), np.array([False, True]))
    np.testing.assert_array_equal(after[0], before[0])
    moved = environment.step(np.full((2, 4), 0.5)).observation
    assert moved[0, 2] > before[0, 2]
    environment.close()


def test_relative_positions_are_differences_of_the_positions():
    raw = np.zeros((1, 39))
    raw[0, :3], raw[0, 4:7], raw[0, 36:39] = (0.0, 0.6, 0.2), (0.1, 0.7, 0.02), (0.0, 0.8, 0.1)
    parts = OBSERVATION.unpack(observe(raw))
    np.testing.assert_allclose(parts["hand_to_object"], [[0.1, 0.1, -0.18]], atol=1e-6)
    np.testing.assert_allclose(parts["object_to_goal"], [[-0.1, 0.1, 0.08]], atol=1e-6)
    np.testing.assert_allclose(parts["hand_to_goal"], [[0.0, 0.2, -0.1]], atol=1e-6)


def test_goals_are_drawn_anew_for_every_environment_and_episode():
    environment = MetaWorldEnvironment("reach", num_envs=4, threads=1)
    rng = np.random.default_rng(0)
    goals = [environment.reset(rng, where)[:, 18:21] for where in (None, np.ones(4, bool))]
    assert len(np.unique(np.concatenate(goals).round(6), axis=0)) == 8
    environment.close()


def test_the_first_reset_must_be_of_all():
    with pytest.raises(ValueError, match="first reset must be of all"):
        MetaWorldEnvironment("reach", 2).reset(np.random.default_rng(0), np.array([True, False]))


def test_each_episode_is_asked_for_in_one_of_the_sentences():
    environment = MetaWorldEnvironment("reach", 16, sentences=("go there", "reach it"), threads=1)
    environment.reset(np.random.default_rng(0))
    assert set(environment.instructions) == {"go there", "reach it"}
    environment.close()


def test_an_unknown_task_is_an_error_that_lists_the_known():
    with pytest.raises(LegionError, match="no Meta-World task 'juggle'"):
        MetaWorldEnvironment("juggle")
