"""The figures of `legion bench faults` that take processes which run: each starts a graph of its own."""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.progress import Progress

from legion_ros.cli.bench_graph import running
from legion_ros.core.parent import die_with
from legion_ros.nodes.domain import free_domain
from legion_ros.nodes.faults.priority import measuring_priority
from legion_ros.nodes.graph import Process, Simulation
from legion_ros.nodes.realtime import POLICY
from legion_ros.nodes.robot_graph import DELAY, RobotGraph
from legion_ros.nodes.supervision import WELL
from legion_ros.share import share

if TYPE_CHECKING:
    from legion_ros.evaluation.faults import FaultFigure
    from legion_ros.nodes.client import GraphClient

__all__ = ["LIVE"]

_SOAK = 1200  # s
# What a figure is called by; trials, whether the gate is at SCHED_RR, the priority of what spins beside it.
_CIRCUMSTANCES = {
    "": (1000, True, 0),
    ", beside a policy gone wild": (300, True, POLICY),
    ", without SCHED_RR": (300, False, 0),
}
_ARM = "franka"  # whose gate is asked for what goes stale
_MOST_RESPAWNS = 1000
_LOSS = 0.3


def _count(full: int, options: argparse.Namespace) -> int:
    return max(1, round(full * options.share))


@contextmanager
def _busy(processes: int, priority: int = 0) -> Iterator[str]:
    """So many processes that want a core each, at a priority of SCHED_RR where that is not 0; says so."""
    with ExitStack() as stack:
        for _ in range(processes):
            spinning = subprocess.Popen(
                [sys.executable, "-c", "while True: pass"], preexec_fn=partial(die_with, os.getpid())
            )
            stack.callback(spinning.wait)
            stack.callback(spinning.kill)
            if priority:
                os.sched_setscheduler(spinning.pid, os.SCHED_RR, os.sched_param(priority))
        how = f" at SCHED_RR {priority}, as a policy that has gone wild" if priority else ""
        yield f"{processes} processes spinning on {len(os.sched_getaffinity(0))} cores beside it{how}"


@contextmanager
def _progress(console: Console, what: str, total: int) -> Iterator[Callable[[int], object]]:
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)


def _simulation(rate: float = 1.0, perception: str = "truth") -> Simulation:
    return Simulation(rate=rate, perception=perception, domain=str(free_domain()))


def _gate_alone(simulation: Simulation | RobotGraph, real_time: bool) -> list[Process]:
    """Of a graph's processes, safety_node alone."""
    (gate,) = (process for process in simulation.processes() if process.name == "safety_node")
    if real_time:
        return [gate]
    return [replace(gate, parameters={**gate.parameters, "realtime_priority": 0})]


@contextmanager
def _scheduling(real_time: bool) -> "Iterator[_Scheduling]":
    """This process at the priority of what it measures; says which that is."""
    if not real_time:
        yield _Scheduling("nothing at SCHED_RR", refused=False)
        return
    with measuring_priority() as refused:
        yield _Scheduling(refused or "safety_node and the measuring process at SCHED_RR", bool(refused))


@dataclass(frozen=True)
class _Scheduling:
    text: str
    refused: bool


def _others_at_real_time() -> int:
    """Processes that neither this one nor its children are: what they do may come first."""
    found = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended
            pid, parent = int(stat.parent.name), int(stat.read_text().rpartition(")")[2].split()[1])
            real_time = os.sched_getscheduler(pid) & ~os.SCHED_RESET_ON_FORK in (os.SCHED_RR, os.SCHED_FIFO)
            ours = os.getpid() in (pid, parent)
            kernel = 2 in (pid, parent)
            found += real_time and not ours and not kernel
    return found


def _with_and_without_priority(
    options: argparse.Namespace,
    console: Console,
    what: str,
    graph: Callable[[], Simulation | RobotGraph],
    measure: Callable[..., "FaultFigure"],
) -> "Iterator[FaultFigure]":
    """Of safety_node alone, beside processes that spin: at SCHED_RR, beside ones at the policy's; without."""
    for circumstance, (full, real_time, wild) in _CIRCUMSTANCES.items():
        trials, simulation = _count(full, options), graph()
        with (
            running(simulation, _gate_alone(simulation, real_time), console) as (client, _),
            _progress(console, what, trials) as done,
            _scheduling(real_time) as scheduling,
            _busy(2, wild if not scheduling.refused else 0) as load,
        ):
            rng, others = np.random.default_rng(options.seed), _others_at_real_time()
            notes = f"{load}; {scheduling.text}; {others} processes of others at real-time priority"
            figure = measure(client, trials, rng, done, notes)
        yield replace(figure, figure=f"{figure.figure}{circumstance}")


