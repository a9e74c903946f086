"""`legion replay`: a recorded run as a story, and once more on its topics."""

import argparse
import os
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from legion_ros.cli.simulation_options import add_simulation_options
from legion_ros.cli.up import stop_requests
from legion_ros.core.errors import LegionError
from legion_ros.nodes.graph import Simulation, environment

if TYPE_CHECKING:
    from legion_ros.recording import Recording
    from legion_ros.recording.timeline import Happening

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "tell a run that `legion up --record FOLDER` recorded; with --publish, let it be seen again"
_STYLES = {
    **dict.fromkeys(("goal", "said"), "bold"),
    **dict.fromkeys(("plan", "why", "replan"), "cyan"),
    **dict.fromkeys(("trouble", "help", "health"), "yellow"),
    **dict.fromkeys(("failed", "rejected", "canceled", "safety"), "red"),
    "done": "green",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The bag, and whether to publish it."""
    parser.add_argument("bag", type=Path, help="a bag's folder")
    parser.add_argument(
        "--publish", action="store_true", help="publish the messages on their topics, as they were"
    )
    parser.add_argument(
        "--rate", type=float, default=1.0, help="recorded s in a second (default: %(default)s)"
    )
    where = ("domain", "network")
    add_simulation_options(parser, tuple(f.name for f in fields(Simulation) if f.name not in where))


def run(options: argparse.Namespace) -> int:
    """Print the timeline, and publish; 0 when the bag could be read."""
    from legion_ros.recording import Recording

    if not 0 < options.rate <= 1000:
        raise LegionError(f"rate {options.rate:g} is not valid: more than 0, at most 1000")
    console = Console(highlight=False)
    with Recording(options.bag) as recording:
        if options.publish:
            os.environ.update(environment(options.domain, options.network))
            _publish(recording, options.rate, console)
        else:
            from legion_ros.recording.timeline import timeline

            for happening in timeline(recording):
                _print(console, happening)
        if recording.cut_off:
            console.print(f"[yellow]here the recording ends: {recording.cut_off}", soft_wrap=True)
    return 0


def _publish(recording: "Recording", rate: float, console: Console) -> None:
    """Publish everything, at its pace, and print what is worth a line."""
    from legion_ros.nodes.raw_topics import Republisher
    from legion_ros.recording import RecordingError
    from legion_ros.recording.timeline import Timeline

    if foreign := recording.foreign():
        kinds = ", ".join(sorted(set(foreign.values())))
        raise RecordingError(
            f"{recording.path} can't be published: this package has other definitions of {kinds};"
            " without --publish its story is told"
        )
    story = Timeline(recording)
    with stop_requests() as requests, Republisher(rate, lambda: not requests) as republisher:
        for entry in recording.entries():
            republisher.say(entry)
            if requests:
                break
            for happening in story.tell(entry):
                _print(console, happening)


def _print(console: Console, happening: "Happening") -> None:
    at = datetime.fromtimestamp(happening.stamp * 1e-9).strftime("%H:%M:%S")
    robot = f"{'':>9}" if happening.robot_time is None else f"{happening.robot_time:8.2f}s"
    style = _STYLES.get(happening.what, "")
    line = Text.assemble((f"{at} {robot} ", "dim"), (f"{happening.what:>8} ", style), happening.text)
    console.print(line, soft_wrap=True)
