"""What can be wrong with a knowledge folder or with what is put into one."""

from legion_ros.core import LegionError

__all__ = ["KnowledgeError"]


class KnowledgeError(LegionError):
    """A knowledge folder, component or key that can't be used: what is wrong, and what would be valid."""
