"""A-GEM's projection, by hand and as the learner meets it."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from legion_ros.learning.methods.agem import Projection, project
from legion_ros.learning.methods.rehearsal import RehearsalConfig
from legion_ros.learning.methods.sample import Memory
from legion_ros.policy import Expert


def vector(*numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def test_a_gradient_against_the_reference_loses_that_part():
    # g.r = -3, r.r = 9: g + r / 3 = (-1 + 1, 2)
    assert project(vector(-1, 2), vector(3, 0)).tolist() == [0, 2]
    # g.r = 1 - 3 = -2, r.r = 2: g + r
    assert project(vector(1, -3), vector(1, 1)).tolist() == [2, -2]


def test_a_gradient_that_does_no_harm_stays_as_it_is():
    assert project(vector(1, 2), vector(3, 0)).tolist() == [1, 2]
    assert project(vector(0, 2), vector(3, 0)).tolist() == [0, 2]


def test_a_reference_of_zero_limits_nothing():
    assert project(vector(1, -2), vector(0, 0)).tolist() == [1, -2]


NUMBERS = arrays.arrays(float, 5, elements=st.floats(-10, 10, width=32))


@given(NUMBERS, NUMBERS)
def test_what_is_left_never_points_against_the_reference_and_is_no_longer(gradient, reference):
    left = project(torch.from_numpy(gradient), torch.from_numpy(reference)).numpy()
    assert left @ reference >= -1e-6 * (1 + np.linalg.norm(gradient) * np.linalg.norm(reference))
    assert np.linalg.norm(left) <= np.linalg.norm(gradient) + 1e-9


def test_the_reference_is_the_gradient_of_the_rehearsal_loss_over_all_parameters_as_one_vector():
    policy = Expert(np.zeros(3), np.ones(3), 1)
    for parameter in policy.network.parameters():
        torch.nn.init.zeros_(parameter)
    # all weights zero: action = tanh(last bias) = 0; target .5, so d loss / d last bias = 2 (0 - .5) = -1
    rule = Projection(RehearsalConfig(share=1.0, batch=4))
    row = np.zeros((1, 2), np.float32)
    rule.memory = Memory(row, np.zeros(1, int), np.ones((1, 1), np.float32), np.full((1, 1), 0.5, np.float32))
    rule.begin_task(policy, None, np.random.default_rng(0))
    parameters = list(policy.network.parameters())
    for parameter in parameters:
        parameter.grad = torch.ones_like(parameter)
    assert rule.loss(policy) is None
    rule.gradient(parameters)
    assert parameters[-1].grad.tolist() == [0.0]  # 1 - (-1) (-1): it would have unlearned the memory
    assert all((parameter.grad == 1).all() for parameter in parameters[:-1])


def test_with_nothing_remembered_the_gradient_is_left_alone():
    policy = Expert(np.zeros(3), np.ones(3), 1)
    rule = Projection(RehearsalConfig(share=1.0))
    parameters = list(policy.network.parameters())
    parameters[0].grad = torch.ones_like(parameters[0])
    assert rule.loss(policy) is None
    rule.gradient(parameters)
    assert (parameters[0].grad == 1).all()
