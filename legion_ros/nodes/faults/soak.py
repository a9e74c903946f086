"""A graph at work for long: does it keep its memory and its descriptors?"""

import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np

from legion_ros.evaluation.faults import FaultFigure
from legion_ros.nodes.client import GraphClient
from legion_ros.nodes.faults.occupied import Occupied

__all__ = ["measure_soak"]

_WARM = 0.25  # of the time, after which everything has been loaded and used
_EVERY = 5.0  # s between samples
_MOST = 0.01  # growth of memory, of the whole graph


def measure_soak(
    client: GraphClient,
    pids: Callable[[], dict[str, int]],
    duration: float,
    rng: np.random.Generator,
    done: Callable[[int], object],
    notes: str,
) -> FaultFigure:
    """Give goals for `duration` s. Compares the second quarter of the time with the last one, by medians.

    A miss: the memory that the graph's processes have for themselves has grown by 1 % or more, one of them
    has more descriptors open, a goal got no answer any more, or a process died and was started again.
    """
    occupied, began = Occupied(client, rng), time.monotonic()
    memory, descriptors, when = defaultdict(list), defaultdict(list), []
    known, respawned, due = dict(pids()), Counter[str](), 0.0
    while (elapsed := time.monotonic() - began) < duration:
        occupied.tend()
        client.spin(0.05)
        respawned.update(name for name, pid in pids().items() if known[name] != pid)
        known.update(pids())
        if elapsed > due:
            due += _EVERY
            sample = _sample(pids())
            if sample.keys() == known.keys():  # else one of them is being started again
                when.append(elapsed)
                for name, (private, opened) in sample.items():
                    memory[name].append(private)
                    descriptors[name].append(opened)
            done(int(elapsed))
    occupied.end()
    first, last = _quarters(np.array(when), duration)
    total = np.sum(list(memory.values()), axis=0)
    growth = float(np.median(total[last]) / np.median(total[first]) - 1)
    leaks = {
        name: (int(np.median(np.array(counts)[first])), int(np.median(np.array(counts)[last])))
        for name, counts in descriptors.items()
        if np.median(np.array(counts)[last]) > np.median(np.array(counts)[first])
    }
    each = ", ".join(
        f"{name} {np.median(np.array(m)[first]) / 2**20:.1f} to {np.median(np.array(m)[last]) / 2**20:.1f}"
        for name, m in memory.items()
    )
    misses = int(growth >= _MOST) + len(leaks) + occupied.lost + respawned.total()
    return FaultFigure(
        figure=f"soak of {duration / 60:.0f} min: growth of memory, descriptors, goals lost, respawns",
        trials=1,
        misses=misses,
        target="under 1 %, none, none, none",
        holds=misses == 0,
        notes=(
            f"{notes}; private memory {100 * growth:+.2f} % from the second to the last quarter; MiB: {each};"
            f" descriptors {leaks or 'no more than before'}; {occupied.succeeded} goals succeeded,"
            f" {occupied.failed} failed, {occupied.canceled} of them canceled by the bench (after 120 s,"
            f" or at its end), {occupied.lost} lost; respawns: {dict(respawned) or 'none'};"
            f" why the others failed: {dict(occupied.reasons.most_common(6))}"
        ),
    )


def _quarters(when: np.ndarray, duration: float) -> tuple[np.ndarray, np.ndarray]:
    """Which samples are of the second quarter, and which of the last."""
    share = when / duration
    return (share >= _WARM) & (share < 2 * _WARM), share >= 1 - _WARM


def _sample(pids: dict[str, int]) -> dict[str, tuple[int, int]]:
    """Private bytes and open descriptors of each process that lives."""
    found = {}
    for name, pid in pids.items():
        with suppress(OSError):
            found[name] = _private_bytes(pid), len(os.listdir(f"/proc/{pid}/fd"))
    return found


def _private_bytes(pid: int) -> int:
    """Memory that no other process shares."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
