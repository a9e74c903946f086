"""A skill declared by data, not by code: what it acts on, where it aims, which facts are its success."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from types import MappingProxyType
from typing import Any

import numpy as np

from legion_ros.core.errors import LegionError
from legion_ros.core.facts import Fact, facts
from legion_ros.core.scene import Scene
from legion_ros.core.skill import PLACES, THING, GroundedSkill, Skill, register

__all__ = ["AIMS", "Declaration"]

OBJECT, TARGET = "?object", "?target"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_FIXTURES = ("bin", "drawer", "button")


def _on_top(scene: Scene, skill: GroundedSkill) -> np.ndarray:
    """Where the object's middle is when it stands on the target."""
    thing, under = scene.object(skill.object), scene.object(skill.target)
    height = 0.5 * (thing.grip[1][2] + under.grip[1][2])
    return under.position + np.array([0.0, 0.0, height])


def _at_place(scene: Scene, skill: GroundedSkill) -> np.ndarray:
    """Where the object's middle is when it stands at the place."""
    height = 0.5 * scene.object(skill.object).grip[1][2] if skill.object else 0.0
    return PLACES[skill.target] + np.array([0.0, 0.0, height])


def _at_fixture(scene: Scene, skill: GroundedSkill) -> np.ndarray:
    """The middle of a container's floor, the top of a button."""
    return scene.fixture(skill.target).position


def _at_handle(scene: Scene, skill: GroundedSkill) -> np.ndarray:
    """Where the tool takes hold of the target."""
    return scene.fixture(skill.target).handle


def _at_object(scene: Scene, skill: GroundedSkill) -> np.ndarray:
    """The object's own middle."""
    return scene.object(skill.object).position


# What a declared skill can aim at: a rule that gives a point, (3,) m, base frame.
AIMS: Mapping[str, Callable[[Scene, GroundedSkill], np.ndarray]] = MappingProxyType(
    {
        "on_top": _on_top,
        "at_place": _at_place,
        "at_fixture": _at_fixture,
        "at_handle": _at_handle,
        "at_object": _at_object,
    }
)

