"""Isaac Gym is not here: that is said, and what was written for it keeps the contract with a fake of it."""

import re
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from legion_ros.core import Environment, LegionError
from legion_sim.isaac_gym import IsaacGymReach, available, environment

STATE = np.dtype([("pos", "f4"), ("vel", "f4")])
DRIVE = np.dtype([("driveMode", "i4"), ("stiffness", "f4"), ("damping", "f4")])


class FakeGym:
    """As much of gymapi.Gym as is used; joints turn as they are told, the hand is where three of them are."""

    def __init__(self):
        self.states, self.targets, self.ended = [], [], 0

    def create_sim(self, *settings):
        self.dt = settings[-1].dt
        return "sim"

    def load_asset(self, sim, folder, name, options):
        assert name == "fr3_clean.urdf" and options.fix_base_link
        return "asset"

    def create_env(self, *layout):
        self.states.append(np.zeros(7, STATE))
        self.targets.append(np.zeros(7))
        return len(self.states) - 1

    def create_actor(self, *actor):
        return 0

    def prepare_sim(self, sim):
        return True

    def get_actor_dof_properties(self, env, arm):
        return np.zeros(7, DRIVE)

    def set_actor_dof_properties(self, env, arm, drives):
        assert (drives["driveMode"] == 2).all()

    def find_actor_rigid_body_handle(self, env, arm, name):
        return 8

    def get_actor_dof_states(self, env, arm, which):
        return self.states[env].copy()

    def set_actor_dof_states(self, env, arm, states, which):
        self.states[env] = states.copy()

    def get_rigid_transform(self, env, body):
        x, y, z = self.states[env]["pos"][:3]
        return SimpleNamespace(p=SimpleNamespace(x=x, y=y, z=z))

    def set_actor_dof_velocity_targets(self, env, arm, speeds):
        self.targets[env] = speeds

    def simulate(self, sim):
        for states, speeds in zip(self.states, self.targets, strict=True):
            states["vel"] = speeds
            states["pos"] += speeds * self.dt

    def fetch_results(self, sim, wait):
        assert wait

    def destroy_sim(self, sim):
        self.ended += 1


@pytest.fixture
def gym(monkeypatch):
    fake, package, api = FakeGym(), ModuleType("isaacgym"), ModuleType("isaacgym.gymapi")
    package.gymapi = api
    for name in ("SimParams", "AssetOptions", "Transform"):
        setattr(api, name, SimpleNamespace)
    api.Vec3 = lambda *numbers: numbers
    api.acquire_gym = lambda: fake
    api.SIM_PHYSX, api.UP_AXIS_Z, api.STATE_ALL, api.DOF_MODE_VEL = 1, 1, 3, 2
    monkeypatch.setitem(sys.modules, "isaacgym", package)
    monkeypatch.setitem(sys.modules, "isaacgym.gymapi", api)
    monkeypatch.setattr(environment, "available", lambda: (True, ""))
    return fake


def test_it_says_why_it_is_not_there():
    there, reason = available()
    assert not there and "can't be had from a registry" in reason
    with pytest.raises(LegionError, match=re.escape(f"no Isaac Gym: {reason}")):
        IsaacGymReach()


def test_it_is_an_environment_that_reaches_goals(gym):
    made = IsaacGymReach(num_envs=2)
    assert isinstance(made, Environment)
    before = made.reset(np.random.default_rng(0))
    assert before.shape == (2, made.observation_layout.size) and before.dtype == np.float32
    action = np.zeros((2, 7))
    for _ in range(made.horizon):
        way = made.reset(np.random.default_rng(1), np.zeros(2, bool))[0]
        action[0, :3] = (way[-3:] - way[-6:-3]) / 0.05  # the fake's hand is where its first three joints are
        result = made.step(action)
        if result.terminated[0]:
            break
    assert result.success.tolist() == [True, False]
    while not result.truncated[1]:
        result = made.step(np.zeros((2, 7)))
    again = made.reset(np.random.default_rng(2), np.array([False, True]))
    assert np.array_equal(again[0], result.observation[0]) and not np.array_equal(again[1], before[1])


@pytest.mark.parametrize("bad", [np.zeros((2, 6)), np.full((2, 7), np.nan)])
def test_actions_are_checked(gym, bad):
    made = IsaacGymReach(num_envs=2)
    with pytest.raises(ValueError, match=re.escape("actions must be (2, 7) finite numbers")):
        made.step(bad)


def test_it_can_be_closed_twice(gym):
    made = IsaacGymReach(num_envs=1)
    made.close()
    made.close()
    assert gym.ended == 1
    with pytest.raises(LegionError, match="the simulation was closed"):
        made.step(np.zeros((1, 7)))
