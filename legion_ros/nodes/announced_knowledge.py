"""Knowledge that is announced while the graph runs: loaded beside the work, taken between goals."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from rclpy.node import Node
from std_msgs.msg import String

from legion_ros.core import LegionError
from legion_ros.nodes.qos import STATE

__all__ = ["TOPIC", "AnnouncedKnowledge"]

TOPIC = "/legion/knowledge"  # folder of the knowledge that is to be used from the next goal on; latched
Made = TypeVar("Made")


class AnnouncedKnowledge(Generic[Made]):
    """Makes something of each knowledge that is announced; what can't be used is refused and logged.

    Args:
        node: that listens.
        folder: of the knowledge that is in use.
        make: loads a folder; called in a thread of its own.
    """

    def __init__(self, node: Node, folder: Path, make: Callable[[Path], Made]) -> None:
        self.folder = folder  # of the knowledge in use
        self._node, self._make = node, make
        self._wanted = folder
        self._loaded: tuple[Path, Made] | None = None
        self._lock = threading.Lock()
        node.create_subscription(String, TOPIC, self._hear, STATE)

    def take(self) -> Made | None:
        """What was made of newer knowledge, once; None where there is none. To be called between goals."""
        with self._lock:
            loaded, self._loaded = self._loaded, None
        if loaded is None:
            return None
        self.folder = loaded[0]
        self._node.get_logger().info(f"knowledge from {self.folder}")
        return loaded[1]

    def _hear(self, message: String) -> None:
        folder = Path(message.data)
        with self._lock:
            self._wanted = folder
        threading.Thread(target=self._load, args=(folder,), name="loading", daemon=True).start()

    def _load(self, folder: Path) -> None:
        try:
            made = self._make(folder)
        except LegionError as error:
            self._node.get_logger().error(f"the knowledge in use stays: {error}")
            return
        with self._lock:
            if self._wanted == folder:  # else another one was announced meanwhile
                self._loaded = (folder, made)
