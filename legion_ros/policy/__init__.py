"""From observation to action."""

from typing import TYPE_CHECKING, Any

from legion_ros.policy.actor import Actor, PolicyError

if TYPE_CHECKING:
    from legion_ros.policy.expert import Expert

__all__ = ["Actor", "Expert", "PolicyError"]


def __getattr__(name: str) -> Any:
    """`Expert` is imported when it is asked for: torch takes seconds, and nodes only act."""
    if name == "Expert":
        from legion_ros.policy.expert import Expert

        return Expert
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
