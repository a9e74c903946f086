"""The newest message of a stream, and when it came."""

import time
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from rclpy.node import Node
from rclpy.qos import QoSProfile

__all__ = ["Newest"]

Message = TypeVar("Message")


class Newest(Generic[Message]):
    """Where a subscription stores what it receives."""

    def __init__(self) -> None:
        self.message: Message | None = None
        self.received = 0.0  # s, monotonic
        self.published = 0.0  # s since the epoch, by the publisher's clock

    def listen(self, node: Node, kind: type[Message], topic: str, qos: QoSProfile) -> None:
        """Subscribe `node` to a topic whose messages are stored here."""
        callback: Any = self._store
        node.create_subscription(kind, topic, callback, qos)

    def _store(self, message: Message, info: Mapping[str, int]) -> None:
        self.message = message
        self.received = time.monotonic()
        self.published = info["source_timestamp"] * 1e-9
