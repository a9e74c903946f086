"""From an instruction to a goal, from a goal to steps of learned skills, and their execution."""

from legion_ros.language.guard import Rejected
from legion_ros.skills.composer import Composer
from legion_ros.skills.execution import Execution, ExecutionStatus
from legion_ros.skills.goal import Goal
from legion_ros.skills.plan import Plan
from legion_ros.skills.runner import SkillOutcome, SkillRunner

__all__ = [
    "Composer",
    "Execution",
    "ExecutionStatus",
    "Goal",
    "Plan",
    "Rejected",
    "SkillOutcome",
    "SkillRunner",
]
