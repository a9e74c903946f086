"""A share of all messages is dropped between the nodes."""

import time
from collections.abc import Callable

import numpy as np

from legion_ros.evaluation.faults import FaultFigure
from legion_ros.nodes.client import GraphClient
from legion_ros.nodes.faults.lossy_relay import SENT, STREAMS
from legion_ros.nodes.faults.occupied import Occupied
from legion_ros.nodes.graph import Process

__all__ = ["lossy_command", "measure_losses"]


def lossy_command(process: Process, share: float, seed: int) -> list[str]:
    """What starts a node so that what it publishes goes through the lossy relay, or the relay itself."""
    words = process.command()
    if process.name == "lossy_relay":
        module = words.index("legion_ros.nodes.lossy_relay")
        return [*words[:module], "legion_ros.nodes.faults.lossy_relay", str(share), str(seed)]
    for topic, publisher in STREAMS.items():
        if process.name == publisher:
            words += ["-r", f"{topic}:={topic}{SENT}"]
    return words


def measure_losses(
    client: GraphClient, goals: int, rng: np.random.Generator, done: Callable[[int], object], notes: str
) -> FaultFigure:
    """Give goals to a graph that loses messages. A miss: an accepted goal without an answer."""
    occupied, began = Occupied(client, rng), time.monotonic()
    while occupied.accepted + occupied.lost < goals:
        occupied.tend()
        client.spin(0.05)
        done(occupied.accepted + occupied.lost)
    occupied.end()
    seconds = time.monotonic() - began
    return FaultFigure(
        figure="30 % of messages dropped: accepted goals lost",
        trials=occupied.accepted + occupied.lost,
        misses=occupied.lost + occupied.unlimited,
        target="0",
        holds=occupied.lost + occupied.unlimited == 0,
        notes=(
            f"{notes}; {occupied.succeeded} succeeded, {occupied.failed} failed with a reason,"
            f" {occupied.canceled} of them canceled by the bench (after two minutes, or at its end);"
            f" in {seconds:.0f} s; why the others: {dict(occupied.reasons.most_common(6))}"
        ),
    )
