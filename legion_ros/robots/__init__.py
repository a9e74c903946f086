"""Arms: their kinematics, their limits, their drivers. No ROS."""

from legion_ros.robots.config import RobotConfig
from legion_ros.robots.loading import load_robot, robot_names

__all__ = ["RobotConfig", "load_robot", "robot_names"]
