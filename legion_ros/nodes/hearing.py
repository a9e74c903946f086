"""Whether DDS works on this machine at all."""

import os
import time

import rclpy
from rclpy.executors import SingleThreadedExecutor
from std_msgs.msg import String

__all__ = ["two_nodes_hear_each_other"]


def two_nodes_hear_each_other(variables: dict[str, str], patience: float = 10.0) -> bool:
    """Whether what one node says comes to another within `patience` s, in the environment `variables`."""
    before = dict(os.environ)
    os.environ.update(variables)
    context, heard = rclpy.Context(), []
    try:
        rclpy.init(context=context)
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
    finally:
        context.try_shutdown()
        os.environ.clear()
        os.environ.update(before)
