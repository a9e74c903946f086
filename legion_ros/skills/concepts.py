"""Goals that no single skill is named by, as `config/goals.yaml` declares them: "clear the table"."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from legion_ros.core import SKILLS, LegionError
from legion_ros.core.facts import CONTAINERS, Fact
from legion_ros.language.template import embeddable
from legion_ros.skills.goal import THING

__all__ = ["Concept", "Concepts"]

_CONTAINER = "?container"


@dataclass(frozen=True, kw_only=True)
class Concept:
    """One goal that sentences ask for."""

    name: str
    sentences: tuple[str, ...]  # that ask for it, with slots
    each: Fact  # what holds of the objects that are meant when none is named: on(?thing, table)
    wanted: tuple[Fact, ...]  # of each of them: in(?thing, ?container)
    container: str  # where things go unless the sentence names another
    also: tuple[Fact, ...] = ()  # what is to hold besides

    def of(self, thing: str, container: str = "") -> frozenset[Fact]:
        """What is wanted of an object, or of `THING`."""
        names = {THING: thing, _CONTAINER: container or self.container}
        return frozenset(fact.bound(names) for fact in self.wanted)


@dataclass(frozen=True)
class Concepts:
    """All that is declared."""

    known: tuple[Concept, ...]
    discard: str = "bin"  # where things go that are thrown away

    @classmethod
    def load(cls, path: Path) -> "Concepts":
        """Read and check the file.

        Raises:
            LegionError: it can't be read, is no YAML, or has an unknown key, fact, container or slot.
        """
        try:
            data = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise LegionError(f"can't read goals from {path}: {error}") from error
        try:
            _only(data, ("concepts", "discard"))
            known = tuple(_concept(name, entry) for name, entry in data["concepts"].items())
            discard = data.get("discard", "bin")
            if discard not in SKILLS["put"].targets:
                raise LegionError(f"discard is {discard!r}; known: {', '.join(SKILLS['put'].targets)}")
        except (LegionError, KeyError, AttributeError, TypeError) as error:
            what = f"{error} is missing" if isinstance(error, KeyError) else error
            raise LegionError(f"{path}: {what}") from error
        return cls(known, discard)


def _concept(name: str, declared: object) -> Concept:
    entry = _only(declared, ("each", "wanted", "container", "also", "sentences"))
    for key in ("sentences", "wanted"):
        listed = isinstance(entry[key], list) and all(isinstance(text, str) for text in entry[key])
        if not listed or not entry[key]:
            raise LegionError(f"{name}: {key} is {entry[key]!r}; a list of {key} is expected")
    for sentence in entry["sentences"]:
        embeddable(sentence)
    if entry["container"] not in CONTAINERS:
        raise LegionError(f"{name}: container is {entry['container']!r}; known: {', '.join(CONTAINERS)}")
    return Concept(
        name=name,
        sentences=tuple(entry["sentences"]),
        each=_fact(name, entry["each"], {THING}),
        wanted=tuple(_fact(name, text, {THING, _CONTAINER}) for text in entry["wanted"]),
        container=entry["container"],
        also=tuple(_fact(name, text, set()) for text in entry.get("also", ())),
    )


def _fact(name: str, text: object, variables: set[str]) -> Fact:
    """The fact that `text` is, with no other variables than these."""
    if not isinstance(text, str):
        raise LegionError(f"{name}: {text!r} is no fact; one looks like in({THING}, {_CONTAINER})")
    try:
        fact = Fact.parse(text)
    except LegionError as error:
        raise LegionError(f"{name}: {error}") from error
    odd = [word for word in fact.arguments if word.startswith("?") and word not in variables]
    if odd:
        known = ", ".join(sorted(variables)) or "none"
        raise LegionError(f"{name}: no variable {', '.join(odd)} in {text}; known there: {known}")
    return fact


def _only(entry: object, known: tuple[str, ...]) -> dict[str, Any]:
    """The entry, which must be a mapping of no other keys than these."""
    if not isinstance(entry, dict):
        raise LegionError(f"{entry!r} where the keys {', '.join(known)} are expected")
    odd = [str(key) for key in entry if key not in known]
    if odd:
        raise LegionError(f"no key {', '.join(odd)}; known: {', '.join(known)}")
    return entry
