"""Soft actor-critic: targets and densities by hand, a reach solved, resumed to the bit, offline."""

import math
from functools import partial

import numpy as np
import pytest
import torch

from legion_ros.learning.checkpoint import CheckpointError, load, save
from legion_ros.learning.off_policy import learn_stored, practise
from legion_ros.learning.replay import Replay
from legion_ros.learning.sac import SAC, Batch, SACConfig, squashed
from legion_ros.learning.transitions import Memory, Transitions

from .fakes import FakeReach

CONFIG = SACConfig(
    discount=0.9,
    batch=128,
    learning_rate=2e-3,
    temperature=0.1,
    warm_up=512,
    hidden=(48, 48),
    follow=0.02,
    updates_per_period=1 / 32,
)


def learner(seed=0, config=CONFIG):
    return SAC(4, 2, config, torch.Generator().manual_seed(seed))


def practised(sac, memory, rng, periods, environment=None, warm_up=CONFIG.warm_up):
    return practise(
        environment or FakeReach(32),
        sac,
        rng,
        periods=periods,
        warm_up=warm_up,
        updates_per_period=CONFIG.updates_per_period,
        keep=memory.append,
        update=lambda: sac.learn(memory.sample(CONFIG.batch, rng)),
    )


def success(act, episodes=200):
    environment, rng = FakeReach(episodes), np.random.default_rng(99)
    observation, reached = environment.reset(rng), np.zeros(episodes, bool)
    for _ in range(environment.horizon):
        result = environment.step(act(observation))
        observation, reached = result.observation, reached | result.success
    return reached.mean()


class FakeCritic(torch.nn.Module):
    """Says the same of everything."""

    def __init__(self, value):
        super().__init__()
        self.value = value

    def forward(self, both):
        return torch.full((len(both), 1), self.value)


def test_the_target_bootstraps_what_was_truncated_and_not_what_terminated():
    sac = learner()
    sac.targets = torch.nn.ModuleList([FakeCritic(5.0), FakeCritic(3.0)])
    sac.sample = lambda seen: (torch.zeros(len(seen), 2), torch.full((len(seen),), -2.0))
    reward, terminated = torch.tensor([1.0, 1.0]), torch.tensor([False, True])
    target = sac.target(reward, terminated, torch.zeros(2, 4), 0.5)
    # 1 + .9 (min(5, 3) - .5 * -2) = 4.6; where it ended, the reward alone
    assert target.tolist() == pytest.approx([4.6, 1.0])


def test_a_truncated_transition_is_learned_from_as_one_that_goes_on():
    one, other = learner(), learner()
    columns = {
        "observation": np.ones((8, 4), np.float32),
        "following": np.ones((8, 4), np.float32),
        "action": np.zeros((8, 2), np.float32),
        "reward": np.ones(8, np.float32),
        "terminated": np.zeros(8, bool),
    }
    one.learn(Transitions.told(["a"] * 8, truncated=np.zeros(8, bool), **columns))
    other.learn(Transitions.told(["a"] * 8, truncated=np.ones(8, bool), **columns))
    assert weights(one) == weights(other)
    third = learner()
    columns["terminated"] = np.ones(8, bool)
    third.learn(Transitions.told(["a"] * 8, truncated=np.zeros(8, bool), **columns))
    assert weights(one) != weights(third)


def test_the_density_of_a_squashed_gaussian_by_hand():
    output = torch.tensor([[0.3, 0.0]])  # mean .3; tanh(0) is the middle of the bounds
    action, log_density = squashed(output, torch.tensor([[0.5]]), (-2.0, 0.0))
    deviation = math.exp(-1)
    x = 0.3 + deviation * 0.5
    assert action.item() == pytest.approx(math.tanh(x))
    expected = -0.125 + 1 - 0.5 * math.log(2 * math.pi) - math.log(1 - math.tanh(x) ** 2)
    assert log_density.item() == pytest.approx(expected, abs=1e-4)


def test_the_density_integrates_to_one():
    noise = torch.linspace(-6, 6, 20001)[:, None]
    action, log_density = squashed(torch.tensor([[0.4, 0.1]]).repeat(20001, 1), noise, (-2.0, 0.0))
    assert torch.trapezoid(log_density.exp(), action[:, 0]).item() == pytest.approx(1.0, abs=1e-3)


