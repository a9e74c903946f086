"""From what is last fresh to the hold command."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from legion_ros.core import LegionError
from legion_ros.evaluation.faults import FaultFigure
from legion_ros.nodes.client import GraphClient
from legion_ros.nodes.faults.stand_in import PERIOD, StandIn

if TYPE_CHECKING:
    from legion_ros.robots import RobotConfig

__all__ = ["ARM_KINDS", "KINDS", "measure_staleness"]

_DRIFT = 1e-3  # s by which a delay may be misjudged: clocks drift


@dataclass(frozen=True)
class _Kind:
    """One thing that goes stale."""

    make: Callable[[StandIn, np.random.Generator], object]
    fresh: str  # what was fresh last
    longest: float = 1.0  # s within which it is sure to be stale
    after: float = 0.15  # s that nothing may move after a hold


def _no_state(s: StandIn, rng: np.random.Generator) -> None:
    s.states = False


def _repeated_state(s: StandIn, rng: np.random.Generator) -> None:
    s.frozen_state = True


def _no_command(s: StandIn, rng: np.random.Generator) -> None:
    s.commands = False


def _same_scene(s: StandIn, rng: np.random.Generator) -> None:
    s.frozen_scene = True


def _clock_jumps(s: StandIn, rng: np.random.Generator) -> None:
    """The robot's clock is set; what the policy sees is of the old time."""
    s.frozen_scene = True
    s.skew = float(rng.choice([-1, 1]) * 10 ** rng.uniform(-0.6, 3.6))


def _no_joints(s: StandIn, rng: np.random.Generator) -> None:
    s.joints = False


def _slow_clock(s: StandIn, rng: np.random.Generator) -> None:
    """To nobody who sees the stamps alone is it another thing than a queue that grows."""
    s.drift = float(rng.uniform(0.3, 0.8))


def _constant_lag(s: StandIn, rng: np.random.Generator) -> None:
    s.queue(float(rng.uniform(0.3, 0.6)))


# What goes stale, for any gate.
KINDS = {
    "no state of arm and joints": _Kind(_no_state, "state"),
    "a driver repeats its last state": _Kind(_repeated_state, "state"),
    "no command from the policy": _Kind(_no_command, "command"),
    "commands from the same scene": _Kind(_same_scene, "command"),
    "the robot's clock jumps": _Kind(_clock_jumps, "command"),
}
# Besides, for one that knows the arm's joints and has a `max_delay`.
ARM_KINDS = {
    "no joint states, all else goes on": _Kind(_no_joints, "joints"),
    "states come later and later, as of a slow clock": _Kind(_slow_clock, "state", longest=3.0),
    "a constant lag begins": _Kind(_constant_lag, "state", after=0.8),
}


def measure_staleness(
    client: GraphClient,
    trials: int,
    rng: np.random.Generator,
    done: Callable[[int], object],
    notes: str,
    arm: "RobotConfig | None" = None,
    max_delay: float = np.inf,
    within: float = 0.1,
) -> FaultFigure:
    """Let one thing go stale at a time, at any moment of the period, and see when the hold comes that lasts.

    The time is taken from when the last thing that was fresh was sent. A miss: no hold within 100 ms of it.

    Args:
        client: of a graph with safety_node alone.
        trials: in all, of each kind in turn.
        rng: for moments, and how far what is wrong is.
        done: told how many there have been.
        notes: conditions.
        arm: whose limits safety_node has, where it has any: then `ARM_KINDS` as well.
        max_delay: s, of safety_node with an arm.
        within: s that a hold may take.
    """
    stand_in = StandIn(client, arm.joints, arm.home, max_delay + _DRIFT) if arm else StandIn(client)
    kinds, seconds = KINDS | (ARM_KINDS if arm else {}), []
    missed, slowest = dict.fromkeys(kinds, 0), dict.fromkeys(kinds, 0.0)
    stand_in.wait_for_gate()
    for trial in range(trials):
        if not stand_in.move():
            raise LegionError(f"trial {trial}: no command passes safety_node ({stand_in.reason})")
        stand_in.play_for(float(rng.uniform(0, PERIOD)))
        name = list(kinds)[trial % len(kinds)]
        seconds.append(_time_to_hold(stand_in, kinds[name], rng))
        missed[name] += seconds[-1] > within
        slowest[name] = max(slowest[name], seconds[-1])
        done(trial + 1)
    each = [f"{name}: {1e3 * slowest[name]:.0f} ms at most, {missed[name]} missed" for name in kinds]
    return FaultFigure.of(
        "stale state, policy or scene, or a clock that jumps: hold",
        f"within {1e3 * within:g} ms of what was last fresh",
        sum(missed.values()),
        seconds,
        notes="; ".join([notes, *each]),
    )


def _time_to_hold(stand_in: StandIn, kind: _Kind, rng: np.random.Generator) -> float:
    """S from what was last fresh to the hold that lasts; as long as was waited where none does."""
    kind.make(stand_in, rng)
    stand_in.heard.clear()

    def holds() -> bool:
        early = stand_in.drift and stand_in.in_time  # a hold before that is for another reason
        return not early and stand_in.lasting_hold() is not None

    stand_in.spin(holds, kind.longest)
    stand_in.play_for(kind.after)
    hold = stand_in.lasting_hold()
    return kind.longest if hold is None else hold - stand_in.sent[kind.fresh]
