"""The skills of the tabletop: what each one acts on, where it aims, and when it has succeeded.

The skills that the robot begins with are declared here. How to do them is learned, never written here: see
docs/adding_a_skill.md. Skills that it is taught later are declared by data: see declaration.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from legion_ros.core import predicates
from legion_ros.core.errors import LegionError
from legion_ros.core.scene import Object, Scene

__all__ = ["PLACES", "SKILLS", "THING", "GroundedSkill", "Skill", "groundings", "register"]

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

THING = "object"  # among a skill's targets: another object of the scene, whichever


@dataclass(frozen=True)
class GroundedSkill:
    """A skill with its arguments: what the composer puts into a plan, and an expert carries out."""

    skill: str  # a key of SKILLS
    object: str = ""  # name of an object in the scene, "" where the skill takes none
    target: str = ""  # name of a fixture, a place or another object, "" where the skill takes none

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
            self._check_kind(scene.object(self.object), signature.kinds)
        known = signature.targets_in(scene, self.object)
        if self.target not in (known or ("",)):
            if self.target and self.target in signature.targets:
                scene.fixture(self.target)  # says which there are
            valid = ", ".join(known or signature.targets) or "none"
            raise LegionError(f"{self}: no target {self.target!r} for {self.skill}; known: {valid}")

    def _check_kind(self, thing: Object, kinds: tuple[str, ...]) -> None:
        if kinds and thing.kind not in kinds:
            raise LegionError(
                f"{self}: {thing.name} is a {thing.kind}; {self.skill} was learned with: {', '.join(kinds)}"
            )


@dataclass(frozen=True)
class Skill:
    """What a skill is, apart from how it is done."""

    takes_object: bool
    targets: tuple[str, ...]  # fixtures or places it can be told to aim at, or THING
    goal: Callable[[Scene, GroundedSkill], np.ndarray]
    success: Callable[[Scene, GroundedSkill], bool]
    time_limit: float  # s
    kinds: tuple[str, ...] = ()  # of the objects that it is for; any where none are named
    target_kinds: tuple[str, ...] = ()  # the same of the objects that it can aim at

    def targets_in(self, scene: Scene, name: str = "") -> tuple[str, ...]:
        """What it can be told to aim at in this scene, with the object of that name."""
        here = {*PLACES, *(fixture.name for fixture in scene.fixtures)}
        found = [target for target in self.targets if target in here]
        if THING in self.targets:
            found += [
                thing.name
                for thing in scene.objects
                if thing.name != name and (not self.target_kinds or thing.kind in self.target_kinds)
            ]
        return tuple(found)


def _hover(scene: Scene, skill: GroundedSkill) -> np.ndarray:
    return predicates.above(scene.object(skill.object), 0.06)


_ASIDE = 0.05  # m from the middle: enough for two things side by side


def _free_spot(scene: Scene, skill: GroundedSkill) -> np.ndarray:
    """The spot of the container's floor farthest from what lies in it.

    The first thing goes to the middle, or to a corner where beside the middle there is no room for a second.
    """
    container = scene.fixture(skill.target)
    reach = np.maximum(container.size[:2] / 2 - 0.06, 0.0)
    spots = container.position + np.array([(x, y, 0) for x in (0, -1, 1) for y in (0, -1, 1)]) * (*reach, 0)
    lying = [o.position for o in scene.objects if o.name != skill.object and predicates.inside(o, container)]
    if not lying:
        return spots[0 if reach.min() > _ASIDE else -2]
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
    there = predicates.within(thing.position[:2], PLACES[skill.target][:2], 0.03)
    return there and not predicates.held(thing, scene)


_FIRST: Mapping[str, Skill] = MappingProxyType(
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


_known: dict[str, Skill] = dict(_FIRST)
SKILLS: Mapping[str, Skill] = MappingProxyType(_known)  # all there are, those taught later among them


def register(name: str, skill: Skill) -> None:
    """Add a skill that was taught; one of that name that was taught before makes way for it.

    Raises:
        LegionError: the robot begins with a skill of that name.
    """
    if name in _FIRST:
        raise LegionError(f"{name!r} can't be declared anew: the robot begins with it")
    _known[name] = skill


def groundings(name: str, scene: Scene) -> tuple[GroundedSkill, ...]:
    """The skill with all arguments that it could be given in this scene, whether or not that would work."""
    declared = SKILLS[name]
    things: tuple[str, ...] = ("",)
    if declared.takes_object:
        things = tuple(o.name for o in scene.objects if not declared.kinds or o.kind in declared.kinds)
    targets = declared.targets_in(scene) if declared.targets else ("",)
    return tuple(GroundedSkill(name, t, target) for target in targets for t in things if t != target or not t)


def _signature(skill: GroundedSkill) -> Skill:
    if skill.skill not in SKILLS:
        raise LegionError(f"no skill {skill.skill!r}; known: {', '.join(SKILLS)}")
    return SKILLS[skill.skill]
