import numpy as np
import pytest
import torch

from legion_ros.learning.ppo import PPO, Anchor, PPOConfig, fresh_policy, practise
from legion_ros.learning.rollout_batch import RolloutBatch, collect
from legion_ros.learning.standardising import Statistics

from .fakes import FakeReach

CONFIG = PPOConfig(hidden=(32, 32), discount=0.9)


def batch(reward, terminated=(), over=()):
    """One environment, scripted rewards; ends at the steps that are named."""
    steps = len(reward)
    nothing = np.zeros((steps, 1, 1), np.float32)
    ends = np.zeros((2, steps, 1), bool)
    ends[0, list(terminated)] = True
    ends[1, [*terminated, *over]] = True
    return RolloutBatch(
        nothing,
        nothing,
        nothing,
        np.array(reward, np.float32)[:, None],
        ends[0],
        ends[1],
        np.zeros((steps, 1), bool),
        0.0,
    )


def test_the_generalised_advantage_is_what_the_hand_computes():
    # deltas: 1 + .5*4 - 2 = 1, then 2 + .5*6 - 4 = 1; advantages: 1 + .5*.5*1 = 1.25, then 1
    value, following = np.array([[2.0], [4.0]]), np.array([[4.0], [6.0]])
    advantage = batch([1.0, 2.0]).advantage(value, following, discount=0.5, trace=0.5)
    np.testing.assert_allclose(advantage[:, 0], [1.25, 1.0])


def test_what_ran_out_of_time_is_bootstrapped_and_what_ended_is_not():
    value, following = np.zeros((1, 1)), np.full((1, 1), 10.0)
    assert batch([1.0], over=[0]).advantage(value, following, 0.9, 1.0)[0, 0] == pytest.approx(10.0)
    assert batch([1.0], terminated=[0]).advantage(value, following, 0.9, 1.0)[0, 0] == pytest.approx(1.0)


def test_no_advantage_flows_over_the_end_of_an_episode():
    value = following = np.zeros((2, 1))
    np.testing.assert_allclose(
        batch([0.0, 5.0], over=[0]).advantage(value, following, 1.0, 1.0)[:, 0], [0, 5]
    )


def test_statistics_added_in_parts_are_those_of_the_whole():
    rows = np.random.default_rng(0).normal(3.0, 2.0, (100, 2))
    statistics = Statistics(2)
    for part in np.split(rows, [10, 40]):
        statistics.add(part)
    np.testing.assert_allclose(statistics.mean, rows.mean(0))
    np.testing.assert_allclose(statistics.scatter / 100, rows.var(0))


def test_the_divergence_of_two_gaussians_is_what_the_hand_computes():
    from legion_ros.learning.ppo import _divergence

    zero, one = torch.zeros(1, 1), torch.ones(1)
    assert float(_divergence(zero, one, zero, one)) == 0.0
    # ln 2 + (1 + 4) / 8 - 1/2
    assert float(_divergence(zero, one, zero + 2, 2 * one)) == pytest.approx(np.log(2) + 0.125)


def learned(seed, **other):
    rng = np.random.default_rng(seed)
    policy = fresh_policy(4, 2, rng, CONFIG)
    return practise(FakeReach(64), policy, rng, CONFIG, steps=64 * 12 * 60, settled=False, **other)


def test_practice_learns_to_reach_and_stops_when_that_is_enough():
    result = learned(0)
    assert np.mean(result.success[:2]) < 0.5
    assert np.mean(result.success[-5:]) >= CONFIG.enough
    assert result.steps < 64 * 12 * 60
    environment = FakeReach(50)
    rng = np.random.default_rng(9)
    run, _ = collect(environment, result.policy.act, environment.reset(rng), 12, rng)
    assert run.success_rate >= 0.95


def test_the_same_seed_learns_the_same_to_the_bit():
    first, second = (learned(3).policy.tensors() for _ in range(2))
    for name, value in first.items():
        np.testing.assert_array_equal(value, second[name])


def test_no_more_is_practised_than_allowed():
    rng = np.random.default_rng(0)
    policy = fresh_policy(4, 2, rng, CONFIG)
    result = practise(FakeReach(8), policy, rng, CONFIG, steps=8 * 12 * 2 + 5)
    assert result.steps == 8 * 12 * 2
    assert len(result.success) == 2


class FakeRule:
    """Holds the first bias where it is; counts how often it was asked."""

    def __init__(self):
        self.asked = {"loss": 0, "gradient": 0, "stepped": 0}

    def loss(self, policy):
        self.asked["loss"] += 1

    def gradient(self, parameters):
        self.asked["gradient"] += 1
        parameters[1].grad.zero_()

    def stepped(self, parameters):
        self.asked["stepped"] += 1


def test_a_rule_is_asked_at_every_step_and_its_gradient_is_the_one_that_counts():
    rng, rule = np.random.default_rng(0), FakeRule()
    policy = fresh_policy(4, 2, rng, CONFIG)
    before = policy.tensors()["0.bias"].copy()
    result = practise(FakeReach(8), policy, rng, CONFIG, steps=8 * 12 * 3, rule=rule)
    assert set(rule.asked.values()) == {result.gradient_steps}
    np.testing.assert_array_equal(policy.tensors()["0.bias"], before)


def test_an_anchor_keeps_the_policy_near_the_clone():
    def moved(weight):
        rng = np.random.default_rng(0)
        policy = fresh_policy(4, 2, rng, CONFIG)
        clone = type(policy).from_tensors(policy.tensors())
        anchor = Anchor(policy=clone, weight=weight, half_life=1000)
        practise(FakeReach(32), policy, rng, CONFIG, steps=32 * 12 * 15, anchor=anchor)
        seen = FakeReach(100).reset(np.random.default_rng(1))
        return np.abs(policy.act(seen) - clone.act(seen)).mean()

    assert moved(100.0) < 0.3 * moved(0.0)


def test_the_warm_up_trains_the_critic_alone():
    rng = np.random.default_rng(0)
    policy = fresh_policy(4, 2, rng, CONFIG)
    before = {name: value.copy() for name, value in policy.tensors().items()}
    learner = PPO(policy, PPOConfig(hidden=(8,), warm_up=1), torch.Generator().manual_seed(0))
    critic = learner.critic[0].weight.detach().clone()
    environment = FakeReach(8)
    run, following = collect(environment, learner.explore, environment.reset(rng), 12, rng)
    learner.update(run)
    assert not torch.equal(critic, learner.critic[0].weight)
    for name, value in policy.tensors().items():
        np.testing.assert_array_equal(value, before[name])
    run, _ = collect(environment, learner.explore, following, 12, rng)
    learner.update(run)
    assert not np.array_equal(policy.tensors()["0.weight"], before["0.weight"])
