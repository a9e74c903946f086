"""Depth pictures in, a scene for every tool state out."""

import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.guard_condition import GuardCondition
from sensor_msgs.msg import CameraInfo, Image

from legion_ros.core import LegionError, Tool
from legion_ros.core.pinhole import Pinhole
from legion_ros.msg import Scene as SceneMessage
from legion_ros.msg import ToolState
from legion_ros.nodes.conversions import (
    pinhole_from,
    pixels_from,
    scene_message,
    seconds,
    time_message,
    tool_from,
)
from legion_ros.nodes.histogram import Histogram
from legion_ros.nodes.lifecycle import Health, LegionNode, NodeConfig, run
from legion_ros.nodes.parameters import parameter
from legion_ros.nodes.qos import IMAGE, SEEN, SENSOR
from legion_ros.perception import Detector, Frame, Tracker, load_cameras, load_catalogue, load_surroundings
from legion_ros.perception.detector import Sighting
from legion_ros.perception.viewpoint import Pose, Viewpoint
from legion_ros.share import share

__all__ = ["PerceptionNode", "main"]

REMEMBERED = 200  # tool states that wait for the picture taken with them


@dataclass(frozen=True, kw_only=True)
class PerceptionConfig(NodeConfig):
    """Parameters of perception_node."""

    objects: str = parameter("", "file of kinds and colours; empty: the one that ships")
    fixtures: str = parameter("", "file of table, bin, drawer and button; empty: the one that ships")
    cameras: str = parameter("", "file of where cameras stand; empty: the one that ships")
    depth_noise: float = parameter(0.001, "m: standard deviation of the camera's depth at 1 m", 0, 0.01)
    timeout: float = parameter(2.0, "s of the robot's time without an understood picture: no scenes", 0.2, 60)


class PerceptionNode(LegionNode[PerceptionConfig]):
    """Understands the newest picture in a thread of its own; callbacks only store and predict."""

    def __init__(self) -> None:
        super().__init__("perception_node", PerceptionConfig)
        self._tools: deque[tuple[float, Tool]] = deque(maxlen=REMEMBERED)
        self._ids = count(1)  # of things: they go on where all else is forgotten
        self._worker: _Worker | None = None
        self._wake: GuardCondition | None = None
        self._forget()

    def configure(self) -> None:
        """Load what can be seen, connect, start the worker."""
        # the worker computes in many small steps: scenes must not wait 5 ms for each of them
        sys.setswitchinterval(0.0005)
        c = self.config
        catalogue = load_catalogue(_file(c.objects, "objects"))
        surroundings = load_surroundings(_file(c.fixtures, "fixtures"))
        self._cameras = load_cameras(_file(c.cameras, "cameras"))
        self._surroundings = surroundings
        self._scene = self.create_publisher(SceneMessage, "/legion/scene", SENSOR)
        self._seen = self.create_publisher(Time, "/legion/seen", SEEN)
        self.create_subscription(ToolState, "/legion/tool_state", self._on_tool, SENSOR)
        self.create_subscription(Image, "/camera/color/image_raw", self._on_color, IMAGE)
        self.create_subscription(Image, "/camera/depth/image_raw", self._on_depth, IMAGE)
        self.create_subscription(CameraInfo, "/camera/color/camera_info", self._on_info, IMAGE)
        self._wake = self.create_guard_condition(self._on_sighting)
        self._worker = _Worker(Detector(catalogue, surroundings, c.depth_noise), self._wake)
        self._worker.start()

    def activate(self) -> None:
        """Begin with nothing known."""
        self._forget()

    def cleanup(self) -> None:
        """End the worker."""
        if self._worker is not None:
            self._worker.close()
        self._worker = None

    def health(self) -> Health:
        """How many pictures were understood, how long that takes, what is known."""
        worker = self._worker
        values = {
            "frames": self._frames,
            "frame_p50_ms": 1e3 * self._durations.percentile(50),
            "frame_p99_ms": 1e3 * self._durations.percentile(99),
            "lag_s": self._stamp - self._understood,
            "objects": len(self._names),
            "names": " ".join(self._names),
        }
        if worker is not None and worker.fault:
            return Health(worker.fault, DiagnosticStatus.WARN, values)
        if self._blind():
            return Health(self._blind(), DiagnosticStatus.WARN, values)
        return Health(values=values)

    # -- callbacks ----------------------------------------------------------------------------------

    def _on_tool(self, message: ToolState) -> None:
        """A scene for this tool state, as far as it is known."""
        tool, stamp = tool_from(message), seconds(message.header.stamp)
        if not self.active or not np.isfinite([*tool.position, tool.yaw, tool.opening]).all():
            return
        if stamp < self._stamp:  # the robot's time began anew
            self._forget()
        self._stamp = stamp
        self._tools.append((stamp, tool))
        scene = self._tracker.predict(tool, stamp)
        self._names = [thing.name for thing in scene.objects]
        if not self._blind():
            self._scene.publish(scene_message(scene))
        self._offer()

    def _on_color(self, message: Image) -> None:
        self._color = message
        self._offer()

    def _on_depth(self, message: Image) -> None:
        self._depth = message
        self._offer()

    def _on_info(self, message: CameraInfo) -> None:
        self._info = message
        self._offer()

    def _offer(self) -> None:
        """Give the worker colour, depth and tool state of one moment, once all of it is there."""
        color, depth, info = self._color, self._depth, self._info
        if color is None or depth is None or info is None or not self.active:
            return
        stamp = seconds(depth.header.stamp)
        tool = next((t for s, t in reversed(self._tools) if abs(s - stamp) < 1e-3), None)
        if color.header.stamp != depth.header.stamp or tool is None or stamp <= self._offered:
            return
        self._offered = stamp
        self._worker.understand(
            _Picture(stamp, color, depth, info, tool),
            self._cameras,
            self._tracker.known,
            self._tracker.drawer,
        )

    def _on_sighting(self) -> None:
        """Take in what the worker has understood."""
        done = self._worker.taken() if self._worker is not None else None
        if done is None or done[0].stamp > self._stamp + 1e-3:  # of an earlier time
            return
        sighting, took = done
        self._tracker.update(
            sighting.objects, sighting.stamp, sighting.view, sighting.drawer, sighting.button
        )
        self._understood = sighting.stamp
        self._frames += 1
        self._durations.add(took)
        self._seen.publish(time_message(sighting.stamp))

    # -- state --------------------------------------------------------------------------------------

    def _forget(self) -> None:
        self._tracker = Tracker(self._surroundings, ids=self._ids) if hasattr(self, "_surroundings") else None
        self._color = self._depth = self._info = None
        self._stamp, self._understood, self._offered = 0.0, -np.inf, -np.inf
        self._tools.clear()
        self._names: list[str] = []
        self._frames, self._durations = 0, Histogram()

    def _blind(self) -> str:
        """Why nothing is published; "" when it is."""
        if not self._frames:
            return "no picture was understood yet: is the camera on?"
        late = self._stamp - self._understood
        if late > self.config.timeout:
            return f"no picture was understood for {late:.1f} s: no scene is published"
        return ""


