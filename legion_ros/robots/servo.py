"""Tool velocities to joint targets, inside the workspace."""

import math

import numpy as np

from legion_ros.core.command import ToolCommand
from legion_ros.robots.config import RobotConfig
from legion_ros.robots.kinematics import ArmKinematics

__all__ = ["ToolServo"]

LONGEST = 0.1  # s that one command is followed for: after a stall the rest is not made up for
SLACK = 0.005  # rad that a joint may stand off its target by, as one does that carries a weight


class ToolServo:
    """Integrates commands into a tool pose and that into joint angles.

    The pose runs at most `max_lead` and `max_yaw_lead` ahead of the measured tool, which bounds what the arm
    pushes with, and stays in the workspace. A pose out of reach is not taken. A command to stand drops the
    lead: the target is where the joints are at that moment, and stays there. It is not taken anew with
    each such command, nor where the joints are as good as there: an arm that sags a little under its weight
    would sink a little more each time.

    Args:
        config: limits of the arm.
        kinematics: of the same arm.
    """

    def __init__(self, config: RobotConfig, kinematics: ArmKinematics) -> None:
        self.kinematics = kinematics
        self._limits, self._lead = config.limits, config.workspace.max_lead
        self._yaw_lead = config.workspace.max_yaw_lead
        self._fastest = np.array(config.joint_speed)
        self._low, self._high = np.array(self._limits.low), np.array(self._limits.high)
        self._target: np.ndarray | None = None  # (n,) rad; None while the arm is on its own
        self._position, self._yaw = np.zeros(3), 0.0
        self._moving = False  # whether the last command was to move
        self._way = np.zeros(len(config.joints))

    @property
    def target(self) -> np.ndarray | None:
        """(n,) rad: where the joints are to be; None before the first `aim`, and after `release`."""
        return self._target

    @property
    def way(self) -> np.ndarray:
        """(n,) rad that the last `aim` took the target along; 0 where it began anew from where the arm is."""
        return self._way

    def release(self) -> None:
        """The arm holds by itself: begin anew from where it is."""
        self._target, self._moving = None, False

    def leads(self, measured: np.ndarray) -> bool:
        """Whether the target is ahead of the joints (n,) rad by more than a standing arm is off it."""
        return self._target is not None and bool(np.abs(self._target - measured).max() > SLACK)

    def aim(self, command: ToolCommand, measured: np.ndarray, period: float) -> np.ndarray:
        """Where the joints (n,) rad are to be in `period` s.

        Args:
            command: finite; what is beyond the limits is cut off.
            measured: (n,) rad, where the joints are.
            period: s.
        """
        place, yaw = self.kinematics.forward(measured)
        moving = bool(np.any(command.velocity) or command.yaw_rate)
        stopped = not moving and ((self._moving and self.leads(measured)) or self._pushed_away(place, yaw))
        if self._target is None or stopped:
            self._target, self._position, self._yaw = measured.copy(), place, yaw
        before, self._moving = self._target, moving
        after = self._advanced(before, command, place, yaw, min(period, LONGEST)) if moving else before
        self._target, self._way = after, after - before
        return after

    def _pushed_away(self, place: np.ndarray, yaw: float) -> bool:
        """Whether a standing arm was moved by somebody: it does not go back with all that it has."""
        if self._target is None:
            return False
        off, turn = np.abs(place - self._position).max(), math.remainder(yaw - self._yaw, math.tau)
        return bool(off > self._lead) or abs(turn) > self._yaw_lead

    def _advanced(
        self, target: np.ndarray, command: ToolCommand, place: np.ndarray, yaw: float, period: float
    ) -> np.ndarray:
        """The target (n,) rad that comes after `target`, with the tool measured at `place` and `yaw`."""
        limits = self._limits
        velocity = np.clip(command.velocity, -limits.max_speed, limits.max_speed)
        rate = float(np.clip(command.yaw_rate, -limits.max_yaw_rate, limits.max_yaw_rate))
        position = self._position + velocity * period
        position = place + np.clip(position - place, -self._lead, self._lead)
        turned = self._yaw + rate * period
        turned = yaw + float(np.clip(turned - yaw, -self._yaw_lead, self._yaw_lead))
        # where a person has put the arm outside, it may come back but go no further
        low, high = np.minimum(self._low, self._position), np.maximum(self._high, self._position)
        position = np.clip(position, low, high)
        least, most = limits.yaw
        turned = float(np.clip(turned, min(least, self._yaw), max(most, self._yaw)))
        joints = self.kinematics.inverse(position, turned, target)
        if joints is None:
            return target
        self._position, self._yaw = position, turned
        reach = self._fastest * period
        return target + np.clip(joints - target, -reach, reach)
