"""A Franka arm through the libfranka protocol: short joint velocity motions, renewed by each command.

A motion ends by itself `TIMEOUT` s after the last command, with the arm's own deceleration, so an arm whose
driver has died or been cut off stands still without anybody's help.
"""

import importlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from legion_ros.core.command import ToolCommand
from legion_ros.core.robot import RobotError, RobotState
from legion_ros.core.scene import Tool
from legion_ros.robots.config import RobotConfig
from legion_ros.robots.franka_hand import FrankaHand
from legion_ros.robots.kinematics import ArmKinematics
from legion_ros.robots.servo import ToolServo

__all__ = ["FrankaArm", "connect_patiently"]

TIMEOUT = 0.12  # s of the arm's time that a velocity counts for
PURSUIT = 8.0  # 1/s: speed with which a joint makes up for what it lacks
STILL = 2e-3  # rad/s: slower than that is standing, and no motion is worth starting for it
SILENCE = 0.5  # s of wall time in which the arm's clock has to go on


class FrankaArm:
    """`Robot` of a Franka FR3 or Panda, or of franky-sim.

    Args:
        config: of the arm.
        kinematics: of the same, checked.
        host: of the control box; the configuration's where it is empty.

    Raises:
        RobotError: franky-control is missing, or the arm can't be reached.
    """

    def __init__(self, config: RobotConfig, kinematics: ArmKinematics, host: str = "") -> None:
        self.config, self.host = config, host or config.franka.host
        self._franky = _franky()
        self._robot = self._connect()
        hand = config.gripper
        self._hand = FrankaHand(
            lambda: self._franky.Gripper(self.host), hand.speed, hand.force, hand.max_opening
        )
        self._servo = ToolServo(config, kinematics)
        self._fault = ""
        self._state: RobotState | None = None
        self._heard = time.monotonic()
        self._commanded: float | None = None  # s, the arm's time of the last command
        self.read()

    def read(self) -> RobotState:
        """The newest state. RobotError where the arm is silent; a fault of its own is not in the way."""
        try:
            state = self._robot.state
        except Exception as error:  # franky's exceptions share no base class but this
            self._fail(f"connection to {self.host} lost: {error}")
            raise RobotError(self._fault) from error
        moment, now = state.time.to_sec(), time.monotonic()
        if self._state is None or moment > self._state.time:
            self._heard = now
        elif now - self._heard > SILENCE:
            self._fail(f"{self.host} has been silent for {SILENCE:g} s: is the arm switched on and unlocked?")
            raise RobotError(self._fault)
        self._state = self._state_of(state, moment)
        self._look_for_faults(state)
        return self._state

    @property
    def fault(self) -> str:
        """Why the arm does not move, "" where it does."""
        return self._fault or self._hand.fault

    def command(self, command: ToolCommand) -> None:
        """Move so for `TIMEOUT` s of the arm's time, then stand still."""
        if not command.finite:
            raise RobotError(f"command {command} holds NaN or infinity: finite numbers are valid")
        if self._fault:
            raise RobotError(self._fault)
        state = self._state
        joints = state.positions[: len(self.config.joints)]
        if self._commanded is None or not 0.0 <= state.time - self._commanded < TIMEOUT:
            self._servo.release()
            period = 0.0
        else:
            period = state.time - self._commanded
        self._commanded = state.time
        target = self._servo.aim(command, joints, period)
        way = self._servo.way
        ahead = way / period if period > 0.0 else np.zeros_like(target)
        speeds = ahead + PURSUIT * (target - way - joints)
        self._turn(np.clip(speeds, -np.array(self.config.joint_speed), self.config.joint_speed))
        self._hand.ask(command.opening)

    def hold(self) -> None:
        """Stand still: the motion under way ends by itself, and no other is begun."""
        self._servo.release()
        self._commanded = None

    def recover(self) -> None:
        """Clear a reflex, or connect anew. RobotError where the arm refuses."""
        self.hold()
        try:
            if self._fault.startswith("connection") or "silent" in self._fault:
                self._robot = self._connect()
            elif not self._robot.recover_from_errors():
                raise RobotError(f"{self.host} did not recover: look at it, and at its own interface")
        except RobotError:
            raise
        except Exception as error:
            raise RobotError(f"{self.host} did not recover: {error}") from error
        self._fault, self._heard, self._state = "", time.monotonic(), None
        self._hand.recover()
        self.read()

    def close(self) -> None:
        """Stand still and let go."""
        self.hold()
        self._hand.close()
        try:
            self._robot.stop()
            self._robot.join_motion(1.0)
        except Exception as error:  # it may be gone, or say that its motion was preempted: as was asked
            self._fault = str(error)

    # -- the protocol -------------------------------------------------------------------------------

    def _connect(self) -> Any:
        franky, c = self._franky, self.config.franka
        kind = franky.RealtimeConfig
        try:
            robot = franky.Robot(
                self.host,
                relative_dynamics_factor=c.dynamics,
                default_torque_threshold=c.torque_threshold,
                default_force_threshold=c.force_threshold,
                realtime_config=kind.Enforce if c.realtime else kind.Ignore,
            )
        except Exception as error:
            raise RobotError(
                f"no Franka arm at {self.host}: {error}; switch it on, unlock it, enable FCI, or start"
                " one in simulation with simulated:=true"
            ) from error
        self._load(robot)
        return robot

    def _load(self, robot: Any) -> None:
        """What it carries besides its hand, so that it neither sags nor takes the weight for a contact."""
        c = self.config
        if not c.payload:
            return
        try:
            robot.set_load(c.payload, list(c.payload_centre), list(c.payload_inertia))
        except Exception as error:
            raise RobotError(f"{self.host} did not take the payload of {c.payload:g} kg: {error}") from error

    def _turn(self, speeds: np.ndarray) -> None:
        """Turn the joints at `speeds` (n,) rad/s."""
        if np.abs(speeds).max() < STILL and not self._robot.is_in_control:
            return
        duration = self._franky.Duration(round(1000 * TIMEOUT))
        motion = self._franky.JointVelocityMotion(speeds, duration=duration)
        try:
            self._robot.move(motion, asynchronous=True)
        except Exception as error:
            self._fail(f"the arm stopped itself: {error}")
            raise RobotError(self._fault) from error

    def _look_for_faults(self, state: Any) -> None:
        """A reflex ends the motion that caused it, in another thread: here it is found."""
        try:
            self._robot.poll_motion()
        except Exception as error:
            self._fail(f"the arm stopped itself: {error}")
            return
        mode = state.robot_mode
        if mode in (self._franky.RobotMode.Reflex, self._franky.RobotMode.UserStopped):
            self._fail(f"the arm stopped itself: {mode.name}, {state.current_errors}")

    def _fail(self, reason: str) -> None:
        self.hold()
        self._fault = self._fault or reason

    def _state_of(self, state: Any, moment: float) -> RobotState:
        q, dq = np.asarray(state.q), np.asarray(state.dq)
        position, yaw = self._servo.kinematics.forward(q)
        wrench = np.asarray(state.O_F_ext_hat_K)  # of what is outside, base frame: N, Nm
        force = wrench[:3] if wrench.any() else None  # franky-sim estimates none: all six are 0
        finger, names = self._hand.opening / 2, self.config.gripper.joints
        return RobotState(
            moment,
            (*self.config.joints, *names),
            np.concatenate([q, [finger] * len(names)]),
            np.concatenate([dq, np.zeros(len(names))]),
            Tool(position, yaw, self._hand.opening, force),
        )


def connect_patiently(make: Callable[[], FrankaArm], patience: float) -> FrankaArm:
    """What `make` returns, tried for `patience` s: an arm that lost its client takes a moment to see it."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return make()
        except RobotError:
            if time.monotonic() >= deadline:
                raise
        time.sleep(0.2)


def _franky() -> Any:
    """The module, imported only where there is a Franka arm: it brings libfranka."""
    try:
        return importlib.import_module("franky")
    except ImportError as error:
        raise RobotError(
            f"a Franka arm needs franky-control ({error}): pip install 'legion_ros[franka]'"
        ) from error
