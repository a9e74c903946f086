"""Which kind of thing a cluster is, and how it lies: shape models fitted to one side of a surface.

A cloud from one camera is a shell that faces it, so its middle is not the thing's middle. Each hypothesis is
a kind in a pose; Gauss-Newton draws its surface to the points, and what it puts where the camera looks
through counts against it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from legion_ros.perception.catalogue import Kind
from legion_ros.perception.solids import distance
from legion_ros.perception.stances import rotation_about, stances
from legion_ros.perception.viewpoint import Viewpoint

__all__ = ["Fit", "Look", "best_fits", "refined", "residuals"]

POINTS = 90  # of a cluster that a fit looks at
COARSE, FINE = 3, 4  # iterations with all stances of a kind, and with the best of them
KEPT = 3  # stances of a kind that are refined to the end
HUBER = 0.003  # m: beyond it a point pulls with constant force
MOST = 0.012  # m: a point counts as no farther off than this
JUT = 0.020  # m: nor does a part of the model that stands before what is seen
JUT_SHARE = 0.3  # of such parts in the cost
GRAZING = 0.25  # cosine below which a surface is seen too much from the side to be judged
SLACK = 0.005  # m that a model may stand before what is seen: noise, and pixels at edges
REST = 0.010  # m within which an underside is taken to rest on what is below
SUNK = 0.25  # of the depth that a model reaches under the floor, in the cost


@dataclass(frozen=True)
class Look:
    """What the camera saw, for judging where a model may be."""

    depth: np.ndarray  # (height, width) m
    viewpoint: Viewpoint


@dataclass(frozen=True)
class Fit:
    """Hypotheses of one kind: h poses, or a single one, then without the first axis."""

    kind: Kind
    position: np.ndarray  # (h, 3) m, base frame
    rotation: np.ndarray  # (h, 3, 3)
    cost: np.ndarray  # (h,) m: mean distance of points, and what stands before what is seen

    def __getitem__(self, chosen: np.ndarray | int) -> "Fit":
        return Fit(self.kind, self.position[chosen], self.rotation[chosen], self.cost[chosen])


def best_fits(kinds: Iterable[Kind], points: np.ndarray, look: Look, floor: float) -> list[Fit]:
    """The best pose of each kind for a cluster, best kind first.

    Args:
        kinds: to be tried.
        points: (n, 3) m, base frame: of the cluster.
        look: the whole picture.
        floor: m: height of what lies below the cluster.
    """
    found = []
    for kind in kinds:
        fit = _refine(_begin(kind, points), points, COARSE, tilt=False)
        cost = _misfit(fit, points) + _sunk(fit, floor)
        fit = fit[np.argsort(cost)[: KEPT + (len(cost) > 8)]]
        fit = judged(_rest(_refine(fit, points, FINE, tilt=False), points, floor), points, look, floor)
        found.append(fit[int(np.argmin(fit.cost))])
    return sorted(found, key=lambda fit: float(fit.cost))


def refined(fit: Fit, points: np.ndarray, look: Look, floor: float, tilt: bool) -> Fit:
    """One hypothesis drawn to the points from where it is; `tilt` lets it turn about all axes."""
    many = Fit(fit.kind, fit.position[None], fit.rotation[None], np.zeros(1))
    many = _refine(many, points, COARSE + FINE if tilt else COARSE - 1, tilt)
    return judged(many, points, look, floor)[0]


def judged(fit: Fit, points: np.ndarray, look: Look, floor: float) -> Fit:
    """The same with its cost worked out."""
    cost = _misfit(fit, points) + JUT_SHARE * _jut(fit, look) + _sunk(fit, floor)
    return replace(fit, cost=cost)


def residuals(fit: Fit, points: np.ndarray) -> np.ndarray:
    """Distance of points (n, 3) m, base frame, from the surface of a single fit: (n,) m."""
    return np.abs(distance(fit.kind.parts, (points - fit.position) @ fit.rotation)[0])


def _begin(kind: Kind, points: np.ndarray) -> Fit:
    """All stances of a kind where the points are: their middle seen from above, under the highest of them."""
    rotation = stances(kind)
    low, high = np.percentile(points, (2, 98), axis=0)
    tall = np.abs(rotation[:, 2]) @ np.array(kind.size)
    position = np.tile(0.5 * (low + high), (len(rotation), 1))
    position[:, 2] = high[2] - 0.5 * tall
    return Fit(kind, position, rotation, np.zeros(len(rotation)))


def _refine(fit: Fit, points: np.ndarray, iterations: int, tilt: bool, height: bool = True) -> Fit:
    """Gauss-Newton with Huber weights on the distances of the points; see Fitzgibbon (2003) for the idea."""
    position, rotation = fit.position, fit.rotation
    places = [*(0, 1), *((2,) if height else ()), *((3, 4) if tilt else ()), 5]
    for _ in range(iterations):
        offset = points - position[:, None]
        error, way = distance(fit.kind.parts, offset @ rotation)
        way = way @ np.swapaxes(rotation, 1, 2)
        slope = _slope(offset, way, tilt)[..., places]
        weight = HUBER / np.maximum(np.abs(error), HUBER)
        pull = np.swapaxes(slope * weight[..., None], 1, 2)
        normal = pull @ slope + np.diag([0.5 if p < 3 else 2e-4 for p in places])
        move = np.linalg.solve(normal, -(pull @ error[..., None]))[..., 0]
        step = np.zeros((len(position), 6))
        step[:, places] = move
        position = position + np.clip(step[:, :3], -0.02, 0.02)
        rotation = rotation_about(np.clip(step[:, 3:], -0.4, 0.4)) @ rotation
    return replace(fit, position=position, rotation=rotation)


def _slope(offset: np.ndarray, way: np.ndarray, tilt: bool) -> np.ndarray:
    """(h, n, 6): how a distance changes as the model moves along and turns about x, y and z, base frame."""
    (ox, oy, oz), (wx, wy, wz) = np.moveaxis(offset, -1, 0), np.moveaxis(way, -1, 0)
    slope = np.empty((*way.shape[:-1], 6))
    slope[..., :3] = -way
    if tilt:
        slope[..., 3] = oz * wy - oy * wz
        slope[..., 4] = ox * wz - oz * wx
    slope[..., 5] = oy * wx - ox * wy
    return slope


def _rest(fit: Fit, points: np.ndarray, floor: float) -> Fit:
    """What all but touches the floor rests on it."""
    under = _underside(fit) - floor
    resting = under < REST
    position = fit.position.copy()
    position[resting, 2] -= under[resting]
    moved = _refine(replace(fit, position=position), points, 2, tilt=False, height=False)
    chosen = resting[:, None]
    return replace(
        fit,
        position=np.where(chosen, moved.position, fit.position),
        rotation=np.where(chosen[..., None], moved.rotation, fit.rotation),
    )


def _underside(fit: Fit) -> np.ndarray:
    """(h,) m: height of the lowest point, taken from the box around the thing."""
    return fit.position[:, 2] - 0.5 * _tall(fit)


def _tall(fit: Fit) -> np.ndarray:
    """(h,) m: height from lowest to highest point."""
    if fit.kind.shape == "sphere":
        return np.full(len(fit.position), fit.kind.size[2])
    axes, size = np.abs(fit.rotation[:, 2]), np.array(fit.kind.size)
    if fit.kind.shape == "cylinder":
        return axes[:, 2] * size[2] + np.sqrt(np.maximum(1 - axes[:, 2] ** 2, 0.0)) * size[0]
    return axes @ size


def _misfit(fit: Fit, points: np.ndarray) -> np.ndarray:
    error, _ = distance(fit.kind.parts, (points - fit.position[:, None]) @ fit.rotation)
    return np.minimum(np.abs(error), MOST).mean(axis=1)


def _sunk(fit: Fit, floor: float) -> np.ndarray:
    return SUNK * np.clip(floor - _underside(fit) - 0.004, 0.0, 0.04)


def _jut(fit: Fit, look: Look) -> np.ndarray:
    """(h,) m: how far the model's near side stands before what the camera sees, on the average."""
    points, normals = fit.kind.surface
    points = points @ np.swapaxes(fit.rotation, 1, 2) + fit.position[:, None]
    normals = normals @ np.swapaxes(fit.rotation, 1, 2)
    line = points - look.viewpoint.position
    line /= np.linalg.norm(line, axis=-1, keepdims=True)
    rows, columns, depth = look.viewpoint.project(points)
    facing = (np.einsum("hni,hni->hn", line, normals) < -GRAZING) & (rows >= 0)
    seen = look.depth[rows, columns]
    before = np.where(facing & (seen > 0), np.clip(seen - depth - SLACK, 0.0, JUT), 0.0)
    return before.sum(axis=1) / np.maximum(facing.sum(axis=1), 1)
