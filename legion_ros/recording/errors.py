"""What can be wrong with a bag."""

from legion_ros.core.errors import LegionError

__all__ = ["RecordingError"]


class RecordingError(LegionError):
    """A folder that is no bag, holds nothing that can be read, or messages of another definition."""
