"""Files that are whole, whenever the power goes."""

import os
from pathlib import Path

from legion_ros.core.errors import LegionError

__all__ = ["read_whole", "sync_folder", "write_durably", "write_synced"]


def write_durably(path: Path, data: bytes) -> None:
    """Put `data` in the place of whatever `path` was: a crash leaves either the old file or the new one.

    Raises:
        OSError: it can't be written; what was there still is.
    """
    os.replace(write_synced(path.with_name(f"{path.name}.new"), data), path)
    sync_folder(path.parent)


def write_synced(path: Path, data: bytes) -> Path:
    """Write a file and wait until its content is on disk; its name need not be. Raises OSError."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return path


def sync_folder(folder: Path) -> None:
    """Wait until the names in `folder` are on disk. Raises OSError where it is no folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_whole(path: Path, limit: int, kind: str, error: type[LegionError]) -> bytes:
    """All bytes of a file that somebody else may have put there.

    Args:
        path: of the file.
        limit: bytes; a larger file is not read.
        kind: what it should be ("checkpoint"), for the message.
        error: what is raised where it is too large, no file or can't be read.
    """
    try:
        size = path.stat().st_size
        if size > limit or not path.is_file():
            raise error(f"{path} is no {kind}: {size} bytes; a file of at most {limit} is expected")
        return path.read_bytes()
    except OSError as problem:
        raise error(f"can't read {path}: {problem.strerror}") from problem
