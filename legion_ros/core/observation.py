"""A scene seen by a grounded skill: the flat array that an expert acts on.

The same function serves training and the robot, so the two can't drift apart.
"""

import math

import numpy as np

from legion_ros.core.clearance import ENOUGH, grip_point, grips, room
from legion_ros.core.layout import Field, Layout
from legion_ros.core.scene import Object, Scene
from legion_ros.core.skill import GroundedSkill

__all__ = ["OBSERVATION", "observe"]

# A hair inside the yaw of Limits; over pi wide, so that every grip has one within it.
WRIST_RANGE = (-1.30, 2.35)  # rad
_BETWEEN, _OVER = 0.03, 0.05  # m aside, m up: within these the fingers are around a thing, or about to be
FINGER_ROOM = 0.045  # m from an object's side to the middle of fingers that stand behind it

OBSERVATION = Layout(
    (
        Field("tool_position", 3, "m", "base"),
        Field("tool_yaw", 1, "rad", "base"),
        Field("opening", 1, "m"),
        Field("object_from_tool", 3, "m", "base"),
        Field("object_turn", 1, "rad"),  # of the tool, until the fingers close along the narrow side
        Field("object_extents", 3, "m"),  # across the fingers, along them, height
        Field("goal_from_tool", 3, "m", "base"),
        Field("goal_from_object", 3, "m", "base"),
        Field("goal_turn", 1, "rad"),  # of the tool, until the fingers stand across the way to the goal
        Field(
            "behind_from_tool", 2, "m", "base"
        ),  # x, y of the point just behind the object, seen from the goal
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
        extents = thing.grip[1]
        turn = _roomiest(scene, thing)
    else:
        fixture = scene.fixture(skill.target)
        position, extents, turn, joint = fixture.handle, fixture.size, -tool.yaw, fixture.joint
    way = goal - position
    length = max(math.hypot(way[0], way[1]), 1e-6)
    behind = position[:2] - way[:2] / length * (0.5 * max(extents[:2]) + FINGER_ROOM)
    return OBSERVATION.pack(
        {
            "tool_position": tool.position,
            "tool_yaw": tool.yaw,
            "opening": tool.opening,
            "object_from_tool": position - tool.position,
            "object_turn": turn,
            "object_extents": extents,
            "goal_from_tool": goal - tool.position,
            "goal_from_object": way,
            "goal_turn": _turn(tool.yaw, math.atan2(way[1], way[0])),
            "behind_from_tool": behind - tool.position[:2],
            "joint": joint,
        }
    )


def _roomiest(scene: Scene, thing: Object) -> float:
    """The smallest turn in rad to a grip of `thing` that has room, or else to the one that has most."""
    tool = scene.tool
    turns = np.array([_turn(tool.yaw, float(yaw)) for yaw in grips(thing)])
    if math.isnan(thing.grip[0]):
        turns = np.array([0.0, *turns])
    x, y, z = tool.position - grip_point(thing)
    if len(turns) > 1 and (math.hypot(x, y) > _BETWEEN or z > _OVER):  # later it is too late to choose
        others = [other for other in scene.objects if other is not thing]
        rooms = room(thing, others, tool.yaw + turns)
        turns = turns[rooms >= min(ENOUGH, rooms.max())]
    return float(turns[np.abs(turns).argmin()])


def _turn(yaw: float, grip: float) -> float:
    """The smallest turn in rad from tool yaw `yaw` to a grip like `grip` within the wrist's range."""
    same = [grip + k * math.pi for k in range(-2, 3)]
    return min((g - yaw for g in same if WRIST_RANGE[0] <= g <= WRIST_RANGE[1]), key=abs)
