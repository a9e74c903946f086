"""What happens to the components of the mixture, so that whoever holds an expert for each can follow."""

from dataclasses import dataclass

import numpy as np

from legion_ros.knowledge.statistics import Statistics

__all__ = ["Change", "Merge"]


@dataclass(frozen=True, eq=False)
class Merge:
    """Two components became one: all that is needed to part them again."""

    kept: int  # id that goes on
    gone: int  # id that was taken up
    place: int  # row of the one that is gone
    before: Statistics  # (2,): of the kept one, of the one that is gone
    after: Statistics  # (1,): of the kept one with both


@dataclass(frozen=True, eq=False)
class Change:
    """What absorbing a batch did to the components, by their ids."""

    born: tuple[int, ...]
    merged: tuple[Merge, ...]
    deleted: tuple[int, ...]
    assignment: np.ndarray  # (N,) int: id of the component that took most of each point