def _file(given: str, name: str) -> Path:
    return Path(given) if given else share("config", f"{name}.yaml")


@dataclass(frozen=True)
class _Picture:
    """What belongs to one moment, not yet unpacked."""

    stamp: float
    color: Image
    depth: Image
    info: CameraInfo
    tool: Tool


class _Worker(threading.Thread):
    """Understands one picture after the other, always the newest; wakes the node after each."""

    def __init__(self, detector: Detector, wake: GuardCondition) -> None:
        super().__init__(name="perception", daemon=True)
        self.fault = ""  # why the last picture was not understood
        self._detector, self._wake = detector, wake
        self._job: tuple | None = None
        self._done: tuple[Sighting, float] | None = None
        self._viewpoint: Viewpoint | None = None
        self._seen_from: tuple[Pinhole, str] | None = None  # what the viewpoint was made for
        self._ready, self._ended = threading.Event(), False

    def understand(self, picture: _Picture, *context: object) -> None:
        """Look at this one next, unless a newer one comes first."""
        self._job = (picture, *context)
        self._ready.set()

    def taken(self) -> tuple[Sighting, float] | None:
        """The newest sighting and how long it took in s; None when it was taken already."""
        done, self._done = self._done, None
        return done

    def close(self) -> None:
        """End the thread and wait for it."""
        self._ended = True
        self._ready.set()
        if self.is_alive():
            self.join(timeout=10.0)

    def run(self) -> None:
        """The thread."""
        import open3d  # noqa: F401  (a second or two, which the first picture need not wait for)

        while not self._ended:
            self._ready.wait()
            self._ready.clear()
            job, self._job = self._job, None
            if job is None or self._ended:
                continue
            began = time.monotonic()
            try:
                sighting = self._look(*job)
            except LegionError as error:
                self.fault = str(error)
            except Exception as error:  # one bad picture must not end perception
                self.fault = f"a picture was not understood: {type(error).__name__}: {error}"
            else:
                self.fault = ""
                self._done = (sighting, time.monotonic() - began)
                if not self._ended:
                    self._wake.trigger()

    def _look(self, picture: _Picture, cameras: Mapping[str, Pose], known: tuple, drawer: float) -> Sighting:
        color, depth = pixels_from(picture.color), pixels_from(picture.depth)
        pinhole, name = pinhole_from(picture.info), picture.depth.header.frame_id
        if name not in cameras:
            raise LegionError(f"no camera {name!r} in config/cameras.yaml; there are: {', '.join(cameras)}")
        if color.shape[:2] != depth.shape or depth.shape != (pinhole.height, pinhole.width):
            raise LegionError(f"colour {color.shape} and depth {depth.shape} are not of one size")
        viewpoint = self._viewpoint
        if viewpoint is None or self._seen_from != (pinhole, name):
            viewpoint = cameras[name].viewpoint(pinhole)
            self._viewpoint, self._seen_from = viewpoint, (pinhole, name)
        frame = Frame(picture.stamp, color, depth, viewpoint, picture.tool)
        return self._detector.detect(frame, known, drawer)


def main() -> int:
    """Run until told to end."""
    return run(PerceptionNode)


if __name__ == "__main__":
    sys.exit(main())
