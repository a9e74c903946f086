"""What instructions that no single skill does come to, as `config/decompositions.yaml` declares it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from legion_ros.core import SKILLS, GroundedSkill, LegionError
from legion_ros.language.template import embeddable

__all__ = ["Decomposition", "Decompositions"]


@dataclass(frozen=True, kw_only=True)
class Decomposition:
    """One instruction that is done by several skills."""

    name: str
    sentences: tuple[str, ...]  # that ask for it, with slots
    steps: tuple[str, ...]  # for each object, such as "put({object}, {container})"
    container: str  # fixture that things go to unless the instruction names another
    last: tuple[GroundedSkill, ...] = ()  # after the last object

    def grounded(self, thing: str, container: str = "") -> tuple[GroundedSkill, ...]:
        """The steps for one object."""
        names = {"object": thing, "container": container or self.container}
        return tuple(_skill(step.format(**names)) for step in self.steps)


@dataclass(frozen=True)
class Decompositions:
    """All that is declared."""

    known: tuple[Decomposition, ...]
    before: Mapping[str, GroundedSkill]  # "put(drawer)", a skill and its target -> what must be done before
    discard: str = "bin"  # fixture for what is to be thrown away

    @classmethod
    def load(cls, path: Path) -> "Decompositions":
        """Read and check the file.

        Raises:
            LegionError: it can't be read, is no YAML, or has an unknown key, skill, target or slot.
        """
        try:
            data = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise LegionError(f"can't read decompositions from {path}: {error}") from error
        try:
            _only(data, ("decompositions", "before", "discard"))
            known = tuple(_decomposition(name, entry) for name, entry in data["decompositions"].items())
            before = {_before(name): _skill(needed) for name, needed in (data.get("before") or {}).items()}
            discard = data.get("discard", "bin")
            if discard not in SKILLS["put"].targets:
                raise LegionError(f"discard is {discard!r}; known: {', '.join(SKILLS['put'].targets)}")
        except (LegionError, KeyError, AttributeError, TypeError) as error:
            what = f"{error} is missing" if isinstance(error, KeyError) else error
            raise LegionError(f"{path}: {what}") from error
        return cls(known, before, discard)

    def needed(self, step: GroundedSkill) -> GroundedSkill | None:
        """The skill that makes it possible, None where nothing is needed."""
        return self.before.get(f"{step.skill}({step.target})")


def _decomposition(name: str, declared: object) -> Decomposition:
    entry = _only(declared, ("each", "steps", "container", "finally", "sentences"))
    if entry["each"] != "table":
        raise LegionError(f"{name}: each is {entry['each']!r}; known: table")
    for key in ("sentences", "steps"):
        listed = isinstance(entry[key], list) and all(isinstance(text, str) for text in entry[key])
        if not listed or not entry[key]:
            raise LegionError(f"{name}: {key} is {entry[key]!r}; a list of {key} is expected")
    for sentence in entry["sentences"]:
        embeddable(sentence)
    last = tuple(_skill(step) for step in entry.get("finally", ()))
    decomposition = Decomposition(
        name=name,
        sentences=tuple(entry["sentences"]),
        steps=tuple(entry["steps"]),
        container=entry["container"],
        last=last,
    )
    try:
        decomposition.grounded("thing")
    except (KeyError, IndexError, ValueError) as error:
        raise LegionError(
            f"{name}: steps {entry['steps']!r} may name {{object}} and {{container}}: {error}"
        ) from error
    return decomposition


def _only(entry: object, known: tuple[str, ...]) -> dict[str, Any]:
    """The entry, which must be a mapping of no other keys than these."""
    if not isinstance(entry, dict):
        raise LegionError(f"{entry!r} where the keys {', '.join(known)} are expected")
    odd = [str(key) for key in entry if key not in known]
    if odd:
        raise LegionError(f"no key {', '.join(odd)}; known: {', '.join(known)}")
    return entry


def _before(call: str) -> str:
    skill, arguments = _call(call)
    if len(arguments) != 1 or arguments[0] not in SKILLS[skill].targets:
        raise LegionError(
            f"{call!r} under before must be a skill and one of its targets, such as put(drawer)"
        )
    return f"{skill}({arguments[0]})"


def _skill(call: str) -> GroundedSkill:
    skill, arguments = _call(call)
    declared = SKILLS[skill]
    thing = arguments.pop(0) if declared.takes_object and arguments else ""
    target = arguments.pop(0) if arguments else ""
    if arguments or bool(thing) != declared.takes_object or target not in (declared.targets or ("",)):
        raise LegionError(
            f"{call!r} does not fit {skill}; its targets are: {', '.join(declared.targets) or 'none'}"
        )
    return GroundedSkill(skill, thing, target)


def _call(call: object) -> tuple[str, list[str]]:
    match = re.fullmatch(r"(\w+)\(([\w, ]*)\)", call) if isinstance(call, str) else None
    if not match:
        raise LegionError(f"{call!r} is no step; write it like put(mug, bin)")
    if match.group(1) not in SKILLS:
        raise LegionError(f"no skill {match.group(1)!r}; known: {', '.join(SKILLS)}")
    return match.group(1), [word.strip() for word in match.group(2).split(",") if word.strip()]
