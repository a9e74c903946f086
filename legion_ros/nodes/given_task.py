"""The goal that composer_node works on."""

import uuid
from concurrent.futures import Future as Planning
from dataclasses import dataclass, field

from rclpy.action.server import ServerGoalHandle
from rclpy.task import Future

from legion_ros.skills import Execution, Plan

__all__ = ["GivenTask"]


@dataclass
class GivenTask:
    """The goal that is being worked on, and who gave it."""

    instruction: str  # cut to LIMIT bytes
    planning: "Planning[Plan]"
    goal: ServerGoalHandle | None = None  # None where it came by topic
    done: Future = field(default_factory=Future)  # of the action's result
    identity: str = field(default_factory=lambda: uuid.uuid4().hex)
    execution: Execution | None = None  # None while planning
    notes: tuple[str, ...] = ()  # why it is this plan
    told: tuple | None = None  # what was last said of it
    canceled: bool = False
    heard: float = 0.0  # s, monotonic: when feedback was last given
    alarmed: bool = False  # an alarm is on, and the safety gate knows of it
    sounded: bool = False  # the alarm is this goal's own, and was published
    stamp: float = -1.0  # s, the robot's clock: of the newest scene that was seen
