"""What an arm is to the graph, whoever made it: state out, tool commands in, all in its base frame.

A back end fulfils `Robot`. MuJoCo's (`sim_node`) steps its own world and speaks on the same topics.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from legion_ros.core.command import ToolCommand
from legion_ros.core.errors import LegionError
from legion_ros.core.scene import Tool

__all__ = ["Robot", "RobotError", "RobotState"]


class RobotError(LegionError):
    """The arm can't do what it is asked to: what is wrong, and what would help."""


@dataclass(frozen=True)
class RobotState:
    """What the arm measured at one moment."""

    time: float  # s, the arm's own: from the newest measurement; steady, its zero is the arm's
    names: tuple[str, ...]  # of the n joints: those of the arm, then those of the fingers
    positions: np.ndarray  # (n,) rad, or m where the joint slides
    velocities: np.ndarray  # (n,) rad/s or m/s
    tool: Tool


class Robot(Protocol):
    """An arm with a gripper that is driven by tool velocities. No method blocks for long."""

    @property
    def fault(self) -> str:
        """Why the arm does not move, "" where it does."""
        ...

    def read(self) -> RobotState:
        """The newest state, of the same `time` as before where the arm has measured nothing since.

        RobotError where it has had nothing to say for longer.
        """
        ...

    def command(self, command: ToolCommand) -> None:
        """Move so until the next command; a back end holds by itself when none follows.

        Raises RobotError on NaN or infinity, and where the arm has stopped itself: nothing moves then.
        """
        ...

    def hold(self) -> None:
        """Stay here; what is in the fingers stays there. Called again and again while nobody commands."""
        ...

    def recover(self) -> None:
        """Make it ready again after it stopped itself. Only ever called because a person asked for it."""
        ...

    def close(self) -> None:
        """Let go of the arm, holding. Safe to call twice."""
        ...
