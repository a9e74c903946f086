"""Demonstrations of Meta-World by its own scripted policies."""

import numpy as np
import pytest

from legion_ros.core import LegionError
from legion_sim.metaworld import TASKS, MetaWorldEnvironment
from legion_sim.metaworld.demonstrations import demonstrate


def shown(task="push", episodes=3, seed=0):
    return demonstrate(task, episodes, np.random.default_rng(seed), ("push it", "shove it"), threads=1)


def test_only_successes_are_shown_and_the_tries_are_counted():
    episodes, tries = shown()
    assert len(episodes) == 3 <= tries
    for episode in episodes:
        assert episode.success
        assert episode.observation.shape == (len(episode), 30)
        assert episode.action.shape == (len(episode), 4)
        assert np.abs(episode.action).max() <= 1
        assert episode.instruction in ("push it", "shove it")


def test_the_actions_that_are_shown_are_those_that_were_held():
    # done again in the same simulators they succeed again, at the same control period
    rng = np.random.default_rng(0)
    episodes, _ = demonstrate("reach", 2, rng, threads=1)
    environment = MetaWorldEnvironment("reach", 2, threads=1)
    observation = environment.reset(np.random.default_rng(0))
    reached = np.zeros(2, bool)
    for period in range(min(map(len, episodes))):
        np.testing.assert_array_equal(observation, [episode.observation[period] for episode in episodes])
        result = environment.step(np.stack([episode.action[period] for episode in episodes]))
        observation = result.observation
        reached |= result.success
    environment.close()
    assert reached.any()


def test_the_same_seed_shows_the_same():
    first, again = shown(seed=4), shown(seed=4)
    assert first[1] == again[1]
    np.testing.assert_array_equal(first[0][0].action, again[0][0].action)


def test_every_task_has_a_policy():
    from metaworld.policies import ENV_POLICY_MAP

    assert {f"{task}-v3" for task in TASKS} <= set(ENV_POLICY_MAP)


def test_an_unknown_task_is_an_error_that_lists_the_known():
    with pytest.raises(LegionError, match="no Meta-World task 'fly'; known: assembly, basketball"):
        demonstrate("fly", 1, np.random.default_rng(0))
