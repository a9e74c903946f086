"""A folder of one safetensors file (all numbers) and manifest.json (all words, and the other file's hash).

Written so that a crash at any moment leaves either the old pair or the new. Read strictly: whatever is
missing, cut off, changed or of another version is a KnowledgeError, and nothing is overwritten.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from legion_ros.core import LegionError
from legion_ros.core.durable import read_whole, sync_folder, write_synced
from legion_ros.knowledge.errors import KnowledgeError

__all__ = ["LIMIT", "MANIFEST", "parsed", "read_pair", "write_pair"]

MANIFEST = "manifest.json"
LIMIT = 64 * 2**20  # bytes: a larger file is not ours


def write_pair(folder: Path, name: str, tensors: Mapping[str, np.ndarray], manifest: dict[str, Any]) -> None:
    """Save tensors into `folder`/`name` and the manifest beside it; the folder is made where it is missing.

    The new manifest lies beside the old one before the tensors are replaced, so that `read_pair` finds a
    matching pair whenever the power goes.

    Raises:
        KnowledgeError: the folder can't be written, or this is too much.
    """
    from safetensors.numpy import save

    data = save({path: np.ascontiguousarray(value) for path, value in tensors.items()})
    if len(data) > LIMIT:
        raise KnowledgeError(f"the tensors take {len(data)} bytes; at most {LIMIT} are stored")
    head = {"format": manifest.pop("format"), "sha256": hashlib.sha256(data).hexdigest()}
    words = json.dumps({**head, **manifest}, indent=2, ensure_ascii=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _settle(folder, name)
        new_tensors = write_synced(folder / f"{name}.new", data)
        new_manifest = write_synced(folder / f"{MANIFEST}.new", words.encode() + b"\n")
        os.replace(new_tensors, folder / name)
        sync_folder(folder)
        os.replace(new_manifest, folder / MANIFEST)
        sync_folder(folder)
    except OSError as error:
        raise KnowledgeError(f"can't write knowledge to {folder}: {error.strerror}") from error


def read_pair(folder: Path, name: str, *versions: int) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The tensors and the manifest that `write_pair` saved with one of these format versions.

    Raises:
        KnowledgeError: missing, cut off, changed, no safetensors, no JSON, or of another version.
    """
    data = _read_file(folder / name)
    manifest = _matching_manifest(folder, name, versions, hashlib.sha256(data).hexdigest())
    return parsed(data, folder / name, KnowledgeError), manifest


def _settle(folder: Path, name: str) -> None:
    """Finish what a crash left between the two renames: the waiting manifest is the only one that fits."""
    waiting = folder / f"{MANIFEST}.new"
    if not (waiting.exists() and (folder / name).exists()):
        return
    try:
        fits = _json(waiting).get("sha256") == hashlib.sha256(_read_file(folder / name)).hexdigest()
    except KnowledgeError:  # it was never finished: the saved one is the one
        return
    if fits:
        os.replace(waiting, folder / MANIFEST)
        sync_folder(folder)


def _read_file(path: Path) -> bytes:
    return read_whole(path, LIMIT, "knowledge file", KnowledgeError)


def _matching_manifest(folder: Path, name: str, versions: tuple[int, ...], sha256: str) -> dict[str, Any]:
    """The manifest that names these tensors: the saved one, or the one that a crash left waiting."""
    manifest = _json(folder / MANIFEST) if (folder / MANIFEST).exists() else {}
    if manifest.get("sha256") != sha256:
        try:
            waiting = _json(folder / f"{MANIFEST}.new")
        except KnowledgeError:
            waiting = {}
        if waiting.get("sha256") == sha256:
            manifest = waiting
    if not manifest:
        raise KnowledgeError(f"can't read {folder / MANIFEST}: No such file or directory")
    if manifest.get("format") not in versions:
        known = " and ".join(map(str, versions))
        raise KnowledgeError(
            f"{folder / MANIFEST} has format {manifest.get('format')!r}; this program reads {known}"
        )
    if manifest.get("sha256") != sha256:
        raise KnowledgeError(
            f"{folder / name} is not the file that its manifest names: sha256 {sha256[:12]}..., "
            f"not {str(manifest.get('sha256'))[:12]}...; it was changed or cut off"
        )
    return manifest


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(_read_file(path))
    except (ValueError, RecursionError) as error:
        raise KnowledgeError(f"{path} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise KnowledgeError(f"{path} holds a {type(value).__name__}; a JSON object is expected")
    return value


def parsed(data: bytes, path: Path, error: type[LegionError]) -> dict[str, np.ndarray]:
    """The tensors in the `data` of a safetensors file; raises `error` where it is none."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return load(data)
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as problem:
        raise error(f"{path} is not in the safetensors format: {problem}") from problem
