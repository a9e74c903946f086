"""A run on disk: what it is, what happened, and the checkpoint that it goes on from."""

import fcntl
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from legion_ros.core import LegionError
from legion_ros.core.durable import write_durably
from legion_ros.learning import checkpoint

__all__ = ["RunConfig", "RunError", "RunFolder", "add_row", "read_rows"]

_FORMAT = 1  # of run.json and events.jsonl


class RunError(LegionError):
    """A run that can't go on where it is asked to."""


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """All that decides what a run gives, up to the speed of the machine."""

    stream: str
    method: str
    order: str
    seed: int
    demonstrations: int  # successful ones shown of each task at each visit
    practice: int  # control periods a lesson
    cloning: int  # gradient steps on demonstrations a lesson
    episodes: int  # of each task in each evaluation, at least
    loops: int  # through all tasks
    tasks: int  # the first so many of the stream

    @property
    def name(self) -> str:
        """Of its folder."""
        given = f"{self.demonstrations}-shown-{self.practice}-practised"
        return f"{self.stream}-{self.method}-{self.order}-{self.seed}-{given}"

    @property
    def command(self) -> str:
        """What runs it again, alone."""
        return (
            f"legion evaluate --stream {self.stream} --methods {self.method} --orders {self.order} "
            f"--seeds 1 --first-seed {self.seed} --demonstrations {self.demonstrations} "
            f"--practice {self.practice} --cloning {self.cloning} --episodes {self.episodes} "
            f"--loops {self.loops} --tasks {self.tasks}"
        )


class RunFolder:
    """`run.json` (what), `events.jsonl` (what happened, a row for each step) and `checkpoint/`.

    Every write replaces a whole file at once, so the folder is as it was before or after, whenever the
    process is killed.
    """

    def __init__(self, folder: Path, config: RunConfig, versions: Mapping[str, str]) -> None:
        """Open or begin a run.

        Raises:
            RunError: the folder holds a run of another config or format, or can't be written or read.
        """
        self.folder, self.config = Path(folder), config
        begun = {"format": _FORMAT, "config": asdict(config), "versions": dict(versions)}
        file = self.folder / "run.json"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not file.exists():
                write_durably(file, json.dumps(begun, indent=1).encode() + b"\n")
            self.versions = self._checked(_json(file, file.read_text(encoding="utf-8")))
            self.events: list[dict[str, Any]] = read_rows(self.folder / "events.jsonl")
        except OSError as error:
            raise RunError(f"can't keep a run in {self.folder}: {error.strerror}") from error

    def _checked(self, there: Any) -> dict[str, str]:
        """The versions of what it was begun with."""
        if not isinstance(there, dict) or there.get("format") != _FORMAT:
            raise RunError(f"{self.folder} holds no run of format {_FORMAT}; choose another --out")
        known = there.get("config")
        wanted = asdict(self.config)
        if known != wanted:
            known = known if isinstance(known, dict) else {}
            odd = [f"{name} {known.get(name)!r}, not {wanted[name]!r}" for name in wanted]
            odd = [text for text, name in zip(odd, wanted, strict=True) if known.get(name) != wanted[name]]
            raise RunError(f"{self.folder} holds another run: {'; '.join(odd)}; choose another --out")
        return dict(there.get("versions", {}))

    def add(self, event: Mapping[str, Any]) -> None:
        """Keep a row; on disk once this returns."""
        self.events.append(json.loads(json.dumps(event)))
        _write_rows(self.folder / "events.jsonl", self.events)

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """The events of one kind, in their order."""
        return [event for event in self.events if event["event"] == kind]

    def save(self, tensors: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        """Replace the checkpoint."""
        checkpoint.save(self.folder / "checkpoint", tensors, facts)

    def saved(self) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
        """The last checkpoint; None where there is none. CheckpointError where it can't be used."""
        folder = self.folder / "checkpoint"
        return checkpoint.load(folder) if checkpoint.exists(folder) else None

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """No other process may run it meanwhile. RunError where one does."""
        with (self.folder / "running.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise RunError(f"{self.folder} is being run by another process") from error
            yield


def read_rows(file: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file; none where there is no file. RunError on what is none."""
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines() if Path(file).exists() else []
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"can't read {file}: {error}") from error
    rows = [_json(f"{file}, line {number}", line) for number, line in enumerate(lines, 1) if line.strip()]
    for row in rows:
        if not isinstance(row, dict):
            raise RunError(f"{file} holds {row!r:.60}; rows of names and values are expected")
    return rows


def add_row(file: Path, row: Mapping[str, Any], key: Sequence[str]) -> None:
    """Put a row into a JSON Lines file, which others may write too, in the place of one of the same key."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_name(f".{file.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        others = [r for r in read_rows(file) if any(r.get(name) != row[name] for name in key)]
        _write_rows(file, [*others, row])


def _write_rows(file: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    write_durably(file, text.encode())


def _json(where: object, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RunError(f"{where} is not JSON: {error}") from error
