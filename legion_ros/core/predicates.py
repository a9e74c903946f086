"""What holds in a scene. Each is a yes or no about one moment, from positions alone."""

import numpy as np

from legion_ros.core.scene import Fixture, Object, Scene

__all__ = ["above", "closed", "held", "inside", "opened", "pressed", "within"]


def inside(thing: Object, container: Fixture) -> bool:
    """The object's centre is between the inner walls, and no higher over the rim than it is tall."""
    low = container.position - container.size * (0.5, 0.5, 0.0)
    high = container.position + container.size * (0.5, 0.5, 1.0)
    high[2] += thing.grip[1][2]  # a tall thing stands out of a low container, a pile too
    return bool(np.all(thing.position >= low) and np.all(thing.position <= high))


def held(thing: Object, scene: Scene, margin: float = 0.008) -> bool:
    """The fingers are around the object and no wider than it is."""
    tool = scene.tool
    yaw, extents = thing.grip
    near = np.linalg.norm(tool.position[:2] - thing.position[:2]) < 0.5 * extents[1] + 0.01
    level = abs(tool.position[2] - thing.position[2]) < 0.5 * extents[2] + 0.01
    return bool(near and level and tool.opening < extents[0] + margin)


def opened(fixture: Fixture) -> bool:
    """At least four fifths of the way."""
    return fixture.joint >= 0.8 * fixture.travel


def closed(fixture: Fixture) -> bool:
    """Open by no more than a finger's breadth."""
    return fixture.joint <= 0.012


def pressed(fixture: Fixture) -> bool:
    """Down by at least two thirds of its travel."""
    return fixture.joint >= 0.66 * fixture.travel


def within(point: np.ndarray, goal: np.ndarray, radius: float) -> bool:
    """Distance of at most `radius` metres."""
    return bool(np.linalg.norm(point - goal) <= radius)


def above(thing: Object, height: float) -> np.ndarray:
    """(3,) m, base frame: the point `height` metres above the object's top."""
    return thing.position + np.array([0.0, 0.0, 0.5 * thing.grip[1][2] + height])
