"""`legion up`: the graph of `launch/simulation.launch.py` or `robot.launch.py`, without ros2 launch."""

import argparse
import os
import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields

from rich.console import Console
from rich.text import Text

from legion_ros.cli.simulation_options import add_simulation_options, chosen_simulation
from legion_ros.nodes.graph import Simulation
from legion_ros.nodes.robot_graph import RobotGraph
from legion_ros.nodes.supervision import Exit, Line, Supervisor

__all__ = ["SUMMARY", "add_arguments", "run", "stop_requests"]

SUMMARY = "start the simulated robot and everything that drives it, until Ctrl-C"
STYLES = {
    "sim_node": "cyan",
    "franka_sim_node": "cyan",
    "franka_node": "bright_blue",
    "ros2_control_node": "bright_blue",
    "safety_node": "yellow",
    "policy_node": "green",
    "composer_node": "magenta",
    "teacher_node": "blue",
    "perception_node": "bright_cyan",
    "recorder_node": "bright_black",
}
STARTING = 150.0  # s that the nodes may take to become active


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of both launch files."""
    add_simulation_options(parser)
    both = {argument.name for argument in fields(Simulation)}
    parser.add_argument(
        "--robot", help="drive this arm instead of the simulator: a name in config/robot, or a .yaml"
    )
    for argument in fields(RobotGraph):
        if argument.name not in {*both, "robot"}:
            text = f"with --robot: {argument.metadata['help']} (default: {argument.default!r})"
            name, metavar = f"--{argument.name.replace('_', '-')}", argument.name.upper()
            parser.add_argument(name, metavar=metavar, default=str(argument.default), help=text)


def chosen_graph(options: argparse.Namespace) -> Simulation | RobotGraph:
    """The graph that the options ask for. Raises LegionError on a value that isn't valid."""
    if not options.robot:
        return chosen_simulation(options)
    return RobotGraph.parse({a.name: str(getattr(options, a.name)) for a in fields(RobotGraph)})


def run(options: argparse.Namespace) -> int:
    """Run the graph until it is told to stop (0) or a node can't be kept alive (1)."""
    graph = chosen_graph(options)
    console = Console(highlight=False)
    environment = graph.environment()
    os.environ.update(environment)
    with stop_requests() as requests, Supervisor(graph.processes(), environment) as supervisor:
        _wait_until_ready(supervisor, [p.name for p in graph.processes()], console, requests)
        while not requests and not supervisor.lost:
            show(console, supervisor.poll(0.2))
        if supervisor.lost:
            console.print(f"[red]cannot keep {', '.join(supervisor.lost)} alive: stopping the rest")
        show(console, supervisor.stop())
        return 1 if supervisor.lost and not requests else 0


def show(console: Console, happenings: Iterable[Line | Exit]) -> None:
    """Print what the processes wrote and how they ended, the name of the process in front."""
    for happening in happenings:
        name = Text(f"{happening.process:>15} | ", STYLES.get(happening.process, ""))
        style = "red" if isinstance(happening, Exit) and happening.code else ""
        console.print(Text.assemble(name, (happening.text, style)), soft_wrap=True)


@contextmanager
def stop_requests() -> Iterator[list[int]]:
    """A list that the signals asking this process to end are added to, instead of ending it."""
    requests: list[int] = []
    asked = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda number, _: requests.append(number)) for number in asked}
    try:
        yield requests
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait_until_ready(
    supervisor: Supervisor, names: Sequence[str], console: Console, requests: list[int]
) -> None:
    """Show the nodes' output until all are active, and say so; or say which ones are not, in time."""
    from legion_ros.nodes.readiness import wait_until_active

    def go_on() -> bool:
        show(console, supervisor.poll(0.05))
        return not requests and not supervisor.lost

    start = time.monotonic()
    waiting = wait_until_active(names, go_on, STARTING)
    if not waiting:
        took = time.monotonic() - start
        console.print(
            f"[bold]ready after {took:.1f} s[/]: tell it what to do with `legion say`, stop with Ctrl-C"
        )
    elif not requests and not supervisor.lost:
        console.print(f"[red]not active after {STARTING:.0f} s: {', '.join(waiting)}")
