"""From a stop request to the hold command."""

import time
from collections.abc import Callable

import numpy as np
from std_srvs.srv import Trigger

from legion_ros.core import LegionError
from legion_ros.evaluation.faults import FaultFigure
from legion_ros.nodes.client import GraphClient
from legion_ros.nodes.faults.stand_in import PERIOD, StandIn

__all__ = ["measure_stops"]


def measure_stops(
    client: GraphClient,
    trials: int,
    rng: np.random.Generator,
    done: Callable[[int], object],
    notes: str,
    within: float = 0.1,
) -> FaultFigure:
    """Ask for a stop while commands pass, at any moment of the period; see when the hold comes that lasts.

    A miss: none within 100 ms. A hold before it, for another reason, is not taken for it: motion between the
    hold and the reset makes it late.

    Args:
        client: of a graph with safety_node alone.
        trials: in all.
        rng: for moments.
        done: told how many there have been.
        notes: conditions.
        within: s that a hold may take.
    """
    stand_in, seconds, misses = StandIn(client), [], 0
    stop, reset = (client.node.create_client(Trigger, f"/legion/{name}") for name in ("stop", "reset"))
    client.wait(lambda: stop.service_is_ready() and reset.service_is_ready(), 30.0, "safety_node")
    stand_in.wait_for_gate()
    for trial in range(trials):
        if not stand_in.move():
            raise LegionError(f"trial {trial}: no command passes safety_node ({stand_in.reason})")
        stand_in.play_for(float(rng.uniform(0, PERIOD)))
        stand_in.heard.clear()
        asked = time.monotonic()
        answer = stop.call_async(Trigger.Request())
        stand_in.spin(lambda: stand_in.lasting_hold() is not None, 1.0)
        stand_in.play_for(float(rng.uniform(PERIOD, 3 * PERIOD)))
        hold = stand_in.lasting_hold()
        seconds.append((hold or asked + 1.0) - asked)
        misses += seconds[-1] > within
        stand_in.spin(answer.done, 5.0)
        answer = reset.call_async(Trigger.Request())
        stand_in.spin(answer.done, 5.0)
        done(trial + 1)
    p99 = float(np.percentile(seconds, 99))
    return FaultFigure.of(
        "stop request to hold command",
        f"p99 at most 20 ms, none over {1e3 * within:g} ms, no motion until reset",
        misses,
        seconds,
        holds=misses == 0 and p99 <= 0.02,
        notes=notes,
    )
