"""`legion bench table` and `latency`: a table cleared again and again through the real graph."""

import argparse
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.console import Console

from legion_ros.cli.bench_graph import command_line, graph
from legion_ros.core.errors import LegionError

if TYPE_CHECKING:
    from legion_ros.core import Scene
    from legion_ros.evaluation.table import TableScene
    from legion_ros.nodes.client import GraphClient, Task

__all__ = ["INSTRUCTION", "measure_latency", "measure_table"]

INSTRUCTION = "clear the table"
LONGEST = 300.0  # simulated s that one scene may take


def measure_table(options: argparse.Namespace) -> dict:
    """Success in random scenes."""
    from legion_ros.evaluation.table import scene_seeds, summary

    if options.scenes < 1:
        raise LegionError(f"{options.scenes} scenes is not valid: 1 or more")
    console, scenes = Console(stderr=True, highlight=False), []
    with graph(options.knowledge, options.rate, console, options.perception) as client:
        for number, seed in enumerate(scene_seeds(options.seed, options.scenes), 1):
            scene = _clear_table(client, seed)
            scenes.append(scene)
            cleared = sum(s.success for s in scenes)
            console.print(
                f"{number}/{options.scenes} seed {seed}: {scene.binned}/{scene.objects} in the bin,"
                f" {scene.tries} tries, {scene.simulated:.0f} s simulated in {scene.wall:.0f} s;"
                f" {cleared} cleared so far" + ("" if scene.success else f" [red]({scene.reason})"),
                soft_wrap=True,
            )
    return summary(scenes, command_line())


def measure_latency(options: argparse.Namespace) -> dict:
    """Observation to command, and the period, while tables are cleared."""
    from legion_ros.evaluation.table import scene_seeds

    console, period = Console(stderr=True, highlight=False), 0.05
    wanted = options.seconds / period
    with graph(options.knowledge, 1.0, console) as client:
        for seed in scene_seeds(options.seed, 10_000):
            _clear_table(client, seed, lambda: _commands(client) >= wanted)
            console.print(f"{_commands(client)} of {wanted:.0f} commands")
            if _commands(client) >= wanted:
                break
        policy = client.health["policy_node"]
    names = [f"{what}_{how}_ms" for what in ("latency", "jitter") for how in ("p50", "p99", "max")]
    return {
        "command": command_line(),
        "commands": int(policy["commands"]),
        **{name: float(policy[name]) for name in names},
        "scheduling": policy["scheduling"],
        "cores": len(os.sched_getaffinity(0)),
        "load_average": os.getloadavg()[0],
    }


def _commands(client: "GraphClient") -> int:
    return int(client.health.get("policy_node", {}).get("commands", 0))


def _clear_table(
    client: "GraphClient", seed: int, enough: Callable[[], bool] = lambda: False
) -> "TableScene":
    """Reset the scene, say the sentence, wait, and look what is in the bin."""
    from legion_ros.evaluation.table import TableScene, binned

    client.reset_safety()
    names = client.reset_scene(seed, 3, 6)
    before = client.wait(lambda: _scene_with(client, names), 10.0, "the new scene")
    client.await_seen(names)
    began, tries = time.monotonic(), _Tries()
    task = client.execute(INSTRUCTION)

    def too_long() -> bool:
        scene = client.true_scene()
        return enough() or scene.stamp - before.stamp > LONGEST

    result = client.follow(task, tries.count, too_long)
    ended = client.true_scene().stamp
    after = client.wait(lambda: _scene_after(client, ended), 10.0, "scene after the task")
    return TableScene(
        seed=seed,
        objects=len(names),
        binned=len(binned(after)),
        claimed=result.success,
        reason=result.reason,
        planned=len(result.plan),
        tries=tries.number,
        wall=time.monotonic() - began,
        simulated=after.stamp - before.stamp,
    )


def _scene_with(client: "GraphClient", names: list[str]) -> "Scene | None":
    scene = client.true_scene()
    return scene if scene and sorted(thing.name for thing in scene.objects) == sorted(names) else None


def _scene_after(client: "GraphClient", stamp: float) -> "Scene | None":
    scene = client.true_scene()
    return scene if scene and scene.stamp > stamp else None


class _Tries:
    """Counts the skills that were begun."""

    def __init__(self) -> None:
        self.number = 0
        self._current = ""

    def count(self, task: "Task") -> None:
        """One more whenever another skill, or another try, is the current one."""
        if task.current != self._current:
            self._current = task.current
            self.number += 1
