"""`legion bench`: the figures of the whole thing, measured through the real graph, printed as JSON."""

import argparse
import json
import os
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from legion_ros.cli import bench_faults, bench_hostile, bench_long, bench_table, bench_teach
from legion_ros.cli.bench_graph import command_line, running
from legion_ros.cli.bench_table import INSTRUCTION
from legion_ros.core.errors import LegionError
from legion_ros.evaluation.circumstances import circumstances
from legion_ros.evaluation.rows import append_row

__all__ = ["SUMMARY", "add_arguments", "run"]

_SPEEDS = ("latency", "plan", "sim", "mixture", "see")  # a row of these is all that they print
SUMMARY = "measure: success at clearing tables, latency of control, speed of simulator and mixture, kill -9"


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
    attacks = benches.add_parser("hostile", help=bench_hostile.HELP)
    bench_hostile.add_arguments(attacks)
    faults = benches.add_parser("faults", help=bench_faults.HELP)
    bench_faults.add_arguments(faults)
    teach = benches.add_parser("teach", help=bench_teach.HELP)
    bench_teach.add_arguments(teach)
    see = benches.add_parser("see", help="what perception makes of random scenes of 2 to 8 objects")
    see.add_argument("--scenes", type=int, default=50, help="how many (default: %(default)s)")
    text = "m: standard deviation of the depth at 1 m (default: %(default)s)"
    see.add_argument("--noise", type=float, default=0.001, help=text)
    for bench in (table, latency, plan, words, long, attacks):
        bench.add_argument("--knowledge", default="", help="folder of what was learned (default: what ships)")
    for bench in (table, latency, plan, speed, crash, mixture, long, attacks, faults, teach, see):
        bench.add_argument("--seed", type=int, default=0, help="of what is random (default: %(default)s)")
    text = "append the figures, with commit, date and load, to this file, such as results/speed.jsonl"
    for name in _SPEEDS:
        benches.choices[name].add_argument("--out", type=Path, help=text)


def run(options: argparse.Namespace) -> int:
    """Measure, print the figures; 0 when they could be taken, whatever they are."""
    if getattr(options, "seed", 0) < 0:
        raise LegionError(f"seed {options.seed} is not valid: 0 or more")
    benches = {
        "table": bench_table.measure_table,
        "long": _long,
        "hostile": bench_hostile.measure,
        "faults": bench_faults.measure,
        "teach": bench_teach.measure,
        "latency": bench_table.measure_latency,
        "plan": _plan,
        "sim": _speed,
        "crash": _crash,
        "mixture": _mixture,
        "instructions": _instructions,
        "see": _see,
    }
    before = circumstances(options.seed) if options.bench in _SPEEDS else {}
    figures = benches[options.bench](options)
    print(json.dumps(figures, indent=2))
    if options.bench in _SPEEDS:
        append_row(options.out, {"bench": options.bench, **before, **figures})
    return 0


def _speed(options: argparse.Namespace) -> dict:
    from legion_ros.evaluation.simulator_speed import measure_speed

    return {"command": command_line(), **measure_speed(options.seed, options.simulated)}


def _instructions(options: argparse.Namespace) -> dict:
    from legion_ros.evaluation.instructions import InstructionSet, measure, summary
    from legion_ros.knowledge import Knowledge
    from legion_ros.language import SentenceEncoder
    from legion_ros.language.rephrasing import Rephraser
    from legion_ros.share import share
    from legion_ros.skills.composer import Composer

    file = options.sentences or share("test", "language", "sentences", "instructions100.yaml")
    folder = options.knowledge or share("config", "knowledge", "tabletop")
    sentences = InstructionSet.load(Path(file))
    encoder = SentenceEncoder()
    encoder.warm()
    # nobody acts here: the experts' tensors will do
    rephraser = Rephraser.shipped()
    composer = Composer(
        Knowledge.load(Path(folder), dict), encoder, share("config", "goals.yaml"), rephraser=rephraser
    )
    return summary(measure(sentences, lambda said, scene: composer.plan(said, scene).goal), command_line())


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
        "command": command_line(),
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
        "command": command_line(),
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
    return summary(records, command_line(), options.noise)


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
    return {"command": command_line(), **asdict(report), "clean": report.clean, **speed}


def _long(options: argparse.Namespace) -> dict:
    if options.scenes < 1:
        raise LegionError(f"{options.scenes} scenes is not valid: 1 or more")
    console = Console(stderr=True, highlight=False)
    chosen = bench_long.chosen_graph(options)
    with running(chosen, chosen.processes(), console) as (client, _):
        return bench_long.measure(options, client, command_line(), console)
