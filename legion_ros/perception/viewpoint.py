"""Where a depth camera stands and what each of its pixels looks at."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import yaml

from legion_ros.core import LegionError
from legion_ros.core.pinhole import Pinhole
from legion_ros.core.scene import rotation_from

__all__ = ["Pose", "Viewpoint", "load_cameras"]


@dataclass(frozen=True)
class Viewpoint:
    """A pinhole camera at a pose."""

    pinhole: Pinhole
    position: np.ndarray  # (3,) m, base frame
    rotation: np.ndarray  # (3, 3): columns are the camera's right, down and ahead in the base frame

    @cached_property
    def rays(self) -> np.ndarray:
        """(height, width, 3) float32, base frame: from the camera to what is 1 m deep in each pixel."""
        (fx, fy), (cx, cy) = self.pinhole.focal, self.pinhole.centre
        right = (np.arange(self.pinhole.width) + 0.5 - cx) / fx
        down = (np.arange(self.pinhole.height) + 0.5 - cy) / fy
        x, y = np.meshgrid(right, down)
        return (np.stack([x, y, np.ones_like(x)], axis=-1) @ self.rotation.T).astype(np.float32)

    def points(self, depth: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """(n, 3) m, base frame: what the given pixels of a depth picture (height, width) m see."""
        return self.position + depth[rows, columns, None] * self.rays[rows, columns]

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rows, columns and depths (...) of points (..., 3) m, base frame.

        Rows and columns are int; -1 for points that are behind the camera or beside the picture.
        """
        seen = (np.asarray(points) - self.position) @ self.rotation
        depth = seen[..., 2]
        ahead = np.maximum(depth, 1e-6)
        (fx, fy), (cx, cy) = self.pinhole.focal, self.pinhole.centre
        columns = np.floor(seen[..., 0] / ahead * fx + cx)
        rows = np.floor(seen[..., 1] / ahead * fy + cy)
        inside = (depth > 1e-6) & (columns >= 0) & (columns < self.pinhole.width)
        inside &= (rows >= 0) & (rows < self.pinhole.height)
        return np.where(inside, rows, -1).astype(int), np.where(inside, columns, -1).astype(int), depth


@dataclass(frozen=True)
class Pose:
    """Where a camera stands."""

    position: np.ndarray  # (3,) m, base frame
    rotation: np.ndarray  # (3, 3), as Viewpoint has it

    def viewpoint(self, pinhole: Pinhole) -> Viewpoint:
        """The camera of these optics there."""
        return Viewpoint(pinhole, self.position, self.rotation)


def load_cameras(path: Path) -> Mapping[str, Pose]:
    """Read config/cameras.yaml or another file like it: poses by the frame of the pictures.

    In an arm's own file, config/robot/*.yaml, they stand under the key `cameras`.

    Raises:
        LegionError: it is not as described there.
    """
    try:
        found = {}
        content = yaml.safe_load(path.read_text())
        for name, given in content.get("cameras", content).items():
            position = np.array(given["position"], float).reshape(3)
            quaternion = np.array(given["quaternion"], float).reshape(4)
            length = float(np.linalg.norm(quaternion))
            if not abs(length - 1) < 1e-3:
                raise ValueError(f"the quaternion of {name!r} has length {length:.4g}, not 1")
            found[name] = Pose(position, rotation_from(quaternion / length))
        return found
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise LegionError(
            f"{path} does not say where cameras stand: {error!r}; see config/cameras.yaml"
        ) from error
