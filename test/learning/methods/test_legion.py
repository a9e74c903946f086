"""LEGION as published: losses by hand, one temperature a task, the whole replay kept, restored."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from legion_ros.core.layout import Field, Layout
from legion_ros.learning.checkpoint import load, save
from legion_ros.learning.lesson import Budget, Lesson
from legion_ros.learning.methods import MethodError, make
from legion_ros.learning.methods.legion import Legion, LegionConfig
from legion_ros.learning.methods.legion_networks import Autoencoder
from legion_ros.learning.methods.legion_prior import LatentPrior, divergence
from legion_ros.learning.sac import SACConfig

from ..fakes import FakeReach

SMALL = LegionConfig(
    latent=3,
    encoder_width=32,
    width=32,
    batch=64,
    latents=300,
    autoencoder_every=2,
    updates_per_period=1.0,
    warm_up=320,
    fit_every=0.5,
    most_updates=500,
    learner=SACConfig(discount=0.9, learning_rate=2e-3, temperature=0.1, follow=0.02),
)
BRIEF = replace(SMALL, most_updates=20)


def encode(sentences):
    """Unit vectors, the same for the same sentence."""
    rows = [np.random.default_rng(sum(map(ord, s))).normal(size=8) for s in sentences]
    return np.stack([row / np.linalg.norm(row) for row in rows]).astype(np.float32)


def lesson(sentence="reach the point", flip=False, practice=8000):
    return Lesson(
        lambda count: FakeReach(count, sentence=sentence, flip=flip),
        (),
        Budget(practice=practice, cloning=0),
        None,
        encode,
    )


def quiet(done, total):
    pass


def success(method, sentence, flip, episodes=200):
    environment = FakeReach(episodes, sentence=sentence, flip=flip)
    observation, reached = environment.reset(np.random.default_rng(99)), np.zeros(episodes, bool)
    act = method.actor(environment.instructions, observation)
    for _ in range(environment.horizon):
        result = environment.step(act(observation))
        observation, reached = result.observation, reached | result.success
    return reached.mean()


slow = pytest.mark.slow  # learns for seconds


@pytest.fixture(scope="module")
def learned():
    """Two tasks that contradict each other: what the sentence says decides where the action goes."""
    method, rng = Legion(config=SMALL), np.random.default_rng(0)
    costs = [
        method.learn(lesson(), rng, quiet),
        method.learn(lesson("flee to the point backwards", flip=True), rng, quiet),
    ]
    return method, costs


@slow
def test_both_of_two_contradicting_tasks_are_solved_after_the_second(learned):
    method, costs = learned
    assert [(cost.practice, cost.gradient_steps) for cost in costs] == [(8000, 500)] * 2
    assert success(method, "reach the point", flip=False) > 0.9
    assert success(method, "flee to the point backwards", flip=True) > 0.9


@slow
def test_every_transition_is_kept_and_every_lesson_has_its_own_temperature(learned):
    method, _ = learned
    assert method.kept_transitions == 16_000
    log_temperature = method.tensors()["sac/temperature/log"]
    assert len(log_temperature) == 2 and log_temperature[0] != log_temperature[1]
    assert method.facts()["ends"] == [8000, 16_000]


def test_each_drawn_row_is_given_the_temperature_of_its_lesson():
    method, rng = Legion(config=BRIEF), np.random.default_rng(0)
    for sentence in ("a", "b"):
        method.learn(lesson(sentence, practice=640), rng, quiet)
    given = []
    method._learner.update = lambda rows, embedding, which: given.append((rows, which))
    method._update(rng)
    rows, which = given[0]
    told = np.array([rows.sentences[code] for code in rows.instruction])
    assert np.array_equal(told == "b", which.numpy() == 1)
    assert 0 < which.sum() < len(which)


@slow
def test_it_tells_the_tasks_apart_in_its_latent_space(learned):
    method, _ = learned
    assert method.components >= 2
    observation = FakeReach(40).reset(np.random.default_rng(5))
    told = ["reach the point"] * 20 + ["flee to the point backwards"] * 20
    assigned = method.assigned(told, observation)
    assert not set(assigned[:20]) & set(assigned[20:])
    novelty = method.novelty(told, observation)
    assert novelty.shape == (40,) and ((novelty >= 0) & (novelty <= 1)).all()


@slow
def test_what_was_restored_from_disk_acts_and_learns_on_to_the_bit(learned, tmp_path):
    method, _ = learned
    save(tmp_path, method.tensors(), method.facts())
    twins = [Legion(encode, BRIEF), Legion(encode, BRIEF)]
    for twin in twins:
        twin.restore(*load(tmp_path))
        assert twin.facts() == method.facts()
        assert bytes_of(twin) == bytes_of(method)
        twin.learn(lesson(practice=640), np.random.default_rng(1), quiet)
    assert bytes_of(twins[0]) == bytes_of(twins[1]) != bytes_of(method)
    observation = FakeReach(4).reset(np.random.default_rng(2))
    acts = [twin.actor(["reach the point"] * 4, observation)(observation) for twin in twins]
    assert np.array_equal(*acts)


def bytes_of(method):
    return {name: (value.shape, value.tobytes()) for name, value in method.tensors().items()}


@slow
def test_what_can_not_be_restored_is_refused_and_nothing_changes(learned):
    method, _ = learned
    tensors, facts = method.tensors(), method.facts()
    before, other = bytes_of(method), Legion(encode)  # another configuration: other shapes
    for odd_tensors, odd_facts in (
        ({}, facts),
        (tensors | {"sac/actor/0.weight": np.full_like(tensors["sac/actor/0.weight"], np.nan)}, facts),
        (tensors | {"sac/actor/0.weight": np.zeros((2, 2), np.float32)}, facts),
        (tensors | {"memory/reward": tensors["memory/reward"][:-1]}, facts),
        (tensors | {"elsewhere/x": np.zeros(1)}, facts),
        (tensors, facts | {"method": "ewc"}),
        (tensors, facts | {"ends": [8000]}),
        (tensors, facts | {"ends": [8000, 15_000]}),
        (tensors, facts | {"sentences": []}),
        (tensors, {"method": "legion"}),
    ):
        with pytest.raises(MethodError):
            method.restore(odd_tensors, odd_facts)
    assert bytes_of(method) == before
    with pytest.raises(MethodError, match="can't be restored"):
        other.restore(tensors, facts)
    assert other.tensors() == {}
    other.restore({}, other.facts())


@slow
def test_nothing_to_learn_from_nothing_learned_and_other_sizes_are_refused(learned):
    rng, method = np.random.default_rng(0), make("legion", encode)
    with pytest.raises(MethodError, match="nothing to learn from"):
        method.learn(lesson(practice=0), rng, quiet)
    with pytest.raises(MethodError, match="nothing yet"):
        method.actor(["a"], np.zeros((1, 4)))
    assert method.kept_transitions == method.components == 0
    assert method.novelty(["a"], np.zeros((1, 4), np.float32)).tolist() == [1]
    act = learned[0].actor(["a"], np.zeros((1, 4)))
    with pytest.raises(MethodError, match=r"shape \(1, 5\); valid: \(N, 4\)"):
        act(np.zeros((1, 5)))
    with pytest.raises(MethodError, match="NaN"):
        act(np.full((1, 4), np.nan))


# -- the parts --------------------------------------------------------------------------------------------


def test_the_published_observation_is_hand_objects_and_goal():
    names = {"hand": 3, "gripper": 1, "object": 3, "other_object": 3, "goal": 3, "hand_to_goal": 3}
    layout = Layout(tuple(Field(name, size, "m") for name, size in names.items()))
    assert Legion()._columns(layout) == [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert Legion()._columns(FakeReach.observation_layout) == [0, 1, 2, 3]  # has none of these: all


def test_the_divergence_of_two_gaussians_by_hand():
    # KL(N(1, e) || N(3, 2)) = (e + 4) / 4 - 1/2 + ln(2) / 2 - 1/2
    one = divergence(torch.tensor([1.0]), torch.tensor([1.0]), torch.tensor([3.0]), torch.tensor([2.0]))
    assert one.item() == pytest.approx((math.e + 4) / 4 - 0.5 + math.log(2) / 2 - 0.5)


def test_before_a_fit_the_prior_is_a_standard_normal():
    prior = LatentPrior(2, 5.0, 1e-5)
    mean, log_variance = torch.tensor([[1.0, 0.0]]), torch.zeros(1, 2)
    assert prior.divergence(torch.zeros(1, 2), mean, log_variance).item() == pytest.approx(0.5)


def test_after_a_fit_each_latent_is_drawn_to_its_own_component():
    rng, prior = np.random.default_rng(0), LatentPrior(2, 5.0, 1e-5)
    centres = np.array([[2.0, 0.0], [-2.0, 1.0]])
    latents = (centres[:, None] + 0.1 * rng.normal(size=(2, 500, 2))).reshape(-1, 2)
    prior.fit(latents.astype(np.float32))
    assert len(prior.mixture) == 2
    at = torch.from_numpy(centres).float()
    near = prior.divergence(at, at, torch.full((2, 2), math.log(0.01)))
    assert near.item() < 0.1  # N(centre, .1^2) is the component itself
    # one deviation of .1 beside it: 1/2
    beside = prior.divergence(at + 0.1, at + torch.tensor([0.1, 0.0]), torch.full((2, 2), math.log(0.01)))
    assert beside.item() == pytest.approx(0.5, abs=0.1)
    again = LatentPrior(2, 5.0, 1e-5)
    again.restore(prior.tensors())
    assert np.array_equal(again.responsibilities(latents), prior.responsibilities(latents))


def test_the_reconstruction_loss_by_hand():
    network = Autoencoder(2, 3, 1, 2, 4, torch.Generator())
    for part in (network.dynamics, network.sentence):
        torch.nn.init.zeros_(part[-1].weight)  # so both decoders say their last bias: 0
    network.sentence[-1].bias.data.fill_(math.atanh(0.5))
    following, embedding = torch.tensor([[1.0, 2.0], [3.0, 0.0]]), torch.zeros(2, 3)
    loss = network.reconstruction(torch.ones(2, 2), torch.ones(2, 2), torch.ones(2, 1), following, embedding)
    # .5 (1 + 4 + 9 + 0) / 4 + 6 * .5^2
    assert loss.item() == pytest.approx(1.75 + 1.5)


def test_the_encoder_learns_nothing_from_the_actor_and_the_critics():
    method = Legion(config=replace(BRIEF, autoencoder_every=10**9))
    rng = np.random.default_rng(0)
    method.learn(lesson(practice=640), rng, quiet)
    before = method.tensors()
    method.learn(lesson(practice=640), rng, quiet)
    after = method.tensors()
    same = {name.split("/")[0] for name in before if np.array_equal(before[name], after[name])}
    changed = {name.split("/")[0] for name in before if not np.array_equal(before[name], after[name])}
    assert "autoencoder" in same and "autoencoder" not in changed and "sac" in changed


def test_the_prior_is_fitted_at_a_hundredth_and_then_at_each_tenth_of_a_lesson():
    fits = Legion()._fits(1_000_000)
    assert sorted(fits) == [10_000, *range(100_000, 1_000_001, 100_000)]
    assert Legion()._fits(5) == {1, 2, 3, 4, 5}
