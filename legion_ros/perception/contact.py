"""What the gripper does to what it touches, between one picture and the next."""

import numpy as np

from legion_ros.core import Object, Tool
from legion_ros.perception.surroundings import Surroundings

__all__ = ["drawer_after", "gripped", "pressed_by", "pushed"]

FINGER = np.array([0.011, 0.013])  # m: half extents of a finger seen from above, along tool x and y
TIP = 0.009  # m that the finger tips reach below the point between them
FINGER_TOP = 0.045  # m: height of a finger above that point
SQUEEZED = 0.012  # m: a thing between the fingers is no wider than its opening plus this
LOOSE = 0.010  # m: nor narrower than its opening less this
RIM = np.linspace(0.0, 2 * np.pi, 32, endpoint=False)


def _turn(yaw: float) -> np.ndarray:
    c, s = np.cos(yaw), np.sin(yaw)
    return np.array([[c, -s], [s, c]])


def gripped(thing: Object, tool: Tool) -> bool:
    """Whether the thing is between the fingers and they are as far apart as it is wide."""
    yaw, extents = thing.grip
    turned = not np.isnan(yaw) and abs((yaw - tool.yaw + np.pi / 2) % np.pi - np.pi / 2) > np.pi / 4
    width, length = extents[[1, 0]] if turned else extents[:2]
    along, across = _turn(tool.yaw).T @ (thing.position - tool.position)[:2]
    near = abs(along) < 0.5 * length + 0.005 and abs(across) < 0.02
    level = abs(tool.position[2] - thing.position[2]) < 0.5 * extents[2] + 0.01
    return bool(near and level and width - SQUEEZED < tool.opening < width + LOOSE)


def pushed(thing: Object, tool: Tool) -> np.ndarray:
    """How far the fingers push a thing that they reach into: (2,) m, base frame; zeros where they don't.

    Quasi-static: it gives way along the side of the finger that it meets, just so far that it touches.
    """
    _, extents = thing.grip
    top, bottom = (thing.position[2] + sign * 0.5 * extents[2] for sign in (1, -1))
    nothing = np.zeros(2)
    if tool.position[2] - TIP > top - 0.004 or tool.position[2] + FINGER_TOP < bottom:
        return nothing
    if np.linalg.norm(thing.position[:2] - tool.position[:2]) > 0.15:
        return nothing
    turn = _turn(tool.yaw)
    rim = _rim(thing, extents) - tool.position[:2]
    move = nothing.copy()
    for _ in range(3):
        local = (rim + move) @ turn
        deepest, way = 0.0, nothing
        for side in (-1.0, 1.0):
            inside = FINGER - np.abs(local - (0.0, side * (0.5 * tool.opening + FINGER[1])))
            depth = inside.min(axis=1)
            worst = int(np.argmax(depth))
            if depth[worst] > deepest:
                deepest = float(depth[worst])
                axis = int(np.argmin(inside[worst]))
                centre = (thing.position[:2] - tool.position[:2] + move) @ turn
                away = centre - (0.0, side * (0.5 * tool.opening + FINGER[1]))
                way = np.where(np.arange(2) == axis, np.sign(away), 0.0)
        if deepest <= 0.0005:
            break
        move = move + turn @ (deepest * way)
    return move


def _rim(thing: Object, extents: np.ndarray) -> np.ndarray:
    """Points around a thing's outline seen from above: (n, 2) m, base frame."""
    ring = np.column_stack([np.cos(RIM), np.sin(RIM)])
    yaw = thing.grip[0]
    if np.isnan(yaw):
        return thing.position[:2] + 0.5 * extents[0] * ring
    square = ring / np.abs(ring).max(axis=1, keepdims=True)
    # the narrow side lies along the y of a tool at yaw `grip`
    return thing.position[:2] + (square * 0.5 * extents[[1, 0]]) @ _turn(yaw).T


def drawer_after(joint: float, before: Tool, after: Tool, surroundings: Surroundings) -> float:
    """How far the drawer is open once the fingers have moved: they take its bar along, or push it in, m."""
    s = surroundings
    handle, (radius, half) = s.drawer.handle, s.bar
    reach = FINGER[0] + radius + 0.02 * abs(np.sin(after.yaw))
    beside = abs(after.position[1] - handle[1]) > half + 0.03
    low, high = after.position[2] - TIP, after.position[2] + FINGER_TOP
    if beside or low > handle[2] + radius or high < handle[2] - radius:
        return joint
    apart = before.position[0] - (handle[0] - joint)
    opened = handle[0] - after.position[0]  # the joint at which the bar would be at the tool
    joint = max(joint, opened + reach) if apart > 0 else min(joint, opened - reach)
    return float(np.clip(joint, 0.0, s.drawer.travel))


def pressed_by(tool: Tool, surroundings: Surroundings) -> float | None:
    """How far the finger tips press the button in m; None when they are not over it."""
    button = surroundings.button
    local = np.abs(_turn(tool.yaw).T @ (tool.position - button.position)[:2])
    over = local[0] < FINGER[0] + 0.02 and local[1] < 0.5 * tool.opening + 2 * FINGER[1] + 0.02
    if not over or tool.position[2] - TIP > button.position[2] + 0.03:
        return None
    return float(np.clip(button.position[2] - (tool.position[2] - TIP), 0.0, button.travel))
