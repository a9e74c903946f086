"""What the robot knows of the world at one moment: objects, fixtures, its own tool.

All positions are in metres in the robot's base frame (x ahead, y left, z up; the table top is z = 0), all
quaternions are (w, x, y, z).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from legion_ros.core.errors import LegionError

__all__ = ["Fixture", "Object", "Scene", "Tool", "rotation_from"]


@dataclass(frozen=True)
class Object:
    """A thing that can be moved."""

    name: str  # unique in the scene, e.g. "red_can"
    kind: str  # what people call it, e.g. "can"
    color: str
    shape: str  # "box", "cylinder" (along its own z) or "sphere"
    position: np.ndarray  # (3,) m, base frame: centre of the bounding box
    quaternion: np.ndarray  # (4,) wxyz, base frame
    size: np.ndarray  # (3,) m, own frame: full extents of the bounding box
    confidence: float = 1.0  # 0 to 1, that it is what it is said to be; 1 where it is known
    id: int = 0  # its own, above 0, while it is followed, whatever its name becomes; 0: not followed

    @property
    def rotation(self) -> np.ndarray:
        """(3, 3), columns: the object's own axes in the base frame."""
        return rotation_from(self.quaternion)

    @cached_property
    def grip(self) -> tuple[float, np.ndarray]:
        """How a gripper from above takes it.

        Returns:
            yaw: rad in (-pi/2, pi/2], the tool yaw at which the fingers close along the narrow side;
                NaN when every yaw will do.
            extents: (3,) m: across the fingers, along them, height, as the object lies now.
        """
        axes = rotation_from(self.quaternion)
        vertical = int(np.argmax(np.abs(axes[2])))
        first, second = (axis for axis in range(3) if axis != vertical)
        if self.size[second] < self.size[first]:
            first, second = second, first
        extents = self.size[[first, second, vertical]]
        if self.shape == "sphere" or (self.shape == "cylinder" and vertical == 2):
            return float("nan"), extents
        # at yaw 0 the fingers close along the base frame's y
        yaw = float(np.arctan2(axes[1, first], axes[0, first]) - np.pi / 2)
        return -((-yaw + np.pi / 2) % np.pi - np.pi / 2), extents


@dataclass(frozen=True)
class Fixture:
    """A thing that stays where it is; a part of it may slide."""

    name: str  # "bin", "drawer", "button"
    kind: str
    position: np.ndarray  # (3,) m, base frame: centre of a container's floor, top of a button
    size: np.ndarray  # (3,) m: inner extents of a container, outer extents of a button
    handle: np.ndarray  # (3,) m, base frame: where the tool takes hold of it
    joint: float = 0.0  # m: how far it is open, or pressed
    travel: float = 0.0  # m: how far it can be


@dataclass(frozen=True)
class Tool:
    """The gripper, pointing down."""

    position: np.ndarray  # (3,) m, base frame: the point between the finger tips
    yaw: float  # rad: rotation about the base frame's z; at 0 the fingers close along y
    opening: float  # m between the fingers
    force: np.ndarray | None = None  # (3,) N, base frame: pushes it from outside; None where nobody can tell


@dataclass(frozen=True)
class Scene:
    """Everything at one moment."""

    stamp: float  # s
    objects: tuple[Object, ...]
    fixtures: tuple[Fixture, ...]
    tool: Tool

    def object(self, name: str) -> Object:
        """The object of that name. Raises LegionError, naming those there are."""
        return _find(self.objects, name, "object")

    def fixture(self, name: str) -> Fixture:
        """The fixture of that name. Raises LegionError, naming those there are."""
        return _find(self.fixtures, name, "fixture")


def _find(things: tuple, name: str, noun: str):  # noqa: ANN202  (Object or Fixture, as the caller's tuple)
    for thing in things:
        if thing.name == name:
            return thing
    raise LegionError(
        f"no {noun} {name!r} in the scene; there are: {', '.join(t.name for t in things) or 'none'}"
    )


def rotation_from(quaternion: np.ndarray) -> np.ndarray:
    """(3, 3) whose columns are the axes of a body of that orientation (4,) wxyz."""
    w, x, y, z = quaternion
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
