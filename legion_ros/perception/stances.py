"""The ways in which a thing can lie: where the search for its pose begins."""

import numpy as np

from legion_ros.perception.catalogue import Kind

__all__ = ["quaternion_from", "rotation_about", "stances", "upright"]

_TO_TOP = {  # rotations that bring an own axis up
    "z": np.eye(3),
    "x": np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]),
    "y": np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]]),
}
_FLIP = np.diag([1.0, -1.0, -1.0])


def rotation_about(turn: np.ndarray) -> np.ndarray:
    """Rotation matrices (..., 3, 3) of rotation vectors (..., 3) rad (Rodrigues)."""
    angle = np.linalg.norm(turn, axis=-1, keepdims=True)
    x, y, z = np.moveaxis(turn / np.maximum(angle, 1e-12), -1, 0)
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(*x.shape, 3, 3)
    angle = angle[..., None]
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)


def stances(kind: Kind) -> np.ndarray:
    """Rotations (n, 3, 3) to begin with, so many that a refinement from one of them finds the true one.

    Turns that look the same, because of the shape's symmetry, are left out.
    """
    if kind.shape == "sphere":
        return np.eye(3)[None]
    if kind.shape == "cylinder":
        one_piece = len(kind.parts) == 1
        standing = [np.eye(3)] if one_piece else [np.eye(3), _FLIP]
        around = 4 if one_piece else 8
        return np.concatenate([standing, _turned(_TO_TOP["x"], around, np.pi if one_piece else 2 * np.pi)])
    if len(kind.parts) == 1:
        return np.concatenate([_turned(top, *_repeats(kind, axis)) for axis, top in _axes(kind)])
    lying = [_TO_TOP["x"], -_TO_TOP["x"] @ np.diag([1.0, -1.0, 1.0]), _TO_TOP["y"], _FLIP @ _TO_TOP["y"]]
    return np.concatenate(
        [upright(kind), _turned(_FLIP, 8, 2 * np.pi), *(_turned(top, 4, 2 * np.pi) for top in lying)]
    )


def upright(kind: Kind) -> np.ndarray:
    """The rotations (n, 3, 3) among the stances that leave the thing standing as it is described."""
    if kind.shape in ("sphere", "cylinder"):
        return np.eye(3)[None]
    if len(kind.parts) == 1:
        return _turned(np.eye(3), *_repeats(kind, "z"))
    return _turned(np.eye(3), 12, 2 * np.pi)


def _axes(kind: Kind) -> list[tuple[str, np.ndarray]]:
    """Which own axes can point up, leaving out those that look the same."""
    found: dict[float, tuple[str, np.ndarray]] = {}
    for axis in "zyx":
        found.setdefault(kind.size["xyz".index(axis)], (axis, _TO_TOP[axis]))
    return list(found.values())


def _repeats(kind: Kind, axis: str) -> tuple[int, float]:
    """How many turns about the vertical to begin with, and over which angle they are spread."""
    first, second = (kind.size[i] for i in range(3) if "xyz"[i] != axis)
    return (2, np.pi / 2) if abs(first - second) < 1e-6 else (4, np.pi)


def _turned(rotation: np.ndarray, count: int, span: float) -> np.ndarray:
    """The rotation followed by `count` turns about the vertical, over `span` rad: (count, 3, 3)."""
    angles = span * np.arange(count) / count
    return rotation_about(np.outer(angles, (0.0, 0.0, 1.0))) @ rotation


def quaternion_from(rotation: np.ndarray) -> np.ndarray:
    """(4,) wxyz of a rotation matrix (3, 3) (Shepperd 1978)."""
    trace = np.trace(rotation)
    four = np.array([trace, *np.diag(rotation)])
    largest = int(np.argmax(four))
    r = rotation
    skew = np.array([r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]])
    if largest == 0:
        q = np.array([1 + trace, *skew])
    else:
        i = largest - 1
        q = np.empty(4)
        q[0] = skew[i]
        q[1:] = r[i] + r[:, i]
        q[largest] = 1 + 2 * r[i, i] - trace
    return q / np.linalg.norm(q)
