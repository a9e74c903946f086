"""What belongs to one component of the mixture, and how it is written down."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from legion_ros.learning.methods.method import MethodError
from legion_ros.policy import Expert

__all__ = ["BEFORE", "Know", "folders", "restored", "written"]

BEFORE = "before/"  # where that lies which a component held before it was improved in place


@dataclass(frozen=True)
class Know:
    """What belongs to one component of the mixture; replaced as a whole, never changed."""

    expert: Expert
    success: (
        float | None
    )  # at the end of its lesson, in fresh episodes; None where nothing could be practised
    observation: np.ndarray  # (M, O) float32: where the finished expert was ...
    action: np.ndarray  # (M, A) float32: ... and what it did there


def written(i: int, know: Know, shelf: str = "") -> dict[str, np.ndarray]:
    """The tensors of component `i`, by path."""
    expert = {f"{shelf}expert/{i}/{name}": value.copy() for name, value in know.expert.tensors().items()}
    kept = f"{shelf}kept/{i}"
    return expert | {f"{kept}/observation": know.observation, f"{kept}/action": know.action}


def folders(success: Mapping[str, Any], shelf: str = "") -> set[str]:
    """Where the tensors of these components lie."""
    return {f"{shelf}{kind}/{i}" for kind in ("expert", "kept") for i in success}


def restored(parts: Mapping[str, dict[str, np.ndarray]], i: str, success: Any, shelf: str = "") -> Know:
    """Component `i` of tensors by folder; MethodError, or what a dict or an Expert raises."""
    kept = parts[f"{shelf}kept/{i}"]
    expert = Expert.from_tensors(parts[f"{shelf}expert/{i}"])
    observation, action = kept["observation"], kept["action"]
    rows = len(action)
    shapes = ((rows, expert.observation_size), (rows, expert.action_size))
    finite = all(a.dtype == np.float32 and np.isfinite(a).all() for a in (observation, action))
    if set(kept) != {"observation", "action"} or (observation.shape, action.shape) != shapes or not finite:
        raise MethodError(f"the transitions kept of component {i} don't fit its expert")
    if success is not None and not 0.0 <= float(success) <= 1.0:
        raise MethodError(f"success {success} of component {i}; a fraction from 0 to 1 is expected")
    return Know(expert, None if success is None else float(success), observation, action)
