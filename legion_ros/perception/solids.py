"""Solids made of boxes, cylinders and spheres: distance from a point, points spread over the surface."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Part", "distance", "surface"]


@dataclass(frozen=True)
class Part:
    """One convex piece of a solid, its axes along the solid's own."""

    shape: str  # "box", "cylinder" (along z) or "sphere"
    size: tuple[float, ...]  # m: half extents of a box; radius and half height of a cylinder; radius
    position: tuple[float, float, float] = (0.0, 0.0, 0.0)  # m: of its centre


def distance(parts: Sequence[Part], points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Signed distance from points to the union of the parts, negative inside, and which way it grows.

    Args:
        parts: one at least.
        points: (..., 3) m, the solid's own frame.

    Returns:
        (...) m and (..., 3) unit vectors.
    """
    best, way = _distance(parts[0], points)
    for part in parts[1:]:
        other, turn = _distance(part, points)
        nearer = other < best
        best = np.where(nearer, other, best)
        way = np.where(nearer[..., None], turn, way)
    return best, way


def _distance(part: Part, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    local = points - np.asarray(part.position, points.dtype)
    if part.shape == "sphere":
        length = np.linalg.norm(local, axis=-1)
        return length - part.size[0], local / np.maximum(length, 1e-9)[..., None]
    if part.shape == "box":
        sign = np.where(local < 0, -1.0, 1.0)
        out = np.abs(local) - np.asarray(part.size, points.dtype)
        length, way = _corner(out)
        return length, way * sign
    radial = np.linalg.norm(local[..., :2], axis=-1)
    out = np.stack([radial - part.size[0], np.abs(local[..., 2]) - part.size[1]], axis=-1)
    length, way = _corner(out)
    outward = local[..., :2] / np.maximum(radial, 1e-9)[..., None]
    upward = np.where(local[..., 2] < 0, -1.0, 1.0) * way[..., 1]
    return length, np.concatenate([outward * way[..., :1], upward[..., None]], axis=-1)


def _corner(out: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance and its gradient for an axis-aligned corner: `out` (..., k) m beyond each of k faces."""
    beyond = np.maximum(out, 0.0)
    outside = np.sqrt(np.einsum("...k,...k->...", beyond, beyond))
    deepest = np.argmax(out, axis=-1)
    inside = np.take_along_axis(out, deepest[..., None], axis=-1)[..., 0]
    face = np.arange(out.shape[-1]) == deepest[..., None]
    away = outside > 1e-9
    way = np.where(away[..., None], beyond / np.maximum(outside, 1e-9)[..., None], face)
    return np.where(away, outside, inside), way


def surface(parts: Sequence[Part], spacing: float) -> tuple[np.ndarray, np.ndarray]:
    """Points spread over the outside of the union, and the outward directions there: (n, 3) m and (n, 3)."""
    points, normals = map(np.concatenate, zip(*(_surface(part, spacing) for part in parts), strict=True))
    outer = distance(parts, points)[0] > -1e-6
    return points[outer], normals[outer]


def _surface(part: Part, spacing: float) -> tuple[np.ndarray, np.ndarray]:
    if part.shape == "sphere":
        count = max(int(4 * np.pi * part.size[0] ** 2 / spacing**2), 12)
        height = 1 - (2 * np.arange(count) + 1) / count  # Fibonacci lattice
        angle = np.pi * (1 + 5**0.5) * np.arange(count)
        ring = np.sqrt(1 - height**2)
        normals = np.column_stack([ring * np.cos(angle), ring * np.sin(angle), height])
        points = part.size[0] * normals
    elif part.shape == "box":
        points, normals = _box_surface(np.asarray(part.size), spacing)
    else:
        points, normals = _cylinder_surface(*part.size, spacing=spacing)
    return points + part.position, normals


def _box_surface(half: np.ndarray, spacing: float) -> tuple[np.ndarray, np.ndarray]:
    points, normals = [], []
    for axis in range(3):
        first, second = (a for a in range(3) if a != axis)
        grid = np.meshgrid(_spread(half[first], spacing), _spread(half[second], spacing))
        for sign in (-1.0, 1.0):
            face = np.zeros((grid[0].size, 3))
            face[:, first], face[:, second], face[:, axis] = (
                grid[0].ravel(),
                grid[1].ravel(),
                sign * half[axis],
            )
            normal = np.zeros_like(face)
            normal[:, axis] = sign
            points.append(face)
            normals.append(normal)
    return np.concatenate(points), np.concatenate(normals)


def _cylinder_surface(radius: float, half: float, spacing: float) -> tuple[np.ndarray, np.ndarray]:
    around = max(int(2 * np.pi * radius / spacing), 8)
    angle = 2 * np.pi * np.arange(around) / around
    angles, heights = (grid.ravel() for grid in np.meshgrid(angle, _spread(half, spacing)))
    side = np.column_stack([np.cos(angles), np.sin(angles), np.zeros_like(angles)])
    points, normals = [side * radius + np.outer(heights, (0, 0, 1))], [side]
    grid = np.stack([g.ravel() for g in np.meshgrid(*2 * [_spread(radius, spacing)])], axis=-1)
    disc = grid[np.linalg.norm(grid, axis=1) < radius]
    for sign in (-1.0, 1.0):
        points.append(np.column_stack([disc, np.full(len(disc), sign * half)]))
        normals.append(np.tile((0.0, 0.0, sign), (len(disc), 1)))
    return np.concatenate(points), np.concatenate(normals)


def _spread(half: float, spacing: float) -> np.ndarray:
    """Middles of equal pieces of [-half, half], each about `spacing` long."""
    count = max(round(2 * half / spacing), 1)
    return half * ((2 * np.arange(count) + 1) / count - 1)
