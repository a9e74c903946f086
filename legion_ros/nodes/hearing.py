"""Whether DDS works on this machine at all, and who is heard through it."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from std_msgs.msg import String

__all__ = ["ends_of", "two_nodes_hear_each_other"]


def two_nodes_hear_each_other(variables: dict[str, str], patience: float = 10.0) -> bool:
    """Whether what one node says comes to another within `patience` s, in the environment `variables`."""
    heard = []
    with _context(variables) as context:
        options = {"context": context, "start_parameter_services": False}
        talker, listener = (rclpy.create_node(name, **options) for name in ("doctor_talks", "doctor_listens"))
        said = talker.create_publisher(String, "/legion/doctor", 1)
        listener.create_subscription(String, "/legion/doctor", heard.append, 1)
        executor = SingleThreadedExecutor(context=context)
        executor.add_node(listener)
        end = time.monotonic() + patience
        while not heard and time.monotonic() < end:
            said.publish(String(data="aah"))
            executor.spin_once(timeout_sec=0.05)
        executor.shutdown()
    return bool(heard)


def ends_of(published: str, taken: str, variables: dict[str, str], patience: float = 2.0) -> tuple[int, int]:
    """How many publish the one topic and how many take the other, looked for until there are both.

    Args:
        published: a topic.
        taken: another.
        variables: of the environment that they are looked for in.
        patience: s.
    """
    with _context(variables) as context:
        node = rclpy.create_node("doctor_looks", context=context, start_parameter_services=False)
        end = time.monotonic() + patience
        while True:
            found = node.count_publishers(published), node.count_subscribers(taken)
            if all(found) or time.monotonic() > end:
                return found
            time.sleep(0.05)


@contextmanager
def _context(variables: dict[str, str]) -> Iterator[Context]:
    """A life of ROS of its own, in the environment `variables`."""
    before = dict(os.environ)
    os.environ.update(variables)
    context = Context()
    try:
        rclpy.init(context=context)
        yield context
    finally:
        context.try_shutdown()
        os.environ.clear()
        os.environ.update(before)
