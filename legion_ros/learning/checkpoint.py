"""Checkpoints: a folder with the numbers (safetensors) and the words (manifest.json) of what learns.

The file of numbers is named by its content and lies beside the old one before the manifest that names it
takes the old manifest's place. That one rename is the moment when the new checkpoint counts: whenever the
process or the power goes, the folder holds the old checkpoint or the new one, whole. Read strictly: whatever
is missing, cut off, changed, of another version or not finite is a CheckpointError, and nothing is
overwritten.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from legion_ros.core import LegionError
from legion_ros.core.durable import read_whole, write_durably
from legion_ros.knowledge.folder import parsed

__all__ = ["FORMAT", "CheckpointError", "exists", "load", "save"]

FORMAT = 1  # version of what is written here; another one is refused
MANIFEST = "manifest.json"
LIMIT = 4 * 2**30  # bytes: a larger file is not ours
_ENTRIES = {"format", "numbers", "sha256", "shapes", "facts", "facts_sha256"}


class CheckpointError(LegionError):
    """A checkpoint that can't be written, or a folder that holds none: what is wrong, and where."""


def exists(folder: Path) -> bool:
    """Whether a checkpoint was saved in `folder`; `load` says whether it can still be used."""
    return (Path(folder) / MANIFEST).exists()


def save(folder: Path, tensors: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
    """Put a checkpoint in the place of whatever checkpoint `folder` holds; on disk once this returns.

    Args:
        folder: made where it is missing.
        tensors: numbers by path ("policy/0.weight"): finite, of a fixed size each.
        facts: JSON: None, bools, ints, finite floats, texts, lists (tuples come back as lists) and mappings
            with texts as keys.

    Raises:
        CheckpointError: something can't be stored, or the folder can't be written; the old checkpoint stays.
    """
    from safetensors.numpy import save as serialised

    folder = Path(folder)
    _check_facts(facts, "facts")
    arrays = {name: np.array(value, order="C") for name, value in tensors.items()}
    _check_tensors(arrays)
    data = serialised(arrays)
    if len(data) > LIMIT:
        raise CheckpointError(f"the numbers take {len(data)} bytes; at most {LIMIT} are stored")
    sha256 = hashlib.sha256(data).hexdigest()
    manifest = {
        "format": FORMAT,
        "numbers": f"{sha256[:16]}.safetensors",
        "sha256": sha256,
        "shapes": _shapes(arrays),
        "facts_sha256": _sha256(facts),
        "facts": facts,
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_durably(folder / manifest["numbers"], data)
        write_durably(folder / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False).encode() + b"\n")
        _remove_others(folder, manifest["numbers"])
    except OSError as error:
        raise CheckpointError(f"can't write a checkpoint to {folder}: {error.strerror}") from error


def load(folder: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The (tensors, facts) last saved in `folder`. CheckpointError on what `save` would not write."""
    folder = Path(folder)
    if not exists(folder):
        raise CheckpointError(f"no checkpoint at {folder}: there is no {MANIFEST}")
    while True:
        text = _read(folder / MANIFEST)
        manifest = _manifest(folder / MANIFEST, text)
        try:
            data = _read(folder / manifest["numbers"])
        except CheckpointError:
            if exists(folder) and _read(folder / MANIFEST) != text:
                continue  # a newer checkpoint took its place between the two reads
            raise
        return _tensors(folder / manifest["numbers"], data, manifest), manifest["facts"]


def _remove_others(folder: Path, kept: str) -> None:
    """Delete the numbers of older checkpoints, and what a crash left half written."""
    for path in folder.iterdir():
        if path.name.removesuffix(".new").endswith(".safetensors") and path.name != kept:
            path.unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    return read_whole(path, LIMIT, "checkpoint", CheckpointError)


def _manifest(path: Path, text: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} is not JSON: {error}") from error
    if not isinstance(manifest, dict) or "format" not in manifest:
        raise CheckpointError(f"{path} is no manifest of a checkpoint: it names no format")
    if manifest["format"] != FORMAT:
        raise CheckpointError(f"{path} has format {manifest['format']!r}; this program reads {FORMAT}")
    if manifest.keys() != _ENTRIES:
        odd = ", ".join(sorted(manifest.keys() ^ _ENTRIES))
        raise CheckpointError(f"{path} is no manifest of a checkpoint: {odd} missing or unknown")
    facts, numbers = manifest["facts"], manifest["numbers"]
    _check_facts(facts, f"{path}: facts")
    if not isinstance(facts, dict) or _sha256(facts) != manifest["facts_sha256"]:
        raise CheckpointError(f"the facts in {path} are not those that were saved: they were changed")
    if not isinstance(numbers, str) or numbers != Path(numbers).name or not numbers.endswith(".safetensors"):
        raise CheckpointError(f"{path} names {numbers!r} as its numbers; a file beside it is meant")
    return manifest


def _tensors(path: Path, data: bytes, manifest: dict[str, Any]) -> dict[str, np.ndarray]:
    sha256 = hashlib.sha256(data).hexdigest()
    if sha256 != manifest["sha256"]:
        raise CheckpointError(
            f"{path} is not the file that its manifest names: sha256 {sha256[:12]}..., "
            f"not {str(manifest['sha256'])[:12]}...; it was changed or cut off"
        )
    tensors = parsed(data, path, CheckpointError)
    try:
        _check_tensors(tensors)
    except CheckpointError as error:
        raise CheckpointError(f"{path} can't be used: {error}") from error
    if _shapes(tensors) != manifest["shapes"]:
        raise CheckpointError(f"the tensors in {path} have not the names and shapes that its manifest lists")
    return {name: np.array(value) for name, value in tensors.items()}  # writable


def _check_tensors(tensors: Mapping[str, np.ndarray]) -> None:
    for name, value in tensors.items():
        if value.dtype.kind not in "fiub":
            raise CheckpointError(f"tensor {name!r} is of type {value.dtype}; numbers are expected")
        if value.dtype.kind == "f" and not np.isfinite(value).all():
            raise CheckpointError(f"tensor {name!r} of shape {value.shape} holds a NaN or an infinity")


def _shapes(tensors: Mapping[str, np.ndarray]) -> dict[str, str]:
    return {name: f"{value.dtype}{list(value.shape)}" for name, value in sorted(tensors.items())}


def _check_facts(value: Any, where: str) -> None:
    """CheckpointError on what JSON would not give back as it was."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            if not isinstance(key, str):
                raise CheckpointError(f"{where} has the key {key!r}; texts are expected")
            _check_facts(part, f"{where}/{key}")
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            _check_facts(part, f"{where}/{number}")
    elif type(value) is float and not math.isfinite(value):
        raise CheckpointError(f"{where} is {value}; a finite number is expected")
    elif value is not None and type(value) not in (bool, int, float, str):
        raise CheckpointError(f"{where} is {value!r}, a {type(value).__name__}; JSON can't hold it")


def _sha256(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
