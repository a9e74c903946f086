"""`legion bench`: the figures of the whole thing, measured through the real graph, printed as JSON."""

import argparse
import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.console import Console

from legion_ros.cli import bench_long
from legion_ros.core.errors import LegionError
from legion_ros.nodes.domain import free_domain
from legion_ros.nodes.graph import Simulation
from legion_ros.nodes.supervision import Supervisor

if TYPE_CHECKING:
    from legion_ros.core import Scene
    from legion_ros.evaluation.table import TableScene
    from legion_ros.nodes.client import GraphClient, Task

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "measure: success at clearing tables, latency of control, speed of simulator and mixture, kill -9"
INSTRUCTION = "clear the table"
STARTING = 90.0  # s that the graph may take to become active
LOOKING = 5.0  # s of wall time that perception is given to see a new scene
LONGEST = 300.0  # simulated s that one scene may take


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to measure, and how much of it."""
    benches = parser.add_subparsers(dest="bench", required=True)
    table = benches.add_parser("table", help=f"success of {INSTRUCTION!r} in random scenes of 3 to 6 objects")
    table.add_argument("--scenes", type=int, default=50, help="how many (default: %(default)s)")
    pace = "simulated s in a second (default: 0, as fast as it goes)"
    table.add_argument("--rate", type=float, default=0.0, help=pace)
    text = "what the robot goes by; judged is always the truth (default: %(default)s)"
    table.add_argument("--perception", choices=("camera", "truth"), default="camera", help=text)
    latency = benches.add_parser(
        "latency", help="observation to command, and period, while a table is cleared"
    )
    latency.add_argument("--seconds", type=float, default=60.0, help="of control (default: %(default)s)")
    speed = benches.add_parser(
        "sim", help="simulated s in a second on one core, six objects, nothing waiting"
    )
    speed.add_argument("--simulated", type=float, default=100.0, help="s to simulate (default: %(default)s)")
    crash = benches.add_parser("crash", help="what is lost when a process that keeps transitions is killed")
    crash.add_argument("--kills", type=int, default=200, help="kill -9, so often (default: %(default)s)")
    mixture = benches.add_parser("mixture", help="time to learn a visit and to look an instruction up")
    mixture.add_argument("--components", type=int, default=1000, help="known (default: %(default)s)")
    mixture.add_argument("--calls", type=int, default=1000, help="of each kind (default: %(default)s)")
    plan = benches.add_parser("plan", help="time to plan for 2 to 10 objects, none of it done")
    plan.add_argument("--plans", type=int, default=200, help="of each number (default: %(default)s)")
    words = benches.add_parser("instructions", help="sentences judged right: their goal given, or refused")
    words.add_argument("--sentences", default="", help="YAML file (default: the hundred of test/language)")
    long = benches.add_parser("long", help=bench_long.HELP)
    bench_long.add_arguments(long)
    see = benches.add_parser("see", help="what perception makes of random scenes of 2 to 8 objects")
    see.add_argument("--scenes", type=int, default=50, help="how many (default: %(default)s)")
    text = "m: standard deviation of the depth at 1 m (default: %(default)s)"
    see.add_argument("--noise", type=float, default=0.001, help=text)
    for bench in (table, latency, plan, words, long):
        bench.add_argument("--knowledge", default="", help="folder of what was learned (default: what ships)")
    for bench in (table, latency, plan, speed, crash, mixture, long, see):
        bench.add_argument("--seed", type=int, default=0, help="of what is random (default: %(default)s)")


def run(options: argparse.Namespace) -> int:
    """Measure, print the figures; 0 when they could be taken, whatever they are."""
    if getattr(options, "seed", 0) < 0:
        raise LegionError(f"seed {options.seed} is not valid: 0 or more")
    benches = {
        "table": _table,
        "long": _long,
        "latency": _latency,
        "plan": _plan,
        "sim": _speed,
        "crash": _crash,
        "mixture": _mixture,
        "instructions": _instructions,
        "see": _see,
    }
    figures = benches[options.bench](options)
    print(json.dumps(figures, indent=2))
    return 0


def _speed(options: argparse.Namespace) -> dict:
    from legion_ros.evaluation.simulator_speed import measure_speed

    return {"command": _command(), **measure_speed(options.seed, options.simulated)}


def _instructions(options: argparse.Namespace) -> dict:
    from legion_ros.evaluation.instructions import InstructionSet, measure, summary
    from legion_ros.knowledge import Knowledge
    from legion_ros.language import SentenceEncoder
    from legion_ros.share import share
    from legion_ros.skills.composer import Composer

    file = options.sentences or share("test", "language", "sentences", "instructions100.yaml")
    folder = options.knowledge or share("config", "knowledge", "tabletop")
    sentences = InstructionSet.load(Path(file))
    encoder = SentenceEncoder()
    encoder.warm()
    # nobody acts here: the experts' tensors will do
    composer = Composer(Knowledge.load(Path(folder), dict), encoder, share("config", "goals.yaml"))
    return summary(measure(sentences, lambda said, scene: composer.plan(said, scene).goal), _command())


def _mixture(options: argparse.Namespace) -> dict:
    import numpy as np
    from rich.table import Table

    from legion_ros.evaluation.mixture_speed import measure_mixture

    if options.components < 1 or options.calls < 1:
        raise LegionError("a component and a call at least are needed")
    timings = measure_mixture(options.components, options.calls, np.random.default_rng(options.seed))
    table = Table("what", "calls", "p50 ms", "p99 ms", "own p50", "own p99")
    for timing in timings:
        table.add_row(*map(str, asdict(timing).values()))
    Console(stderr=True, highlight=False).print(table)
    return {
        "command": _command(),
        "timings": [asdict(timing) for timing in timings],
        "cores": len(os.sched_getaffinity(0)),
        "load_average": os.getloadavg()[0],
    }


def _plan(options: argparse.Namespace) -> dict:
    import numpy as np

    from legion_ros.evaluation.planning_speed import measure_planning
    from legion_ros.knowledge import Knowledge
    from legion_ros.share import share

    if options.plans < 1:
        raise LegionError("a plan at least is needed")
    folder = Path(options.knowledge) if options.knowledge else share("config", "knowledge", "tabletop")
    operators = Knowledge.load(folder, expert=dict).operators
    times = measure_planning(operators, range(2, 11, 2), options.plans, np.random.default_rng(options.seed))
    return {
        "command": _command(),
        "times_ms": [asdict(time) for time in times],
        "cores": len(os.sched_getaffinity(0)),
        "load_average": os.getloadavg()[0],
    }


def _see(options: argparse.Namespace) -> dict:
    from rich.progress import track

    from legion_ros.evaluation.seeing import look_at_scenes, summary

    console, records = Console(stderr=True, highlight=False), []
    scenes = look_at_scenes(options.seed, options.scenes, options.noise)
    for seen in track(scenes, "scenes", total=options.scenes, console=console):
        records += seen
        for what, names in (
            ("lost", {n for r in seen for n in r.lost}),
            ("phantom", {n for r in seen for n in r.phantoms}),
        ):
            if names:
                console.print(f"seed {seen[0].seed}: {what} {', '.join(sorted(names))}")
    return summary(records, _command(), options.noise)


def _crash(options: argparse.Namespace) -> dict:
    import numpy as np
    from rich.progress import track
    from rich.table import Table

    from legion_ros.evaluation.crash import measure_crashes, rows_per_second

    if options.kills < 1:
        raise LegionError(f"{options.kills} kills is not valid: 1 or more")
    console = Console(stderr=True, highlight=False)
    # beside the working directory's files, not in memory: a disk is what is measured
    with TemporaryDirectory(prefix="legion-crash-", dir=".") as folder:
        kills = iter(track(range(options.kills), "kill -9", console=console))
        next(kills)
        report = measure_crashes(
            Path(folder), options.kills, np.random.default_rng(options.seed), lambda _: next(kills, None)
        )
        speed = rows_per_second(Path(folder), 3.0)
    table = Table("kill -9", str(report.kills))
    for what in ("rows", "checkpoints"):
        acknowledged, lost = (getattr(report, f"{how}_{what}") for how in ("acknowledged", "lost"))
        table.add_row(f"{what} acknowledged", str(acknowledged))
        table.add_row(f"{what} lost", str(lost))
    table.add_row("checkpoints unloadable", str(report.unloadable_checkpoints))
    table.add_row("replays unopenable", str(report.unopenable_replays))
    table.add_row("rows a second", f"{speed['rows_per_s']:.0f}")
    console.print(table)
    return {"command": _command(), **asdict(report), "clean": report.clean, **speed}


# -- through the graph ------------------------------------------------------------------------------------


def _table(options: argparse.Namespace) -> dict:
    from legion_ros.evaluation.table import scene_seeds, summary

    if options.scenes < 1:
        raise LegionError(f"{options.scenes} scenes is not valid: 1 or more")
    console, scenes = Console(stderr=True, highlight=False), []
    with _graph(options.knowledge, options.rate, console, options.perception) as client:
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
    return summary(scenes, _command())


def _long(options: argparse.Namespace) -> dict:
    if options.scenes < 1:
        raise LegionError(f"{options.scenes} scenes is not valid: 1 or more")
    console = Console(stderr=True, highlight=False)
    with _graph(options.knowledge, options.rate, console, options.perception) as client:
        return bench_long.measure(options, client, _command(), console)


def _latency(options: argparse.Namespace) -> dict:
    from legion_ros.evaluation.table import scene_seeds

    console, period = Console(stderr=True, highlight=False), 0.05
    wanted = options.seconds / period
    with _graph(options.knowledge, 1.0, console) as client:
        for seed in scene_seeds(options.seed, 10_000):
            _clear_table(client, seed, lambda: _commands(client) >= wanted)
            console.print(f"{_commands(client)} of {wanted:.0f} commands")
            if _commands(client) >= wanted:
                break
        policy = client.health["policy_node"]
    names = [f"{what}_{how}_ms" for what in ("latency", "jitter") for how in ("p50", "p99", "max")]
    return {
        "command": _command(),
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

    names = client.reset_scene(seed, 3, 6)
    before = client.wait(lambda: _scene_with(client, names), 10.0, "the new scene")
    client.await_seen(names, LOOKING)
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


@contextmanager
def _graph(
    knowledge: str, rate: float, console: Console, perception: str = "truth"
) -> Iterator["GraphClient"]:
    """A graph of its own in a free domain, and a client of it; both end with the block."""
    domain = str(free_domain())
    simulation = Simulation(knowledge=knowledge, rate=rate, perception=perception, domain=domain)
    os.environ.update(simulation.environment())
    from legion_ros.nodes.client import GraphClient
    from legion_ros.nodes.readiness import wait_until_active

    with Supervisor(simulation.processes(), simulation.environment()) as supervisor:

        def look_after() -> bool:
            for happening in supervisor.poll(0.0):
                console.print(
                    f"[dim]{happening.process}: {getattr(happening, 'text', happening)}", soft_wrap=True
                )
            if supervisor.lost:
                raise LegionError(f"cannot keep {', '.join(supervisor.lost)} alive: no figures")
            return True

        if waiting := wait_until_active([p.name for p in simulation.processes()], look_after, STARTING):
            raise LegionError(f"not active after {STARTING:g} s: {', '.join(waiting)}")
        with GraphClient("legion_bench", idle=look_after) as client:
            client.wait(lambda: client.graph_is_up(0.1), 10.0, "answer of composer_node")
            yield client


def _command() -> str:
    """The command line that takes these figures again."""
    return shlex.join(["legion", *sys.argv[1:]])
