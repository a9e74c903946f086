"""PackNet's masks on a layer of 2 x 3, by hand."""

import numpy as np
import pytest
import torch

from legion_ros.learning.methods import MethodError
from legion_ros.learning.methods.packnet import FREE, Packing, PackNetConfig, prune
from legion_ros.policy import Expert
from legion_ros.policy.expert import ExpertConfig

WEIGHT = torch.tensor([[0.1, -0.6, 0.3], [0.5, 0.2, -0.4]])
NOBODY = torch.full((2, 3), FREE)


def policy():
    """One layer, 3 inputs, 2 actions."""
    policy = Expert(np.zeros(3), np.ones(3), 2, ExpertConfig(hidden=()))
    with torch.no_grad():
        policy.network[0].weight.copy_(WEIGHT)
        policy.network[0].bias.copy_(torch.tensor([0.7, -0.7]))
    return policy


def lesson(rule, policy, task_id, weight=None):
    """Begin, learn `weight` for all that may learn, prune; end."""
    rule.begin_task(policy, task_id, np.random.default_rng(0))
    if weight is not None:
        step(rule, policy, weight)
    rule.compress(policy)
    rule.end_task(None)


@torch.no_grad()
def step(rule, policy, value):
    """An optimiser that moves everything, as momentum does."""
    parameters = list(policy.network.parameters())
    for parameter in parameters:
        parameter.fill_(value)
    rule.stepped(parameters)


def test_the_largest_half_is_kept_and_the_rest_is_free_and_zero():
    weight, owner = prune(WEIGHT, NOBODY, visit=1, kept=0.5)
    torch.testing.assert_close(weight, torch.tensor([[0, -0.6, 0], [0.5, 0, -0.4]]))
    assert owner.tolist() == [[0, 1, 0], [1, 0, 1]]


def test_the_second_task_takes_its_share_of_what_is_free_and_leaves_the_first_alone():
    owner = torch.tensor([[0, 1, 0], [1, 0, 1]])
    weight, owner = prune(WEIGHT, owner, visit=2, kept=0.34)  # of three, 1.02: rounded up, two
    torch.testing.assert_close(weight, torch.tensor([[0, -0.6, 0.3], [0.5, 0.2, -0.4]]))
    assert owner.tolist() == [[0, 1, 2], [1, 2, 1]]


def test_a_layer_that_is_full_keeps_everything_as_it_is():
    weight, owner = prune(WEIGHT, torch.ones(2, 3, dtype=torch.int64), visit=2, kept=0.5)
    torch.testing.assert_close(weight, WEIGHT)
    assert (owner == 1).all()


def test_after_pruning_only_the_kept_weights_of_the_task_learn_and_the_biases_are_frozen():
    rule, network = Packing(PackNetConfig(kept=0.5)), policy()
    rule.begin_task(network, 0, np.random.default_rng(0))
    rule.compress(network)
    layer = network.network[0]
    layer.weight.grad, layer.bias.grad = torch.ones(2, 3), torch.ones(2)
    rule.gradient(list(network.network.parameters()))
    assert layer.weight.grad.tolist() == [[0, 1, 0], [1, 0, 1]]
    assert layer.bias.grad.tolist() == [0, 0]
    step(rule, network, 9.0)
    assert layer.weight.tolist() == [[0, 9, 0], [9, 0, 9]]
    np.testing.assert_allclose(layer.bias.detach(), [0.7, -0.7])


def test_before_its_pruning_the_first_task_may_change_everything():
    rule, network = Packing(), policy()
    rule.begin_task(network, 0, np.random.default_rng(0))
    step(rule, network, 9.0)
    assert (network.network[0].weight == 9).all()
    assert (network.network[0].bias == 9).all()


def test_a_later_task_may_change_all_that_is_free_and_nothing_else():
    rule, network = Packing(PackNetConfig(kept=0.5)), policy()
    lesson(rule, network, 0)
    rule.begin_task(network, 1, np.random.default_rng(0))
    step(rule, network, 9.0)
    expected = torch.tensor([[9, -0.6, 9], [0.5, 9, -0.4]])
    torch.testing.assert_close(network.network[0].weight.detach(), expected)


def test_a_task_acts_with_its_own_weights_and_those_before_it():
    rule, network = Packing(PackNetConfig(kept=0.5)), policy()
    lesson(rule, network, 7)
    first = rule.view(network, 7).tensors()
    lesson(rule, network, 3, weight=0.25)
    again = rule.view(network, 7).tensors()
    for name, value in first.items():
        assert value.tobytes() == again[name].tobytes()
    both = rule.view(network, 3).tensors()["0.weight"]
    assert (both[rule.owner["0.weight"] == 2] == 0.25).all()
    assert (rule.owner["0.weight"] == 2).sum() == 2  # half of three, rounded up


def test_a_task_that_comes_again_takes_further_weights():
    rule, network = Packing(PackNetConfig(kept=0.5)), policy()
    lesson(rule, network, 7)
    lesson(rule, network, 7, weight=0.25)
    assert rule.visits == {7: 2}
    assert (rule.view(network, 7).tensors()["0.weight"] == 0.25).sum() == 2


def test_a_task_it_has_not_learned_is_an_error_that_lists_the_known():
    rule, network = Packing(), policy()
    lesson(rule, network, 7)
    with pytest.raises(MethodError, match=r"has not learned a task 2; known: \[7\]"):
        rule.view(network, 2)
    with pytest.raises(MethodError, match="needs the id"):
        rule.begin_task(network, None, np.random.default_rng(0))
