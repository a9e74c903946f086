"""Whether what was acknowledged is still there after kill -9: a writer, its killer, and what was found."""

import json
import multiprocessing
import os
import signal
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from legion_ros.core import LegionError
from legion_ros.evaluation.crash_survey import (
    ACTION,
    BLOCKS,
    OBSERVATION,
    ROWS,
    Acknowledged,
    Survey,
    block,
    survey,
    weights,
)
from legion_ros.learning import checkpoint
from legion_ros.learning.replay import Replay

__all__ = ["CHECKPOINTS", "REPLAY", "CrashReport", "measure_crashes", "rows_per_second", "write"]

REPLAY, CHECKPOINTS = "replay", "checkpoints"  # what a writer writes: one of them, or both in turn
_BOTH = (REPLAY, CHECKPOINTS)
MOST = 40  # acknowledgements, after one of which a writer is killed
SOON = 0.01  # s within which, after that
PATIENCE = 60.0  # s that they may take
_RECORD = struct.Struct("<cqq")  # what was acknowledged, of which task, up to which number
Acknowledge = Callable[[bytes, int, int], None]


@dataclass
class CrashReport:
    """What a number of kills did."""

    kills: int = 0
    hit: dict[str, int] = field(default_factory=dict)  # kills by what was under way
    acknowledged_rows: int = 0
    lost_rows: int = 0  # acknowledged, but not there, or not as they were
    acknowledged_checkpoints: int = 0
    lost_checkpoints: int = 0  # an older one than the last acknowledged is found, or another one
    unloadable_checkpoints: int = 0
    unopenable_replays: int = 0
    faults: list[str] = field(default_factory=list)  # why they could not be loaded or opened

    @property
    def clean(self) -> bool:
        """Nothing was lost."""
        return not (
            self.lost_rows or self.lost_checkpoints or self.unloadable_checkpoints or self.unopenable_replays
        )

    def add(self, found: Survey) -> None:
        """Count what was found after one more kill."""
        self.kills += 1
        self.lost_rows += found.lost_rows
        self.lost_checkpoints += found.lost_checkpoint
        self.unloadable_checkpoints += bool(found.unloadable_checkpoint)
        self.unopenable_replays += bool(found.unopenable_replay)
        self.faults += filter(None, (found.unloadable_checkpoint, found.unopenable_replay))


def write(
    folder: Path, task: int, saved: int, acknowledge: Acknowledge, kinds: Sequence[str] = _BOTH
) -> None:
    """Append, finish and save for ever; says what has reached the disk, as soon as it has."""
    acknowledge(b"s", task, 0)
    while REPLAY not in kinds:
        saved = _save(folder, task, saved, acknowledge)
    with Replay(folder / "replay.sqlite", OBSERVATION, ACTION) as replay:
        while True:
            for start in range(0, BLOCKS * ROWS, ROWS):
                replay.append(str(task), block(task, start))
                acknowledge(b"r", task, start + ROWS)
                if start // ROWS % 2 and CHECKPOINTS in kinds:
                    saved = _save(folder, task, saved, acknowledge)
            replay.finish(str(task), np.random.default_rng(task))
            acknowledge(b"f", task, 0)
            task += 1


def _save(folder: Path, task: int, saved: int, acknowledge: Acknowledge) -> int:
    """One more checkpoint; its number."""
    checkpoint.save(folder / "run", weights(saved + 1), {"number": saved + 1})
    acknowledge(b"c", task, saved + 1)
    return saved + 1


def _writer(folder: str, task: int, saved: int, kinds: Sequence[str], pipe: Connection) -> None:
    """The process that is killed. A write to a pipe needs no flush: it outlives its writer."""

    def acknowledge(*item: Any) -> None:
        os.write(pipe.fileno(), _RECORD.pack(*item))

    write(Path(folder), task, saved, acknowledge, kinds)


