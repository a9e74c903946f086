"""Cloning, rolling out and keeping demonstrations, on a task small enough to reckon by hand."""

import sqlite3

import numpy as np
import pytest

from legion_ros.core import StepResult
from legion_ros.core.episode import Episode
from legion_ros.core.layout import Field, Layout
from legion_ros.learning import CloningConfig, Demonstrations, clone, rollout
from legion_ros.learning.demonstrations import DemonstrationError


class FakeWalk:
    """A point on a line that has to come within .1 of the origin; the action is its step."""

    num_envs = 3
    observation_layout = action_layout = Layout((Field("x", 1, "m"),))
    control_period = 1.0
    instructions = ("walk to the origin",) * 3

    def reset(self, rng, where=None):
        where = np.ones(3, bool) if where is None else where
        if not hasattr(self, "x"):
            self.x, self.age = np.zeros(3), np.zeros(3, int)
        self.x[where] = rng.uniform(0.5, 2.0, where.sum())
        self.age[where] = 0
        return self.x[:, None].astype(np.float32)

    def step(self, action):
        self.x = self.x + action[:, 0]
        self.age += 1
        success = np.abs(self.x) < 0.1
        truncated = ~success & (self.age >= 10)
        return StepResult(
            self.x[:, None].astype(np.float32), success.astype(np.float32), success, truncated, success
        )


def teacher(observation):
    return np.clip(-observation, -0.5, 0.5)


def episodes(count=30, seed=0):
    return rollout(FakeWalk(), teacher, count, np.random.default_rng(seed))


def test_a_rollout_runs_the_same_number_of_episodes_in_every_environment():
    done = episodes(7)
    assert len(done) == 9  # rounded up to three each
    assert all(episode.success for episode in done)
    assert all(len(episode) <= 4 for episode in done)  # at most 2 m in steps of half a metre


def test_an_episode_holds_what_was_seen_before_each_action():
    episode = episodes(3)[0]
    np.testing.assert_allclose(
        episode.observation[1:], episode.observation[:-1] + episode.action[:-1], atol=1e-6
    )


def test_a_teacher_labels_what_another_does():
    idle = rollout(FakeWalk(), lambda o: np.zeros_like(o), 3, np.random.default_rng(0), teacher=teacher)
    assert not any(episode.success for episode in idle)
    assert all(len(episode) == 10 for episode in idle)
    assert (idle[0].action == 0).all()
    np.testing.assert_allclose(idle[0].label, teacher(idle[0].observation))


def test_a_clone_does_what_its_teacher_did():
    expert = clone(episodes(60), CloningConfig(steps=400, batch=64), np.random.default_rng(0))
    observation = np.linspace(0.1, 1.9, 20, dtype=np.float32)[:, None]
    np.testing.assert_allclose(expert.act(observation), teacher(observation), atol=0.05)


def test_cloning_on_leaves_the_expert_it_started_from_as_it_was():
    start = clone(episodes(), CloningConfig(steps=10), np.random.default_rng(0))
    before = {name: value.copy() for name, value in start.tensors().items()}
    clone(episodes(), CloningConfig(steps=10), np.random.default_rng(1), start)
    for name, value in start.tensors().items():
        np.testing.assert_array_equal(value, before[name])


def test_the_same_seed_clones_the_same_expert():
    first, second = (clone(episodes(), CloningConfig(steps=20), np.random.default_rng(3)) for _ in range(2))
    for name, value in first.tensors().items():
        np.testing.assert_array_equal(value, second.tensors()[name])


def test_nothing_to_clone_is_an_error():
    with pytest.raises(ValueError, match="no episodes"):
        clone([], CloningConfig(), np.random.default_rng(0))


def test_demonstrations_come_back_as_they_were_and_failures_stay_out(tmp_path):
    kept = episodes(3)
    failed = Episode("walk", *(np.zeros((2, 1), np.float32) for _ in range(3)), False)
    with Demonstrations(tmp_path / "d.sqlite") as store:
        store.add("walk", [*kept, failed])
    with Demonstrations(tmp_path / "d.sqlite") as store:
        assert store.counts() == {"walk": (3, 4)}
        for back, there in zip(store.successes("walk"), kept, strict=True):
            np.testing.assert_array_equal(back.observation, there.observation)
            np.testing.assert_array_equal(back.label, there.label)
            assert back.instruction == there.instruction


def test_a_skill_nobody_showed_is_an_error_that_lists_those_shown(tmp_path):
    with Demonstrations(tmp_path / "d.sqlite") as store:
        store.add("walk", episodes(3))
        with pytest.raises(
            DemonstrationError, match="no successful demonstration of 'fly' .* there are: walk"
        ):
            list(store.successes("fly"))


def test_a_file_that_holds_something_else_is_refused_and_left_alone(tmp_path):
    junk = tmp_path / "junk.sqlite"
    junk.write_bytes(b"not a database at all" * 100)
    with pytest.raises(DemonstrationError, match="is no demonstration file"):
        Demonstrations(junk)
    assert junk.read_bytes() == b"not a database at all" * 100
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE something (x)")
    with pytest.raises(DemonstrationError, match="has format 0; this program reads format 1"):
        Demonstrations(other)
