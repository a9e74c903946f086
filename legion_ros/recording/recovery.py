"""What is left of a bag's database: of one that was killed in the middle, and of one that lost its end."""

import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from legion_ros.recording.errors import RecordingError

__all__ = ["recover"]

_FEW = ("schema", "topics", "message_definitions")  # tables that are read as a whole
_LONGEST = 1 << 34  # bytes that a header is believed
_INDEX = "CREATE INDEX timestamp_idx ON messages (timestamp ASC)"


def recover(database: Path, folder: Path) -> Path:
    """Copy the messages of `database` that can be read into a new database in `folder`; returns its path.

    What a killed writer had not committed is rolled back, by SQLite and in a copy. Of a file that was cut
    short, the messages before the cut are kept.

    Raises:
        RecordingError: it is no bag's database, or no table of it can be read.
    """
    source, copy = folder / database.name, folder / f"recovered-{database.name}"
    try:
        _copy(database, source)
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(copy)) as new:
            tables = dict(old.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
            for table in (*_FEW, "messages"):
                new.execute(tables[table])
            for table in _FEW:
                _pour(old, new, table)
            with suppress(sqlite3.DatabaseError):  # of `old`: this is where it ends
                _pour(old, new, "messages")
            new.execute(_INDEX)
            new.commit()
    except (sqlite3.Error, KeyError, OSError) as error:
        raise RecordingError(f"{database} is no bag, or nothing of it is left: {error}") from error
    return copy


def _copy(database: Path, target: Path) -> None:
    """As of its last commit, while somebody writes to it as well."""
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as old,
    ):
        with closing(sqlite3.connect(target)) as new:
            old.backup(new)
        return
    # nobody writes: a journal was left behind, or the file is damaged
    for file in database.parent.glob(f"{database.name}*"):
        shutil.copy2(file, target.with_name(file.name))
    _lengthen(target)


def _lengthen(database: Path) -> None:
    """Fill a file that was cut short with zeros: SQLite reads nothing of one shorter than its header says."""
    with database.open("rb+") as file:
        header = file.read(32)
        # https://sqlite.org/fileformat.html: page size at 16 (1 is 65536), number of pages at 28
        page = int.from_bytes(header[16:18], "big")
        length = (65536 if page == 1 else page) * int.from_bytes(header[28:32], "big")
        if database.stat().st_size < length < _LONGEST:
            file.truncate(length)


def _pour(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> None:
    """All rows of a table, in the order of their ids, until one can't be read."""
    rows = old.execute(f"SELECT * FROM {table} ORDER BY 1")
    marks = ", ".join("?" * len(rows.description))
    for row in rows:
        new.execute(f"INSERT INTO {table} VALUES ({marks})", row)
