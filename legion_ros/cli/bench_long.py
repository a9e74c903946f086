"""`legion bench long`: long-horizon tasks through the real graph, judged by the simulator's truth."""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console

from legion_ros.cli.bench_scenes import Posed, Tries, posed, true_scene
from legion_ros.core import LegionError, predicates
from legion_ros.core.facts import TABLE, Fact, facts
from legion_ros.evaluation.rows import append_row
from legion_ros.nodes.domain import free_domain
from legion_ros.nodes.graph import Simulation
from legion_ros.nodes.robot_graph import RobotGraph

if TYPE_CHECKING:
    from legion_ros.core import Scene
    from legion_ros.evaluation.long_run import LongOutcome
    from legion_ros.evaluation.long_tasks import Kind, LongTask
    from legion_ros.nodes.client import GraphClient

__all__ = ["HELP", "add_arguments", "chosen_graph", "measure"]

HELP = "success of instructions of 3 to 12 steps, of several kinds, in random scenes"
LONGEST = 60.0  # simulated s that one scene may take, for each skill that it needs
FAR = 0.16  # m from the tool at which a thing may be moved by somebody


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which kinds, how many scenes, seen how, disturbed or not."""
    add = parser.add_argument
    add("--scenes", type=int, default=25, help="of each kind (default: %(default)s)")
    add("--kinds", default="", help="numbers of the kinds, separated by commas (default: all)")
    text = "(default: camera; truth with --robot, which has no camera)"
    add("--perception", choices=("camera", "truth"), help=text)
    add("--disturb", action="store_true", help="have a hand move one thing in every scene")
    add("--rate", type=float, default=0.0, help="simulated s in a second (default: as fast as it goes)")
    add("--robot", default="", help="drive franky-sim through an arm's own protocol: franka")
    add("--host", default="127.0.0.1", help="with --robot: where franky-sim is to be (default: %(default)s)")
    add("--out", type=Path, help="append the rows to this file, such as results/long.jsonl")


def chosen_graph(options: argparse.Namespace) -> Simulation | RobotGraph:
    """The graph that is measured. Raises LegionError where nobody could tell the truth about it."""
    domain = str(free_domain())
    if not options.robot:
        return Simulation(
            knowledge=options.knowledge, rate=options.rate, perception=_perception(options), domain=domain
        )
    arm = RobotGraph(robot=options.robot, host=options.host, knowledge=options.knowledge, domain=domain)
    if not arm.in_simulation:
        raise LegionError(
            f"{options.robot} at {options.host} can't be judged: nobody knows the true scene; valid is a"
            " simulated arm: --robot franka --host 127.0.0.1"
        )
    if _perception(options) == "camera" or options.rate:
        raise LegionError("--robot has neither a camera nor a pace of its own: leave --perception and --rate")
    return arm


def _perception(options: argparse.Namespace) -> str:
    """What the robot goes by."""
    return options.perception or ("truth" if options.robot else "camera")


def measure(
    options: argparse.Namespace, client: "GraphClient", command: str, console: Console
) -> dict[str, object]:
    """Run what was asked for; a row for each kind."""
    from legion_ros.evaluation.long_run import row

    rows, perception, robot = [], _perception(options), options.robot or "sim"
    for name, kind in _kinds(options.kinds).items():
        outcomes: list[LongOutcome] = []
        for outcome in _outcomes(name, kind, client, options):
            outcomes.append(outcome)
            console.print(_line(name, outcome, outcomes, options.scenes), soft_wrap=True)
        rows.append(row(name, perception, outcomes, options.disturb, options.seed, command, robot))
        append_row(options.out, rows[-1])
    successes = [figures["success"] for figures in rows]
    return {"command": command, "mean_success": float(np.mean(successes)), "rows": rows}


def _kinds(chosen: str) -> "dict[str, Kind]":
    from legion_ros.evaluation.long_tasks import KINDS

    names = list(KINDS)
    if not chosen:
        return dict(KINDS)
    try:
        return {names[int(word)]: KINDS[names[int(word)]] for word in chosen.split(",")}
    except (ValueError, IndexError):
        known = "; ".join(f"{number}: {name}" for number, name in enumerate(names))
        raise LegionError(f"kinds {chosen!r} is not valid; known: {known}") from None


def _line(name: str, outcome: "LongOutcome", outcomes: "list[LongOutcome]", scenes: int) -> str:
    done = sum(outcome.success for outcome in outcomes)
    wrong = "" if outcome.success else f" [red]({'; '.join(outcome.missing)}: {outcome.reason})"
    hand = f", {outcome.disturbed} moved by hand" if outcome.disturbed else ""
    return (
        f"{name} {len(outcomes)}/{scenes} seed {outcome.seed}: {outcome.instruction!r}{hand},"
        f" {outcome.tries} tries for {outcome.least}, {outcome.simulated:.0f} s simulated in"
        f" {outcome.wall:.0f} s; {done} done so far{wrong}"
    )


def _outcomes(
    name: str, kind: "Kind", client: "GraphClient", options: argparse.Namespace
) -> "Iterator[LongOutcome]":
    """Of one kind of task, each in another scene."""
    from legion_ros.evaluation.long_tasks import KINDS

    def ask(scene: "Scene", _: int, rng: np.random.Generator) -> "LongTask | None":
        return kind.task(scene, rng)

    seed = (options.seed, list(KINDS).index(name))
    for scene in posed(client, name, kind.beginning, ask, seed, options.scenes):
        yield _Trial(client, scene, options.disturb).run()


class _Trial:
    """One instruction in one scene."""

    def __init__(self, client: "GraphClient", scene: "Posed[LongTask]", disturb: bool) -> None:
        self._client, self._seed, self._rng = client, scene.seed, scene.rng
        self._task, self._before = scene.asked, scene.before
        self._pressed, self._tries = False, Tries()
        self._disturbed = ""
        self._due = self._before.stamp + self._rng.uniform(2.0, 6.0) if disturb else np.inf

    def run(self) -> "LongOutcome":
        """Say it, follow it, and look what is true afterwards."""
        from legion_ros.evaluation.long_run import LongOutcome
        from legion_ros.evaluation.long_tasks import missing

        client, began = self._client, time.monotonic()
        said = client.execute(self._task.instruction)
        result = client.follow(said, self._tries.count, self._watch, patience=20.0)
        ended = true_scene(client).stamp
        after = client.wait(lambda: self._settled(ended + 0.5), 20.0, "scene after the task")
        return LongOutcome(
            seed=self._seed,
            instruction=self._task.instruction,
            missing=tuple(missing(self._task, self._before, after, self._pressed)),
            claimed=result.success,
            reason=result.reason,
            least=self._task.least,
            steps=len(result.plan),
            tries=self._tries.number,
            disturbed=self._disturbed,
            wall=time.monotonic() - began,
            simulated=after.stamp - self._before.stamp,
        )

    def _watch(self) -> bool:
        """Look at the truth all the time; true when it has taken too long."""
        scene = true_scene(self._client)
        self._pressed = self._pressed or predicates.pressed(scene.fixture("button"))
        if scene.stamp >= self._due and self._tries.number:
            self._disturb(scene)
        return scene.stamp - self._before.stamp > LONGEST * self._task.least

    def _disturb(self, scene: "Scene") -> None:
        """Move one thing that still has to be dealt with, away from the arm."""
        now = facts(scene)
        names = sorted({name for fact in self._task.wanted for name in fact.arguments})
        still = set(self._task.untouched)  # what the robot must leave alone the hand does, too
        names = [name for name in names if Fact("on", (name, TABLE)) in now and name not in still]
        tool = scene.tool.position
        names = [name for name in names if np.linalg.norm(scene.object(name).position - tool) > FAR]
        if not names:
            return
        name = names[int(self._rng.integers(len(names)))]
        angle, way = self._rng.uniform(-np.pi, np.pi), self._rng.uniform(0.08, 0.14)
        x, y = scene.object(name).position[:2] + way * np.array([np.cos(angle), np.sin(angle)])
        try:
            self._client.move_object(name, x, y)
        except LegionError:  # no room there: another time
            self._due = scene.stamp + 0.2
            return
        self._disturbed, self._due = name, np.inf

    def _settled(self, stamp: float) -> "Scene | None":
        scene = true_scene(self._client)
        self._pressed = self._pressed or predicates.pressed(scene.fixture("button"))
        return scene if scene.stamp > stamp else None
