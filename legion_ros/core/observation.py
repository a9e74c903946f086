"""A scene seen by a grounded skill: the flat array that an expert acts on.

The same function serves training and the robot, so the two can't drift apart.
"""

import math

import numpy as np

from legion_ros.core.layout import Field, Layout
from legion_ros.core.scene import Scene
from legion_ros.core.skill import GroundedSkill

__all__ = ["OBSERVATION", "observe"]

OBSERVATION = Layout(
    (
        Field("tool_position", 3, "m", "base"),
        Field("tool_yaw", 2, "1", "base"),  # cos, sin of twice the yaw: a gripper turned by pi is the same
        Field("opening", 1, "m"),
        Field("object_from_tool", 3, "m", "base"),
        Field("object_yaw_from_tool", 2, "1", "tool"),  # cos, sin of twice the angle
        Field("object_extents", 3, "m"),  # across the fingers, along them, height
        Field("goal_from_tool", 3, "m", "base"),
        Field("goal_from_object", 3, "m", "base"),
        Field("joint", 1, "m"),  # how far the target is open, or pressed
    )
)


def observe(scene: Scene, skill: GroundedSkill) -> np.ndarray:
    """The observation of `skill` in `scene`: `(OBSERVATION.size,)` float32.

    A skill without an object sees its target's handle in the object's place.
    """
    tool = scene.tool
    goal = skill.goal(scene)
    joint = 0.0
    if skill.object:
        thing = scene.object(skill.object)
        position = thing.position
        yaw, extents = thing.grip
        turn = 0.0 if math.isnan(yaw) else _nearest_turn(yaw - tool.yaw, square=extents[1] - extents[0] < 0.005)
    else:
        fixture = scene.fixture(skill.target)
        position, extents, turn, joint = fixture.handle, fixture.size, -tool.yaw, fixture.joint
    return OBSERVATION.pack(
        {
            "tool_position": tool.position,
            "tool_yaw": (math.cos(2 * tool.yaw), math.sin(2 * tool.yaw)),
            "opening": tool.opening,
            "object_from_tool": position - tool.position,
            "object_yaw_from_tool": (math.cos(2 * turn), math.sin(2 * turn)),
            "object_extents": extents,
            "goal_from_tool": goal - tool.position,
            "goal_from_object": goal - position,
            "joint": joint,
        }
    )


def _nearest_turn(turn: float, square: bool) -> float:
    """The smallest turn of the gripper that comes to the same grip."""
    period = math.pi / 2 if square else math.pi
    return (turn + period / 2) % period - period / 2
