"""Who carries out one grounded skill: the seam between a plan and the robot."""

from dataclasses import dataclass
from typing import Protocol

from legion_ros.core import GroundedSkill

__all__ = ["SkillOutcome", "SkillRunner"]


@dataclass(frozen=True)
class SkillOutcome:
    """How an attempt at a skill ended."""

    success: bool
    reason: str  # in words; "" where there is nothing to say
    fatal: bool = False  # no further attempt can do better, for instance because nobody moves the arm


class SkillRunner(Protocol):
    """Carries out one skill at a time. No call may block."""

    def start(self, skill: GroundedSkill) -> None:
        """Begin; what ran before is given up."""
        ...

    def poll(self) -> SkillOutcome | None:
        """How the skill ended, None while it runs. That it ends, by a time limit, is the runner's matter."""
        ...

    def cancel(self) -> None:
        """Give up the skill that runs; without one, do nothing."""
        ...
