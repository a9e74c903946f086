"""Scripted experts for the tabletop's skills: each a function of the observation alone, with no memory.

Having no memory, an expert can be asked in any state that a learner strays into (DAgger, Ross et al. 2011).
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from legion_ros.core.command import Limits
from legion_ros.core.observation import OBSERVATION

__all__ = ["EXPERTS", "expert_action"]

_GAIN = 0.35  # of the error, covered in one control period; low enough for two periods of delay
_PERIOD = 0.05  # s
_TRAVEL = 0.22  # m: tool height over the table from which nothing is touched
_CARRY = 0.26  # m: the same with a thing in the hand
_RELEASE = 0.17  # m: tool height at which a thing is let go over a container
_FINGERS_TO_HAND = 0.032  # m from the point between the finger tips up to the hand
_ARRIVED = 0.012  # m from the goal, at which a thing that was slid there is let go
_SLIDING = 0.010  # m over the table, at which a thing is slid: on it, it would tip
_SET_DOWN = 0.007  # m from where a thing stands at last, from which it is let go
_OVER = 0.05  # m over what a thing is to stand on, at which it comes there
_LIMITS = Limits()

Fields = Mapping[str, np.ndarray]


def expert_action(skill: str, observation: np.ndarray) -> np.ndarray:
    """The expert's action `(5,)` in [-1, 1] for one observation `(OBSERVATION.size,)`."""
    return EXPERTS[skill](OBSERVATION.unpack(np.asarray(observation, float)))


def _move(error: np.ndarray, turn: float, opening: float, speed: float = 1.0) -> np.ndarray:
    """Action that covers a share of a position error (3,) m and a turn rad, fingers going to `opening` m."""
    velocity = np.clip(_GAIN * error / (_LIMITS.max_speed * _PERIOD), -speed, speed)
    rate = np.clip(_GAIN * turn / (_LIMITS.max_yaw_rate * _PERIOD), -1, 1)
    return np.array([*velocity, rate, np.clip(2 * opening / _LIMITS.max_opening - 1, -1, 1)])


def _approach(
    f: Fields, error: np.ndarray, turn: float, opening: float, near: float, travel: float
) -> np.ndarray:
    """Go to a point from above: up to `travel` while far from it, down within `near` m of its vertical."""
    aside = float(np.hypot(*error[:2]))
    height = float(f["tool_position"][2])
    far = np.clip((aside - near) / 0.03, 0, 1)  # 1 far away, 0 over it
    turned = np.clip(1.5 - abs(turn) / 0.2, 0, 1)
    lift = max(travel, height + error[2]) - height
    hover = max(0.05 + error[2], min(lift, 0.0)) if aside < 0.06 else lift  # wait over it until turned
    down = (1 - far) * turned * error[2] + (1 - turned) * (1 - far) * hover + far * lift
    free = 1 - far * (
        1 - np.clip((height - (travel - 0.07)) / 0.05, 0, 1)
    )  # no sideways move low among things
    return _move(np.array([*(error[:2] * free), down]), turn, opening)


def reach(f: Fields) -> np.ndarray:
    """To the point over the object."""
    return _approach(f, f["goal_from_tool"], 0.0, 0.08, near=0.03, travel=_TRAVEL)


def put(f: Fields) -> np.ndarray:
    """Take the object from above, carry it over the container, let go."""
    return _carry(f) if _taken(f) else _take(f)


def _grip(f: Fields) -> np.ndarray:
    """From the tool to where it closes the fingers on the object: (3,) m."""
    return f["object_from_tool"] + (0.0, 0.0, max(0.0, f["object_extents"][2] / 2 - _FINGERS_TO_HAND))


def _around(f: Fields) -> bool:
    """Whether the fingers are at the object's sides."""
    grip = _grip(f)
    return bool(np.hypot(*grip[:2]) < 0.022 and abs(grip[2]) < 0.025)


def _taken(f: Fields) -> bool:
    """Whether the fingers hold the object."""
    width, opening = f["object_extents"][0], float(f["opening"][0])
    return bool(_around(f) and width - 0.014 < opening < width + 0.003)


