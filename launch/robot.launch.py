"""The same graph on an arm: `ros2 launch legion_ros robot.launch.py robot:=franka host:=127.0.0.1`.

What is started stands in legion_ros/nodes/robot_graph.py; docs/robots.md says how to run it on your arm.
"""

from launch import LaunchDescription

from legion_ros.nodes.launching import description
from legion_ros.nodes.robot_graph import RobotGraph


def generate_launch_description() -> LaunchDescription:
    """The arguments, and the graph for their values."""
    return description(RobotGraph)
