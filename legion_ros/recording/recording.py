"""A bag that is read: complete, cut off by a crash, or no bag at all."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from legion_ros.recording.errors import RecordingError
from legion_ros.recording.recovery import recover
from legion_ros.recording.topics import message_types

if TYPE_CHECKING:
    from rosbags.interfaces import Connection
    from rosbags.rosbag2 import Reader
    from rosbags.typesys.store import Typestore

__all__ = ["Entry", "Recording"]


@dataclass(frozen=True)
class Entry:
    """One message as it was recorded."""

    topic: str
    kind: str  # such as legion_ros/msg/Scene
    stamp: int  # ns since the epoch at which the recorder had it
    data: bytes  # serialized, as it was on the wire


class Recording:
    """A bag, opened for reading. Use as a context manager.

    A bag without metadata.yaml was cut off, or is being written; a file may have lost its end on the way. Of
    such a bag a copy of what is there is read; the bag itself is not changed.

    Args:
        path: the bag's folder.

    Raises:
        RecordingError: there is no bag at `path`, or nothing in it can be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cut_off = ""  # why it ends where it ends, "" where it is complete
        self._stack = ExitStack()
        try:
            self._reader = self._open()
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> "Recording":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def kinds(self) -> dict[str, str]:
        """Topic -> kind of its messages."""
        return {connection.topic: connection.msgtype for connection in self._reader.connections}

    @property
    def duration(self) -> float:
        """Seconds from the first message to the last."""
        return self._reader.duration * 1e-9

    def entries(self, topics: tuple[str, ...] = ()) -> Iterator[Entry]:
        """The messages in the order in which they came, of `topics` alone where any are named.

        Where the file ends in the middle, so does this; `cut_off` says so then.
        """
        import apsw
        from rosbags.rosbag2 import ReaderError

        chosen = [c for c in self._reader.connections if not topics or c.topic in topics]
        if not chosen:
            return
        try:
            for connection, stamp, data in self._reader.messages(chosen):
                yield Entry(connection.topic, connection.msgtype, stamp, bytes(data))
        except (apsw.Error, ReaderError, ValueError) as error:
            self.cut_off = f"the rest can't be read: {error}"

    def decode(self, entry: Entry) -> Any:
        """The message, by the definition that lies in the bag. Raises RecordingError."""
        from rosbags.serde import SerdeError

        try:
            return self.types.deserialize_cdr(entry.data, entry.kind)
        except (SerdeError, KeyError, ValueError) as error:
            raise RecordingError(
                f"{self.path}: a message on {entry.topic} is no {entry.kind}: {error}"
            ) from error

    def foreign(self) -> dict[str, str]:
        """Topic -> kind, of those whose messages this package doesn't know in the same definition."""
        ours = message_types()
        return {
            connection.topic: connection.msgtype
            for connection in self._reader.connections
            if connection.msgtype not in ours.fielddefs
            or ours.hash_rihs01(connection.msgtype) != self.types.hash_rihs01(connection.msgtype)
        }

    @cached_property
    def types(self) -> "Typestore":
        """The message types as the bag defines them; without definitions in it, those of ROS."""
        from rosbags.typesys import Stores, TypesysError, get_types_from_msg, get_typestore

        store = get_typestore(Stores.EMPTY)
        for connection in self._reader.connections:
            try:
                store.register(get_types_from_msg(_definition(connection), connection.msgtype))
            except TypesysError as error:
                raise RecordingError(
                    f"{self.path}: the definition of {connection.msgtype} in it can't be used: {error}"
                ) from error
        return store

    def _open(self) -> "Reader":
        if not self.path.is_dir():
            raise RecordingError(
                f"{self.path} is no bag: a bag is a folder, as `legion up --record` makes them"
            )
        if (self.path / "metadata.yaml").is_file():
            try:
                return self._read(self.path)
            except RecordingError as error:
                self.cut_off = str(error)
        else:
            self.cut_off = "the recording was not completed"
        databases = sorted(self.path.glob("*.db3"))
        if not databases:
            raise RecordingError(
                f"{self.path} is no bag that can be read: {self.cut_off}, and no .db3 file is in it"
                + _bags_below(self.path)
            )
        folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="legion-bag-")))
        return self._read(recover(databases[0], folder))

    def _read(self, source: Path) -> "Reader":
        from rosbags.rosbag2 import Reader, ReaderError

        try:
            reader = Reader(source)
            reader.open()
        except (ReaderError, OSError, ValueError) as error:
            raise RecordingError(f"{self.path} can't be read: {error}") from error
        self._stack.callback(reader.close)
        return reader


def _definition(connection: "Connection") -> str:
    """The text that defines the connection's messages."""
    if connection.msgdef.data:
        return connection.msgdef.data
    ours = message_types()
    if connection.msgtype not in ours.fielddefs:
        raise RecordingError(
            f"{connection.topic}: the bag holds no definition of {connection.msgtype}, and it is none of ROS"
        )
    return ours.generate_msgdef(connection.msgtype, ros_version=2)[0]


def _bags_below(folder: Path) -> str:
    bags = sorted(path.parent.name for path in folder.glob("*/*.db3"))
    return f"; there are bags below it: {', '.join(bags[-5:])}" if bags else ""
