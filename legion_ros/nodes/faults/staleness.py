"""From what is last fresh to the hold command."""

from collections.abc import Callable

import numpy as np

from legion_ros.core import LegionError
from legion_ros.evaluation.faults import FaultFigure
from legion_ros.nodes.client import GraphClient
from legion_ros.nodes.faults.stand_in import PERIOD, StandIn

__all__ = ["KINDS", "measure_staleness"]


def _no_state(s: StandIn, rng: np.random.Generator) -> str:
    s.states = False
    return "state"


def _repeated_state(s: StandIn, rng: np.random.Generator) -> str:
    s.frozen_state = True
    return "state"


def _no_command(s: StandIn, rng: np.random.Generator) -> str:
    s.commands = False
    return "command"


def _same_scene(s: StandIn, rng: np.random.Generator) -> str:
    s.frozen_scene = True
    return "command"


def _clock_jumps(s: StandIn, rng: np.random.Generator) -> str:
    """The robot's clock is set; what the policy sees is of the old time."""
    s.frozen_scene = True
    s.skew = float(rng.choice([-1, 1]) * 10 ** rng.uniform(-0.6, 3.6))
    return "command"


# What goes stale -> makes it so, and says what was fresh last.
KINDS: dict[str, Callable[[StandIn, np.random.Generator], str]] = {
    "no state of arm and joints": _no_state,
    "a driver repeats its last state": _repeated_state,
    "no command from the policy": _no_command,
    "commands from the same scene": _same_scene,
    "the robot's clock jumps": _clock_jumps,
}


def measure_staleness(
    client: GraphClient, trials: int, rng: np.random.Generator, done: Callable[[int], object], notes: str
) -> FaultFigure:
    """Let one thing go stale at a time, at any moment of the period, and see when the first hold comes.

    The time is taken from when the last thing that was fresh was sent. A miss: no hold within 100 ms of it.
    """
    stand_in, seconds = StandIn(client), []
    missed = dict.fromkeys(KINDS, 0)
    stand_in.wait_for_gate()
    names = list(KINDS)
    for trial in range(trials):
        if not stand_in.move():
            raise LegionError(f"trial {trial}: no command passes safety_node, so nothing can go stale")
        stand_in.play_for(float(rng.uniform(0, PERIOD)))
        name = names[trial % len(names)]
        fresh = KINDS[name](stand_in, rng)
        last = stand_in.sent[fresh]
        stand_in.heard.clear()
        came = stand_in.spin(lambda: stand_in.first_hold() is not None, 1.0)
        # a message that was due already, when the fault began, may have gone out fresh
        last = max(last, stand_in.sent[fresh])
        seconds.append((stand_in.first_hold() if came else last + 1.0) - last)
        missed[name] += seconds[-1] > 0.1
        done(trial + 1)
    each = "; ".join(f"{name}: {count} missed" for name, count in missed.items() if count)
    return FaultFigure.of(
        "stale state, policy or scene, or a clock that jumps: hold",
        "within 100 ms of what was last fresh",
        sum(missed.values()),
        seconds,
        notes=f"{notes}; {each or 'each of ' + ', '.join(names)}",
    )
