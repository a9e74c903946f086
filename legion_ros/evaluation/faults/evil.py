"""Evil knowledge folders: each must be refused, quickly, running nothing and changing nothing."""

import hashlib
import json
import os
import shutil
import struct
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from legion_ros.evaluation.faults.figure import FaultFigure
from legion_ros.knowledge import Knowledge, KnowledgeError

__all__ = ["EVIL", "load_evil"]

_TENSORS, _MANIFEST = "knowledge.safetensors", "manifest.json"
Making = Callable[[Path, np.random.Generator], None]


def load_evil(
    shipped: Path, scratch: Path, rounds: int, rng: np.random.Generator, longest: float = 5.0
) -> FaultFigure:
    """Load each kind of folder so many times, spoilt at other places each time.

    A miss: loaded, another error than KnowledgeError, code run, a file changed, or longer than `longest` s.

    Args:
        shipped: a knowledge to spoil copies of.
        scratch: an empty folder.
        rounds: of each kind.
        rng: where it is spoilt.
        longest: s.
    """
    misses, seconds = [], []
    canary = scratch / "was_run"
    for number in range(rounds):
        for name, make in EVIL.items():
            folder = scratch / f"{number}_{name.replace(' ', '_')}"
            shutil.copytree(shipped, folder)
            make(folder, rng)
            before, began = _contents(folder), time.process_time()
            wrong = _tried(folder)
            seconds.append(time.process_time() - began)
            wrong = wrong or ("code was run" if canary.exists() else "")
            wrong = wrong or ("a file was changed" if _contents(folder) != before else "")
            wrong = wrong or (f"{seconds[-1]:.1f} s" if seconds[-1] > longest else "")
            misses += [f"{name}: {wrong}"] if wrong else []
            shutil.rmtree(folder)
    notes = f"{len(EVIL)} kinds, {rounds} times each" + "".join(f"; {m}" for m in misses[:5])
    return FaultFigure.of("evil knowledge files: accepted", "all refused", len(misses), seconds, notes=notes)


def _tried(folder: Path) -> str:
    """What was wrong about the answer, "" where it was refused as it should be."""
    try:
        Knowledge.load(folder)
    except KnowledgeError:
        return ""
    except Exception as error:
        return f"{type(error).__name__} instead of a KnowledgeError: {error}"
    return "it was loaded"


def _contents(folder: Path) -> dict[str, bytes | str]:
    return {
        path.name: path.read_bytes()
        if path.is_file() and path.stat().st_size < 1 << 26 and not path.is_symlink()
        else "special"
        for path in folder.iterdir()
    }


def _signed(folder: Path, data: bytes, change: Mapping[str, object] | None = None) -> None:
    """Put these bytes in, with a manifest that vouches for them."""
    (folder / _TENSORS).write_bytes(data)
    manifest = json.loads((folder / _MANIFEST).read_text())
    manifest.update(sha256=hashlib.sha256(data).hexdigest(), **(change or {}))
    (folder / _MANIFEST).write_text(json.dumps(manifest))


def _tensors(folder: Path, change: Callable[[dict[str, np.ndarray]], object]) -> None:
    from safetensors.numpy import load, save

    tensors = {name: value.copy() for name, value in load((folder / _TENSORS).read_bytes()).items()}
    change(tensors)
    _signed(folder, save(tensors))


def _drawn(tensors: dict[str, np.ndarray], rng: np.random.Generator) -> str:
    return sorted(tensors)[int(rng.integers(len(tensors)))]


def _hostile(canary: Path) -> bytes:
    """A pickle, by hand, that makes a file when it is read: GLOBAL open, its arguments, REDUCE, STOP."""
    return b"cbuiltins\nopen\n(S" + repr(str(canary)).encode() + b"\nS'w'\ntR."


def _pickle(folder: Path, rng: np.random.Generator) -> None:
    _signed(folder, _hostile(folder.parent / "was_run"))


def _torch_zip(folder: Path, rng: np.random.Generator) -> None:
    path = folder / "archive"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", _hostile(folder.parent / "was_run"))
    data = path.read_bytes()
    path.unlink()
    _signed(folder, data)


def _zip_bomb(folder: Path, rng: np.random.Generator) -> None:
    path = folder / "archive"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("weights", bytes(1 << 26))
    data = path.read_bytes()
    path.unlink()
    _signed(folder, data)


def _cut(folder: Path, rng: np.random.Generator) -> None:
    data = (folder / _TENSORS).read_bytes()
    _signed(folder, data[: int(rng.integers(0, len(data) - 1))])


