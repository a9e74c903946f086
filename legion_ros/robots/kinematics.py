"""From a tool pose to joint angles: damped least squares over Pinocchio's kinematics."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pinocchio as pin

from legion_ros.core.robot import RobotError

__all__ = ["ArmKinematics"]

_STEP = 0.25  # rad: the most a joint may turn in one iteration
_MARGIN = 0.02  # rad that solutions keep from the model's joint limits


class ArmKinematics:
    """Forward and inverse kinematics of an arm with its gripper pointing down.

    Args:
        file: MJCF (.xml) or URDF of the arm.
        frame: of the model, that the tool is fixed to.
        tool_offset: m along the frame's z to the point between the finger tips.
        joints: names, from the base to the hand.
        home: (n,) rad, the tool pointing down at yaw 0; redundancy is drawn to it.

    Raises:
        RobotError: the model can't be read, or has no such frame or joints.
    """

    def __init__(
        self, file: Path, frame: str, tool_offset: float, joints: Sequence[str], home: np.ndarray
    ) -> None:
        self._model = _read(file)
        _check_names(self._model, file, frame, joints)
        index = [self._model.joints[self._model.getJointId(name)].idx_q for name in joints]
        if index != list(range(index[0], index[0] + len(joints))):
            raise RobotError(f"joints {', '.join(joints)} don't follow one another in {file.name}")
        self._arm = slice(index[0], index[0] + len(joints))
        hand = self._model.getFrameId(frame)
        tool = pin.SE3(np.eye(3), np.array([0.0, 0.0, tool_offset]))
        parent = self._model.frames[hand]
        self._frame = self._model.addFrame(
            pin.Frame("tool", parent.parentJoint, hand, parent.placement * tool, pin.FrameType.OP_FRAME)
        )
        self._data = self._model.createData()
        self.model_low = self._model.lowerPositionLimit[self._arm].copy()  # (n,) rad
        self.model_high = self._model.upperPositionLimit[self._arm].copy()  # (n,) rad
        # (n,) rad/s; infinite where the model has none, as an MJCF never has
        self.model_speed = self._model.velocityLimit[self._arm].copy()
        self._low, self._high = self.model_low + _MARGIN, self.model_high - _MARGIN
        self._q = np.zeros(self._model.nq)
        self._home = np.asarray(home, float)
        self._down = self._pose(self._home).rotation.copy()  # orientation at yaw 0

    @property
    def tilt(self) -> float:
        """Rad by which the tool at home does not point down."""
        return float(np.arccos(np.clip(-self._down[2, 2], -1.0, 1.0)))

    def narrow(self, low: Sequence[float], high: Sequence[float]) -> None:
        """Keep solutions within joint limits, (n,) rad each, that are narrower than the model's."""
        self._low = np.maximum(self._low, low)
        self._high = np.minimum(self._high, high)

    def forward(self, joints: np.ndarray) -> tuple[np.ndarray, float]:
        """Tool position (3,) m and yaw rad, base frame, of joint angles (n,) rad."""
        pose = self._pose(joints)
        turn = pose.rotation @ self._down.T
        return pose.translation.copy(), float(np.arctan2(turn[1, 0], turn[0, 0]))

    def inverse(
        self, position: np.ndarray, yaw: float, start: np.ndarray, iterations: int = 3
    ) -> np.ndarray | None:
        """Joint angles (n,) rad near `start` that bring the tool to a pose; None where the arm can't.

        Three iterations from the last solution leave less than 1 mm for the moves of one control period. The
        redundant degree of freedom is drawn to the home posture.
        """
        c, s = np.cos(yaw), np.sin(yaw)
        target = pin.SE3(
            np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]]) @ self._down, np.asarray(position, float)
        )
        joints = start
        for _ in range(iterations):
            error = self._error(target, joints)
            jacobian = pin.computeFrameJacobian(
                self._model, self._data, self._q, self._frame, pin.ReferenceFrame.LOCAL_WORLD_ALIGNED
            )[:, self._arm]
            inverse = jacobian.T @ np.linalg.inv(jacobian @ jacobian.T + 1e-4 * np.eye(6))
            rest = 0.1 * (self._home - joints)
            rest[-1] = 0.0  # the wrist's place is the tool's yaw
            move = inverse @ error + rest - inverse @ (jacobian @ rest)
            joints = np.clip(joints + np.clip(move, -_STEP, _STEP), self._low, self._high)
        left = self._error(target, joints)
        if np.linalg.norm(left[:3]) > 0.004 or np.linalg.norm(left[3:]) > 0.04:
            return None
        return joints

    def _error(self, target: pin.SE3, joints: np.ndarray) -> np.ndarray:
        pose = self._pose(joints)
        return np.concatenate(
            [target.translation - pose.translation, pin.log3(target.rotation @ pose.rotation.T)]
        )

    def _pose(self, joints: np.ndarray) -> pin.SE3:
        self._q[self._arm] = joints
        pin.framesForwardKinematics(self._model, self._data, self._q)
        return self._data.oMf[self._frame]


def _read(file: Path) -> pin.Model:
    try:
        if file.suffix == ".xml":
            return pin.buildModelFromMJCF(str(file))
        return pin.buildModelFromUrdf(str(file))
    except (ValueError, RuntimeError) as error:
        raise RobotError(f"{file} is no model that can be used (MJCF .xml or .urdf): {error}") from error


def _check_names(model: pin.Model, file: Path, frame: str, joints: Sequence[str]) -> None:
    if not model.existFrame(frame):
        raise RobotError(
            f"{file.name} has no frame {frame!r}; it has: {', '.join(f.name for f in model.frames)}"
        )
    odd = [name for name in joints if not model.existJointName(name)]
    if odd:
        raise RobotError(
            f"{file.name} has no joint {', '.join(odd)}; it has: {', '.join(list(model.names)[1:])}"
        )