def test_the_targets_move_by_tau_and_the_temperature_falls_while_entropy_is_high():
    sac = learner(config=SACConfig(hidden=(8,), follow=0.25, temperature=1.0))
    before = [p.clone() for p in sac.targets.parameters()]
    rows = 16
    sac.update(
        Batch(
            torch.randn(rows, 4),
            torch.rand(rows, 2),
            torch.ones(rows),
            torch.zeros(rows).bool(),
            torch.randn(rows, 4),
        )
    )
    for old, target, new in zip(before, sac.targets.parameters(), sac.critics.parameters(), strict=True):
        assert torch.allclose(target, 0.75 * old + 0.25 * new, atol=1e-7)
    wide = learner(config=SACConfig(hidden=(8,), log_deviation=(-0.1, 0.1)))  # entropy above -A
    wide.learn(memory_of_reach().sample(64, np.random.default_rng(0)))
    assert wide.log_temperature.item() < 0
    narrow = learner(config=SACConfig(hidden=(8,), log_deviation=(-9.1, -9.0)))
    narrow.learn(memory_of_reach().sample(64, np.random.default_rng(0)))
    assert narrow.log_temperature.item() > 0


def test_each_row_has_the_temperature_of_its_own_task():
    sac = learner()
    sac.log_temperature = torch.nn.Parameter(torch.tensor([0.0, math.log(3.0)]))
    assert sac.temperature(torch.tensor([1, 0, 1])).tolist() == pytest.approx([3, 1, 3])


def memory_of_reach(periods=1024):
    memory = Memory(4, 2)
    practised(learner(), memory, np.random.default_rng(7), periods, warm_up=10**9)
    return memory


def test_a_reach_is_solved():
    sac, memory = learner(), Memory(4, 2)
    assert success(sac.act) < 0.5
    done = practised(sac, memory, np.random.default_rng(0), 24_000)
    assert done.periods == 24_000 == len(memory)
    assert done.updates == sac.updates == 750
    assert success(sac.act) > 0.95
    assert success(sac.expert().act) > 0.95  # the same thing as a robot's expert
    observation = FakeReach(8).reset(np.random.default_rng(1))
    assert np.allclose(sac.expert().act(observation), sac.act(observation), atol=1e-6)


def test_a_reach_is_solved_from_a_stored_replay_alone(tmp_path):
    with Replay(tmp_path / "replay.sqlite", 4, 2) as replay:
        practise(
            FakeReach(32), learner(), np.random.default_rng(3), periods=6400, warm_up=10**9,
            updates_per_period=0, keep=partial(replay.append, "reach"), update=lambda: None,
        )  # fmt: skip
    with Replay(tmp_path / "replay.sqlite", 4, 2) as replay:
        sac = learner()
        sac.standardise(replay.all().observation)
        learn_stored(sac, replay.sample, 800, np.random.default_rng(4))
    assert success(sac.act) > 0.95


def weights(sac):
    return {name: value.tobytes() for name, value in sac.tensors().items()}


def test_a_learner_stopped_and_resumed_from_disk_has_the_bytes_of_one_never_stopped(tmp_path):
    memory = memory_of_reach()
    unbroken, first, second = learner(), learner(), learner(seed=5)
    learn_stored(unbroken, memory.sample, 20, np.random.default_rng(0))
    rng = np.random.default_rng(0)
    learn_stored(first, memory.sample, 8, rng)
    save(tmp_path, first.tensors(), first.facts())
    second.restore(*load(tmp_path))
    learn_stored(second, memory.sample, 12, rng)
    assert weights(second) == weights(unbroken)
    assert second.facts() == unbroken.facts()
    assert weights(first) != weights(unbroken)


def test_what_is_no_learner_of_these_sizes_is_refused():
    other = SAC(5, 2, CONFIG, torch.Generator())
    with pytest.raises(CheckpointError, match=r"actor/0.weight has shape \(48, 5\), not \(48, 4\)"):
        learner().restore(other.tensors(), other.facts())
    with pytest.raises(CheckpointError, match="no soft actor-critic of these layers"):
        learner().restore({}, {})


def test_the_warm_up_is_uniform_and_what_it_owes_is_made_up_for():
    sac, memory = learner(), Memory(4, 2)
    done = practised(sac, memory, np.random.default_rng(0), 600)
    assert done.periods == 576  # whole steps of 32 environments
    assert done.updates == 18  # 576 / 32: none before the 512th period, 16 at it
    action = memory.all().action[:512]
    assert abs(action.mean()) < 0.06 and action.std() == pytest.approx(3**-0.5, abs=0.03)
    assert done.episodes == 32  # 12 periods each, 18 done
