"""Passes messages on and loses some: `python -m legion_ros.nodes.faults.lossy_relay SHARE SEED`."""

import random
import sys
from contextlib import suppress

import rclpy
from rclpy.executors import ExternalShutdownException

from legion_ros.nodes.raw_topics import message_class, quality
from legion_ros.recording.topics import TOPICS

__all__ = ["SENT", "STREAMS", "main"]

# Topic -> who publishes it. Sent as <topic>_sent, passed on as <topic>.
STREAMS = {
    "/legion/tool_state": "sim_node",
    "/legion/scene": "sim_node",
    "/joint_states": "sim_node",
    "/clock": "sim_node",
    "/legion/policy_command": "policy_node",
    "/legion/command": "safety_node",
    "/legion/goal_status": "composer_node",
}
SENT = "_sent"


def main() -> int:
    """Relay until told to end."""
    share, rng = float(sys.argv[1]), random.Random(int(sys.argv[2]))
    rclpy.init()
    node = rclpy.create_node("lossy_relay")
    for topic in TOPICS:
        if topic.name not in STREAMS:
            continue
        kind, qos = message_class(topic.kind), quality(topic)
        publisher = node.create_publisher(kind, topic.name, qos)

        def pass_on(message: bytes, publisher: object = publisher) -> None:
            if rng.random() >= share:
                publisher.publish(message)  # type: ignore[attr-defined]

        node.create_subscription(kind, topic.name + SENT, pass_on, qos, raw=True)
    with suppress(KeyboardInterrupt, ExternalShutdownException):
        rclpy.spin(node)
    rclpy.try_shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
