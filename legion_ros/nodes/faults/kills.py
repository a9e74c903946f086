"""Policy or learner killed -9 while the arm works."""

import os
import signal
import time
from collections.abc import Callable

import numpy as np

from legion_ros.core import LegionError
from legion_ros.evaluation.faults import FaultFigure
from legion_ros.nodes.client import GraphClient
from legion_ros.nodes.faults.occupied import Occupied
from legion_ros.nodes.readiness import Readiness

__all__ = ["VICTIMS", "measure_kills"]

VICTIMS = ("policy_node", "teacher_node")
_LATE = 0.1  # s after the death of the policy in which its last command may still be heard
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

    A miss: a command outside the limits, one that moves the arm more than 100 ms after the policy was killed
    and before another one publishes commands, or a victim that is not active again within 5 s.

    Args:
        client: of a graph whose processes are started again.
        pids: process ids by node, as they are now.
        kills: in all.
        rng: for goals and moments.
        done: told how many there have been.
        notes: conditions.
    """
    occupied, seconds = Occupied(client, rng), []
    late = slow = 0
    for number in range(kills):
        victim = VICTIMS[number % len(VICTIMS)]
        _until_it_moves(client, occupied, float(rng.uniform(0.1, 1.0)))
        old, known = pids()[victim], _commanders(client)
        os.kill(old, signal.SIGKILL)
        killed, moved_late = time.monotonic(), False
        while pids().get(victim, old) == old and time.monotonic() - killed < 30.0:
            client.spin(0.01)
            moved_late |= _moves_late(client, occupied, victim, killed, known)
        readiness = Readiness(client.node, [victim], again=_ASKED)
        while readiness.poll() and time.monotonic() - killed < 60.0:
            client.spin(0.01)
            moved_late |= _moves_late(client, occupied, victim, killed, known)
        seconds.append(time.monotonic() - killed)
        late += moved_late
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


def _commanders(client: GraphClient) -> set[bytes]:
    """Who publishes commands, by the identity of the publisher: those who died stay known for a while."""
    publishers = client.node.get_publishers_info_by_topic("/legion/policy_command")
    return {bytes(publisher.endpoint_gid) for publisher in publishers}


def _moves_late(
    client: GraphClient, occupied: Occupied, victim: str, killed: float, known: set[bytes]
) -> bool:
    """Whether the arm is told to move though nobody but the dead one can have wanted it."""
    moved = victim == "policy_node" and occupied.last_motion > killed + _LATE
    return moved and _commanders(client) <= known


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
