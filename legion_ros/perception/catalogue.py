"""What perception can name: kinds of things with their shapes, and colours."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import yaml
from scipy.spatial import cKDTree

from legion_ros.core import LegionError
from legion_ros.perception.solids import Part, surface

__all__ = ["Catalogue", "Kind", "load_catalogue"]

SHIFT = 3  # bits of a colour channel that don't matter
LIGHT = np.linspace(0.12, 1.9, 30)  # strengths of light
GLOSS = np.array([0.0, 0.06, 0.14])  # white reflected on top
SPACING = 0.009  # m between the points that stand for a surface
SHAPES = {"box": 3, "cylinder": 2, "sphere": 1}  # how many numbers the size of a part has


@dataclass(frozen=True)
class Kind:
    """What a kind of thing looks like."""

    name: str
    shape: str  # as core.Object has it
    size: tuple[float, float, float]  # m: full extents of the bounding box
    parts: tuple[Part, ...]  # relative to the bounding box's centre

    @cached_property
    def surface(self) -> tuple[np.ndarray, np.ndarray]:
        """Points on it and the outward directions there: (n, 3) m and (n, 3), own frame."""
        return surface(self.parts, SPACING)


@dataclass(frozen=True)
class Catalogue:
    """Kinds by name, and colours by name: (red, green, blue) from 0 to 1."""

    kinds: Mapping[str, Kind]
    colors: Mapping[str, np.ndarray]

    def color_of(self, pixels: np.ndarray) -> np.ndarray:
        """Index of the colour that each pixel shows, bright or dark: (n,) for (n, 3) uint8."""
        red, green, blue = (pixels >> SHIFT).T
        return self._table[red, green, blue]

    @cached_property
    def _table(self) -> np.ndarray:
        """Colour index by (red, green, blue) in steps of 8.

        A surface of colour c under light of strength L with a gloss s looks like min(1, L c + s): where a
        channel saturates the hue shifts, so comparing directions alone takes bright orange for yellow.
        """
        colors = np.array(list(self.colors.values()))
        light, gloss = np.meshgrid(LIGHT, GLOSS)
        looks = colors[:, None] * light.reshape(1, -1, 1) + gloss.reshape(1, -1, 1)
        looks = np.minimum(looks, 1.0).reshape(-1, 3)
        owner = np.repeat(np.arange(len(colors)), light.size)
        steps = (np.arange(256 >> SHIFT) + 0.5) * (1 << SHIFT) / 256
        cells = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1)
        return owner[cKDTree(looks).query(cells)[1]].astype(np.uint8)


def load_catalogue(path: Path) -> Catalogue:
    """Read config/objects.yaml or another file like it.

    Raises:
        LegionError: it is not as described there; says which entry, and what would be valid.
    """
    try:
        words = yaml.safe_load(path.read_text())
        kinds = {name: _kind(name, given) for name, given in words["kinds"].items()}
        colors = {name: np.asarray(rgb, float) for name, rgb in words["colors"].items()}
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise LegionError(
            f"{path} is no catalogue of objects: {error!r}; see config/objects.yaml for one"
        ) from error
    if not kinds or not colors:
        raise LegionError(f"{path}: a kind and a colour at least are needed")
    return Catalogue(kinds, colors)


def _kind(name: str, given: Mapping) -> Kind:
    parts = tuple(
        Part(part["shape"], tuple(part["size"]), tuple(part.get("position", (0.0, 0.0, 0.0))))
        for part in given["parts"]
    )
    for shape, size in [(given["shape"], None), *((part.shape, part.size) for part in parts)]:
        if shape not in SHAPES or (size is not None and len(size) != SHAPES[shape]):
            valid = ", ".join(f"{key} with {count} numbers" for key, count in SHAPES.items())
            raise LegionError(f"kind {name!r} has a part {shape!r} of size {size}; valid: {valid}")
    if len(given["size"]) != 3 or min(given["size"]) <= 0:
        raise LegionError(f"kind {name!r} has size {given['size']}; valid: three positive numbers, m")
    return Kind(name, given["shape"], tuple(given["size"]), parts)
