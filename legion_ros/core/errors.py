"""The one base class of the errors that a user can cause."""

__all__ = ["LegionError"]


class LegionError(Exception):
    """What was wrong, the value, and what would be valid: the message goes to the user as it is."""
