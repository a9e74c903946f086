"""Replay on disk: transitions in one SQLite file, safe against a crash at any moment; drawn in memory."""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from legion_ros.core import LegionError
from legion_ros.core.durable import sync_folder
from legion_ros.learning.transitions import Memory, TransitionError, Transitions

__all__ = ["KEPT_ONE_IN", "Replay", "ReplayError"]

KEPT_ONE_IN = 100  # transitions seen of a task stays, at most, when it is finished
_APPLICATION = 0x4C656752  # "LegR": says whose file it is
_VERSION = 2  # 1 had no interventions; such a file is brought up to date when it is opened
_SCHEMA = """
CREATE TABLE layout (observation_size INTEGER NOT NULL, action_size INTEGER NOT NULL);
CREATE TABLE sentence (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE task (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, seen INTEGER NOT NULL);
CREATE TABLE block (
    id INTEGER PRIMARY KEY,
    task INTEGER NOT NULL REFERENCES task (id),
    kept INTEGER NOT NULL, -- 1: what stayed of a finished task
    rows INTEGER NOT NULL,
    checksum INTEGER NOT NULL, -- CRC-32 of all columns, in their order
    observation BLOB NOT NULL,
    action BLOB NOT NULL,
    reward BLOB NOT NULL,
    following BLOB NOT NULL,
    terminated BLOB NOT NULL,
    truncated BLOB NOT NULL,
    instruction BLOB NOT NULL, -- int32 ids of sentences
    intervention INTEGER NOT NULL DEFAULT 0 -- 1: a person acted, not the policy
);
CREATE INDEX block_task ON block (task);
"""
_COLUMNS = ("observation", "action", "reward", "following", "terminated", "truncated", "instruction")


class ReplayError(LegionError):
    """A file that is no replay, or whose disk or owner does not let it be one."""


