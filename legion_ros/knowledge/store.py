"""Knowledge on disk: one folder with knowledge.safetensors (all numbers) and manifest.json (all words).

Written and read as `legion_ros.knowledge.folder` does it. Read strictly: what is of another shape or not
finite is a KnowledgeError, and nothing is overwritten.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from legion_ros.core import LegionError
from legion_ros.core.declaration import Declaration
from legion_ros.knowledge.component import Component, TrainingRecord
from legion_ros.knowledge.errors import KnowledgeError
from legion_ros.knowledge.folder import read_pair, write_pair
from legion_ros.knowledge.key import Key
from legion_ros.knowledge.knowledge import Knowledge
from legion_ros.knowledge.mixture import BaseMeasure, Mixture
from legion_ros.knowledge.operator_store import described, parsed
from legion_ros.knowledge.whitening import Whitening

__all__ = ["FORMAT", "read", "write"]

FORMAT = 2  # version of what is written here
_FORMATS = (1, FORMAT)  # what is read: 1 has no operators; another one is refused
TENSORS = "knowledge.safetensors"
_PART = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")  # no "..", no "/", no leading "."


def write(knowledge: Knowledge, folder: Path) -> None:
    """Save `knowledge` into `folder`, made where it is missing; a crash leaves the old knowledge or the new.

    Raises:
        KnowledgeError: the folder can't be written, or an expert's tensors can't be stored.
    """
    write_pair(folder, TENSORS, _tensors(knowledge), _manifest(knowledge))


def read(folder: Path, expert: Callable[[Mapping[str, np.ndarray]], Any] | None = None) -> Knowledge:
    """Load the knowledge in `folder`. Raises KnowledgeError on anything that `write` would not write."""
    if not folder.is_dir():
        raise KnowledgeError(f"no knowledge at {folder}: there is no such folder; `legion train` makes one")
    tensors, manifest = read_pair(folder, TENSORS, *_FORMATS)
    if expert is None:
        from legion_ros.policy import Expert

        expert = Expert.from_tensors
    try:
        return _assemble(manifest, tensors, expert)
    except KnowledgeError as error:
        raise KnowledgeError(f"the knowledge at {folder} can't be used: {error}") from error


def _tensors(knowledge: Knowledge) -> dict[str, np.ndarray]:
    mixture = knowledge.mixture
    tensors = {"whitening/centre": mixture.whitening.centre, "whitening/matrix": mixture.whitening.matrix}
    if mixture.background is not None:
        tensors["background/key/embeddings"] = mixture.background.embeddings
    for component in knowledge.components:
        tensors[f"{component.name}/key/embeddings"] = component.key.embeddings
        for name, value in component.expert.tensors().items():
            tensors[f"{component.name}/expert/{name}"] = value
    for name, value in tensors.items():
        _check_tensor(name, value)
    return tensors


def _manifest(knowledge: Knowledge) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "base_measure": asdict(knowledge.mixture.base),
        "components": [
            {
                "name": c.name,
                "skill": c.skill,
                "training": asdict(c.record),
                "operator": described(c.operator) if c.operator else None,
                "sentences": list(c.sentences),
                **({"declaration": c.declaration.described()} if c.declaration else {}),
            }
            for c in knowledge.components
        ],
    }


def _check_tensor(name: str, value: np.ndarray) -> None:
    parts = name.split("/")
    if len(parts) not in (2, 3) or not all(_PART.fullmatch(part) for part in parts):
        raise KnowledgeError(
            f"a tensor is named {name!r}; <component>/expert/<name> or <component>/key/<name> is meant"
        )
    if value.dtype.kind not in "fiu":
        raise KnowledgeError(f"tensor {name} is of type {value.dtype}; numbers are expected")
    if not np.isfinite(value).all():
        raise KnowledgeError(f"tensor {name} of shape {value.shape} holds a NaN or an infinity")


def _assemble(manifest: dict[str, Any], tensors: dict[str, np.ndarray], expert: Callable) -> Knowledge:
    for name, value in tensors.items():
        _check_tensor(name, value)
    left = dict(tensors)
    whitening = Whitening(_take(left, "whitening/centre"), _take(left, "whitening/matrix"))
    background = None
    if "background/key/embeddings" in left:
        background = _key(left, "background", whitening.size)
    entries = manifest.get("components")
    if not isinstance(entries, list) or not entries:
        raise KnowledgeError(f"the manifest lists no components, but {entries!r}")
    components = tuple(_component(entry, left, whitening.size, expert) for entry in entries)
    if left:
        raise KnowledgeError(f"tensors {', '.join(sorted(left)[:5])} belong to no component of the manifest")
    try:
        base = BaseMeasure(**manifest["base_measure"])
    except (KeyError, TypeError) as error:
        raise KnowledgeError(
            f"the manifest's base_measure is {manifest.get('base_measure')!r}: {error}"
        ) from error
    return Knowledge(components, Mixture(tuple(c.key for c in components), whitening, base, background))


def _component(entry: object, left: dict[str, np.ndarray], size: int, expert: Callable) -> Component:
    if not isinstance(entry, dict) or not {"name", "skill", "training", "sentences"} <= entry.keys():
        raise KnowledgeError(
            f"a component of the manifest is {entry!r}; it needs name, skill, training and sentences"
        )
    name, training, sentences = entry["name"], entry["training"], entry["sentences"]
    if not isinstance(sentences, list) or not all(isinstance(sentence, str) for sentence in sentences):
        raise KnowledgeError(f"component {name!r}: sentences is {sentences!r}; a list of texts is expected")
    try:
        record = TrainingRecord(**{**training, "interval": tuple(training["interval"])})
    except (TypeError, KeyError, ValueError) as error:
        raise KnowledgeError(f"component {name!r}: training is {training!r}: {error}") from error
    declaration = _declared(name, entry.get("declaration"))
    operator = entry.get("operator")
    operator = None if operator is None else parsed(entry["skill"], operator)
    prefix = f"{name}/expert/"
    weights = {path.removeprefix(prefix): left.pop(path) for path in list(left) if path.startswith(prefix)}
    try:
        policy = expert(weights)
    except (LegionError, ValueError, KeyError, TypeError, RuntimeError, IndexError) as error:
        raise KnowledgeError(f"component {name!r}: its tensors make no expert: {error}") from error
    key = _key(left, name, size)
    return Component(name, entry["skill"], policy, key, tuple(sentences), record, operator, declaration)


def _declared(name: str, entry: object) -> Declaration | None:
    """The skill that a component was taught, one of SKILLS from now on."""
    if entry is None:
        return None
    try:
        declaration = Declaration.parse(entry)
        declaration.register()
    except LegionError as error:
        raise KnowledgeError(f"component {name!r}: {error}") from error
    return declaration


def _key(left: dict[str, np.ndarray], owner: str, size: int) -> Key:
    key = Key(_take(left, f"{owner}/key/embeddings"))
    if key.embeddings.shape[1] != size:
        raise KnowledgeError(
            f"the key of {owner!r} has embeddings of {key.embeddings.shape[1]} numbers; "
            f"the whitening takes {size}"
        )
    return key


def _take(left: dict[str, np.ndarray], name: str) -> np.ndarray:
    if name not in left:
        raise KnowledgeError(f"tensor {name!r} is missing")
    return left.pop(name)
