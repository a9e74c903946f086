"""`legion bench faults`: faults made on purpose, counted."""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from legion_ros.cli import bench_hostile
from legion_ros.cli.bench_faults_live import LIVE
from legion_ros.cli.bench_graph import command_line
from legion_ros.core.errors import LegionError
from legion_ros.evaluation.rows import append_row
from legion_ros.share import share

if TYPE_CHECKING:
    from legion_ros.evaluation.faults import FaultFigure

__all__ = ["HELP", "add_arguments", "measure"]

HELP = "faults made on purpose: stops, stale states, kill -9, lost messages, hostile goals, wedged tools"
_ROUNDS = 20  # of each kind of evil folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which faults, how many of them."""
    add, known = parser.add_argument, ", ".join(_FIGURES)
    add("--figures", nargs="*", default=list(_FIGURES), metavar="NAME", help=f"of {known} (default: all)")
    add("--share", type=float, default=1.0, help="of the full counts that is made (default: %(default)s)")
    add("--out", type=Path, help="append the rows to this file, such as results/faults.jsonl")


def measure(options: argparse.Namespace) -> dict[str, object]:
    """Make the faults, print what came of them as a table."""
    unknown = [name for name in options.figures if name not in _FIGURES]
    if unknown or not options.figures:
        raise LegionError(f"no figure {', '.join(unknown) or 'was named'}; known: {', '.join(_FIGURES)}")
    if not 0 < options.share <= 1:
        raise LegionError(f"a share of {options.share:g} is not valid: more than 0, at most 1")
    from legion_ros.evaluation.circumstances import circumstances

    console, rows = Console(stderr=True, highlight=False), []
    table = Table("fault", "trials", "misses", "p50 ms", "p99 ms", "max ms", "target", "holds")
    for name in options.figures:
        before = circumstances(options.seed)
        for figure in _FIGURES[name](options, console):
            rows.append(figure.row(command_line(), before))
            keys = ("figure", "trials", "misses", "p50_ms", "p99_ms", "max_ms", "target", "holds")
            table.add_row(*("" if rows[-1][key] is None else str(rows[-1][key]) for key in keys))
            append_row(options.out, rows[-1])
    console.print(table)
    return {"command": command_line(), "figures": rows}


def _count(full: int, options: argparse.Namespace) -> int:
    return max(1, round(full * options.share))


def _fuzz(options: argparse.Namespace, console: Console) -> "Iterator[FaultFigure]":
    from legion_ros.evaluation.faults.fuzz import fuzz

    trials = _count(1_000_000, options)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("fuzzed actions", total=trials)
        yield fuzz(trials, np.random.default_rng(options.seed), lambda n: progress.update(task, completed=n))


def _kills(options: argparse.Namespace, console: Console) -> "Iterator[FaultFigure]":
    from rich.progress import track

    from legion_ros.evaluation.crash import CHECKPOINTS, REPLAY, measure_crashes, rows_per_second
    from legion_ros.evaluation.faults import FaultFigure

    kills, rng = _count(200, options), np.random.default_rng(options.seed)
    for kind in (REPLAY, CHECKPOINTS):
        # beside the working directory's files, not in memory: a disk is what is measured
        with TemporaryDirectory(prefix="legion-crash-", dir=".") as folder:
            ticks = iter(track(range(kills), f"kill -9, {kind}", console=console, transient=True))
            next(ticks)
            report = measure_crashes(Path(folder), kills, rng, lambda _, t=ticks: next(t, None), [kind])
        rows = kind == REPLAY
        saved = report.acknowledged_rows if rows else report.acknowledged_checkpoints
        lost = report.lost_rows if rows else report.lost_checkpoints
        unloadable = report.unopenable_replays if rows else report.unloadable_checkpoints
        what = f"{saved} {'rows' if rows else kind} acknowledged, {lost} lost, {unloadable} times unloadable"
        hit = ", ".join(f"{moment} {count}" for moment, count in sorted(report.hit.items()))
        written = "the replay is written" if rows else "checkpoints are written"
        yield FaultFigure(
            figure=f"kill -9 while {written}: lost or unloadable",
            trials=report.kills,
            misses=lost + unloadable,
            target="0",
            holds=report.clean,
            notes="; ".join([what, f"what the kills hit: {hit}", *report.faults[:5]]),
        )
    with TemporaryDirectory(prefix="legion-crash-", dir=".") as folder:
        rate = float(rows_per_second(Path(folder), 3.0)["rows_per_s"])
    yield FaultFigure(
        figure="rows a second at synchronous FULL",
        trials=1,
        misses=int(rate < 5000),
        target="at least 5000",
        holds=rate >= 5000,
        notes=f"{rate:.0f} rows a second",
    )


def _hostile(options: argparse.Namespace, console: Console) -> "Iterator[FaultFigure]":
    from legion_ros.evaluation.faults import FaultFigure

    said = argparse.Namespace(
        hostile=_count(500, options), fair=_count(200, options), seed=options.seed, knowledge=""
    )
    got = bench_hostile.measure(said)
    wrong = "; ".join(repr(entry["said"]) for entry in got["wrong"])
    yield FaultFigure(
        figure="hostile goals: dispatched, or the arm moved",
        trials=got["hostile"],
        misses=got["hostile_wrong"],
        target="0",
        holds=not got["hostile_wrong"],
        p50_ms=got["p50_ms"],
        p99_ms=got["p99_ms"],
        notes=f"tool moved by {got['most_moved_m']} m at most; {wrong}",
    )
    most = got["fair"] // 20
    yield FaultFigure(
        figure="fair goals: refused",
        trials=got["fair"],
        misses=got["fair_refused"],
        target=f"at most {most}",
        holds=got["fair_refused"] <= most,
    )


def _evil(options: argparse.Namespace, console: Console) -> "Iterator[FaultFigure]":
    from legion_ros.evaluation.faults.evil import load_evil

    rounds, rng = _count(_ROUNDS, options), np.random.default_rng(options.seed)
    with TemporaryDirectory(prefix="legion-evil-") as folder:
        yield load_evil(Path(share("config", "knowledge", "tabletop")), Path(folder), rounds, rng)


def _breaker(options: argparse.Namespace, console: Console) -> "Iterator[FaultFigure]":
    import torch

    from legion_ros.evaluation.faults.breaker import nominal, wedge
    from legion_ros.evaluation.faults.conduct import FAULTS, conduct
    from legion_ros.knowledge import Knowledge

    torch.set_num_threads(1)
    trials, rng = _count(100, options), np.random.default_rng(options.seed)
    for fault in FAULTS:
        yield conduct(fault, trials, rng)
    known = Knowledge.load(Path(share("config", "knowledge", "tabletop")))
    experts = {component.skill: component.expert.act for component in known.components}
    for name, work in (
        ("wedged tools", lambda tell: wedge(trials, experts, rng, tell)),
        ("nominal episodes", lambda tell: nominal(trials, experts, rng, tell)),
    ):
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task(name, total=trials)
            yield work(lambda n, task=task, progress=progress: progress.update(task, completed=n))


_FIGURES: dict[str, Callable[[argparse.Namespace, Console], "Iterator[FaultFigure]"]] = {
    "fuzz": _fuzz,
    "kills": _kills,
    "hostile": _hostile,
    "evil": _evil,
    "breaker": _breaker,
    **LIVE,
}
