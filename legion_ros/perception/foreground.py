"""What of a depth picture is neither table nor fixture nor robot."""

from dataclasses import dataclass

import numpy as np

from legion_ros.core import Tool
from legion_ros.perception.catalogue import Catalogue
from legion_ros.perception.viewpoint import Viewpoint

__all__ = ["Cloud", "Frame", "foreground", "is_robot"]

# Lowest and highest corner of where things can lie, m, base frame.
REACH = (np.array([0.24, -0.60, 0.0]), np.array([0.86, 0.60, 0.24]))
# The gripper as boxes about the point between the finger tips, z up, x and y turned with the tool: half
# extents and centre in m. Taken from the FR3's hand, with a margin of 5 mm.
HAND = ((0.038, 0.110, 0.062), (0.0, 0.0, 0.094))
FLANGE = ((0.050, 0.095, 0.040), (0.0, -0.017, 0.140))
FINGER_THICKNESS = 0.026  # m along the way that they close
FINGER_HALF = (0.016, 0.5 * FINGER_THICKNESS + 0.005, 0.034)
FINGER_MIDDLE = 0.020  # m of a finger's centre above the point between the tips
FOREARM = (0.150, 0.15)  # m: height over the tool from which on the arm is; half its breadth


@dataclass(frozen=True)
class Frame:
    """What the camera took at one moment, and where the gripper was then."""

    stamp: float  # s
    color: np.ndarray  # (height, width, 3) uint8
    depth: np.ndarray  # (height, width) float32 m; 0 or NaN where nothing was measured
    viewpoint: Viewpoint
    tool: Tool


@dataclass(frozen=True)
class Cloud:
    """Points of things: n of them."""

    points: np.ndarray  # (n, 3) m, base frame
    colors: np.ndarray  # (n,) int: index into the catalogue's colours

    def __getitem__(self, chosen: np.ndarray) -> "Cloud":
        return Cloud(self.points[chosen], self.colors[chosen])


def foreground(frame: Frame, background: np.ndarray, catalogue: Catalogue) -> Cloud:
    """The coloured cloud of what stands nearer than the background.

    Args:
        frame: with depth of the same size as `background`.
        background: (height, width) m: nearer than this is none of table and fixtures.
        catalogue: whose colours are told apart.
    """
    with np.errstate(invalid="ignore"):
        rows, columns = np.nonzero((frame.depth > 0.05) & (frame.depth < background))
    height = frame.viewpoint.position[2] + frame.depth[rows, columns] * frame.viewpoint.rays[rows, columns, 2]
    low = (height > REACH[0][2]) & (height < REACH[1][2])
    rows, columns = rows[low], columns[low]
    points = frame.viewpoint.points(frame.depth, rows, columns)
    kept = np.all((points > REACH[0]) & (points < REACH[1]), axis=1)
    kept &= ~is_robot(points, frame.tool)
    colors = catalogue.color_of(frame.color[rows[kept], columns[kept]])
    return Cloud(points[kept], colors)


def is_robot(points: np.ndarray, tool: Tool) -> np.ndarray:
    """Which points (n, 3) m, base frame, are the gripper's or the arm's: (n,) bool."""
    local = points - tool.position
    c, s = np.cos(tool.yaw), np.sin(tool.yaw)
    local = local @ np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    robot = _within(local, *HAND) | _within(local, *FLANGE)
    for side in (-1.0, 1.0):
        middle = side * 0.5 * (tool.opening + FINGER_THICKNESS)
        robot |= _within(local, FINGER_HALF, (0.0, middle, FINGER_MIDDLE))
    # between the tool and the base at the origin, from a height on: links 5 and 6
    tip = tool.position[:2]
    along = np.clip(points[:, :2] @ tip / max(float(tip @ tip), 1e-6), 0.0, 1.0)
    aside = np.linalg.norm(points[:, :2] - along[:, None] * tip, axis=1)
    return robot | ((local[:, 2] > FOREARM[0]) & (aside < FOREARM[1]))


def _within(local: np.ndarray, half: tuple[float, ...], centre: tuple[float, ...]) -> np.ndarray:
    return np.all(np.abs(local - centre) < half, axis=1)
