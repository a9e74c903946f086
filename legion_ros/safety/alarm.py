"""What a level of the circuit breaker says when it trips."""

from dataclasses import dataclass
from enum import IntEnum

__all__ = ["Alarm", "Level"]


class Level(IntEnum):
    """Which level; the numbers are those of Alarm.msg."""

    SEMANTIC = 0  # the plan keeps undoing what it did
    EFFORT = 1  # the arm pushes, or is held back, and it does not get better
    TASK = 2  # the wrong thing in the fingers, or nothing, again


@dataclass(frozen=True)
class Alarm:
    """Something goes wrong and goes on going wrong: retreat, and ask a person."""

    level: Level
    reason: str  # in words

    def __str__(self) -> str:
        return f"{self.level.name.lower()} alarm: {self.reason}"
