"""`legion demo`: a simulated arm is told something over ROS, does it, and leaves a video and a page."""

import argparse
import os
import shlex
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console

from legion_ros.cli.demo_page import Summary, Thing, page
from legion_ros.cli.demo_story import DONE, Story, whereabouts
from legion_ros.cli.demo_view import DemoView
from legion_ros.cli.simulation_options import add_simulation_options, chosen_simulation
from legion_ros.cli.up import stop_requests
from legion_ros.cli.video import Video
from legion_ros.core import LegionError, Scene
from legion_ros.nodes.domain import free_domain
from legion_ros.nodes.graph import Simulation
from legion_ros.nodes.supervision import Exit, Supervisor

if TYPE_CHECKING:
    from legion_ros.nodes.client import GraphClient
    from legion_ros.nodes.witness import Witness

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "tell a simulated arm to clear the table, watch it, and keep a video and a page of it"
VIDEO, LOG = "demo.mp4", "log.txt"
STARTING = 150.0  # s that the nodes may take to become active
PICTURE = 20.0  # s that the first picture may take: without pictures it goes on all the same
SEEING = 5.0  # s that perception may take to see everything: what it misses then it has to do without
AFTERWARDS = 1.0  # s to go on watching when it is over


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to say, to which scene, and where to leave what was seen."""
    parser.add_argument("--instruction", default="clear the table", help="(default: %(default)r)")
    parser.add_argument("--out", type=Path, default=Path("out/demo"), help="folder (default: %(default)s)")
    text = "s of wall time after which it has failed (default: %(default)s)"
    parser.add_argument("--patience", type=float, default=600.0, help=text)
    add_simulation_options(parser, leave_out=("headless", "camera", "domain", "network"))


def run(options: argparse.Namespace) -> int:
    """Exit code 0 where what was asked for was done, 1 where it was not."""
    simulation = chosen_simulation(options, camera="true", domain=str(free_domain()))
    os.environ.update(simulation.environment())
    options.out.mkdir(parents=True, exist_ok=True)
    console = Console(highlight=False)
    with DemoView(console) as view, stop_requests() as requests:
        demonstration = Demonstration(simulation, options.instruction, options.out, view, requests)
        seen = demonstration.run(options.patience)
    summary = summarise(seen, options, simulation)
    target = options.out / "index.html"
    target.write_text(page(summary))
    console.print(f"[bold {'green' if summary.success else 'red'}]{summary.verdict}")
    for name, file in (("page", target), ("video", options.out / VIDEO), ("log", options.out / LOG)):
        if file.is_file():
            console.print(f"{name:>6}: {file}", soft_wrap=True)
    return 0 if summary.success else 1


@dataclass
class Seen:
    """What was seen of a demonstration."""

    story: Story
    before: Scene | None = None
    after: Scene | None = None
    pictures: list[np.ndarray] = field(
        default_factory=list
    )  # the first and the last, (height, width, 3) uint8
    figures: dict[str, str] = field(default_factory=dict)  # what was measured, in words


class Demonstration:
    """The graph in a domain of its own, one instruction, and whoever watches.

    Args:
        simulation: the graph.
        instruction: to publish on /legion/goal.
        out: folder for the video and the log.
        view: to show it in.
        requests: to stop: not empty when one came.
    """

    def __init__(
        self, simulation: Simulation, instruction: str, out: Path, view: DemoView, requests: list[int]
    ) -> None:
        self._simulation, self._instruction = simulation, instruction
        self._out, self._view, self._requests = out, view, requests

    def run(self, patience: float) -> Seen:
        """From start to end; gives up `patience` s of wall time after the instruction was sent."""
        environment = self._simulation.environment()
        with (
            open(self._out / LOG, "w") as self._log,
            Video(self._out / VIDEO) as video,
            Supervisor(self._simulation.processes(), environment) as self._supervisor,
        ):
            self._wait_until_ready()
            from legion_ros.nodes.client import GraphClient

            with GraphClient("legion_demo", int(self._simulation.domain)) as client:
                return self._watch(client, video, patience)

    def _wait_until_ready(self) -> None:
        nodes = self._simulation.nodes
        self._view.wait(f"starting {len(nodes)} nodes")
        began = time.monotonic()
        from legion_ros.nodes.readiness import wait_until_active

        waiting = wait_until_active(nodes, self._go_on, STARTING)
        self._go_on()
        if waiting:
            raise LegionError(
                f"not active after {STARTING:.0f} s: {', '.join(waiting)}; see {self._out / LOG}"
            )
        self._view.say(f"[dim]{', '.join(nodes)}: active after {time.monotonic() - began:.1f} s")

    def _watch(self, client: "GraphClient", video: Video, patience: float) -> Seen:
        from legion_ros.nodes.witness import Witness

        witness = Witness(client, video.add)
        self._look(client, lambda: video.newest is not None, PICTURE)
        before = client.wait(client.scene, 20.0, "scene")
        self._look(client, lambda: _complete(client), SEEING)
        before = client.true_scene() or before
        self._view.say(f"[dim]on the table: {', '.join(thing.name for thing in before.objects)}")
        self._view.say(f"[bold]/legion/goal: {self._instruction!r}")
        witness.send(self._instruction)
        story, began = Story(witness.now()), time.monotonic()
        seen = Seen(story, before)

        def over() -> bool:
            while witness.events and not story.over:
                event = witness.events.pop(0)
                story.tell(event, client.scene())
            self._view.show(story, witness.now() - story.began)
            return story.over

        if not self._look(client, over, patience):
            story.give_up(witness.now(), f"not done after {patience:g} s of patience")
        took = time.monotonic() - began
        self._look(client, lambda: False, AFTERWARDS)
        seen.after = client.true_scene() or client.scene()
        seen.pictures = [p for p in (video.first, video.newest) if p is not None]
        seen.figures = _figures(story, took, witness, client.health)
        return seen

    def _look(self, client: "GraphClient", enough: Callable[[], bool], timeout: float) -> bool:
        """Take in what comes until it is enough (true), or for `timeout` s (false)."""
        end = time.monotonic() + timeout
        while not enough():
            if time.monotonic() > end:
                return False
            client.spin(0.05)
            self._go_on()
        return True

    def _go_on(self) -> bool:
        """Keep the nodes alive, and their words; raises where there is nothing to go on with."""
        for happening in self._supervisor.poll(0.0):
            line = f"{happening.process}: {happening.text}"
            self._log.write(line + "\n")
            if isinstance(happening, Exit):
                self._view.say(f"[red]{line}")
        self._log.flush()
        if self._requests:
            raise KeyboardInterrupt
        if self._supervisor.lost:
            raise LegionError(
                f"{', '.join(self._supervisor.lost)} cannot be kept alive; see {self._out / LOG}"
            )
        return True


def _complete(client: "GraphClient") -> bool:
    """Whether as many things are seen as there are."""
    scene, truth = client.scene(), client.true_scene()
    return bool(scene and truth and len(scene.objects) >= len(truth.objects))


def _figures(
    story: Story, took: float, witness: "Witness", health: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """What was measured, in words."""
    figures = {
        "time it took, simulated": f"{story.duration:.1f} s",
        "time it took, here": f"{took:.1f} s",
        "simulated / real time": f"{story.duration / took:.2f}",
        "steps done": f"{story.count(DONE)} of {len(story.past)} tried",
        "commands limited": str(witness.limited),
        "commands refused": str(witness.refused),
    }
    policy = health.get("policy_node", {})
    for name, key in (
        ("observation to command, p99", "latency_p99_ms"),
        ("period jitter, p99", "jitter_p99_ms"),
    ):
        if key in policy:
            figures[name] = f"{float(policy[key]):.1f} ms"
    return figures


def summarise(seen: Seen, options: argparse.Namespace, simulation: Simulation) -> Summary:
    """What the page tells of it."""
    story = seen.story
    words = ["legion", "demo", "--instruction", options.instruction]
    words += ["--seed", str(simulation.seed), "--rate", f"{simulation.rate:g}"]
    words += ["--knowledge", simulation.knowledge] if simulation.knowledge else []
    things = []
    if seen.before and seen.after:
        for thing in seen.before.objects:
            places = whereabouts(thing.name, seen.before), whereabouts(thing.name, seen.after)
            things.append(Thing(thing.name, thing.color, *places))
    video = options.out / VIDEO
    return Summary(
        instruction=options.instruction,
        success=story.state == "succeeded",
        verdict=story.verdict,
        steps=story.steps,
        duration=story.duration,
        things=things,
        figures={"seed": str(simulation.seed), **seen.figures},
        command=shlex.join(words),
        video=video.read_bytes() if seen.pictures else None,
        video_name=VIDEO,
        pictures=list(zip(("before", "after"), seen.pictures, strict=False)),
    )
