"""What must outlive the process of the gate: a stop that is latched, and the scale of all speeds.

Whoever kills that process, and whatever starts it again, an arm that was stopped for a reason stays stopped
until a person resets it. What is latched stands in a small file, written to another name and renamed, so that
a reader finds all of it or all of what was before. Nothing is synced to the disk: a file outlives its process
without, and to wait for a disk is not for whom an arm waits. What a power cut leaves of it, at worst an empty
file, reads as a stop.
"""

import json
import os
import stat
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from legion_ros.core.errors import LegionError

__all__ = ["Latch", "LatchError", "LatchFile", "latch_path"]

_LONGEST = 1 << 16  # bytes: no latch is longer
_REASON = 2000  # characters of a reason that are kept


class LatchError(LegionError):
    """What is latched can't be told, or can't be kept."""


@dataclass(frozen=True, kw_only=True)
class Latch:
    """What is latched."""

    reason: str = ""  # why the arm is stopped, "" where it is not
    alarm: bool = False  # whether the circuit breaker has done it
    speed_scale: float = 1.0  # of all speeds, (0, 1]
    run: str = ""  # which start of the whole graph this was; "" where nobody has said


def latch_path(domain: int, node: str) -> Path:
    """Where it stands unless somebody says otherwise: a folder of this user's alone, a file for each node."""
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    if given and os.path.isdir(given):
        folder = Path(given) / "legion_ros"
    else:
        folder = Path(tempfile.gettempdir()) / f"legion_ros-{os.getuid()}"
    return folder / f"{node.strip('/').replace('/', '.')}-{domain}.json"


class LatchFile:
    """One file, in a folder that nobody else can write to.

    Args:
        path: of the file; its folder is made where it is missing, private.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Latch | None:
        """What was latched; None where there is no file.

        Raises:
            LatchError: there is one that is not as it should be, or that others could have written.
        """
        try:
            self._check_folder()
            # whatever stands there is opened without waiting for it, and looked at before it is read
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with open(descriptor, "rb") as file:
                found = os.fstat(descriptor)
                if not stat.S_ISREG(found.st_mode) or found.st_uid != os.getuid():
                    raise LatchError(f"{self.path} is not a file of this user's")
                text = file.read(_LONGEST + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LatchError(f"{self.path} can't be read: {error.strerror}") from error
        return self._parsed(text)

    def write(self, latch: Latch) -> None:
        """Put `latch` in the place of what was there. Raises LatchError where that fails.

        What was there is no longer true then: it is made unreadable if that can be done: it reads as a stop.
        """
        new = self.path.with_name(f".{self.path.name}.new")
        try:
            self._check_folder()
            with suppress(FileNotFoundError):  # of one that was killed while it wrote
                os.unlink(new)
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with open(descriptor, "w", encoding="utf-8") as file:
                json.dump(asdict(latch), file)
            os.replace(new, self.path)
        except OSError as error:
            with suppress(OSError):
                os.truncate(self.path, 0)
            raise LatchError(f"{self.path} can't be written: {error.strerror}") from error

    def _check_folder(self) -> None:
        """Raise LatchError unless nobody else can write there; OSError where there is no such folder."""
        folder = self.path.parent
        with suppress(FileExistsError):
            os.mkdir(folder, 0o700)
        found = os.lstat(folder)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
            raise LatchError(f"{folder} is not a folder that this user alone can write to")

    def _parsed(self, text: bytes) -> Latch:
        problem = f"{self.path} does not hold what safety_node writes"
        try:
            values = json.loads(text) if len(text) <= _LONGEST else None
        except (ValueError, RecursionError) as error:
            raise LatchError(problem) from error
        kinds = {name: type(value) for name, value in asdict(Latch()).items()}
        if not isinstance(values, dict) or {name: type(value) for name, value in values.items()} != kinds:
            raise LatchError(problem)
        if not 0.0 < values["speed_scale"] <= 1.0:
            raise LatchError(problem)
        # as text that can be published
        reason = values["reason"][:_REASON].encode("utf-8", "replace").decode()
        return Latch(**{**values, "reason": reason})
