"""From observation to action."""

from legion_ros.policy.expert import Expert, PolicyError

__all__ = ["Expert", "PolicyError"]
