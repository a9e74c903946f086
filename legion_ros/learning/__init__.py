"""How experts come to be: demonstrations, cloning, refinement."""

from typing import TYPE_CHECKING, Any

from legion_ros.learning.demonstrations import Demonstrations
from legion_ros.learning.rollout import rollout

if TYPE_CHECKING:
    from legion_ros.learning.cloning import CloningConfig, clone

__all__ = ["CloningConfig", "Demonstrations", "clone", "rollout"]


def __getattr__(name: str) -> Any:
    """What needs torch is imported when it is asked for: torch takes seconds, and nodes only keep rows."""
    if name in ("CloningConfig", "clone"):
        from legion_ros.learning import cloning

        return getattr(cloning, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
