"""An expert survives the way through its tensors, and refuses what is not one."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from legion_ros.policy import Actor, Expert, PolicyError


def expert():
    return Expert(np.arange(4.0), np.ones(4), 2)


def test_tensors_bring_back_the_same_actions():
    first = expert()
    observation = np.random.default_rng(0).normal(size=(7, 4))
    again = Expert.from_tensors(first.tensors())
    np.testing.assert_array_equal(first.act(observation), again.act(observation))


def test_actions_are_bounded_whatever_is_seen():
    action = expert().act(np.full((3, 4), 1e6))
    assert action.shape == (3, 2)
    assert (np.abs(action) <= 1).all()


def test_observations_are_standardised_by_their_statistics():
    wide = Expert(np.full(4, 10.0), np.full(4, 2.0), 2)
    plain = Expert.from_tensors({**wide.tensors(), "mean": np.zeros(4, "f"), "deviation": np.ones(4, "f")})
    observation = np.random.default_rng(0).normal(size=(5, 4))
    np.testing.assert_allclose(wide.act(10 + 2 * observation), plain.act(observation), atol=1e-5)


@given(
    arrays(np.float32, (3, 4), elements=st.floats(-1e3, 1e3, width=32)),
    st.integers(0, 2**31 - 1),
)
def test_an_actor_without_torch_does_what_the_expert_does(observation, seed):
    rng = np.random.default_rng(seed)
    tensors = Expert(rng.normal(size=4), rng.uniform(0.1, 3.0, 4), 2).tensors()
    acted = Actor.from_tensors(tensors).act(observation)
    assert acted.dtype == np.float32
    np.testing.assert_allclose(acted, Expert.from_tensors(tensors).act(observation), atol=2e-4)


def test_the_policy_node_starts_without_torch():
    code = "import sys, legion_ros.nodes.policy_node; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("made", [expert(), Actor.from_tensors(expert().tensors())], ids=["expert", "actor"])
@pytest.mark.parametrize("observation", [np.zeros(4), np.zeros((1, 5)), np.full((1, 4), np.nan)])
def test_an_observation_of_another_kind_is_refused(made, observation):
    with pytest.raises(PolicyError):
        made.act(observation)


@pytest.mark.parametrize("kind", [Expert, Actor])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.pop("0.bias"), "an expert needs tensors"),
        (lambda t: t.update(extra=np.zeros(1)), "an expert needs tensors"),
        (lambda t: t.update({"x.weight": np.zeros((2, 2))}), "an expert needs tensors"),
        (lambda t: t.update({"2.weight": np.zeros((256, 8))}), r"2.weight of an expert has shape \(256, 8\)"),
        (lambda t: t.update({"0.bias": np.full(256, np.nan)}), "0.bias of an expert holds a NaN"),
        (lambda t: t.update({"0.bias": np.zeros(3)}), r"0.bias of an expert has shape \(3,\)"),
        (lambda t: t.update(deviation=np.zeros(4)), "deviation .* must be positive"),
        (lambda t: t.update(deviation=np.ones(1)), r"shapes \(4,\) and \(1,\)"),
        (lambda t: t.update(deviation=np.zeros(0)), r"shapes \(4,\) and \(0,\)"),
        (lambda t: t.update(mean=np.zeros((4, 2))), r"shapes \(4, 2\) and \(4,\)"),
    ],
)
def test_tensors_that_are_no_expert_are_refused(kind, change, message):
    tensors = expert().tensors()
    change(tensors)
    with pytest.raises(PolicyError, match=message):
        kind.from_tensors(tensors)
