"""From a cloud of things to things: each cluster explained by one kind or several."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from legion_ros.core import Object
from legion_ros.perception.catalogue import Catalogue, Kind
from legion_ros.perception.clusters import clusters, parted, thinned
from legion_ros.perception.fitting import POINTS, Fit, Look, best_fits, refined, residuals
from legion_ros.perception.foreground import Cloud
from legion_ros.perception.stances import quaternion_from

__all__ = ["THING", "DetectionConfig", "detect"]

THING = "thing"  # the kind of what fits no kind

Floor = Callable[[float, float], float]  # height in m of what lies below (x, y) m


@dataclass(frozen=True, kw_only=True)
class DetectionConfig:
    """How clusters are made and judged."""

    voxel: float = 0.006  # m: edge of the cubes that are counted
    reach: float = 0.022  # m between neighbours in a cluster
    fewest: int = 5  # cubes that make a cluster
    good: float = 0.0018  # m: cost below which a fit explains its points
    poor: float = 0.0045  # m: cost above which it explains nothing
    apart: float = 0.03  # m between the middles of two things that touch
    near: float = 0.009  # m from a model's surface within which a point is explained by it
    margin: float = 0.0006  # m: difference in cost that makes one kind e times as probable as another
    enough: int = 150  # pixels from which on their number casts no doubt on a thing
    expected: float = 0.05  # m: how near a cluster is to where a known thing is expected

    @classmethod
    def for_noise(cls, noise: float) -> "DetectionConfig":
        """Thresholds for a camera whose depth has a standard deviation of `noise` m at 1 m."""
        more = max(noise - 0.001, 0.0)  # the defaults were made at a millimetre
        return cls(good=cls.good + more, poor=cls.poor + more, near=cls.near + 3 * more)


@dataclass(frozen=True)
class _Known:
    kind: Kind
    color: str
    position: np.ndarray
    rotation: np.ndarray


def detect(
    cloud: Cloud,
    look: Look,
    catalogue: Catalogue,
    floor: Floor,
    known: Sequence[Object] = (),
    config: DetectionConfig | None = None,
) -> list[Object]:
    """The things in a cloud, unnamed, each with the confidence that it is of the kind it is said to be.

    Args:
        cloud: of things alone: no table, fixture or robot.
        look: the picture that it came from.
        catalogue: the kinds and colours there are.
        floor: what a thing at a spot rests on.
        known: things expected about where they are: what still fits them is not searched anew.
        config: thresholds.
    """
    c = config or DetectionConfig()
    names = list(catalogue.colors)
    expected = [
        _Known(catalogue.kinds[o.kind], o.color, o.position, o.rotation)
        for o in known
        if o.kind in catalogue.kinds
    ]
    found: list[Object] = []
    for cluster in clusters(cloud, c.voxel, c.reach, c.fewest):
        color = names[cluster.colors[0]]
        middle = cluster.points.mean(axis=0)
        mine = [k for k in expected if k.color == color and _close(k, middle, c)]
        search = _Search(look, catalogue, floor, mine, c)
        found += [_object(*pair, color, c) for pair in search.explain(cluster.points)]
    return _without_slivers(found, c)


def _close(known: _Known, middle: np.ndarray, config: DetectionConfig) -> bool:
    return bool(np.linalg.norm(known.position - middle) < config.expected)


@dataclass
class _Search:
    """Explains the points of one cluster."""

    look: Look
    catalogue: Catalogue
    floor: Floor
    known: Sequence[_Known]
    config: DetectionConfig

    def explain(self, points: np.ndarray, depth: int = 0) -> list[tuple[list[Fit], np.ndarray]]:
        """Fits, best kind first, with the points that the best one explains; one pair for each thing."""
        c = self.config
        fits = self._fits(points)
        good = residuals(fits[0], points) < c.near
        if float(fits[0].cost) > c.good and depth < 3 and len(points) > 60:
            split = [found for half in self._halves(points) for found in self.explain(half, depth + 2)]
            if split and _mean_cost(split) < 0.6 * _cost(fits[0]):
                return split
        if _cost(fits[0]) > c.poor:
            return [(fits, points)]
        found = [(fits, points[good])]
        left = points[~good]
        if len(left) > 40 and depth < 3:
            found += self.explain(left, depth + 1)
        return found

    def _halves(self, points: np.ndarray) -> list[np.ndarray]:
        """The points of two things that touch; none where they can't be told apart.

        Each thing is fitted to its half, then each point goes to the thing that it is nearer to.
        """
        halves = parted(points)
        for _ in range(2):
            if len(halves) < 2 or min(map(len, halves)) < 2 * self.config.fewest:
                return []
            first, second = (residuals(self._fits(half)[0], points) for half in halves)
            halves = [points[first <= second], points[second < first]]
        if min(map(len, halves)) < 2 * self.config.fewest:
            return []
        apart = np.linalg.norm(halves[0].mean(axis=0)[:2] - halves[1].mean(axis=0)[:2])
        return halves if apart > self.config.apart else []

    def _fits(self, points: np.ndarray) -> list[Fit]:
        c, few = self.config, thinned(points, POINTS)
        floor = self.floor(*np.median(points[:, :2], axis=0))
        for known in self.known:
            start = Fit(known.kind, known.position, known.rotation, np.zeros(()))
            fit = refined(start, few, self.look, floor, tilt=False)
            if _cost(fit) < c.good:
                return [fit]
        fits = best_fits(self.catalogue.kinds.values(), few, self.look, floor)
        if float(fits[0].cost) > c.good:
            tilted = [refined(fit, few, self.look, floor, tilt=True) for fit in fits[:3]]
            # leaning is less likely than lying flat
            fits = sorted(
                [*fits, *(t for t in tilted if float(t.cost) < 0.7 * float(fits[0].cost))], key=_cost
            )
        return fits


def _cost(fit: Fit) -> float:
    return float(fit.cost)


def _mean_cost(found: Sequence[tuple[list[Fit], np.ndarray]]) -> float:
    sizes = np.array([len(points) for _, points in found])
    costs = np.array([_cost(fits[0]) for fits, _ in found])
    return float(costs @ sizes / max(sizes.sum(), 1))


def _object(fits: list[Fit], points: np.ndarray, color: str, config: DetectionConfig) -> Object:
    """The best fit as an object, or the box around its points where nothing fits."""
    best, c = fits[0], config
    sure = min(len(points) / c.enough, 1.0)
    if _cost(best) > c.poor and len(points):
        low, high = points.min(axis=0), points.max(axis=0)
        size = np.maximum(high - low, 0.01)
        upright = np.array([1.0, 0.0, 0.0, 0.0])
        return Object("", THING, color, "box", 0.5 * (low + high), upright, size, 0.5 * sure)
    costs: dict[str, float] = {}
    for fit in fits:
        costs.setdefault(fit.kind.name, _cost(fit))
    odds = np.exp(-(np.array(list(costs.values())) - _cost(best)) / c.margin)
    quality = float(np.clip((c.poor - _cost(best)) / (c.poor - c.good), 0.0, 1.0))
    kind = best.kind
    return Object(
        "",
        kind.name,
        color,
        kind.shape,
        best.position,
        quaternion_from(best.rotation),
        np.array(kind.size),
        float(quality * sure / odds.sum()),
    )


def _without_slivers(found: list[Object], config: DetectionConfig) -> list[Object]:
    """Without doubtful things inside of better ones: stray pixels of another colour at an edge or a gloss."""
    kept: list[Object] = []
    for thing in sorted(found, key=lambda o: -o.confidence):
        inside = any(
            np.linalg.norm(thing.position - other.position) < 0.6 * float(np.max(other.size))
            for other in kept
        )
        if not (inside and thing.confidence < 0.4):
            kept.append(thing)
    return kept
