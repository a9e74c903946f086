"""The tabletop in simulation: `ros2 launch legion_ros simulation.launch.py seed:=3 rate:=2`.

What is started stands in legion_ros/nodes/graph.py; this only says it in the words of launch.
"""

import shlex
import sys
from dataclasses import fields

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetEnvironmentVariable
from launch_ros.actions import Node

from legion_ros.nodes.graph import Simulation


def generate_launch_description() -> LaunchDescription:
    """The arguments, and the graph for their values."""
    arguments = [
        DeclareLaunchArgument(a.name, default_value=str(a.default), description=a.metadata["help"])
        for a in fields(Simulation)
    ]
    return LaunchDescription([*arguments, OpaqueFunction(function=_graph)])


def _graph(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    words = {field.name: context.launch_configurations[field.name] for field in fields(Simulation)}
    simulation = Simulation.parse(words)
    variables = [SetEnvironmentVariable(name, value) for name, value in simulation.environment().items()]
    nodes = [
        Node(
            package="legion_ros",
            executable=process.name,
            name=process.name,
            exec_name=process.name,
            parameters=[str(process.parameter_file), dict(process.parameters)],
            prefix=shlex.quote(sys.executable),  # the Python of this launch, whatever PATH says
            output="both",
            emulate_tty=True,
            respawn=True,
            respawn_delay=process.respawn_delay,
            respawn_max_retries=process.respawns,
        )
        for process in simulation.processes()
    ]
    return [*variables, *nodes]
