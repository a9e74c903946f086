"""The scene that sentences are tried in: seven things on the table, the drawer closed."""

import numpy as np

from legion_ros.core import Fixture, Object, Scene, Tool

# name: (x, y) m, base frame
SPOTS = {
    "red_can": (0.38, 0.10),
    "blue_can": (0.55, -0.08),
    "white_mug": (0.45, 0.02),
    "green_block": (0.50, 0.14),
    "yellow_ball": (0.42, -0.14),
    "orange_bottle": (0.57, 0.05),
    "purple_box": (0.36, -0.03),
}


def thing(name: str, x: float, y: float, z: float = 0.04) -> Object:
    color, kind = name.split("_")
    shape = {"can": "cylinder", "bottle": "cylinder", "ball": "sphere"}.get(kind, "box")
    size = {"can": (0.062, 0.062, 0.10), "block": (0.045, 0.045, 0.045)}.get(kind, (0.06, 0.06, 0.08))
    return Object(name, kind, color, shape, np.array([x, y, z]), np.array([1.0, 0, 0, 0]), np.array(size))


def scene(
    spots=SPOTS, drawer: float = 0.0, pressed: float = 0.0, tool=(0.40, 0.0, 0.30), inside=(), stowed=()
) -> Scene:
    """`inside`, `stowed`: names of objects that lie in the bin, in the drawer, instead of on their spot."""
    things = [
        thing(name, *((0.5, 0.42, 0.05) if name in inside else (*spot, 0.04))) for name, spot in spots.items()
    ]
    things = [thing(t.name, 0.55 - drawer, -0.42, 0.05) if t.name in stowed else t for t in things]
    bin_, button = np.array([0.5, 0.42, 0.0]), np.array([0.62, -0.2, 0.03])
    drawer_ = np.array([0.55 - drawer, -0.42, 0.0])
    fixtures = (
        Fixture("bin", "bin", bin_, np.array([0.24, 0.24, 0.12]), bin_ + (0, 0, 0.12)),
        Fixture(
            "drawer", "drawer", drawer_, np.array([0.18, 0.22, 0.1]), drawer_ + (-0.12, 0, 0.06), drawer, 0.16
        ),
        Fixture("button", "button", button, np.full(3, 0.04), button, pressed, 0.012),
    )
    return Scene(0.0, tuple(things), fixtures, Tool(np.array(tool), 0.0, 0.08))
