"""The graphs in the words of ros2 launch; `launch` and `launch_ros` come with a ROS installation."""

import shlex
import sys
import uuid
from dataclasses import fields
from typing import Any

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetEnvironmentVariable
from launch_ros.actions import Node

from legion_ros.nodes.supervision import RUN

__all__ = ["description"]


def description(kind: Any) -> LaunchDescription:
    """The arguments of a graph, a dataclass like `Simulation`, and the graph for their values."""
    arguments = [
        DeclareLaunchArgument(a.name, default_value=str(a.default), description=a.metadata["help"])
        for a in fields(kind)
    ]

    def graph(context: LaunchContext) -> list[LaunchDescriptionEntity]:
        return _entities(kind.parse({a.name: context.launch_configurations[a.name] for a in fields(kind)}))

    return LaunchDescription([*arguments, OpaqueFunction(function=graph)])


def _entities(graph: Any) -> list[LaunchDescriptionEntity]:
    environment = {**graph.environment(), RUN: uuid.uuid4().hex}
    variables = [SetEnvironmentVariable(name, value) for name, value in environment.items()]
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
        for process in graph.processes()
    ]
    return [*variables, *nodes]
