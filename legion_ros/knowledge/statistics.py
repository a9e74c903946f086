"""What a component keeps of the points that it took: sums, and nothing that grows with their number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from legion_ros.knowledge.errors import KnowledgeError

__all__ = ["Statistics"]


@dataclass(frozen=True, eq=False)
class Statistics:
    """Sufficient statistics of K diagonal Gaussians; additive over points. All float64.

    Sums are about the prior's mean. A dimension that a point did not observe adds nothing to it.
    """

    mass: np.ndarray  # (K,) visits: what the Chinese restaurant process counts
    entropy: np.ndarray  # (K,) - sum of r log r over all that was absorbed
    count: np.ndarray  # (K, d) points that observed the dimension
    first: np.ndarray  # (K, d) their sum
    second: np.ndarray  # (K, d) the sum of their squares

    def __post_init__(self) -> None:
        size = self.count.shape
        if len(size) != 2:
            raise KnowledgeError(
                f"count of statistics has shape {size}; (components, dimensions) is expected"
            )
        for field in fields(self):
            value = getattr(self, field.name)
            shape = size[:1] if field.name in ("mass", "entropy") else size
            if value.shape != shape:
                raise KnowledgeError(f"{field.name} of statistics has shape {value.shape}, not {shape}")

    def __len__(self) -> int:
        return len(self.mass)

    @classmethod
    def none(cls, components: int, size: int) -> "Statistics":
        """Of components that took nothing."""
        line, table = np.zeros(components), np.zeros((components, size))
        return cls(line, line.copy(), table, table.copy(), table.copy())

    @classmethod
    def of(cls, points: np.ndarray, observed: np.ndarray, responsibilities: np.ndarray) -> "Statistics":
        """Of points (N, d), 0 where not observed (N, d), shared among K by responsibilities (N, K)."""
        share = responsibilities.T
        logs = np.log(np.where(responsibilities > 0, responsibilities, 1.0))
        return cls(
            responsibilities.sum(0),
            -(responsibilities * logs).sum(0),
            share @ observed,
            share @ points,
            share @ points**2,
        )

    def __add__(self, other: "Statistics") -> "Statistics":
        return Statistics(*(a + b for a, b in zip(self.arrays(), other.arrays(), strict=True)))

    def __sub__(self, other: "Statistics") -> "Statistics":
        return Statistics(*(a - b for a, b in zip(self.arrays(), other.arrays(), strict=True)))

    def __getitem__(self, rows: np.ndarray | list[int] | slice) -> "Statistics":
        """Those of some components: a slice, indices or a mask."""
        return Statistics(*(array[rows] for array in self.arrays()))

    def total(self) -> "Statistics":
        """Of one component that took everything, with no doubt about it: entropy 0."""
        mass, entropy, *tables = (array.sum(0, keepdims=True) for array in self.arrays())
        return Statistics(mass, 0 * entropy, *tables)

    def joined(self, other: "Statistics") -> "Statistics":
        """These components, then the other ones."""
        return Statistics.stacked([self, other])

    @classmethod
    def stacked(cls, parts: Sequence["Statistics"]) -> "Statistics":
        """The components of all parts, in their order."""
        return cls(*(np.concatenate(each) for each in zip(*(p.arrays() for p in parts), strict=True)))

    def arrays(self) -> tuple[np.ndarray, ...]:
        """The fields in their order."""
        return self.mass, self.entropy, self.count, self.first, self.second

    def tensors(self) -> dict[str, np.ndarray]:
        """The fields by name."""
        return {field.name: array for field, array in zip(fields(self), self.arrays(), strict=True)}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, np.ndarray]) -> "Statistics":
        """What `tensors()` came from. Raises KnowledgeError on missing, odd or impossible numbers."""
        names = [field.name for field in fields(cls)]
        if set(tensors) != set(names):
            raise KnowledgeError(f"statistics consist of {', '.join(names)}, not {', '.join(tensors)}")
        values = [np.array(tensors[name], np.float64) for name in names]
        for name, value in zip(names, values, strict=True):
            if not np.isfinite(value).all() or (name != "first" and (value < 0).any()):
                raise KnowledgeError(f"{name} of statistics must be finite and, being a sum, not below 0")
        return cls(*values)