class Replay:
    """Transitions by task. What `append` has returned from is on disk (write-ahead log, synchronous FULL).

    One process at a time has the file. All rows are mirrored in memory (8 O + 4 A + 15 bytes each), so draws
    never touch the disk.
    """

    def __init__(self, file: Path, observation_size: int, action_size: int) -> None:
        """Open or create `file`.

        Args:
            file: where; its folder is made if it is missing.
            observation_size: of the transitions.
            action_size: of the transitions.

        Raises:
            ReplayError: it is anything else, damaged, of another version or sizes, or in use.
        """
        self.file = Path(file)
        self._memory = Memory(observation_size, action_size)
        self._blocks: list[tuple[int, int]] = []  # (id, rows) in the order in which they lie in the memory
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ReplayError(f"can't make {self.file.parent}: {error.strerror}") from error
        with self._typed("is no replay that can be used"):
            self._database = sqlite3.connect(self.file, timeout=1.0, isolation_level=None)
        try:
            with self._typed("is no replay that can be used"):
                self._open()
        except ReplayError:
            self._database.close()
            raise

    def __len__(self) -> int:
        return len(self._memory)

    @property
    def sentences(self) -> tuple[str, ...]:
        """All sentences of the transitions ever kept; what `Transitions.instruction` indexes."""
        return self._memory.sentences

    def tasks(self) -> dict[str, tuple[int, int]]:
        """(seen, stored) transitions of each task, in the order of their coming."""
        rows = self._database.execute(
            "SELECT name, seen, (SELECT coalesce(sum(rows), 0) FROM block WHERE task = task.id) FROM task"
            " ORDER BY id"
        )
        return {name: (seen, stored) for name, seen, stored in rows}

    def append(self, task: str, transitions: Transitions, intervention: bool = False) -> None:
        """Keep transitions of `task`, all of them or none; on disk once this returns.

        Args:
            task: what they are of.
            transitions: to keep.
            intervention: a person acted, not the policy; such rows stay when the task is finished.

        Raises:
            TransitionError: a row is not finite, or misshapen; nothing is written.
            ReplayError: the disk is full or fails; nothing counts as written.
        """
        transitions = transitions.checked()
        if transitions.sizes != self._memory.sizes:
            raise TransitionError(
                f"transitions of sizes {transitions.sizes}; {self.file} holds {self._memory.sizes}"
            )
        if not len(transitions):
            return
        with self._typed("can't be written"), self._transaction():
            number = self._seen(task, len(transitions))
            block = self._insert(number, transitions, kept=False, intervention=intervention)
        self._remember(block, transitions)

    def sample(self, count: int, rng: np.random.Generator) -> Transitions:
        """`count` transitions of all tasks, drawn uniformly. TransitionError where there are none."""
        return self._memory.sample(count, rng)

    def all(self) -> Transitions:
        """All that is stored: views that hold until the next change."""
        return self._memory.all()

    def of(self, task: str) -> Transitions:
        """All that is stored of one task."""
        blocks = self._database.execute(
            "SELECT block.id FROM block JOIN task ON task.id = task WHERE name = ?", (task,)
        )
        return self._memory.all().rows(self._lying_in(blocks))

    def interventions(self) -> Transitions:
        """All that is stored in which a person acted."""
        blocks = self._database.execute("SELECT id FROM block WHERE intervention = 1")
        return self._memory.all().rows(self._lying_in(blocks))

    def finish(self, task: str, rng: np.random.Generator) -> int:
        """Keep a uniform sample of `task`: one transition of a hundred seen. The others' space is reused.

        What stayed of an earlier visit to the task stays; so each visit is sampled alike.

        Returns:
            How many transitions of the task are stored now.

        Raises:
            ReplayError: no such task, or the disk fails; nothing changed then.
        """
        if task not in self.tasks():
            raise ReplayError(
                f"no task {task!r} in {self.file}; there are: {', '.join(self.tasks()) or 'none'}"
            )
        number, seen = self._database.execute("SELECT id, seen FROM task WHERE name = ?", (task,)).fetchone()
        kept, fresh = (self._database.execute(_BLOCKS, (number, flag)).fetchall() for flag in (1, 0))
        already, staying = int(self._lying_in(kept).sum()), ~self._lying_in(fresh)
        candidates = np.flatnonzero(~staying)
        count = min(len(candidates), max(0, seen // KEPT_ONE_IN - already))
        chosen = np.sort(rng.choice(candidates, count, replace=False)) if count else candidates[:0]
        sample = self._memory.all().rows(chosen)
        with self._typed("can't be written"), self._transaction():
            self._database.execute(f"DELETE FROM block WHERE id IN ({_BLOCKS})", (number, 0))
            block = self._insert(number, sample, kept=True) if count else 0
        gone = {block for (block,) in fresh}
        self._blocks = [(block, rows) for block, rows in self._blocks if block not in gone]
        self._memory.keep(staying)
        if count:
            self._remember(block, sample)
        return self.tasks()[task][1]

    def close(self) -> None:
        """Close the file; safe to call twice."""
        self._database.close()

    def __enter__(self) -> "Replay":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- opening --------------------------------------------------------------------------------------------

    def _open(self) -> None:
        for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self._database.execute(f"PRAGMA {pragma}")
        if not self._value("SELECT count(*) FROM sqlite_master"):
            self._create()
        application, version = self._value("PRAGMA application_id"), self._value("PRAGMA user_version")
        if application != _APPLICATION:
            raise ReplayError(f"{self.file} is a database of something else, not a replay")
        if version not in (1, _VERSION):
            raise ReplayError(f"{self.file} has format {version}; this program reads format {_VERSION}")
        if (fault := self._value("PRAGMA quick_check(1)")) != "ok":
            raise ReplayError(f"{self.file} is damaged: {fault}")
        sizes = self._database.execute("SELECT observation_size, action_size FROM layout").fetchall()
        if sizes != [self._memory.sizes]:
            raise ReplayError(f"{self.file} holds transitions of sizes {sizes}, not {self._memory.sizes}")
        if version == 1:
            self._add_interventions()
        self._read()

    def _add_interventions(self) -> None:
        with self._transaction():
            column = _SCHEMA.split("int32 ids of sentences\n")[1].split("--")[0]
            self._database.execute(f"ALTER TABLE block ADD COLUMN {column}")
            self._database.execute(f"PRAGMA user_version={_VERSION}")

    def _create(self) -> None:
        with self._transaction():
            for statement in _SCHEMA.split(";\n"):
                self._database.execute(statement)
            self._database.execute("INSERT INTO layout VALUES (?, ?)", self._memory.sizes)
            self._database.execute(f"PRAGMA application_id={_APPLICATION}")
            self._database.execute(f"PRAGMA user_version={_VERSION}")
        sync_folder(self.file.parent)

    def _read(self) -> None:
        """Mirror all blocks in memory, each one checked."""
        sentences = dict(self._database.execute("SELECT id, text FROM sentence ORDER BY id"))
        if list(sentences) != list(range(len(sentences))):
            raise ReplayError(f"{self.file} is damaged: its sentences are numbered {list(sentences)[:5]} ...")
        self._memory.append(_parse(_EMPTY, 0, self._memory.sizes, tuple(sentences.values())))
        names = ", ".join(_COLUMNS)
        for block, rows, checksum, *blobs in self._database.execute(
            f"SELECT id, rows, checksum, {names} FROM block ORDER BY id"
        ):
            try:
                if _checksum(blobs) != checksum:
                    raise TransitionError("its checksum is another one")
                transitions = _parse(blobs, rows, self._memory.sizes, tuple(sentences.values()))
                self._remember(block, transitions.checked())
            except (TransitionError, ValueError, TypeError) as error:
                raise ReplayError(f"{self.file} is damaged: block {block}: {error}") from error

    # -- writing --------------------------------------------------------------------------------------------

    def _seen(self, task: str, count: int) -> int:
        """Add to what was seen of a task; returns its id."""
        self._database.execute(
            "INSERT INTO task (name, seen) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seen = seen + ?",
            (task, count, count),
        )
        return self._database.execute("SELECT id FROM task WHERE name = ?", (task,)).fetchone()[0]

    def _insert(self, task: int, transitions: Transitions, kept: bool, intervention: bool = False) -> int:
        """Write one block, its sentences by id; returns its id."""
        known = {sentence: number for number, sentence in enumerate(self._memory.sentences)}
        for sentence in transitions.sentences:
            if sentence not in known:
                known[sentence] = len(known)
                self._database.execute("INSERT INTO sentence VALUES (?, ?)", (known[sentence], sentence))
        columns = transitions.columns()
        codes = np.array([known[sentence] for sentence in transitions.sentences], np.int32)
        columns["instruction"] = codes[columns["instruction"]]
        blobs = [np.ascontiguousarray(columns[name]).tobytes() for name in _COLUMNS]
        cursor = self._database.execute(
            f"INSERT INTO block (task, kept, rows, checksum, intervention, {', '.join(_COLUMNS)})"
            f" VALUES ({', '.join('?' * (5 + len(_COLUMNS)))})",
            (task, kept, len(transitions), _checksum(blobs), intervention, *blobs),
        )
        return int(cursor.lastrowid or 0)

    def _remember(self, block: int, transitions: Transitions) -> None:
        self._memory.append(transitions)
        self._blocks.append((block, len(transitions)))

    def _lying_in(self, blocks: Iterable[tuple[int]]) -> np.ndarray:
        """Which rows of the memory lie in these blocks: (len,) bool."""
        ids, rows = np.array(self._blocks, np.int64).reshape(-1, 2).T
        return np.repeat(np.isin(ids, [block for (block,) in blocks]), rows)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    @contextmanager
    def _typed(self, what: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise ReplayError(f"{self.file} {what}: {error}") from error

    def _value(self, query: str) -> object:
        return self._database.execute(query).fetchone()[0]


_BLOCKS = "SELECT id FROM block WHERE task = ? AND kept = ? AND intervention = 0"
_EMPTY = [b""] * len(_COLUMNS)


def _checksum(blobs: list[bytes]) -> int:
    total = 0
    for blob in blobs:
        total = zlib.crc32(blob, total)
    return total


def _parse(blobs: list[bytes], rows: int, sizes: tuple[int, int], sentences: tuple[str, ...]) -> Transitions:
    """The transitions of a block. ValueError where a column is not as long as it must be."""
    shapes = {"observation": (rows, sizes[0]), "following": (rows, sizes[0]), "action": (rows, sizes[1])}
    types = {"terminated": bool, "truncated": bool, "instruction": np.int32}
    columns = {
        name: np.frombuffer(blob, types.get(name, np.float32)).reshape(shapes.get(name, (rows,)))
        for name, blob in zip(_COLUMNS, blobs, strict=True)
    }
    return Transitions(**columns, sentences=sentences)
