"""The kinds of things that can stand on the table: primitive shapes that fingers can hold."""

from dataclasses import dataclass

import mujoco
import numpy as np

__all__ = ["COLORS", "KINDS", "SLOTS", "Kind", "add_object"]

COLORS: dict[str, tuple[float, float, float]] = {
    "red": (0.80, 0.10, 0.10),
    "green": (0.12, 0.55, 0.20),
    "blue": (0.10, 0.25, 0.75),
    "yellow": (0.92, 0.78, 0.10),
    "orange": (0.95, 0.45, 0.08),
    "purple": (0.50, 0.20, 0.60),
    "white": (0.92, 0.92, 0.90),
}


@dataclass(frozen=True)
class Part:
    """One convex piece of a kind, relative to the centre of its bounding box."""

    shape: str  # "box", "cylinder" or "sphere"
    size: tuple[float, ...]  # m: half extents of a box; radius and half height of a cylinder; radius
    position: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Kind:
    """What a kind looks like and weighs."""

    shape: str  # of the whole, as core.Object has it
    size: tuple[float, float, float]  # m: full extents of the bounding box
    mass: float  # kg
    parts: tuple[Part, ...]
    rolling: float = 0.0005  # m: rolling friction


KINDS: dict[str, Kind] = {
    "can": Kind("cylinder", (0.062, 0.062, 0.10), 0.15, (Part("cylinder", (0.031, 0.05)),)),
    "box": Kind("box", (0.050, 0.080, 0.09), 0.12, (Part("box", (0.025, 0.04, 0.045)),)),
    "mug": Kind(
        "box",
        (0.078, 0.062, 0.08),
        0.18,
        (
            Part("cylinder", (0.031, 0.04), (-0.008, 0.0, 0.0)),
            Part("box", (0.004, 0.005, 0.024), (0.035, 0.0, 0.0)),
            Part("box", (0.006, 0.005, 0.004), (0.027, 0.0, 0.020)),
            Part("box", (0.006, 0.005, 0.004), (0.027, 0.0, -0.020)),
        ),
    ),
    "ball": Kind("sphere", (0.060, 0.060, 0.060), 0.06, (Part("sphere", (0.03,)),), rolling=0.004),
    "bottle": Kind(
        "cylinder",
        (0.056, 0.056, 0.12),
        0.14,
        (
            Part("cylinder", (0.028, 0.05), (0.0, 0.0, -0.01)),
            Part("cylinder", (0.013, 0.01), (0.0, 0.0, 0.05)),
        ),
    ),
    "block": Kind("box", (0.045, 0.045, 0.045), 0.08, (Part("box", (0.0225, 0.0225, 0.0225)),)),
}

# The bodies of the model: eight things at most, two of the kinds that people have several of.
SLOTS: tuple[str, ...] = ("can", "box", "mug", "ball", "bottle", "block", "can", "block")

_GEOMS = {
    "box": mujoco.mjtGeom.mjGEOM_BOX,
    "cylinder": mujoco.mjtGeom.mjGEOM_CYLINDER,
    "sphere": mujoco.mjtGeom.mjGEOM_SPHERE,
}


def add_object(spec: mujoco.MjSpec, name: str, kind: Kind) -> None:
    """Add a free body of that kind to the world, its mass spread over its parts by volume."""
    body = spec.worldbody.add_body(name=name)
    body.add_freejoint()
    volumes = np.array([_volume(part) for part in kind.parts])
    for i, (part, share) in enumerate(zip(kind.parts, volumes / volumes.sum(), strict=True)):
        size = np.zeros(3)
        size[: len(part.size)] = part.size
        body.add_geom(
            name=f"{name}_{i}",
            type=_GEOMS[part.shape],
            size=size,
            pos=part.position,
            mass=kind.mass * share,
            condim=6,
            friction=(0.7, 0.01, kind.rolling),
            solref=(0.008, 1.0),
        )


def _volume(part: Part) -> float:
    if part.shape == "box":
        return 8 * float(np.prod(part.size))
    if part.shape == "cylinder":
        return 2 * np.pi * part.size[0] ** 2 * part.size[1]
    return 4 / 3 * np.pi * part.size[0] ** 3