def _stop(options: argparse.Namespace, console: Console) -> "Iterator[FaultFigure]":
    from legion_ros.nodes.faults.stops import measure_stops

    yield from _with_and_without_priority(options, console, "stop requests", _simulation, measure_stops)


def _stale(options: argparse.Namespace, console: Console) -> "Iterator[FaultFigure]":
    from legion_ros.nodes.faults.staleness import measure_staleness
    from legion_ros.robots import load_robot

    def physical() -> RobotGraph:  # what an arm in the world gets, of which safety_node alone is started
        return RobotGraph(robot=_ARM, simulated="false", domain=str(free_domain()))

    def measure(client: "GraphClient", trials: int, rng: np.random.Generator, *rest: Any) -> "FaultFigure":
        return measure_staleness(client, trials, rng, *rest, arm=load_robot(_ARM), max_delay=DELAY)

    yield from _with_and_without_priority(options, console, "things that go stale", physical, measure)


def _respawn(options: argparse.Namespace, console: Console) -> "Iterator[FaultFigure]":
    from legion_ros.nodes.faults.kills import measure_kills

    kills, simulation = _count(100, options), _simulation()
    processes = [replace(process, respawns=_MOST_RESPAWNS) for process in simulation.processes()]
    with (
        running(simulation, processes, console) as (client, supervisor),
        _progress(console, "policy or learner killed", kills) as done,
    ):
        rng = np.random.default_rng(options.seed)
        shipped = simulation.processes()[0].respawns
        notes = (
            f"pace of the wall clock; respawns={_MOST_RESPAWNS} where {shipped} ship, counted anew after"
            f" {WELL:g} s of life: a node is killed here before it has lived for so long"
        )
        yield measure_kills(client, lambda: supervisor.pids, kills, rng, done, notes)


def _cancel(options: argparse.Namespace, console: Console) -> "Iterator[FaultFigure]":
    from legion_ros.nodes.faults.cancels import measure_cancels

    cycles, simulation = _count(10_000, options), _simulation()
    with (
        running(simulation, simulation.processes(), console) as (client, _),
        _progress(console, "goals canceled", cycles) as done,
    ):
        rng = np.random.default_rng(options.seed)
        yield measure_cancels(client, cycles, rng, done, "pace of the wall clock")


def _drop(options: argparse.Namespace, console: Console) -> "Iterator[FaultFigure]":
    from legion_ros.nodes.faults.losses import lossy_command, measure_losses
    from legion_ros.nodes.faults.lossy_relay import STREAMS

    goals, simulation = _count(50, options), _simulation()
    relay = Process("lossy_relay", share("config", "safety_node.yaml"), {})
    processes = simulation.processes()

    def command(process: Process) -> list[str]:
        return lossy_command(process, _LOSS, options.seed)

    waited_for = [process.name for process in processes]
    with (
        running(simulation, [relay, *processes], console, command, waited_for) as (client, _),
        _progress(console, "goals with messages dropped", goals) as done,
    ):
        notes = (
            f"each message on {', '.join(STREAMS)} dropped with a chance of {_LOSS:g}; nothing of the others"
            " (safety_state, alarm, goal) and of services and actions, which ask again"
        )
        yield measure_losses(client, goals, np.random.default_rng(options.seed), done, notes)


def _soak(options: argparse.Namespace, console: Console) -> "Iterator[FaultFigure]":
    from legion_ros.nodes.faults.soak import measure_soak

    duration, simulation = _count(_SOAK, options), _simulation(perception="camera")
    with (
        running(simulation, simulation.processes(), console) as (client, supervisor),
        _progress(console, "s of work", duration) as done,
    ):
        rng = np.random.default_rng(options.seed)
        yield measure_soak(
            client, lambda: supervisor.pids, duration, rng, done, "camera, pace of the wall clock"
        )


LIVE: dict[str, Callable[[argparse.Namespace, Console], "Iterator[FaultFigure]"]] = {
    "stop": _stop,
    "stale": _stale,
    "respawn": _respawn,
    "cancel": _cancel,
    "drop": _drop,
    "soak": _soak,
}
