"""One contract for everything that can be practised in. A new environment is added to ENVIRONMENTS."""

import numpy as np
import pytest

from legion_ros.core import Environment, LegionError
from legion_ros.learning.instructed import Instructed
from legion_sim.metaworld import MetaWorldEnvironment
from legion_sim.tabletop import TabletopEnvironment
from legion_sim.tabletop.environment import PracticeConfig

ENVIRONMENTS = {
    "tabletop, one thread": lambda: TabletopEnvironment(("put",), num_envs=2),
    "tabletop, all skills, two threads": lambda: TabletopEnvironment(num_envs=3, threads=2),
    "tabletop, chained and delayed": lambda: TabletopEnvironment(
        num_envs=2, config=PracticeConfig(chain=0.5, delay=2)
    ),
    "Meta-World": lambda: MetaWorldEnvironment("push", num_envs=3),
    "Meta-World, one action a raw step": lambda: MetaWorldEnvironment(
        "door-open", num_envs=2, action_repeat=1, threads=1
    ),
    "Meta-World, simulators for one episode": lambda: MetaWorldEnvironment("hammer", num_envs=3),
    "told in words": lambda: Instructed(MetaWorldEnvironment("reach", num_envs=2), fake_encode),
}


def fake_encode(sentences):
    return np.ones((len(sentences), 4), np.float32) / 2


@pytest.fixture(params=ENVIRONMENTS.values(), ids=ENVIRONMENTS.keys())
def environment(request):
    environment = request.param()
    yield environment
    environment.close()


def random_actions(environment, steps):
    shape = (steps, environment.num_envs, environment.action_layout.size)
    return np.random.default_rng(7).uniform(-1, 1, shape).astype(np.float32)


def test_it_is_an_environment(environment):
    assert isinstance(environment, Environment)
    assert environment.control_period > 0


def test_observations_have_the_shape_of_the_layout_and_are_finite(environment):
    observation = environment.reset(np.random.default_rng(0))
    assert observation.shape == (environment.num_envs, environment.observation_layout.size)
    assert observation.dtype == np.float32
    assert np.isfinite(observation).all()


def test_a_step_gives_one_value_an_environment(environment):
    environment.reset(np.random.default_rng(0))
    result = environment.step(random_actions(environment, 1)[0])
    n = environment.num_envs
    assert result.observation.shape == (n, environment.observation_layout.size)
    for part, kind in ((result.terminated, bool), (result.truncated, bool), (result.success, bool)):
        assert (part.shape, part.dtype) == ((n,), np.dtype(kind))
    assert (result.reward.shape, result.reward.dtype) == ((n,), np.float32)
    assert not (result.terminated & result.truncated).any()


def test_every_environment_is_told_its_task_in_words(environment):
    environment.reset(np.random.default_rng(0))
    assert len(environment.instructions) == environment.num_envs
    assert all(len(words.split()) >= 2 for words in environment.instructions)


def test_the_same_seed_gives_the_same_episode(environment):
    def run():
        observations = [environment.reset(np.random.default_rng(5))]
        for action in random_actions(environment, 5):
            observations.append(environment.step(action).observation)
        return np.stack(observations)

    np.testing.assert_array_equal(run(), run())


def test_another_seed_gives_another_episode(environment):
    first = environment.reset(np.random.default_rng(1))
    assert not np.allclose(first, environment.reset(np.random.default_rng(2)))


def test_a_reset_of_one_leaves_the_others_as_they_are(environment):
    before = environment.reset(np.random.default_rng(0))
    where = np.zeros(environment.num_envs, bool)
    where[0] = True
    after = environment.reset(np.random.default_rng(9), where)
    assert not np.allclose(after[0], before[0])
    np.testing.assert_array_equal(after[1:], before[1:])


@pytest.mark.parametrize(
    "spoil", [lambda a: a[:, :-1], lambda a: a[:-1], lambda a: np.where(a == a[0, 0], np.nan, a)]
)
def test_a_bad_action_is_refused_and_nothing_moves(environment, spoil):
    before = environment.reset(np.random.default_rng(0))
    with pytest.raises(ValueError, match="finite numbers"):
        environment.step(spoil(random_actions(environment, 1)[0]))
    nobody = np.zeros(environment.num_envs, bool)
    np.testing.assert_array_equal(environment.reset(np.random.default_rng(0), nobody), before)


def test_an_episode_without_success_is_truncated_not_terminated(environment):
    environment.reset(np.random.default_rng(0))
    up = np.zeros((environment.num_envs, environment.action_layout.size), np.float32)
    ends = np.zeros(environment.num_envs, bool)
    for _ in range(environment.horizon):
        result = environment.step(up)
        assert not result.terminated.any()
        ends |= result.truncated
    assert ends.all()


def test_close_may_be_called_twice(environment):
    environment.close()
    environment.close()


def test_an_unknown_skill_is_an_error_that_lists_the_known():
    with pytest.raises(LegionError, match="no skill fly; known: reach, put, push"):
        TabletopEnvironment(("fly",))
    with pytest.raises(LegionError, match="no Meta-World task 'fly'; known: assembly, basketball"):
        MetaWorldEnvironment("fly")
