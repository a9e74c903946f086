"""From a tool pose to joint angles: damped least squares over Pinocchio's kinematics."""

import numpy as np
import pinocchio as pin

from legion_sim.tabletop.model import TOOL_LENGTH, robot_file

__all__ = ["HOME", "ArmKinematics"]

HOME = np.array(
    [0.0, -0.46, 0.0, -2.36, 0.0, 1.90, np.pi / 4]
)  # rad; the tool over the table, fingers along y
_JOINTS = 7
_STEP = 0.25  # rad: the most a joint may turn in one iteration


class ArmKinematics:
    """Forward and inverse kinematics of the FR3 with its gripper pointing down."""

    def __init__(self) -> None:
        self._model = pin.buildModelFromMJCF(str(robot_file()))
        self._data = self._model.createData()
        hand = self._model.getFrameId("hand")
        tool = pin.SE3(np.eye(3), np.array([0.0, 0.0, TOOL_LENGTH]))
        frame = self._model.frames[hand]
        self._frame = self._model.addFrame(
            pin.Frame("tool", frame.parentJoint, hand, frame.placement * tool, pin.FrameType.OP_FRAME)
        )
        self._data = self._model.createData()
        margin = 0.02
        self._low = self._model.lowerPositionLimit[:_JOINTS] + margin
        self._high = self._model.upperPositionLimit[:_JOINTS] - margin
        self._q = np.zeros(self._model.nq)
        self._down = self._pose(HOME).rotation.copy()  # orientation at yaw 0

    def forward(self, joints: np.ndarray) -> tuple[np.ndarray, float]:
        """Tool position (3,) m and yaw rad, base frame, of joint angles (7,) rad."""
        pose = self._pose(joints)
        turn = pose.rotation @ self._down.T
        return pose.translation.copy(), float(np.arctan2(turn[1, 0], turn[0, 0]))

    def inverse(
        self, position: np.ndarray, yaw: float, start: np.ndarray, iterations: int = 3
    ) -> np.ndarray | None:
        """Joint angles (7,) rad near `start` that bring the tool to a pose; None where the arm can't.

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
            )[:, :_JOINTS]
            inverse = jacobian.T @ np.linalg.inv(jacobian @ jacobian.T + 1e-4 * np.eye(6))
            rest = 0.1 * (HOME - joints)
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
        self._q[:_JOINTS] = joints
        pin.framesForwardKinematics(self._model, self._data, self._q)
        return self._data.oMf[self._frame]