def measure_crashes(
    folder: Path,
    kills: int,
    rng: np.random.Generator,
    progress: Callable[[CrashReport], object] = lambda report: None,
    kinds: Sequence[str] = _BOTH,
) -> CrashReport:
    """Kill so many writers, one after the other on the same files, at random moments.

    Args:
        folder: an empty one for the files.
        kills: how many.
        rng: draws the moments.
        progress: called after each kill.
        kinds: what is written, of `REPLAY` and `CHECKPOINTS`.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    report, acknowledged = CrashReport(), Acknowledged()
    for _ in range(kills):
        items = _killed(context, folder, acknowledged, kinds, rng)
        for item in items:
            acknowledged.take(*item)
        done = [kind for kind, *_ in items]
        report.acknowledged_rows += ROWS * done.count(b"r")
        report.acknowledged_checkpoints += done.count(b"c")
        hit = _hit(items[-1], kinds, folder / "run", acknowledged.saved)
        report.hit[hit] = report.hit.get(hit, 0) + 1
        report.add(survey(folder, acknowledged))
        progress(report)
    return report


def _hit(last: tuple[bytes, int, int], kinds: Sequence[str], run: Path, saved: int) -> str:
    """What was under way: what comes after that which was last acknowledged."""
    kind, _, rows = last
    if REPLAY not in kinds:
        return "first save after a start" if kind == b"s" else _hit_of_save(run, saved)
    if kind == b"s":
        return "opening"
    if kind == b"r" and CHECKPOINTS in kinds and rows // ROWS % 2 == 0:
        return "save"
    return "finish" if rows == BLOCKS * ROWS and kind == b"r" else "append"


def _hit_of_save(run: Path, saved: int) -> str:
    """How far a save had come, by what it left."""
    names = [path.name for path in run.iterdir()]
    if any(name.endswith(".safetensors.new") for name in names):
        return "numbers half written"
    if f"{checkpoint.MANIFEST}.new" in names:
        return "manifest half written"
    if json.loads((run / checkpoint.MANIFEST).read_text())["facts"]["number"] > saved:
        return "written, not yet acknowledged"
    beside = sum(name.endswith(".safetensors") for name in names) > 1
    return "numbers written, manifest to come" if beside else "between two saves"


def _killed(
    context: multiprocessing.context.BaseContext,
    folder: Path,
    before: Acknowledged,
    kinds: Sequence[str],
    rng: np.random.Generator,
) -> list[tuple[bytes, int, int]]:
    """Start a writer and kill it; what it acknowledged.

    The moment is drawn in what it has done, then in seconds: on a crowded machine it might not have begun
    to write otherwise.
    """
    here, there = context.Pipe(duplex=False)
    arguments = (str(folder), before.tasks, before.saved, kinds, there)
    process = context.Process(target=_writer, args=arguments, daemon=True)
    process.start()
    there.close()
    enough = _RECORD.size * (1 + int(rng.integers(MOST)))  # the first says that it lives
    data, end = b"", time.monotonic() + PATIENCE
    while len(data) < enough and here.poll(max(0.0, end - time.monotonic())):
        if not (more := os.read(here.fileno(), enough - len(data))):
            break  # it ended by itself
        data += more
    time.sleep(float(rng.uniform(0, SOON)))
    process.kill()
    process.join()
    while more := os.read(here.fileno(), 2**16):
        data += more
    here.close()
    if process.exitcode != -signal.SIGKILL or not data:
        raise LegionError(f"the writer ended by itself, with exit code {process.exitcode}: no figures")
    return list(_RECORD.iter_unpack(data))


def rows_per_second(folder: Path, seconds: float) -> dict[str, float]:
    """Acknowledged rows a second when nothing is killed, one block of `ROWS` in each transaction."""
    rows, slowest = 0, 0.0
    with Replay(folder / "speed.sqlite", OBSERVATION, ACTION) as replay:
        began = time.monotonic()
        while (now := time.monotonic()) - began < seconds:
            replay.append("speed", block(0, rows))
            rows += ROWS
            slowest = max(slowest, time.monotonic() - now)
        took = time.monotonic() - began
    return {"rows_per_s": rows / took, "slowest_block_ms": 1000 * slowest}