def _flipped(folder: Path, rng: np.random.Generator) -> None:
    data = bytearray((folder / _TENSORS).read_bytes())
    data[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
    (folder / _TENSORS).write_bytes(data)  # its manifest vouches for what it was


def _noise(folder: Path, rng: np.random.Generator) -> None:
    _signed(folder, rng.bytes(int(rng.integers(0, 100_000))))


def _long_header(folder: Path, rng: np.random.Generator) -> None:
    _signed(folder, struct.pack("<Q", int(rng.integers(1 << 40, 1 << 62))) + b"{}")


def _lying_header(folder: Path, rng: np.random.Generator) -> None:
    shape = [int(rng.integers(1 << 30, 1 << 40)), 1 << 20]
    header = json.dumps(
        {"whitening/matrix": {"dtype": "F32", "shape": shape, "data_offsets": [0, 16]}}
    ).encode()
    _signed(folder, struct.pack("<Q", len(header)) + header + bytes(16))


def _overlapping(folder: Path, rng: np.random.Generator) -> None:
    entry = {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}
    header = json.dumps({"whitening/matrix": entry, "whitening/centre": entry}).encode()
    _signed(folder, struct.pack("<Q", len(header)) + header + bytes(16))


def _wrong_shape(folder: Path, rng: np.random.Generator) -> None:
    def change(tensors: dict[str, np.ndarray]) -> None:
        name = _drawn(tensors, rng)
        tensors[name] = np.zeros((*tensors[name].shape, 2), np.float32)

    _tensors(folder, change)


def _not_finite(folder: Path, rng: np.random.Generator) -> None:
    def change(tensors: dict[str, np.ndarray]) -> None:
        name = _drawn({n: t for n, t in tensors.items() if t.dtype.kind == "f"}, rng)
        tensors[name].flat[int(rng.integers(tensors[name].size))] = rng.choice([np.nan, np.inf, -np.inf])

    _tensors(folder, change)


def _missing(folder: Path, rng: np.random.Generator) -> None:
    _tensors(
        folder,
        lambda tensors: tensors.pop(_drawn({n: t for n, t in tensors.items() if "background" not in n}, rng)),
    )


def _climbing(folder: Path, rng: np.random.Generator) -> None:
    names = ("../../../etc/cron.d/x", "/etc/passwd", "put/../../x", "..", "put/expert/../../x", "~/.bashrc")
    _tensors(folder, lambda tensors: tensors.update({str(rng.choice(names)): np.zeros(2, np.float32)}))


def _climbing_component(folder: Path, rng: np.random.Generator) -> None:
    entries = json.loads((folder / _MANIFEST).read_text())["components"]
    entries[int(rng.integers(len(entries)))]["name"] = str(rng.choice(["../up", "/etc", "a/b", ".."]))
    _signed(folder, (folder / _TENSORS).read_bytes(), {"components": entries})


def _deep(folder: Path, rng: np.random.Generator) -> None:
    (folder / _MANIFEST).write_text("[" * int(rng.integers(10_000, 1_000_000)))


def _odd_manifest(folder: Path, rng: np.random.Generator) -> None:
    texts = (
        b"",
        b"[]",
        b"{",
        b'"text"',
        b"null",
        b"\xff\xfe",
        b'{"format": NaN}',
        b'{"format": 1e400}',
        bytes(64),
    )
    (folder / _MANIFEST).write_bytes(texts[int(rng.integers(len(texts)))])


def _odd_entry(folder: Path, rng: np.random.Generator) -> None:
    manifest = json.loads((folder / _MANIFEST).read_text())
    keys = ("components", "base_measure", "format", "sha256")
    values = (None, [], {}, -1, "x", [[]], {"name": "put"}, 1e308, True)
    manifest[keys[int(rng.integers(len(keys)))]] = values[int(rng.integers(len(values)))]
    (folder / _MANIFEST).write_text(json.dumps(manifest))


def _pipe(folder: Path, rng: np.random.Generator) -> None:
    (folder / _TENSORS).unlink()
    os.mkfifo(folder / _TENSORS)


def _endless(folder: Path, rng: np.random.Generator) -> None:
    (folder / _TENSORS).unlink()
    (folder / _TENSORS).symlink_to("/dev/zero")


def _huge(folder: Path, rng: np.random.Generator) -> None:
    with (folder / str(rng.choice([_TENSORS, _MANIFEST]))).open("r+b") as file:
        file.truncate(1 << 40)  # sparse: takes no room


def _folder_for_file(folder: Path, rng: np.random.Generator) -> None:
    name = str(rng.choice([_TENSORS, _MANIFEST]))
    (folder / name).unlink()
    (folder / name).mkdir()


EVIL: Mapping[str, Making] = {
    "pickle": _pickle,
    "torch archive with a pickle": _torch_zip,
    "zip bomb": _zip_bomb,
    "cut off": _cut,
    "a bit flipped": _flipped,
    "noise": _noise,
    "header without end": _long_header,
    "header that lies": _lying_header,
    "tensors that overlap": _overlapping,
    "wrong shape": _wrong_shape,
    "NaN or infinity": _not_finite,
    "tensor missing": _missing,
    "tensor name that climbs out": _climbing,
    "component name that climbs out": _climbing_component,
    "manifest without end": _deep,
    "manifest that is none": _odd_manifest,
    "odd entry": _odd_entry,
    "pipe": _pipe,
    "file without end": _endless,
    "a terabyte": _huge,
    "folder for a file": _folder_for_file,
}
