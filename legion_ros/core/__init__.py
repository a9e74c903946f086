"""The nouns that every room shares: scenes, skills, observations, commands, environments. numpy only."""

from legion_ros.core.environment import Environment, StepResult
from legion_ros.core.errors import LegionError
from legion_ros.core.scene import Fixture, Object, Scene, Tool
from legion_ros.core.skill import SKILLS, GroundedSkill

__all__ = [
    "SKILLS",
    "Environment",
    "Fixture",
    "GroundedSkill",
    "LegionError",
    "Object",
    "Scene",
    "StepResult",
    "Tool",
]
