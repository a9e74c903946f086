"""Topics of a recording: messages as bytes, heard and said without being looked at."""

import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import rclpy
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

from legion_ros.core import LegionError
from legion_ros.recording.recording import Entry
from legion_ros.recording.topics import TOPICS, Topic

__all__ = ["Republisher", "message_class", "quality"]

_MEETING = 1.0  # s that publishers and subscriptions are given to find each other
_NAP = 0.05  # s, the longest wait between two looks at whether to go on


def message_class(kind: str) -> Any:
    """The class of messages of a kind such as legion_ros/msg/Scene."""
    package, _, name = kind.split("/")
    return getattr(import_module(f"{package}.msg"), name)


def quality(topic: Topic) -> QoSProfile:
    """The quality of service that fits a topic's publisher."""
    return QoSProfile(
        depth=topic.depth,
        reliability=ReliabilityPolicy.RELIABLE if topic.reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if topic.latched else DurabilityPolicy.VOLATILE,
    )


class Republisher:
    """Says recorded messages again, at the pace of then. Use as a context manager.

    Args:
        rate: recorded seconds in a second.
        go_on: false ends every wait at once.

    Raises:
        LegionError: somebody in the ROS domain listens to commands, whose arm would move.
    """

    def __init__(self, rate: float, go_on: Callable[[], bool] = lambda: True) -> None:
        self._rate, self._go_on = rate, go_on
        self._began: tuple[int, float] | None = (
            None  # ns of the first message; s, monotonic, when it was said
        )
        rclpy.init()
        self._node = Node("legion_replay")
        self._publishers: dict[str, Publisher] = {}

    def __enter__(self) -> "Republisher":
        try:
            self._wait(_MEETING)
            for name in ("/legion/command", "/legion/goal"):
                if self._node.count_subscribers(name) or self._node.count_publishers(name):
                    raise LegionError(
                        f"a robot is there: somebody uses {name} in this ROS domain, and a replay would"
                        " move it; choose another one with --domain"
                    )
            for topic in TOPICS:
                self._publishers[topic.name] = self._node.create_publisher(
                    message_class(topic.kind), topic.name, quality(topic)
                )
            self._wait(_MEETING)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._node.destroy_node()
        rclpy.try_shutdown()

    def say(self, entry: Entry) -> None:
        """Wait until it is time for the message, and publish it; a topic that isn't ours is passed over."""
        now = time.monotonic()
        if self._began is None:
            self._began = (entry.stamp, now)
        first, began = self._began
        self._wait(began + (entry.stamp - first) * 1e-9 / self._rate - now)
        if self._go_on() and entry.topic in self._publishers:
            self._publishers[entry.topic].publish(entry.data)

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while self._go_on() and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _NAP))
