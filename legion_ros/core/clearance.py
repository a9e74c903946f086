"""How much room the hand has around a thing that it takes from above, and how it had best turn for that."""

from collections.abc import Sequence

import numpy as np

from legion_ros.core.scene import Object

__all__ = ["ENOUGH", "beside", "clearance", "grip_point", "grips", "room"]

# Outlines of the Franka hand around the point between its finger tips, fingers open: half of each side across
# and along the direction in which they close, and how far over that point its underside is. All m.
_OUTLINES = np.array([[0.011, 0.066, -0.009], [0.032, 0.102, 0.037]])
_TIPS_TO_HAND = 0.032  # m: tall things are taken with the hand this far over the middle of the grip
_YAWS = np.linspace(-np.pi / 2, np.pi / 2, 12, endpoint=False)  # rad: where any will do
_SQUARE = 0.005  # m between two sides that are as good as each other
ENOUGH = 0.012  # m of room that the hand wants on all sides


def grips(thing: Object) -> np.ndarray:
    """(Y,) rad: tool yaws at which the fingers can take it, half a turn either way the same."""
    yaw, extents = thing.grip
    if np.isnan(yaw):
        return _YAWS
    return np.array([yaw, yaw + np.pi / 2]) if extents[1] - extents[0] < _SQUARE else np.array([yaw])


def clearance(thing: Object, others: Sequence[Object]) -> float:
    """Room around `thing` for the hand at the best of its grips.

    Returns:
        m; infinite where no other thing is tall enough to be met.
    """
    return float(room(thing, others, grips(thing)).max())


def room(thing: Object, others: Sequence[Object], yaws: np.ndarray) -> np.ndarray:
    """Room between the open hand around `thing` and the things that it reaches down to.

    Others count as upright cylinders around what they are. Negative where the hand would hit one.

    Args:
        thing: to be taken from above.
        others: what else is there.
        yaws: (Y,) rad, base frame: of the tool; at 0 the fingers close along y.

    Returns:
        (Y,) m; infinite where no other thing is tall enough to be met.
    """
    if not others:
        return np.full(len(yaws), np.inf)
    point = grip_point(thing)
    place = np.array([other.position for other in others]) - point
    radius, half = np.array([_cylinder(other) for other in others]).T
    c, s = np.cos(yaws)[:, None], np.sin(yaws)[:, None]
    aside = np.abs(np.stack([c * place[:, 0] + s * place[:, 1], c * place[:, 1] - s * place[:, 0]], -1))
    beyond = aside[:, :, None] - _OUTLINES[:, :2]  # (Y, others, outlines, 2)
    outside = np.linalg.norm(np.maximum(beyond, 0.0), axis=-1) + np.minimum(beyond.max(axis=-1), 0.0)
    met = (place[:, 2] + half)[:, None] >= _OUTLINES[:, 2]
    return np.where(met, outside - radius[:, None], np.inf).min(axis=(1, 2))


def beside(thing: Object, goal: np.ndarray, others: Sequence[Object]) -> float:
    """Room beside a thing's straight way over the table; negative where it would hit another.

    Args:
        thing: that is moved.
        goal: (2,) m, base frame: where its middle goes.
        others: what else is there; each counts as an upright cylinder.

    Returns:
        m; infinite where there are no others.
    """
    if not others:
        return np.inf
    start, places = thing.position[:2], np.array([other.position[:2] for other in others])
    way = np.asarray(goal, float) - start
    along = np.clip((places - start) @ way / max(float(way @ way), 1e-9), 0.0, 1.0)
    apart = np.linalg.norm(places - start - along[:, None] * way, axis=1)
    radius = np.array([_cylinder(other)[0] for other in others])
    return float((apart - radius).min()) - _cylinder(thing)[0]


def _cylinder(thing: Object) -> tuple[float, float]:
    """Radius and half height of the upright cylinder around a thing, m."""
    yaw, extents = thing.grip
    wide = extents[:2].max() if np.isnan(yaw) else np.hypot(*extents[:2])  # round from above, or not
    return 0.5 * float(wide), 0.5 * float(extents[2])


def grip_point(thing: Object) -> np.ndarray:
    """(3,) m, base frame: where the point between the finger tips goes to take the thing."""
    return thing.position + (0.0, 0.0, max(0.0, 0.5 * thing.grip[1][2] - _TIPS_TO_HAND))
