"""From an instruction to a plan of learned skills, and the plan's execution."""

from legion_ros.language.guard import Rejected
from legion_ros.skills.composer import Composer
from legion_ros.skills.execution import Execution, ExecutionStatus
from legion_ros.skills.plan import Plan
from legion_ros.skills.runner import SkillOutcome, SkillRunner

__all__ = ["Composer", "Execution", "ExecutionStatus", "Plan", "Rejected", "SkillOutcome", "SkillRunner"]
