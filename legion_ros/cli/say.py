"""`legion say`: tell the robot what to do, in words, and follow how it does it."""

import argparse
import os
from dataclasses import fields
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from legion_ros.cli.simulation_options import add_simulation_options
from legion_ros.cli.up import stop_requests
from legion_ros.core.errors import LegionError
from legion_ros.nodes.graph import Simulation, environment

if TYPE_CHECKING:
    from legion_ros.nodes.client import Task

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = 'tell the running robot what to do: legion say "put the mug in the drawer"'
FINDING = 5.0  # s in which a graph that runs is found


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sentence, and where the graph is."""
    parser.add_argument("instruction", help="what is to be done, in a sentence")
    where = ("domain", "network")
    add_simulation_options(parser, tuple(f.name for f in fields(Simulation) if f.name not in where))


def run(options: argparse.Namespace) -> int:
    """Send the sentence and follow it; Ctrl-C cancels. 0 when it was done, 1 when not."""
    os.environ.update(environment(options.domain, options.network))
    from legion_ros.nodes.client import GraphClient

    console = Console(highlight=False)
    with stop_requests() as requests, GraphClient("legion_say") as client:
        if not client.graph_is_up(FINDING):
            domain = os.environ["ROS_DOMAIN_ID"]
            raise LegionError(f"nobody to talk to in ROS domain {domain}: start the robot with `legion up`")
        task = client.execute(options.instruction)
        teller = _Teller(console)
        result = client.follow(task, teller.tell, lambda: bool(requests))
    verdict = Text("done ", "green") if result.success else Text("not done ", "red")
    console.print(verdict + Text(result.reason), soft_wrap=True)
    return 0 if result.success else 1


class _Teller:
    """Prints the plan once, and each step when it begins."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._plan: tuple[str, ...] = ()
        self._current = ""

    def tell(self, task: "Task") -> None:
        """Print what is new."""
        if task.plan != self._plan:
            self._plan = task.plan
            self._console.print(Text("plan ", "bold") + Text(", ".join(task.plan)), soft_wrap=True)
        if task.current and task.current != self._current:
            self._current = task.current
            self._console.print(Text(f"{task.step + 1}/{len(task.plan)} ", "cyan") + Text(task.current))
