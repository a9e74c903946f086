"""Figures of many long-horizon tasks: success by kind, with its interval, and what went wrong."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from legion_ros.evaluation.success import Success

__all__ = ["LongOutcome", "row"]


@dataclass(frozen=True, kw_only=True)
class LongOutcome:
    """One task in one scene: what was asked, what came of it."""

    seed: int  # of /legion/reset_scene: makes the scene again
    instruction: str
    missing: tuple[str, ...]  # what is not so in the true scene at the end; nothing on success
    claimed: bool  # the graph says that it succeeded
    reason: str  # what the graph says
    least: int  # skills that it takes, at least
    steps: int  # skills of the plan as it was in the end
    tries: int  # skills begun, second tries counted
    disturbed: str  # the thing that a hand has moved meanwhile, "" for none
    wall: float  # s
    simulated: float  # s

    @property
    def success(self) -> bool:
        """All that was asked is so, whatever the graph says."""
        return not self.missing


def row(
    kind: str,
    perception: str,
    outcomes: Sequence[LongOutcome],
    disturb: bool,
    seed: int,
    command: str,
    robot: str = "sim",
) -> dict[str, Any]:
    """The figures of one kind, ready for JSON; the success rate with Wilson's 95 % interval.

    `robot` is "sim" for sim_node, or the name of an arm in config/robot whose protocol was spoken.
    """
    success = Success(sum(outcome.success for outcome in outcomes), len(outcomes))
    return {
        "kind": kind,
        "robot": robot,
        "perception": perception,
        "scenes": len(outcomes),
        "success": success.rate,
        "interval": success.interval,
        "steps": round(sum(outcome.least for outcome in outcomes) / len(outcomes), 2),
        "disturbed": disturb,
        "disturbances": sum(bool(outcome.disturbed) for outcome in outcomes),
        "claimed_but_wrong": sum(outcome.claimed and not outcome.success for outcome in outcomes),
        "tries": sum(outcome.tries for outcome in outcomes),
        "wall_s": round(sum(outcome.wall for outcome in outcomes), 1),
        "simulated_s": round(sum(outcome.simulated for outcome in outcomes), 1),
        "seed": seed,
        "command": command,
        "failures": [asdict(outcome) for outcome in outcomes if not outcome.success],
    }
