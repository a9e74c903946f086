"""The tabletop in simulation: `ros2 launch legion_ros simulation.launch.py seed:=3 rate:=2`.

What is started stands in legion_ros/nodes/graph.py.
"""

from launch import LaunchDescription

from legion_ros.nodes.graph import Simulation
from legion_ros.nodes.launching import description


def generate_launch_description() -> LaunchDescription:
    """The arguments, and the graph for their values."""
    return description(Simulation)
