"""The knowledge space: one point for what was asked, seen first, and come of the first moves."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from legion_ros.core.layout import Layout
from legion_ros.knowledge.errors import KnowledgeError
from legion_ros.knowledge.normal_gamma import Prior

__all__ = ["KnowledgeSpace"]

REWARD_FLOOR = 0.01  # rewards are told apart by their logarithm; below this all are one
MOVED_FLOOR = 0.002  # m; as are distances that the object was moved
# What other layouts call a field that means the same to every arm: a way in metres, wherever its base stands.
SHARED = {"object_to_goal": ("object_to_goal", "goal_from_object")}
EARLY = ("moved", "first_reward", "mean_reward")
ARRAYS = ("centre", "language", "columns", "offset", "scale", "object", "early_offset", "early_scale")


@dataclass(frozen=True, kw_only=True, eq=False)
class KnowledgeSpace:
    """Fixed maps into d = L + S + 3 dimensions, and the prior of the mixture there.

    A point is (language (L,), start (S,), early (3,)): the sentence's embedding, whitened by how sentences of
    one task scatter, and reduced; numbers of the first observation; how far the object was moved in the first
    control periods, their first reward and their mean one. All were fitted once on task families that are in
    no stream (`legion calibrate`), so the space stays as it is while tasks arrive. Of an observation in
    another layout the fields that are `SHARED` are read; the rest was not observed.
    """

    prior: Prior  # d dimensions
    centre: np.ndarray  # (D,) mean embedding
    language: np.ndarray  # (D, L) from an embedding less the centre
    layout: Layout  # of the observations that it was fitted on, O numbers
    columns: np.ndarray  # (S,) int: numbers of an observation that are looked at
    offset: np.ndarray  # (S,)
    scale: np.ndarray  # (S,) as they scatter within a task
    object: np.ndarray  # (3,) int: columns of an observation that are the object's position, m
    early_offset: np.ndarray  # (3,)
    early_scale: np.ndarray  # (3,)
    facts: Mapping[str, Any]  # of the calibration: command, families, mean and sd of what was fitted

    def __post_init__(self) -> None:
        arrays = {name: getattr(self, name) for name in ARRAYS}
        for name, array in arrays.items():
            if not np.isfinite(array).all():
                raise KnowledgeError(f"{name} of the knowledge space holds a NaN or an infinity")
        embedding, start, early = self.centre.shape, self.columns.shape, (len(EARLY),)
        wanted = {
            "offset": start,
            "scale": start,
            "object": (3,),
            "early_offset": early,
            "early_scale": early,
        }
        for name, shape in {**wanted, "language": (*embedding, *self.language.shape[1:])}.items():
            if arrays[name].shape != shape or len(shape) > 2:
                raise KnowledgeError(
                    f"{name} of the knowledge space has shape {arrays[name].shape}, not {shape}"
                )
        if len(embedding) != 1 or len(start) != 1 or self.language.ndim != 2:
            raise KnowledgeError(
                "centre and columns of the knowledge space are vectors, language is a matrix"
            )
        for name in ("columns", "object"):
            whole, last = arrays[name].dtype.kind == "i", self.observation_size - 1
            if not whole or ((arrays[name] < 0) | (arrays[name] > last)).any():
                raise KnowledgeError(f"{name} of the knowledge space must be whole numbers from 0 to {last}")
        if (self.scale <= 0).any() or (self.early_scale <= 0).any():
            raise KnowledgeError("the scales of the knowledge space must be above 0")
        if self.prior.size != self.size:
            raise KnowledgeError(f"a prior of {self.prior.size} dimensions for a space of {self.size}")

    @classmethod
    def load(cls, folder: Path) -> "KnowledgeSpace":
        """What `save` wrote. KnowledgeError on anything that it would not have written."""
        from legion_ros.knowledge import space_store

        return space_store.read(Path(folder))

    def save(self, folder: Path) -> None:
        """Write to `folder`, atomically. KnowledgeError when that can't be done."""
        from legion_ros.knowledge import space_store

        space_store.write(self, Path(folder))

    @property
    def size(self) -> int:
        """Dimensions d of a point."""
        return self.language.shape[1] + len(self.columns) + len(EARLY)

    @property
    def observation_size(self) -> int:
        """O: numbers of an observation."""
        return self.layout.size

    def places(self, layout: Layout) -> np.ndarray:
        """(S,) int: where each number that is looked at lies in an observation of `layout`; -1: nowhere."""
        if layout == self.layout:
            return self.columns
        found = np.full(self.layout.size, -1)
        theirs = {field.name: (field.size, field.unit) for field in layout.fields}
        for field in self.layout.fields:
            for name in SHARED.get(field.name, ()):
                if theirs.get(name) == (field.size, field.unit):
                    found[self.layout.slices[field.name]] = np.arange(layout.size)[layout.slices[name]]
        return found[self.columns]

    def point(
        self,
        embeddings: np.ndarray | None,
        observation: np.ndarray | None = None,
        early: np.ndarray | None = None,
        reward: np.ndarray | None = None,
        layout: Layout | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Points (N, d) and which of their dimensions were observed (N, d) bool; what is None was not.

        Args:
            embeddings: (N, D) of the sentences, unit length.
            observation: (N, O) the first of each episode.
            early: (N, H, O) the observations of the first H control periods after that; needs `observation`.
            reward: (N, H) what these earned.
            layout: of the observations; the space's own when None. What the first moves of another arm come
                to, and what they earn in another simulator, can't be compared: it counts as not observed.

        Raises:
            KnowledgeError: wrong or differing shapes, NaN or infinite numbers, nothing given.
        """
        given = {"embeddings": embeddings, "observation": observation, "early": early, "reward": reward}
        given = {name: np.asarray(value, float) for name, value in given.items() if value is not None}
        layout = layout or self.layout
        count = self._check(given, layout.size)
        if layout != self.layout:
            given = {name: value for name, value in given.items() if name in ("embeddings", "observation")}
        points, observed = np.zeros((count, self.size)), np.zeros((count, self.size), bool)
        language, start = self.language.shape[1], self.language.shape[1] + len(self.columns)
        if "embeddings" in given:
            points[:, :language] = (given["embeddings"] - self.centre) @ self.language
            observed[:, :language] = True
        if "observation" in given:
            places = self.places(layout)
            points[:, language:start] = (given["observation"][:, places] - self.offset) / self.scale
            observed[:, language:start] = places >= 0
        if "early" in given:
            way = given["early"][:, -1, self.object] - given["observation"][:, self.object]
            points[:, start] = np.log(MOVED_FLOOR + np.linalg.norm(way, axis=1))
            observed[:, start] = True
        if "reward" in given:
            gained = np.maximum(given["reward"], 0.0)
            points[:, start + 1] = np.log(REWARD_FLOOR + gained[:, 0])
            points[:, start + 2] = np.log(REWARD_FLOOR + gained.mean(1))
            observed[:, start + 1 :] = True
        points[:, start:] = np.where(
            observed[:, start:], (points[:, start:] - self.early_offset) / self.early_scale, 0.0
        )
        return points, observed

    def _check(self, given: Mapping[str, np.ndarray], size: int) -> int:
        """The number of points, where observations have `size` numbers."""
        if not given:
            raise KnowledgeError(
                "a point needs an instruction's embedding or an observation; nothing was given"
            )
        counts, periods = set(), set()
        for name, value in given.items():
            good = value.ndim == {"embeddings": 2, "observation": 2, "early": 3, "reward": 2}[name]
            if good and name == "embeddings":
                good = value.shape[1] == len(self.centre)
            if good and name in ("observation", "early"):
                good = value.shape[-1] == size
            if not good or 0 in value.shape[1:]:
                raise KnowledgeError(
                    f"{name} has shape {value.shape}; embeddings (N, {len(self.centre)}), observation (N, O),"
                    f" early (N, H, O) and reward (N, H) are expected, O = {size}"
                )
            if not np.isfinite(value).all():
                raise KnowledgeError(f"{name} holds a NaN or an infinity")
            counts.add(len(value))
            periods |= {value.shape[1]} if name in ("early", "reward") else set()
        if len(counts) > 1 or len(periods) > 1:
            shapes = ", ".join(f"{name} {value.shape}" for name, value in given.items())
            raise KnowledgeError(f"these are not of the same episodes: {shapes}")
        if "early" in given and "observation" not in given:
            raise KnowledgeError("the early trajectory needs the observation that it began with")
        return counts.pop()
