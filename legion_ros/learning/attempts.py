"""Attempts at skills on disk: one SQLite file, safe against a crash at any moment."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from legion_ros.core import GroundedSkill, LegionError
from legion_ros.core.attempt import Attempt
from legion_ros.core.facts import Fact

__all__ = ["AttemptError", "Attempts"]

_VERSION = 1
_APPLICATION = 0x4C41  # "LA": other SQLite files are not mistaken for one of these
_SCHEMA = """
CREATE TABLE IF NOT EXISTS attempt (
    id INTEGER PRIMARY KEY,
    skill TEXT NOT NULL,
    object TEXT NOT NULL,
    target TEXT NOT NULL,
    success INTEGER NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    later TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS attempt_skill ON attempt (skill);
"""


class AttemptError(LegionError):
    """A file that is no file of attempts, or lacks what is asked of it."""


class Attempts:
    """Attempts by skill. What `add` has returned from is on disk (write-ahead log, synchronous FULL)."""

    def __init__(self, file: Path) -> None:
        """Open or create `file`. Raises AttemptError where it is anything else."""
        self.file = Path(file)
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(self.file)
            self._open()
        except (sqlite3.DatabaseError, OSError) as error:
            raise AttemptError(f"{self.file} is no file of attempts: {error}") from error

    def _open(self) -> None:
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        kind, version, tables = (
            self._database.execute(question).fetchone()[0]
            for question in (
                "PRAGMA application_id",
                "PRAGMA user_version",
                "SELECT count(*) FROM sqlite_master",
            )
        )
        if tables and (kind, version) != (_APPLICATION, _VERSION):
            what = f"format {version}" if kind == _APPLICATION else "something else in it"
            raise AttemptError(f"{self.file} has {what}; this program reads attempts of format {_VERSION}")
        marks = f"PRAGMA application_id={_APPLICATION}; PRAGMA user_version={_VERSION};"
        self._database.executescript(_SCHEMA + marks)

    def add(self, attempts: Iterable[Attempt]) -> None:
        """Keep attempts, all of them or none."""
        rows = [
            (
                attempt.skill.skill,
                attempt.skill.object,
                attempt.skill.target,
                attempt.success,
                *(_text(facts) for facts in (attempt.before, attempt.after, attempt.later)),
            )
            for attempt in attempts
        ]
        with self._database:
            self._database.executemany(
                "INSERT INTO attempt (skill, object, target, success, before, after, later) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                rows,
            )

    def counts(self) -> dict[str, tuple[int, int]]:
        """(successes, attempts) of each skill."""
        rows = self._database.execute("SELECT skill, sum(success), count(*) FROM attempt GROUP BY skill")
        return {skill: (successes, attempts) for skill, successes, attempts in rows}

    def of(self, skill: str) -> list[Attempt]:
        """The attempts at a skill, in the order they were kept; none where it was not attempted.

        Raises AttemptError where a row is not what `add` would have written.
        """
        rows = self._database.execute(
            "SELECT object, target, success, before, after, later FROM attempt WHERE skill = ? ORDER BY id",
            (skill,),
        )
        try:
            return [
                Attempt(GroundedSkill(skill, thing, target), bool(success), *(_facts(text) for text in texts))
                for thing, target, success, *texts in rows
            ]
        except (LegionError, AttributeError, TypeError, sqlite3.DatabaseError) as error:
            raise AttemptError(f"{self.file} holds what is no attempt at {skill}: {error}") from error

    def close(self) -> None:
        """Close the file; safe to call twice."""
        self._database.close()

    def __enter__(self) -> "Attempts":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _text(facts: frozenset[Fact]) -> str:
    """One fact a line."""
    return "\n".join(str(fact) for fact in sorted(facts))


def _facts(text: str) -> frozenset[Fact]:
    return frozenset(Fact.parse(line) for line in text.splitlines())
