"""Random scenes: which things stand where when an episode starts."""

from dataclasses import dataclass, field

import numpy as np

from legion_ros.core import LegionError
from legion_sim.tabletop.arm import HOME
from legion_sim.tabletop.model import BIN
from legion_sim.tabletop.objects import COLORS, KINDS, SLOTS

__all__ = ["FREE_ZONE", "PlacedObject", "SceneSketch", "free_spot", "scatter", "sketch_scene", "turned"]

FREE_ZONE = (
    np.array([0.40, -0.18]),
    np.array([0.59, 0.18]),
)  # m, base frame: where things stand at the start
_CLEARANCE = 0.045  # m between bounding circles: room for a finger on either side
_ON_SIDE = 0.15  # of cans and bottles, how many lie


@dataclass(frozen=True)
class PlacedObject:
    """One thing of a sketch."""

    slot: int  # index into objects.SLOTS
    name: str
    color: str
    position: np.ndarray  # (3,) m, base frame
    quaternion: np.ndarray  # (4,) wxyz


@dataclass(frozen=True)
class SceneSketch:
    """How an episode starts."""

    objects: tuple[PlacedObject, ...]
    drawer: float = 0.0  # m: how far it is open
    joints: np.ndarray = field(default_factory=HOME.copy)  # (7,) rad
    opening: float = 0.08  # m between the fingers
    settle: int = 6  # control periods of holding still before the episode starts


def sketch_scene(
    rng: np.random.Generator,
    min_objects: int,
    max_objects: int,
    binned: int = 0,
    drawer: float = 0.0,
    needed: tuple[int, ...] = (),
) -> SceneSketch:
    """A random number of random things on the table, and `binned` more in the bin. The arm is at home.

    Things of the slots `needed` are on the table, as far as there are as many.

    Raises:
        LegionError: the numbers are not 1 <= min <= max, or more than there are bodies for.
    """
    if not 1 <= min_objects <= max_objects or max_objects + binned > len(SLOTS):
        raise LegionError(
            f"{min_objects} to {max_objects} objects and {binned} in the bin; valid: 1 <= least <= most, "
            f"{len(SLOTS)} in all"
        )
    count = int(rng.integers(min_objects, max_objects + 1))
    order = rng.permutation(len(SLOTS))
    slots = np.array([*needed, *(slot for slot in order if slot not in needed)])[: count + binned]
    names = _names(rng, slots)
    spots = scatter(rng, [KINDS[SLOTS[slot]].size for slot in slots[:count]])
    placed = [
        PlacedObject(int(slot), name, color, *_stand(rng, int(slot), spot))
        for slot, (name, color), spot in zip(slots[:count], names[:count], spots, strict=True)
    ]
    for level, (slot, (name, color)) in enumerate(zip(slots[count:], names[count:], strict=True)):
        position = BIN.position + (*rng.uniform(-0.06, 0.06, 2), 0.08 + 0.07 * level)
        placed.append(PlacedObject(int(slot), name, color, position, turned(rng, lying=rng.random() < 0.5)))
    return SceneSketch(tuple(placed), drawer, settle=6 if not binned else 14)


def scatter(rng: np.random.Generator, sizes: list[tuple[float, float, float]]) -> np.ndarray:
    """Spots on the table with room between them for things of these sizes: (n, 2) m, base frame."""
    radii = np.array([0.5 * np.hypot(size[0], size[1]) for size in sizes])
    for attempt in range(60):
        clearance = _CLEARANCE * (1 - attempt / 60)  # a crowded draw gets a little less room each time
        spots: list[np.ndarray] = []
        for radius in radii:
            for _ in range(30):
                spot = rng.uniform(*FREE_ZONE)
                if all(
                    np.linalg.norm(spot - s) > radius + r + clearance
                    for s, r in zip(spots, radii, strict=False)
                ):
                    spots.append(spot)
                    break
        if len(spots) == len(sizes):
            return np.array(spots)
    raise LegionError(f"no room on the table for {len(sizes)} things")


def free_spot(wanted: np.ndarray, others: list[np.ndarray], room: float = 0.10) -> np.ndarray:
    """The spot of the table nearest to `wanted` (2,) m with no other thing's middle within `room` m.

    LegionError where there is none within 0.15 m.
    """
    low, high = FREE_ZONE
    axes = [np.arange(low[i], high[i] + 1e-9, 0.01) for i in (0, 1)]
    spots = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 2)
    if others:
        apart = np.linalg.norm(spots[:, None] - np.array(others)[None], axis=2).min(axis=1)
        spots = spots[apart > room]
    away = np.linalg.norm(spots - wanted, axis=1)
    if not len(spots) or away.min() > 0.15:
        raise LegionError(f"no room on the table near ({wanted[0]:.2f}, {wanted[1]:.2f}) m")
    return spots[int(away.argmin())]


def _names(rng: np.random.Generator, slots: np.ndarray) -> list[tuple[str, str]]:
    """A unique (name, colour) for each: two of a kind get different colours."""
    taken: set[str] = set()
    names = []
    for slot in slots:
        free = [color for color in COLORS if f"{color}_{SLOTS[slot]}" not in taken]
        color = free[int(rng.integers(len(free)))]
        names.append((f"{color}_{SLOTS[slot]}", color))
        taken.add(names[-1][0])
    return names


def _stand(rng: np.random.Generator, slot: int, spot: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Position and orientation of a thing standing (at times lying) on the table at a spot."""
    kind = SLOTS[slot]
    lying = kind in ("can", "bottle") and rng.random() < _ON_SIDE
    size = KINDS[kind].size
    height = size[0] if lying else size[2]
    return np.array([*spot, 0.5 * height + 0.001]), turned(rng, lying)


def turned(rng: np.random.Generator, lying: bool) -> np.ndarray:
    """A random turn about the vertical, on top of lying on the side or not: (4,) wxyz."""
    half = rng.uniform(-np.pi, np.pi) / 2
    c, s = np.cos(half), np.sin(half)
    r = np.sqrt(0.5)
    return np.array([c * r, -s * r, c * r, s * r]) if lying else np.array([c, 0.0, 0.0, s])
