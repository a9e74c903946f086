"""One attempt at a skill, as facts: what operators are learned from."""

from dataclasses import dataclass

from legion_ros.core.facts import Fact
from legion_ros.core.skill import GroundedSkill

__all__ = ["Attempt"]


@dataclass(frozen=True)
class Attempt:
    """What held when a skill was begun, when it ended, and a second later."""

    skill: GroundedSkill
    success: bool  # by the skill's own test
    before: frozenset[Fact]
    after: frozenset[Fact]  # at the end, by success or by time
    later: frozenset[Fact]  # a second after that, the arm having backed off