def _take(f: Fields) -> np.ndarray:
    """To the object from above, then close the fingers on it."""
    grip, turn, opening = _grip(f), float(f["object_turn"][0]), float(f["opening"][0])
    there = np.hypot(*grip[:2]) < 0.010 and abs(grip[2]) < 0.010 and abs(turn) < 0.15
    if there or (_around(f) and f["object_extents"][0] < opening < 0.075):
        return _move(grip, turn, 0.0, speed=0.2)
    return _approach(f, grip, turn, 0.08, near=0.012, travel=_TRAVEL)


def _carry(f: Fields) -> np.ndarray:
    goal = f["goal_from_tool"]
    height = float(f["tool_position"][2])
    aside = float(np.hypot(*goal[:2]))
    if aside < 0.025 and height < _RELEASE + 0.02:
        return _move(np.zeros(3), 0.0, 0.08)
    over = np.clip((0.05 - aside) / 0.03, 0, 1)  # 1 over the goal
    free = np.clip((height - 0.17) / 0.05, 0, 1)
    up = over * (_RELEASE - height) + (1 - over) * (_CARRY - height)
    sideways = goal[:2] * (free if aside > 0.06 else 1.0)
    return _move(np.array([*sideways, up]), 0.0, 0.0)


def stack(f: Fields) -> np.ndarray:
    """Take the object as for `put`, carry it over what it is to stand on, set it down, let go."""
    way = f["goal_from_object"]
    aside = float(np.hypot(*way[:2]))
    if aside < 0.010 and abs(way[2]) < _SET_DOWN:
        return _move(np.zeros(3), 0.0, 0.08)
    if not _taken(f):
        return _take(f)
    height = float(f["tool_position"][2])
    near = np.clip((0.030 - aside) / 0.015, 0, 1)  # 1 over the goal
    above = max(_CARRY, height + way[2] + _OVER) - height
    free = np.clip((height - 0.17) / 0.05, 0, 1) if aside > 0.06 else 1.0
    down = way[2] if aside < 0.008 else max(way[2] + 0.02, min(above, 0.0))  # wait over it until centred
    return _move(np.array([*(way[:2] * free), near * down + (1 - near) * above]), 0.0, 0.0, speed=0.6)


def push(f: Fields) -> np.ndarray:
    """Take the object as for `put`, slide it to the goal a hair over the table, set it down, let go.

    Held, it neither falls over nor rolls on, and needs no room behind it.
    """
    way = f["goal_from_object"]
    lift = -float(way[2]) - 0.5 * float(f["object_extents"][2])  # m of its lowest point over the table
    arrived = np.hypot(*way[:2]) < _ARRIVED
    if arrived and lift < _SET_DOWN and _around(f):
        return _move(np.zeros(3), 0.0, 0.08)
    if not _taken(f):
        return _take(f)
    if arrived:
        return _move(np.array([*way[:2], -lift]), 0.0, 0.0, speed=0.2)
    free = np.clip(lift / _SLIDING, 0, 1)
    return _move(np.array([*(way[:2] * free), _SLIDING - lift]), 0.0, 0.0, speed=0.5)


def open_drawer(f: Fields) -> np.ndarray:
    """Hook the closed fingers behind the bar and draw."""
    return _slide(f, hook=0.030)


def close_drawer(f: Fields) -> np.ndarray:
    """Set the closed fingers before the bar and push."""
    return _slide(f, hook=-0.030)


def _slide(f: Fields, hook: float) -> np.ndarray:
    handle = f["object_from_tool"]
    turn = float(f["object_turn"][0])
    point = handle + (hook, 0.0, -0.012)
    side = np.sign(hook)
    engaged = (
        abs(point[1]) < 0.03
        and abs(point[2]) < 0.015
        and abs(turn) < 0.25
        and 0.002 < -side * handle[0] < 0.055
    )
    if engaged:
        left = float(f["goal_from_object"][0])
        return _move(np.array([left - 0.04 * side, point[1], point[2]]), turn, 0.0, speed=0.6)
    return _approach(f, point, turn, 0.0, near=0.010, travel=_TRAVEL)


def press(f: Fields) -> np.ndarray:
    """Closed fingers down on the button."""
    error = f["goal_from_tool"] - (0.0, 0.0, 0.004)
    return _approach(f, error, 0.0, 0.0, near=0.012, travel=_TRAVEL)


EXPERTS: Mapping[str, Callable[[Fields], np.ndarray]] = MappingProxyType(
    {
        "reach": reach,
        "put": put,
        "push": push,
        "open": open_drawer,
        "close": close_drawer,
        "press": press,
        "stack": stack,
    }
)
