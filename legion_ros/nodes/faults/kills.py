"""Policy or learner killed -9 while the arm works."""

import os
import signal
import time
from collections.abc import Callable, Sequence

import numpy as np

from legion_ros.core import LegionError
from legion_ros.evaluation.faults import FaultFigure
from legion_ros.nodes.client import GraphClient
from legion_ros.nodes.faults.occupied import Motion, Occupied
from legion_ros.nodes.readiness import Readiness
from legion_ros.safety import GateConfig

__all__ = ["VICTIMS", "measure_kills", "moves_late"]

VICTIMS = ("policy_node", "teacher_node")
LATE = 0.1  # s after the death of the policy in which its last command may still move the arm
UNBORN = 0.5  # s that a process is sure to need before it commands: its imports take longer
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
    policy was killed and can be nobody else's, or a victim that is not active again within 5 s.

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
        old = pids()[victim]
        os.kill(old, signal.SIGKILL)
        killed, at = time.monotonic(), time.time()
        while pids().get(victim, old) == old and time.monotonic() - killed < 30.0:
            client.spin(0.01)
        started = time.time()
        readiness = Readiness(client.node, [victim], again=_ASKED)
        while readiness.poll() and time.monotonic() - killed < 60.0:
            client.spin(0.01)
        seconds.append(time.monotonic() - killed)
        late += victim == "policy_node" and moves_late(occupied.motions, at, started)
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


def moves_late(motions: Sequence[Motion], killed: float, started: float) -> bool:
    """Whether the arm was told to move when nobody but the dead policy can have wanted it.

    By when commands were published, not when a busy bench heard them: what is late for the bench was not late
    for the arm. Whose they are is told from their stamps, as whoever is new may have begun to command before
    anybody but safety_node knows of it.

    Args:
        motions: that the arm was told to make.
        killed: s since the epoch, when the policy was.
        started: s since the epoch, when the process of the next one was.
    """
    before = [motion.stamp for motion in motions if motion.published <= killed]
    theirs = max(before, default=-np.inf) + GateConfig().max_lag  # s: what the dead one can have known of
    late = [motion for motion in motions if motion.published > killed + LATE]
    return any(motion.published < started + UNBORN or motion.stamp <= theirs for motion in late)


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
