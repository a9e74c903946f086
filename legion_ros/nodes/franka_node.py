"""A Franka arm, or franky-sim, through the libfranka protocol."""

import sys
from dataclasses import dataclass

from legion_ros.core.robot import Robot
from legion_ros.nodes.arm import ArmConfig, ArmNode
from legion_ros.nodes.lifecycle import run
from legion_ros.nodes.parameters import parameter
from legion_ros.robots import RobotConfig
from legion_ros.robots.franka import FrankaArm, connect_patiently
from legion_ros.robots.kinematics import ArmKinematics

__all__ = ["FrankaNode", "main"]


@dataclass(frozen=True, kw_only=True)
class FrankaNodeConfig(ArmConfig):
    """Parameters of franka_node."""

    host: str = parameter("", "of the arm's control box, or of franky-sim; empty: the one in the arm's yaml")
    patience: float = parameter(5.0, "s that the arm may take to answer at the start", 0.0, 120.0)


class FrankaNode(ArmNode[FrankaNodeConfig]):
    """Drives a Franka arm."""

    robot_name = "franka"

    def __init__(self) -> None:
        super().__init__("franka_node", FrankaNodeConfig)

    def connect(self, robot: RobotConfig, kinematics: ArmKinematics) -> Robot:
        """Through franky-control, which is imported here alone."""
        c = self.config
        return connect_patiently(lambda: FrankaArm(robot, kinematics, c.host), c.patience)


def main() -> int:
    """Run until told to end."""
    return run(FrankaNode)


if __name__ == "__main__":
    sys.exit(main())
