"""The skills of the tabletop: what each one acts on, where it aims, and when it has succeeded.

This is the one place where a skill is declared. How to do it is learned, never written here: see
docs/adding_a_skill.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from legion_ros.core import predicates
from legion_ros.core.errors import LegionError
from legion_ros.core.scene import Scene

__all__ = ["PLACES", "SKILLS", "GroundedSkill", "Skill"]

# Named places of the table that an object can be pushed to: (3,) m, base frame.
PLACES: Mapping[str, np.ndarray] = MappingProxyType(
    {
        "left": np.array([0.49, 0.15, 0.0]),
        "right": np.array([0.49, -0.15, 0.0]),
        "far": np.array([0.58, 0.0, 0.0]),
        "near": np.array([0.42, 0.0, 0.0]),
        "middle": np.array([0.50, 0.0, 0.0]),
    }
)


@dataclass(frozen=True)
class GroundedSkill:
    """A skill with its arguments: what the composer puts into a plan, and an expert carries out."""

    skill: str  # a key of SKILLS
    object: str = ""  # name of an object in the scene, "" where the skill takes none
    target: str = ""  # name of a fixture or a place, "" where the skill takes none

    def __str__(self) -> str:
        return f"{self.skill}({', '.join(filter(None, (self.object, self.target)))})"

    def goal(self, scene: Scene) -> np.ndarray:
        """(3,) m, base frame: the point that the skill aims at."""
        return _signature(self).goal(scene, self)

    def succeeded(self, scene: Scene) -> bool:
        """Whether what the skill is for holds in this scene."""
        return _signature(self).success(scene, self)

    def check(self, scene: Scene) -> None:
        """Raise LegionError where the scene or the catalogue lacks what the skill names."""
        signature = _signature(self)
        if bool(self.object) != signature.takes_object:
            raise LegionError(f"{self}: {self.skill} takes {'an' if signature.takes_object else 'no'} object")
        if self.object:
            scene.object(self.object)
        if self.target not in (signature.targets or ("",)):
            known = ", ".join(signature.targets) or "none"
            raise LegionError(f"{self}: no target {self.target!r} for {self.skill}; known: {known}")
        if self.target and self.target not in PLACES:
            scene.fixture(self.target)


@dataclass(frozen=True)
class Skill:
    """What a skill is, apart from how it is done."""

    takes_object: bool
    targets: tuple[str, ...]  # fixtures or places it can be told to aim at
    goal: Callable[[Scene, GroundedSkill], np.ndarray]
    success: Callable[[Scene, GroundedSkill], bool]
    time_limit: float  # s


def _hover(scene: Scene, skill: GroundedSkill) -> np.ndarray:
    return predicates.above(scene.object(skill.object), 0.06)


def _free_spot(scene: Scene, skill: GroundedSkill) -> np.ndarray:
    """The spot of the container's floor farthest from what lies in it; the middle when it is empty."""
    container = scene.fixture(skill.target)
    reach = np.maximum(container.size[:2] / 2 - 0.06, 0.0)
    spots = container.position + np.array([(x, y, 0) for x in (0, -1, 1) for y in (0, -1, 1)]) * (*reach, 0)
    lying = [o.position for o in scene.objects if o.name != skill.object and predicates.inside(o, container)]
    if not lying:
        return spots[0]
    away = np.linalg.norm(spots[:, None, :2] - np.array(lying)[None, :, :2], axis=2).min(axis=1)
    return spots[int(np.argmax(np.round(away, 2)))]


def _when_open(scene: Scene, skill: GroundedSkill) -> np.ndarray:
    fixture = scene.fixture(skill.target)
    return fixture.handle - (fixture.travel - fixture.joint, 0.0, 0.0)


def _when_closed(scene: Scene, skill: GroundedSkill) -> np.ndarray:
    fixture = scene.fixture(skill.target)
    return fixture.handle + (fixture.joint, 0.0, 0.0)


def _when_pressed(scene: Scene, skill: GroundedSkill) -> np.ndarray:
    fixture = scene.fixture(skill.target)
    return fixture.handle - (0.0, 0.0, fixture.travel - fixture.joint)


def _reached(scene: Scene, skill: GroundedSkill) -> bool:
    return predicates.within(scene.tool.position, _hover(scene, skill), 0.02)


def _is_put(scene: Scene, skill: GroundedSkill) -> bool:
    thing = scene.object(skill.object)
    return predicates.inside(thing, scene.fixture(skill.target)) and not predicates.held(thing, scene)


def _is_pushed(scene: Scene, skill: GroundedSkill) -> bool:
    thing = scene.object(skill.object)
    return predicates.within(thing.position[:2], PLACES[skill.target][:2], 0.04)


SKILLS: Mapping[str, Skill] = MappingProxyType(
    {
        "reach": Skill(True, (), _hover, _reached, 8.0),
        "put": Skill(True, ("bin", "drawer"), _free_spot, _is_put, 15.0),
        "push": Skill(True, tuple(PLACES), lambda scene, skill: PLACES[skill.target], _is_pushed, 15.0),
        "open": Skill(
            False, ("drawer",), _when_open, lambda s, k: predicates.opened(s.fixture(k.target)), 12.0
        ),
        "close": Skill(
            False, ("drawer",), _when_closed, lambda s, k: predicates.closed(s.fixture(k.target)), 12.0
        ),
        "press": Skill(
            False, ("button",), _when_pressed, lambda s, k: predicates.pressed(s.fixture(k.target)), 8.0
        ),
    }
)


def _signature(skill: GroundedSkill) -> Skill:
    if skill.skill not in SKILLS:
        raise LegionError(f"no skill {skill.skill!r}; known: {', '.join(SKILLS)}")
    return SKILLS[skill.skill]
