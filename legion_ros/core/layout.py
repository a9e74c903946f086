"""Named layouts of flat arrays: which numbers lie where, in which unit, in which frame."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

__all__ = ["Field", "Layout"]


@dataclass(frozen=True)
class Field:
    """One named stretch of a flat array."""

    name: str
    size: int
    unit: str  # "m", "rad", "1" for a pure number
    frame: str = ""  # "base", "tool", "" where none applies


@dataclass(frozen=True)
class Layout:
    """An ordered list of fields: a flat array of `size` numbers with names for its parts."""

    fields: tuple[Field, ...]

    @cached_property
    def slices(self) -> dict[str, slice]:
        """Where each field lies in the flat array."""
        slices, start = {}, 0
        for field in self.fields:
            slices[field.name] = slice(start, start + field.size)
            start += field.size
        return slices

    @property
    def size(self) -> int:
        """Length of the flat array."""
        return sum(field.size for field in self.fields)

    def pack(self, values: Mapping[str, np.ndarray | float]) -> np.ndarray:
        """Lay named values out flat: `(size,)` float32. Raises ValueError on a missing or a surplus name."""
        if values.keys() != self.slices.keys():
            odd = sorted(values.keys() ^ self.slices.keys())
            raise ValueError(f"fields {odd} are missing or unknown; the layout has {list(self.slices)}")
        flat = np.empty(self.size, np.float32)
        for name, part in self.slices.items():
            flat[part] = values[name]
        return flat

    def unpack(self, flat: np.ndarray) -> dict[str, np.ndarray]:
        """Views of the fields of `flat: (..., size)`, each `(..., field size)`."""
        if flat.shape[-1] != self.size:
            raise ValueError(f"array of shape {flat.shape} does not end in {self.size} = the layout's size")
        return {name: flat[..., part] for name, part in self.slices.items()}
