"""Policy or learner killed -9 while the arm works."""

import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from legion_ros.core import LegionError
from legion_ros.evaluation.faults import FaultFigure
from legion_ros.msg import ToolCommand as ToolCommandMessage
from legion_ros.nodes.client import GraphClient
from legion_ros.nodes.faults.occupied import Occupied
from legion_ros.nodes.qos import COMMAND
from legion_ros.nodes.readiness import Readiness

__all__ = ["LATE", "VICTIMS", "measure_kills", "moves_late"]

VICTIMS = ("policy_node", "teacher_node")
LATE = 0.1  # s after the death of the policy in which its last command may still move the arm
_BACK = 5.0  # s
_ASKED = 0.5  # s between questions whether it is back: the first ones may go to the dead one


def measure_kills(
    client: GraphClient,
    pids: Callable[[], dict[str, int]],
    kills: int,
    rng: np.random.Generator,
    done: Callable[[int], object],
    notes: str,
) -> FaultFigure:
    """Kill one of `VICTIMS` after the other, while the arm moves.

    A miss: a command outside the limits, one that moves the arm and is published more than 100 ms after the
    policy was killed and before another one publishes any, or a victim that is not active again within 5 s.

    Args:
        client: of a graph whose processes are started again.
        pids: process ids by node, as they are now.
        kills: in all.
        rng: for goals and moments.
        done: told how many there have been.
        notes: conditions.
    """
    occupied, heir, seconds = Occupied(client, rng), _Heir(client), []
    late = slow = 0
    for number in range(kills):
        victim = VICTIMS[number % len(VICTIMS)]
        _until_it_moves(client, occupied, float(rng.uniform(0.1, 1.0)))
        old = pids()[victim]
        os.kill(old, signal.SIGKILL)
        killed, heir.began = time.monotonic(), None
        heir.after = time.time()
        while pids().get(victim, old) == old and time.monotonic() - killed < 30.0:
            client.spin(0.01)
        readiness = Readiness(client.node, [victim], again=_ASKED)
        while readiness.poll() and time.monotonic() - killed < 60.0:
            client.spin(0.01)
        seconds.append(time.monotonic() - killed)
        late += victim == "policy_node" and moves_late(occupied.motions, heir.after, heir.began)
        slow += seconds[-1] > _BACK
        done(number + 1)
    occupied.end()
    misses = late + slow + occupied.unlimited + occupied.lost
    found = (
        f"{occupied.unlimited} commands outside the limits, {late} late, {slow} slower than {_BACK:g} s;"
        f" {occupied.accepted} goals meanwhile: {occupied.succeeded} succeeded, {occupied.failed} failed,"
        f" {occupied.lost} without an answer"
    )
    return FaultFigure.of(
        "policy or learner killed -9: unlimited or late commands; back",
        "0, back within 5 s",
        misses,
        seconds,
        notes=f"{notes}; {', '.join(VICTIMS)} in turn; {found}",
    )


class _Heir:
    """Whoever commands after the dead one, by when its first command was published."""

    def __init__(self, client: GraphClient) -> None:
        self.after = np.inf  # s since the epoch: what was published later is not the dead one's
        self.began: float | None = None  # s since the epoch
        callback: Any = self._on_command
        client.node.create_subscription(ToolCommandMessage, "/legion/policy_command", callback, COMMAND)

    def _on_command(self, message: ToolCommandMessage, info: Mapping[str, int]) -> None:
        published = info["source_timestamp"] * 1e-9
        if self.began is None and published > self.after:
            self.began = published


def moves_late(motions: Iterable[float], killed: float, succeeded: float | None) -> bool:
    """Whether the arm was told to move when nobody but the dead policy can have wanted it.

    By when commands were published: what is late to be heard, on a machine that is busy with starting the
    policy again, was not late for the arm.

    Args:
        motions: s since the epoch, when a command that moves the arm was published.
        killed: s, when the policy was.
        succeeded: s, when another one published its first command; None where none has.
    """
    end = np.inf if succeeded is None else succeeded
    return any(killed + LATE < moved < end for moved in motions)


def _until_it_moves(client: GraphClient, occupied: Occupied, duration: float) -> None:
    """Until the arm has worked for that long."""
    end, began = time.monotonic() + 60.0, None
    while began is None or time.monotonic() - began < duration or not occupied.moving:
        if time.monotonic() > end:
            raise LegionError("the arm does not move: there is nobody to kill at work")
        occupied.tend()
        client.spin(0.02)
        if occupied.moving and began is None:
            began = time.monotonic()