# Predicate of a reward -> where a skill for it aims, and at which targets.
_AIM_OF: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "on": ("on_top", (THING,)),
        "near": ("at_place", tuple(PLACES)),
        "in": ("at_fixture", ("bin", "drawer")),
        "open": ("at_handle", ("drawer",)),
        "closed": ("at_handle", ("drawer",)),
        "pressed": ("at_handle", ("button",)),
        "holding": ("at_object", ()),
    }
)


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """What a taught skill is, apart from how it is done."""

    name: str  # lower-case letters, digits and _
    success: tuple[Fact, ...]  # over ?object and ?target: the skill has succeeded when all of them hold
    aim: str  # key of AIMS
    targets: tuple[str, ...] = ()  # fixtures or places, or THING: another object
    kinds: tuple[str, ...] = ()  # of the objects that it is for; any where none are named
    target_kinds: tuple[str, ...] = ()  # the same of the objects that it can aim at
    time_limit: float = 15.0  # s

    def __post_init__(self) -> None:
        self._check_names()
        self._check_arguments()
        limit = self.time_limit
        if not isinstance(limit, int | float) or isinstance(limit, bool) or not 0.0 < limit <= 120.0:
            raise LegionError(
                f"skill {self.name}: time limit {limit!r} s is not valid: more than 0, up to 120"
            )

    @property
    def takes_object(self) -> bool:
        """Whether it is done with an object."""
        return any(OBJECT in fact.arguments for fact in self.success)

    def register(self) -> None:
        """Make it one of SKILLS. Raises LegionError where the robot begins with one of that name."""
        skill = Skill(
            takes_object=self.takes_object,
            targets=self.targets,
            goal=AIMS[self.aim],
            success=self._succeeded,
            time_limit=float(self.time_limit),
            kinds=self.kinds,
            target_kinds=self.target_kinds,
        )
        register(self.name, skill)

    @classmethod
    def of_reward(
        cls,
        name: str,
        reward: Sequence[str],
        kinds: tuple[str, ...] = (),
        target_kinds: tuple[str, ...] = (),
        time_limit: float = 15.0,
    ) -> "Declaration":
        """What is to be learned when all that is named is its reward, such as on(?object, ?target).

        Raises:
            LegionError: no such fact, or none that says where to aim.
        """
        success = tuple(Fact.parse(text) for text in reward)
        aims = [_AIM_OF[fact.predicate] for fact in success if fact.predicate in _AIM_OF]
        if not aims:
            told = ", ".join(reward) or "nothing"
            raise LegionError(
                f"the reward of {name} is {told}: where to aim can't be told from that; name one of:"
                f" {', '.join(_AIM_OF)}"
            )
        aim, targets = aims[0]
        named = [fact.arguments[-1] for fact in success if fact.predicate in _AIM_OF]
        return cls(
            name=name,
            success=success,
            aim=aim,
            targets=targets if named[0] == TARGET or aim == "at_object" else (named[0],),
            kinds=kinds,
            target_kinds=target_kinds if aim == "on_top" else (),
            time_limit=time_limit,
        )

    def described(self) -> dict[str, Any]:
        """For JSON."""
        words = {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }
        return words | {"success": [str(fact) for fact in self.success]}

    @classmethod
    def parse(cls, entry: object) -> "Declaration":
        """What `described` gave. Raises LegionError on anything that it would not give."""
        names = {field.name for field in fields(cls)}
        if not isinstance(entry, dict) or entry.keys() != names:
            raise LegionError(
                f"{str(entry)[:200]} declares no skill; {', '.join(sorted(names))} are expected"
            )
        words = dict(entry)
        for name in ("success", "targets", "kinds", "target_kinds"):
            value = words[name]
            if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
                raise LegionError(
                    f"{name} of a declared skill is {str(value)[:200]}; a list of texts is expected"
                )
            words[name] = tuple(Fact.parse(word) for word in value) if name == "success" else tuple(value)
        return cls(**words)

    def _succeeded(self, scene: Scene, skill: GroundedSkill) -> bool:
        names = {OBJECT: skill.object, TARGET: skill.target}
        return facts(scene).issuperset(fact.bound(names) for fact in self.success)

    def _check_names(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise LegionError(
                f"{self.name!r} can't name a skill; a name is a lower-case letter, then up to 31 of a-z, 0-9"
                " and _"
            )
        if self.aim not in AIMS:
            raise LegionError(f"skill {self.name}: no aim {self.aim!r}; known: {', '.join(AIMS)}")
        known = (*PLACES, *_FIXTURES, THING)
        if odd := [target for target in self.targets if target not in known]:
            raise LegionError(f"skill {self.name}: no target {', '.join(odd)}; known: {', '.join(known)}")

    def _check_arguments(self) -> None:
        """What is said of the arguments must agree."""
        words = {word for fact in self.success for word in fact.arguments}
        if not words & {OBJECT, TARGET}:
            told = ", ".join(map(str, self.success)) or "nothing"
            raise LegionError(
                f"skill {self.name} succeeds with {told}; facts of {OBJECT} or {TARGET} are expected,"
                " such as on(?object, ?target)"
            )
        if odd := sorted(word for word in words if word.startswith("?") and word not in (OBJECT, TARGET)):
            raise LegionError(
                f"skill {self.name}: {', '.join(odd)} is no argument; {OBJECT} and {TARGET} are"
            )
        needed = {"on_top": (THING,), "at_place": tuple(PLACES)}.get(self.aim, _FIXTURES)
        fits = not self.targets if self.aim == "at_object" else bool(self.targets)
        if not fits or not set(self.targets) <= {*needed}:
            wanted = "no targets" if self.aim == "at_object" else f"targets among {', '.join(needed)}"
            raise LegionError(f"skill {self.name}: the aim {self.aim} goes with {wanted}")
        if self.aim in ("on_top", "at_object") and OBJECT not in words:
            raise LegionError(f"skill {self.name}: the aim {self.aim} is for a skill that takes an object")
        if TARGET in words and not self.targets:
            raise LegionError(f"skill {self.name}: its success is about {TARGET}, but it has no targets")
