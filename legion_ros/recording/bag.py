"""One bag while it is written: a folder with a database that is whole at any moment.

rosbag2 knows two storages. SQLite is ours because of kill -9: what was committed is in the file, and what
was not is rolled back by SQLite itself when the file is next opened. An MCAP file without its last record is
refused by rosbags' reader, and up to a megabyte of messages waits in memory for its chunk.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from legion_ros.recording.topics import TOPICS, Topic

if TYPE_CHECKING:
    from rosbags.interfaces import Qos
    from rosbags.typesys.store import Typestore

__all__ = ["Bag"]

_VERSION = 9  # of the rosbag2 format: that of ROS 2 Jazzy and later
_ROW = 48  # bytes that a message costs beside its own: row, index


class Bag:
    """Writes messages into a new bag. All calls must come from the thread that made it (SQLite's rule).

    Args:
        path: the bag's folder; it must not exist.
        types: from `message_types`.
        topics: what can be written.

    Raises:
        OSError, sqlite3.Error, rosbags.rosbag2.WriterError: it can't be written; so do all methods.
    """

    def __init__(self, path: Path, types: "Typestore", topics: Sequence[Topic] = TOPICS) -> None:
        from rosbags.rosbag2 import Writer
        from rosbags.rosbag2.enums import StoragePlugin

        self.path = path
        self.size = 0  # bytes, about
        self._writer = Writer(path, version=_VERSION, storage_plugin=StoragePlugin.SQLITE3)
        self._writer.open()
        self._connections = {
            topic.name: self._writer.add_connection(
                topic.name, topic.kind, typestore=types, offered_qos_profiles=[_qos(topic)]
            )
            for topic in topics
        }
        self.commit()

    def write(self, topic: str, stamp: int, message: bytes) -> None:
        """Add a serialized message that came at `stamp` ns since the epoch."""
        self._writer.write(self._connections[topic], stamp, message)
        self.size += len(message) + _ROW

    def commit(self) -> None:
        """Put on disk what was written so far: rosbags itself would do so once, at the end."""
        storage: Any = self._writer.storage
        storage.conn.commit()

    def close(self) -> None:
        """Commit, and write metadata.yaml, which says that the bag is complete."""
        self._writer.close()

    def abandon(self) -> None:
        """Let go of a bag that can't be written any more; what was committed stays."""
        self._writer.abort()


def _qos(topic: Topic) -> "Qos":
    from rosbags.interfaces import Qos, QosDurability, QosHistory, QosLiveliness, QosReliability, QosTime

    endless = QosTime(9223372036, 854775807)
    return Qos(
        history=QosHistory.KEEP_LAST,
        depth=10,
        reliability=QosReliability.RELIABLE if topic.reliable else QosReliability.BEST_EFFORT,
        durability=QosDurability.TRANSIENT_LOCAL if topic.latched else QosDurability.VOLATILE,
        deadline=endless,
        lifespan=endless,
        liveliness=QosLiveliness.AUTOMATIC,
        liveliness_lease_duration=endless,
        avoid_ros_namespace_conventions=False,
    )
