"""The Franka FR3 that franky-sim ships: what the simulated table and the physical arm share."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np

__all__ = ["HOME", "TOOL_LENGTH", "robot_file"]

TOOL_LENGTH = 0.1034  # m from the hand's frame to the point between the finger tips
HOME = np.array(
    [0.0, -0.46, 0.0, -2.36, 0.0, 1.90, np.pi / 4]
)  # rad; the tool over the table, fingers along y


def robot_file() -> Path:
    """The FR3's MJCF, as franky-sim ships it. Found without importing franky_sim, which is slow."""
    spec = find_spec("franky_sim")
    if spec is None or spec.origin is None:
        raise ImportError("the tabletop needs franky-sim for the FR3 model: pip install franky-sim==1.0.4")
    return Path(spec.origin).parent / "assets" / "fr3.xml"
