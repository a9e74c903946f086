"""Episodes on disk: one SQLite file, safe against a crash at any moment."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from legion_ros.core import LegionError
from legion_ros.core.declaration import Declaration
from legion_ros.core.episode import Episode

__all__ = ["DemonstrationError", "Demonstrations"]

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS episode (
    id INTEGER PRIMARY KEY,
    skill TEXT NOT NULL,
    instruction TEXT NOT NULL,
    steps INTEGER NOT NULL,
    success INTEGER NOT NULL,
    observation BLOB NOT NULL,
    action BLOB NOT NULL,
    label BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS episode_skill ON episode (skill);
CREATE TABLE IF NOT EXISTS declaration (skill TEXT PRIMARY KEY, words TEXT NOT NULL);
"""


class DemonstrationError(LegionError):
    """A file that is no demonstration file, or lacks what is asked of it."""


class Demonstrations:
    """Episodes by skill. What `add` has returned from is on disk (write-ahead log, synchronous FULL)."""

    def __init__(self, file: Path) -> None:
        """Open or create `file`. Raises DemonstrationError where it is anything else."""
        self.file = Path(file)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._database = sqlite3.connect(self.file)
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=FULL")
            version = self._database.execute("PRAGMA user_version").fetchone()[0]
            tables = self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if tables and version != _VERSION:
                raise DemonstrationError(
                    f"{self.file} has format {version}; this program reads format {_VERSION}"
                )
            self._database.executescript(_SCHEMA + f"PRAGMA user_version={_VERSION};")
        except sqlite3.DatabaseError as error:
            raise DemonstrationError(f"{self.file} is no demonstration file: {error}") from error

    def add(self, skill: str, episodes: Iterable[Episode]) -> None:
        """Keep episodes, all of them or none."""
        rows = [
            (skill, e.instruction, len(e), e.success, _blob(e.observation), _blob(e.action), _blob(e.label))
            for e in episodes
        ]
        with self._database:
            self._database.executemany(
                "INSERT INTO episode (skill, instruction, steps, success, observation, action, label) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                rows,
            )

    def declare(self, declaration: Declaration) -> None:
        """Keep what a taught skill is. Raises DemonstrationError where another one of that name is kept."""
        known = self.declaration(declaration.name)
        if known not in (None, declaration):
            raise DemonstrationError(
                f"{self.file} holds demonstrations of another {declaration.name!r}: {known.described()}"
            )
        with self._database:
            self._database.execute(
                "INSERT OR IGNORE INTO declaration VALUES (?, ?)",
                (declaration.name, json.dumps(declaration.described())),
            )

    def declaration(self, skill: str) -> Declaration | None:
        """What a skill is, where that was kept. Raises DemonstrationError where it can't be understood."""
        row = self._database.execute("SELECT words FROM declaration WHERE skill = ?", (skill,)).fetchone()
        try:
            return None if row is None else Declaration.parse(json.loads(row[0]))
        except (LegionError, ValueError) as error:
            raise DemonstrationError(
                f"{self.file} declares {skill!r} in a way that is none: {error}"
            ) from error

    def counts(self) -> dict[str, tuple[int, int]]:
        """(successes, episodes) of each skill."""
        rows = self._database.execute("SELECT skill, sum(success), count(*) FROM episode GROUP BY skill")
        return {skill: (successes, episodes) for skill, successes, episodes in rows}

    def successes(self, skill: str) -> Iterator[Episode]:
        """The episodes of a skill that succeeded, in the order they were kept.

        Raises DemonstrationError where there are none, naming the skills there are.
        """
        if not self.counts().get(skill, (0, 0))[0]:
            known = ", ".join(sorted(self.counts())) or "none"
            raise DemonstrationError(
                f"no successful demonstration of {skill!r} in {self.file}; there are: {known}"
            )
        rows = self._database.execute(
            "SELECT instruction, steps, observation, action, label FROM episode "
            "WHERE skill = ? AND success ORDER BY id",
            (skill,),
        )
        for instruction, steps, *blobs in rows:
            seen, did, label = (np.frombuffer(blob, np.float32).reshape(steps, -1) for blob in blobs)
            yield Episode(instruction, seen, did, label, True)

    def close(self) -> None:
        """Close the file; safe to call twice."""
        self._database.close()

    def __enter__(self) -> "Demonstrations":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _blob(array: np.ndarray) -> bytes:
    return np.ascontiguousarray(array, np.float32).tobytes()
