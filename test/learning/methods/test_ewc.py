"""EWC's penalty and the Fisher information of a policy, by hand."""

import numpy as np
import pytest
import torch

from legion_ros.learning.methods.ewc import EWCConfig, Springs, fisher
from legion_ros.learning.methods.sample import Seen
from legion_ros.learning.methods.task_rule import Finished
from legion_ros.policy import Expert
from legion_ros.policy.expert import ExpertConfig


def line(weight, bias):
    """The policy tanh(weight x + bias) of one number: a network of two parameters."""
    policy = Expert(np.zeros(1), np.ones(1), 1, ExpertConfig(hidden=()))
    move(policy, weight, bias)
    return policy


@torch.no_grad()
def move(policy, weight, bias):
    policy.network[0].weight.fill_(weight)
    policy.network[0].bias.fill_(bias)


def information(weight, bias):
    return {"0.weight": torch.tensor([[float(weight)]]), "0.bias": torch.tensor([float(bias)])}


def test_the_penalty_is_half_the_strength_times_importance_times_squared_distance():
    policy = line(1.0, 2.0)
    springs = Springs(EWCConfig(strength=10.0))
    assert springs.loss(policy) is None
    springs.hold(policy.network.state_dict(), information(3.0, 0.5))
    assert springs.loss(policy).item() == 0
    move(policy, 1.5, 0.0)
    # 10 / 2 (3 x .5^2 + .5 x 2^2) = 5 x 2.75
    assert springs.loss(policy).item() == pytest.approx(13.75)


def test_the_springs_of_two_tasks_pull_as_the_sum_of_both_penalties():
    springs = Springs(EWCConfig(strength=2.0))
    springs.hold(line(0.0, 0.0).network.state_dict(), information(1.0, 0.0))
    springs.hold(line(4.0, 7.0).network.state_dict(), information(3.0, 2.0))
    policy = line(1.0, 6.0)
    springs.loss(policy).backward()
    # d/dw [(w - 0)^2 + 3 (w - 4)^2] at 1 = 2 - 18; d/db [0 b^2 + 2 (b - 7)^2] at 6 = -4
    assert policy.network[0].weight.grad.item() == pytest.approx(-16)
    assert policy.network[0].bias.grad.item() == pytest.approx(-4)


def test_the_fisher_information_of_one_weight_is_what_the_hand_computes():
    # mu = tanh(w x) at w = 0: d mu / d w = x, d mu / d b = 1; the mean of x^2 over 1, 3 is 5; deviation .5
    told = torch.tensor([[1.0], [3.0]])
    found = fisher(line(0.0, 0.0), told, deviation=0.5)
    assert found["0.weight"].item() == pytest.approx(5 / 0.25)
    assert found["0.bias"].item() == pytest.approx(1 / 0.25)


def test_the_fisher_information_of_a_deep_policy_is_the_mean_of_squared_gradients_sample_by_sample():
    torch.manual_seed(0)
    policy = Expert(np.zeros(3), np.ones(3), 2, ExpertConfig(hidden=(5, 4)))
    told = torch.randn(6, 3)
    expected = {name: torch.zeros_like(value) for name, value in policy.network.named_parameters()}
    for row in told:
        for number in range(2):
            policy.network.zero_grad()
            policy(row[None])[0, number].backward()
            for name, value in policy.network.named_parameters():
                expected[name] += value.grad.square() / len(told)
    for name, value in fisher(policy, told, deviation=1.0).items():
        torch.testing.assert_close(value, expected[name])


def test_what_has_no_importance_is_free_to_move():
    springs = Springs(EWCConfig(strength=1.0))
    springs.hold(line(1.0, 1.0).network.state_dict(), information(0.0, 0.0))
    assert springs.loss(line(100.0, -100.0)).item() == 0


def test_a_task_leaves_no_weight_without_importance():
    # the input is always 0: the weight has no information, and the bias has d mu / d b = 1
    seen = Seen(np.zeros((2, 1), np.float32), np.zeros(2, int), ("stay",))
    nothing = lambda sentences: np.zeros((len(sentences), 0), np.float32)  # noqa: E731
    springs = Springs(EWCConfig(strength=2.0, least=0.25))
    springs.end_task(Finished(line(3.0, 0.0), seen, 2, nothing, np.random.default_rng(0)))
    # 2 / 2 (.25 x 2^2 + 1 x .5^2)
    assert springs.loss(line(5.0, 0.5)).item() == pytest.approx(1.25)
