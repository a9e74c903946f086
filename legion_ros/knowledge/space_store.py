"""The knowledge space on disk: space.safetensors (maps, prior) and manifest.json (how they were fitted)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from legion_ros.knowledge.errors import KnowledgeError
from legion_ros.knowledge.folder import read_pair, write_pair
from legion_ros.knowledge.layouts import layout_of, rows_of
from legion_ros.knowledge.normal_gamma import Prior
from legion_ros.knowledge.space import ARRAYS, KnowledgeSpace

__all__ = ["FORMAT", "read", "write"]

FORMAT = 2  # version of what is written here; another one is refused
TENSORS = "space.safetensors"


def write(space: KnowledgeSpace, folder: Path) -> None:
    """Save `space` into `folder`; a crash leaves the old one or the new. KnowledgeError where that fails."""
    tensors = {f"map/{name}": getattr(space, name) for name in ARRAYS}
    tensors |= {f"prior/{name}": value for name, value in space.prior.tensors().items()}
    write_pair(
        folder,
        TENSORS,
        tensors,
        {"format": FORMAT, "layout": rows_of(space.layout), "calibration": dict(space.facts)},
    )


def read(folder: Path) -> KnowledgeSpace:
    """Load what `write` saved. Raises KnowledgeError on anything that it would not write."""
    if not folder.is_dir():
        raise KnowledgeError(f"no knowledge space at {folder}: `legion calibrate` makes one")
    tensors, manifest = read_pair(folder, TENSORS, FORMAT)
    wanted = {"format": int, "sha256": str, "layout": list, "calibration": dict}
    kinds = {name: type(value) for name, value in manifest.items()}
    if kinds != wanted:
        raise KnowledgeError(f"{folder}: the manifest has {_kinds(kinds)}; {_kinds(wanted)} are expected")
    try:
        return _assemble(tensors, manifest["layout"], manifest["calibration"])
    except KnowledgeError as error:
        raise KnowledgeError(f"the knowledge space at {folder} can't be used: {error}") from error


def _kinds(kinds: Mapping[str, type]) -> str:
    return ", ".join(f"{name} ({kind.__name__})" for name, kind in kinds.items())


def _assemble(tensors: Mapping[str, np.ndarray], rows: list[Any], facts: dict[str, Any]) -> KnowledgeSpace:
    for path, value in tensors.items():
        if value.dtype.kind not in "fi":
            raise KnowledgeError(f"tensor {path} is of type {value.dtype}; numbers are expected")
    maps = {path.removeprefix("map/"): value for path, value in tensors.items() if path.startswith("map/")}
    prior = {
        path.removeprefix("prior/"): value for path, value in tensors.items() if path.startswith("prior/")
    }
    if set(maps) != set(ARRAYS) or len(maps) + len(prior) != len(tensors):
        raise KnowledgeError(f"tensors {', '.join(sorted(tensors))} are not those of a knowledge space")
    return KnowledgeSpace(prior=Prior.from_tensors(prior), layout=layout_of(rows), facts=facts, **maps)
