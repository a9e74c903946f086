"""Tool velocities to joint targets, inside the workspace."""

import numpy as np

from legion_ros.core.command import ToolCommand
from legion_ros.robots.config import RobotConfig
from legion_ros.robots.kinematics import ArmKinematics

__all__ = ["ToolServo"]


class ToolServo:
    """Integrates commands into a tool pose and that into joint angles.

    The pose runs at most `max_lead` ahead of the measured tool, which bounds what the arm pushes with, and
    stays in the workspace. A pose out of reach is not taken.

    Args:
        config: limits of the arm.
        kinematics: of the same arm.
    """

    def __init__(self, config: RobotConfig, kinematics: ArmKinematics) -> None:
        self.kinematics = kinematics
        self._limits, self._lead = config.limits, config.workspace.max_lead
        self._fastest = np.array(config.joint_speed)
        self._low, self._high = np.array(self._limits.low), np.array(self._limits.high)
        self._target: np.ndarray | None = None  # (n,) rad; None while the arm is on its own
        self._position, self._yaw = np.zeros(3), 0.0

    @property
    def target(self) -> np.ndarray | None:
        """(n,) rad: where the joints are to be; None before the first `aim`, and after `release`."""
        return self._target

    def release(self) -> None:
        """The arm holds by itself: begin anew from where it is."""
        self._target = None

    def aim(self, command: ToolCommand, measured: np.ndarray, period: float) -> np.ndarray:
        """Where the joints (n,) rad are to be in `period` s.

        Args:
            command: finite; what is beyond the limits is cut off.
            measured: (n,) rad, where the joints are.
            period: s.
        """
        limits, (place, yaw) = self._limits, self.kinematics.forward(measured)
        if self._target is None:
            self._target, self._position, self._yaw = measured.copy(), place, yaw
        velocity = np.clip(command.velocity, -limits.max_speed, limits.max_speed)
        rate = float(np.clip(command.yaw_rate, -limits.max_yaw_rate, limits.max_yaw_rate))
        position = self._position + velocity * period
        position = place + np.clip(position - place, -self._lead, self._lead)
        # where a person has put the arm outside, it may come back but go no further
        low, high = np.minimum(self._low, self._position), np.maximum(self._high, self._position)
        position = np.clip(position, low, high)
        turned = float(np.clip(self._yaw + rate * period, *limits.yaw))
        joints = self.kinematics.inverse(position, turned, self._target)
        if joints is not None:
            most = self._fastest * period
            self._target = self._target + np.clip(joints - self._target, -most, most)
            self._position, self._yaw = position, turned
        return self._target
