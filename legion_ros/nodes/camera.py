"""The simulator's camera: a thread with its own copy of the world, so that pictures never delay control."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image

from legion_ros.nodes.conversions import camera_info_message, image_message
from legion_ros.nodes.qos import IMAGE

__all__ = ["Camera", "Snapshot"]


@dataclass(frozen=True)
class Snapshot:
    """Enough of the world to draw it."""

    stamp: float  # s
    sketch: Any  # legion_sim's SceneSketch: which objects there are, and their colours
    positions: np.ndarray  # (nq,) MuJoCo's qpos


class Camera(threading.Thread):
    """Draws the newest snapshot and publishes colour, depth and calibration.

    Args:
        node: whose publishers these are.
        make_world: makes the world to draw; called in the thread, where OpenGL stays.
        name: of the camera in the model; also its frame.
        rate: pictures in a second of the snapshots' time, at most: fewer when drawing takes longer.
        size: width and height in pixels.
        noise: m: standard deviation of the depth at 1 m; it grows with the square of the distance.
    """

    def __init__(
        self,
        node: Node,
        make_world: Callable[[], Any],
        name: str,
        rate: float,
        size: tuple[int, int],
        noise: float = 0.0,
    ) -> None:
        super().__init__(name=f"camera {name}", daemon=True)
        self.fault = ""  # why there are no pictures
        self._make_world, self._camera, self._period, self._size = make_world, name, 1.0 / rate, size
        self._logger = node.get_logger()
        self._color = node.create_publisher(Image, "/camera/color/image_raw", IMAGE)
        self._depth = node.create_publisher(Image, "/camera/depth/image_raw", IMAGE)
        self._info = node.create_publisher(CameraInfo, "/camera/color/camera_info", IMAGE)
        self._noise, self._rng = noise, np.random.default_rng(0)
        self._newest: Snapshot | None = None
        self._fresh = threading.Event()
        self._ended = threading.Event()

    def show(self, snapshot: Snapshot) -> None:
        """Draw this one next, unless a newer one comes first."""
        self._newest = snapshot
        self._fresh.set()

    def close(self) -> None:
        """End the thread and wait for it."""
        self._ended.set()
        self._fresh.set()
        if self.is_alive():
            self.join(timeout=5.0)

    def run(self) -> None:
        """The thread: draw until closed."""
        try:
            world = self._make_world()
        except Exception as error:
            self._give_up(error)
            return
        sketch, drawn = None, -np.inf
        try:
            while True:
                self._fresh.wait()
                self._fresh.clear()
                if self._ended.is_set():
                    break
                snapshot = self._newest
                # a hair less: sums of a float period fall short of it
                if snapshot is None or 0 <= snapshot.stamp - drawn < self._period - 1e-6:
                    continue
                if snapshot.sketch is not sketch:
                    sketch = snapshot.sketch
                    world.place(sketch)
                self._draw(world, snapshot)
                drawn = snapshot.stamp
        except Exception as error:  # no OpenGL, or the ROS context went away under us
            if not self._ended.is_set():
                self._give_up(error)
        finally:
            world.close()

    def _draw(self, world: Any, snapshot: Snapshot) -> None:
        import mujoco

        world.data.qpos[:] = snapshot.positions
        mujoco.mj_forward(world.model, world.data)
        width, height = self._size
        frame, stamp = self._camera, snapshot.stamp
        color, depth = world.take(frame, width, height, self._noise, self._rng)
        self._color.publish(image_message(color, stamp, frame))
        self._depth.publish(image_message(depth, stamp, frame))
        focal = world.focal_length(frame, height)
        self._info.publish(camera_info_message(width, height, focal, stamp, frame))

    def _give_up(self, error: Exception) -> None:
        self.fault = f"no pictures: {type(error).__name__}: {error}"
        self._logger.error(self.fault)
