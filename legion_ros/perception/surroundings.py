"""What always stands on the table, and what of the depth picture it accounts for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from legion_ros.core import Fixture, LegionError
from legion_ros.perception.viewpoint import Viewpoint

__all__ = ["Surroundings", "cast", "load_surroundings"]

FAR = 9.0  # m: the depth of what no box covers


@dataclass(frozen=True)
class Surroundings:
    """Table, bin, drawer and button: boxes as (n, 2, 3) m, base frame, lowest and highest corner."""

    static: np.ndarray
    moving: np.ndarray  # the drawer's when it is closed
    panel: np.ndarray  # (2, 3): the drawer's front, closed
    bar: tuple[float, float]  # m: radius of the handle's bar, half its length along y
    bin: Fixture
    drawer: Fixture  # closed
    button: Fixture  # not pressed

    def fixtures(self, drawer: float, button: float) -> tuple[Fixture, ...]:
        """Bin, drawer and button with their joints at these values, m."""
        out, down = np.array([-drawer, 0.0, 0.0]), np.array([0.0, 0.0, -button])
        return (
            self.bin,
            _moved(self.drawer, out, drawer),
            _moved(self.button, down, button),
        )

    def floor(self, x: float, y: float, drawer: float) -> float:
        """Height in m of what lies under a spot: the table, or the floor of the bin or of the open drawer."""
        for fixture in self.fixtures(drawer, 0.0)[:2]:
            if np.all(np.abs((x, y) - fixture.position[:2]) < 0.5 * fixture.size[:2] + 0.005):
                return float(fixture.position[2])
        return 0.0


def _moved(fixture: Fixture, way: np.ndarray, joint: float) -> Fixture:
    return Fixture(
        fixture.name,
        fixture.kind,
        fixture.position + way,
        fixture.size,
        fixture.handle + way,
        joint,
        fixture.travel,
    )


def cast(viewpoint: Viewpoint, boxes: np.ndarray, depth: np.ndarray | None = None) -> np.ndarray:
    """The depth picture (height, width) m of boxes (n, 2, 3), in front of what `depth` shows already.

    The slab method (Kay & Kajiya 1986), for the pixels that a box can cover.
    """
    shape = (viewpoint.pinhole.height, viewpoint.pinhole.width)
    picture = np.full(shape, FAR, np.float32) if depth is None else depth.copy()
    for box in boxes:
        rows, columns = _window(viewpoint, box)
        rays = viewpoint.rays[rows, columns]
        with np.errstate(divide="ignore"):
            inverse = 1.0 / rays
        meets = (box[:, None, None, :] - viewpoint.position).astype(np.float32) * inverse
        enter = np.minimum(meets[0], meets[1]).max(axis=-1)
        leave = np.maximum(meets[0], meets[1]).min(axis=-1)
        hit = (enter <= leave) & (enter > 0)
        window = picture[rows, columns]
        np.copyto(window, enter, where=hit & (enter < window))
    return picture


def _window(viewpoint: Viewpoint, box: np.ndarray) -> tuple[slice, slice]:
    """Rows and columns that a box can cover."""
    corners = np.stack(np.meshgrid(*box.T), axis=-1).reshape(-1, 3)
    seen = (corners - viewpoint.position) @ viewpoint.rotation
    pinhole = viewpoint.pinhole
    if seen[:, 2].min() < 0.05:  # reaches behind the camera
        return slice(0, pinhole.height), slice(0, pinhole.width)
    flat = seen[:, :2] / seen[:, 2:] * pinhole.focal + pinhole.centre
    (left, top), (right, bottom) = np.floor(flat.min(axis=0)), np.ceil(flat.max(axis=0))
    rows = slice(int(np.clip(top, 0, pinhole.height)), int(np.clip(bottom + 1, 0, pinhole.height)))
    return rows, slice(int(np.clip(left, 0, pinhole.width)), int(np.clip(right + 1, 0, pinhole.width)))


def load_surroundings(path: Path) -> Surroundings:
    """Read config/fixtures.yaml or another file like it.

    Raises:
        LegionError: it is not as described there.
    """
    try:
        words = yaml.safe_load(path.read_text())
        bin_, drawer, button = words["bin"], words["drawer"], words["button"]
        return Surroundings(
            static=np.concatenate([np.array(words["static"], float), _walls(bin_)]),
            moving=np.array(drawer["moving"], float),
            panel=np.array(drawer["panel"], float),
            bar=(float(drawer["bar"][0]), float(drawer["bar"][1])),
            bin=_fixture("bin", bin_, handle=np.add(bin_["position"], (0, 0, bin_["size"][2]))),
            drawer=_fixture("drawer", drawer, handle=np.array(drawer["handle"], float)),
            button=_fixture("button", button, handle=np.array(button["position"], float)),
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, IndexError) as error:
        raise LegionError(
            f"{path} does not describe the fixtures: {error!r}; see config/fixtures.yaml"
        ) from error


def _fixture(name: str, given: Mapping, handle: np.ndarray) -> Fixture:
    position, size = np.array(given["position"], float), np.array(given["size"], float)
    return Fixture(name, name, position, size, handle, 0.0, float(given.get("travel", 0.0)))


def _walls(given: Mapping) -> np.ndarray:
    """Floor and walls of an open box: (5, 2, 3) m."""
    centre: Sequence[float] = given["position"]
    (x, y, h), t = given["size"], given["wall"]
    x, y = x / 2, y / 2
    boxes = [
        [[-x - t, -y - t, -t], [x + t, y + t, 0]],
        [[-x - t, -y - t, 0], [-x, y + t, h]],
        [[x, -y - t, 0], [x + t, y + t, h]],
        [[-x, -y - t, 0], [x, -y, h]],
        [[-x, y, 0], [x, y + t, h]],
    ]
    return np.array(boxes, float) + centre
