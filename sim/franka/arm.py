"""The tabletop as a simulator that franky-sim can serve: the same model, driven by torques at 1 kHz."""

import copy

import mujoco
import numpy as np
from franky_sim.base_simulator import BaseSimulator
from franky_sim.mujoco_simulator import FrankaMujocoRobot

from legion_sim.tabletop.arm import HOME
from legion_sim.tabletop.model import PHYSICS_STEP, build_model
from legion_sim.tabletop.world import CONTROL_PERIOD, TabletopWorld

__all__ = ["TICK", "TabletopSimulator"]

TICK = 0.001  # s: the protocol's period, and the physics' step here
_PARKING = round(CONTROL_PERIOD / TICK)  # ticks between two looks after bodies that are not in the scene


class TabletopSimulator(BaseSimulator):
    """The table, its fixtures and objects, and the one FR3 at it, under torque control.

    The arm carries its own weight, as the protocol's server compensates it; its position actuators, which
    the simulator of `TabletopWorld` uses, are switched off except while a scene settles.
    """

    def __init__(self) -> None:
        super().__init__()
        model = copy.deepcopy(build_model(visual=False))  # the bare one is shared by all worlds of a process
        self.world = TabletopWorld(model=model)
        self.robot = FrankaMujocoRobot(initial_q=HOME.tolist(), initial_hand_width=0.08)
        self.robot._kp_hand, self.robot._kv_hand = np.full(2, 4000.0), np.full(2, 60.0)  # N/m, Ns/m: firm
        self._gains = model.actuator_gainprm.copy(), model.actuator_biasprm.copy()
        self._weightless = model.body_gravcomp.copy()
        arm = [model.body(f"fr3_link{i}").id for i in range(1, 8)] + [
            model.body(name).id for name in ("hand", "left_finger", "right_finger")
        ]
        self._heavy = self._weightless.copy()
        self._heavy[arm] = 0.0
        self._ticks = 0

    def draw(self, seed: int, low: int, high: int, binned: int = 0, drawer: float = 0.0) -> None:
        """Lay another scene out; the arm stays where it is. LegionError or ValueError: no such scene."""
        world, data = self.world, self.world.data
        arm = self.robot._qpos_addrs + self.robot._finger_qpos_addrs
        before = data.qpos[arm].copy() if arm else None
        self._drive(torque=False)
        try:
            world.reset(np.random.default_rng(seed), low, high, binned, drawer)
        finally:
            self._drive(torque=True)
        if before is not None:
            data.qpos[arm] = before
        data.qvel[:] = 0.0
        mujoco.mj_forward(world.model, data)

    def _drive(self, torque: bool) -> None:
        model = self.world.model
        model.opt.timestep = TICK if torque else PHYSICS_STEP
        gain, bias = self._gains
        model.actuator_gainprm[:] = 0.0 if torque else gain
        model.actuator_biasprm[:] = 0.0 if torque else bias
        model.body_gravcomp[:] = self._heavy if torque else self._weightless

    def _start(self) -> None:
        self._drive(torque=True)
        self.robot._attach_to_scene(self.world.model, self.world.data, "")

    def _get_robots(self) -> list[FrankaMujocoRobot]:
        return [self.robot]

    def _step(self) -> None:
        world = self.world
        mujoco.mj_step(world.model, world.data)
        world.time += TICK
        self._ticks += 1
        if self._ticks % _PARKING == 0:
            world.park()

    def _cleanup(self) -> None:
        self.world.close()
