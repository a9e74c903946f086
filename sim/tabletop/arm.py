"""The simulated FR3's kinematics: the same as the physical arm's."""

from legion_ros.robots import kinematics
from legion_ros.robots.fr3 import HOME, TOOL_LENGTH, robot_file

__all__ = ["HOME", "ArmKinematics"]

_JOINTS = tuple(f"fr3_joint{i}" for i in range(1, 8))


class ArmKinematics(kinematics.ArmKinematics):
    """Forward and inverse kinematics of the FR3 with its gripper pointing down."""

    def __init__(self) -> None:
        super().__init__(robot_file(), "hand", TOOL_LENGTH, _JOINTS, HOME)
