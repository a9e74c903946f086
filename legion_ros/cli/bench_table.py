"""`legion bench table` and `latency`: a table cleared again and again through the real graph."""

import argparse
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.console import Console

from legion_ros.cli.bench_graph import command_line, graph
from legion_ros.cli.bench_scenes import Tries, scene_after, scene_with, true_scene
from legion_ros.core.errors import LegionError

if TYPE_CHECKING:
    from legion_ros.evaluation.table import TableScene
    from legion_ros.nodes.client import GraphClient

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
    before = scene_with(client, names)
    client.await_seen(names)
    began, tries = time.monotonic(), Tries()
    task = client.execute(INSTRUCTION)

    def too_long() -> bool:
        return enough() or true_scene(client).stamp - before.stamp > LONGEST

    result = client.follow(task, tries.count, too_long)
    after = scene_after(client, true_scene(client).stamp, 10.0)
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
