"""A graph of its own for a bench to measure."""

import os
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

from legion_ros.core.errors import LegionError
from legion_ros.nodes.domain import free_domain
from legion_ros.nodes.graph import Process, Simulation
from legion_ros.nodes.robot_graph import RobotGraph
from legion_ros.nodes.supervision import Supervisor

if TYPE_CHECKING:
    from legion_ros.nodes.client import GraphClient

__all__ = ["command_line", "graph", "running"]

STARTING = 300.0  # s that the graph may take to become active, on a crowded machine


@contextmanager
def graph(
    knowledge: str, rate: float, console: Console, perception: str = "truth"
) -> Iterator["GraphClient"]:
    """A graph of its own in a free domain, and a client of it; both end with the block."""
    simulation = Simulation(knowledge=knowledge, rate=rate, perception=perception, domain=str(free_domain()))
    with running(simulation, simulation.processes(), console) as (client, _):
        yield client


@contextmanager
def running(
    simulation: Simulation | RobotGraph,
    processes: Sequence[Process],
    console: Console,
    command: Callable[[Process], list[str]] = Process.command,
    waited_for: Sequence[str] | None = None,
) -> Iterator[tuple["GraphClient", Supervisor]]:
    """These processes of a graph, and a client; they end with the block.

    Args:
        simulation: whose environment they get.
        processes: what to run.
        console: where what they say goes.
        command: how to start one.
        waited_for: names of the lifecycle nodes that are to be active first; all processes when None.
    """
    os.environ.update(simulation.environment())
    from legion_ros.nodes.client import GraphClient
    from legion_ros.nodes.readiness import wait_until_active

    with Supervisor(processes, simulation.environment(), command) as supervisor:

        def look_after() -> bool:
            for happening in supervisor.poll(0.0):
                console.print(
                    f"[dim]{happening.process}: {getattr(happening, 'text', happening)}", soft_wrap=True
                )
            if supervisor.lost:
                raise LegionError(f"cannot keep {', '.join(supervisor.lost)} alive: no figures")
            return True

        names = [p.name for p in processes] if waited_for is None else waited_for
        if waiting := wait_until_active(names, look_after, STARTING):
            raise LegionError(f"not active after {STARTING:g} s: {', '.join(waiting)}")
        with GraphClient("legion_bench", idle=look_after) as client:
            if "composer_node" in names:
                client.wait(lambda: client.graph_is_up(0.1), STARTING, "answer of composer_node")
            yield client, supervisor


def command_line() -> str:
    """The command line that takes these figures again."""
    return shlex.join(["legion", *sys.argv[1:]])
