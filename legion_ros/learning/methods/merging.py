"""Two experts become one, and what it takes to part them again."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from legion_ros.core.episode import Episode
from legion_ros.knowledge.change import Merge
from legion_ros.learning.cloning import CloningConfig, clone
from legion_ros.learning.methods.know import Know

__all__ = ["Merged", "distilled"]


@dataclass(frozen=True)
class Merged:
    """What it takes to part two components again."""

    merge: Merge
    kept: Know
    gone: Know


def distilled(both: Sequence[Know], config: CloningConfig, rng: np.random.Generator) -> Know:
    """One that does what both did where they were (the transitions kept), started from the first of them."""
    parts = [np.concatenate([getattr(know, part) for know in both]) for part in ("observation", "action")]
    episode = Episode("what both did", parts[0], parts[1], parts[1], True)
    rates = [know.success for know in both if know.success is not None]
    expert = clone([episode], config, rng, start=both[0].expert)
    return Know(expert, min(rates) if len(rates) == len(both) else None, *parts)
