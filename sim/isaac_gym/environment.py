"""Reaching with an FR3 in Isaac Gym. Held against the library's types, never run: see `available`."""

# pyright: reportAttributeAccessIssue=true

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from legion_ros.core import Environment, LegionError, StepResult
from legion_ros.core.layout import Field, Layout
from legion_sim.isaac_gym.availability import available

if TYPE_CHECKING:
    from isaacgym import gymapi

__all__ = ["ACTION", "OBSERVATION", "IsaacGymReach"]

JOINTS = 7
OBSERVATION = Layout(
    (
        Field("joints", JOINTS, "rad"),
        Field("joint_velocities", JOINTS, "rad/s"),
        Field("hand", 3, "m", "base"),
        Field("goal", 3, "m", "base"),
    )
)
ACTION = Layout((Field("joint_velocities", JOINTS, "max_joint_speed"),))
HOME = np.array([0.0, -0.46, 0.0, -2.36, 0.0, 1.90, np.pi / 4], np.float32)  # rad
LOW, HIGH = np.array([0.35, -0.4, 0.1]), np.array([0.65, 0.4, 0.5])  # m: where goals are
NEAR = 0.05  # m from the hand to the goal: reached
MAX_JOINT_SPEED = 1.0  # rad/s
SPACING = 1.0  # m from the middle of a copy to its border


class IsaacGymReach(Environment):
    """`num_envs` arms side by side on PhysX, whose hands are to reach points that are drawn at each reset."""

    observation_layout = OBSERVATION
    action_layout = ACTION
    control_period = 0.05  # s
    horizon = 60

    def __init__(self, num_envs: int = 64) -> None:
        """Load the arm `num_envs` times.

        Raises:
            LegionError: Isaac Gym is not there, or can't make a simulation.
        """
        there, reason = available()
        if not there:
            raise LegionError(f"no Isaac Gym: {reason}")
        from isaacgym import gymapi  # before torch, or it refuses

        self.num_envs = num_envs
        self.instructions = ("reach the goal",) * num_envs
        self._api, self._gym = gymapi, gymapi.acquire_gym()
        self._sim: gymapi.Sim | None = self._gym.create_sim(0, -1, gymapi.SIM_PHYSX, self._parameters())
        if self._sim is None:
            raise LegionError("Isaac Gym made no simulation: it says why above")
        self._arms = self._stand_up(self._sim)
        self._gym.prepare_sim(self._sim)
        self._goals, self._steps = np.zeros((num_envs, 3), np.float32), np.zeros(num_envs, int)

    def reset(self, rng: np.random.Generator, where: np.ndarray | None = None) -> np.ndarray:
        """New episodes where `where` is true; see core.Environment."""
        for i in range(self.num_envs) if where is None else np.flatnonzero(where):
            env, arm, _ = self._arms[i]
            states = self._gym.get_actor_dof_states(env, arm, self._api.STATE_ALL)
            states["pos"], states["vel"] = HOME, 0.0
            self._gym.set_actor_dof_states(env, arm, states, self._api.STATE_ALL)
            self._goals[i], self._steps[i] = rng.uniform(LOW, HIGH), 0
        return self._observe()

    def step(self, action: np.ndarray) -> StepResult:
        """Advance 50 ms; see core.Environment."""
        action = np.asarray(action, np.float32)
        if action.shape != (self.num_envs, ACTION.size) or not np.isfinite(action).all():
            raise ValueError(
                f"actions must be ({self.num_envs}, {ACTION.size}) finite numbers, not {action.shape}"
            )
        if self._sim is None:
            raise LegionError("the simulation was closed")
        for (env, arm, _), row in zip(self._arms, action, strict=True):
            self._gym.set_actor_dof_velocity_targets(env, arm, MAX_JOINT_SPEED * np.clip(row, -1.0, 1.0))
        self._gym.simulate(self._sim)
        self._gym.fetch_results(self._sim, True)
        self._steps += 1
        observation = self._observe()
        away = np.linalg.norm(observation[:, -6:-3] - observation[:, -3:], axis=1)
        near = away < NEAR
        return StepResult(
            observation=observation,
            reward=-away.astype(np.float32),
            terminated=near,
            truncated=~near & (self._steps >= self.horizon),
            success=near,
        )

    def close(self) -> None:
        """Take the simulation down; safe to call twice."""
        if self._sim is not None:
            self._gym.destroy_sim(self._sim)
        self._sim = None

    def _parameters(self) -> "gymapi.SimParams":
        parameters = self._api.SimParams()
        parameters.dt, parameters.substeps = self.control_period, 10
        parameters.up_axis, parameters.gravity = self._api.UP_AXIS_Z, self._api.Vec3(0.0, 0.0, -9.81)
        parameters.use_gpu_pipeline = False  # states are read and written copy by copy, on the processor
        return parameters

    def _stand_up(self, sim: "gymapi.Sim") -> "list[tuple[gymapi.Env, int, int]]":
        """(copy, actor, rigid body of the hand) of each."""
        api, gym, model = self._api, self._gym, _model()
        options = api.AssetOptions()
        options.fix_base_link, options.disable_gravity = True, True
        asset = gym.load_asset(sim, str(model.parent), model.name, options)
        lower, upper = api.Vec3(-SPACING, -SPACING, 0.0), api.Vec3(SPACING, SPACING, SPACING)
        arms = []
        for i in range(self.num_envs):
            env = gym.create_env(sim, lower, upper, round(self.num_envs**0.5))
            arm = gym.create_actor(env, asset, api.Transform(), "arm", i, 1)
            drives = gym.get_actor_dof_properties(env, arm)
            drives["driveMode"], drives["stiffness"], drives["damping"] = api.DOF_MODE_VEL, 0.0, 600.0
            gym.set_actor_dof_properties(env, arm, drives)
            arms.append((env, arm, gym.find_actor_rigid_body_handle(env, arm, "link8")))
        return arms

    def _observe(self) -> np.ndarray:
        rows = []
        for (env, arm, hand), goal in zip(self._arms, self._goals, strict=True):
            states = self._gym.get_actor_dof_states(env, arm, self._api.STATE_ALL)
            place = self._gym.get_rigid_transform(env, hand).p
            rows.append([*states["pos"], *states["vel"], place.x, place.y, place.z, *goal])
        return np.array(rows, np.float32)


def _model() -> Path:
    """The FR3's URDF without the hand, as franky-sim ships it."""
    spec = find_spec("franky_sim")
    if spec is None or spec.origin is None:
        raise LegionError("the FR3's model is missing: pip install franky-sim==1.0.4")
    return Path(spec.origin).parent / "assets" / "fr3_clean.urdf"
