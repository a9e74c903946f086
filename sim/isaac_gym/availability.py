"""Whether Isaac Gym can be imported, and why it can't."""

import sys
from importlib.util import find_spec

__all__ = ["available"]


def available() -> tuple[bool, str]:
    """(whether it is there, "" or why not). It is not imported: that would have to come before torch."""
    if find_spec("isaacgym") is not None:
        return True, ""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return False, (
        "isaacgym can't be had from a registry: NVIDIA hands it out itself, for Python 3.6 to 3.8, and no"
        f" longer mends it; this is Python {python}"
    )
