"""What can be seen of a graph at work: what becomes of a goal, the camera's pictures, the gate's doings."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sensor_msgs.msg import Image
from std_msgs.msg import String

from legion_ros.core import LegionError
from legion_ros.msg import GoalStatus, SafetyState
from legion_ros.nodes.client import GraphClient
from legion_ros.nodes.qos import GOAL, GOAL_STATUS, IMAGE, STATE

__all__ = ["GoalEvent", "Witness"]

STATES = {
    GoalStatus.REJECTED: "rejected",
    GoalStatus.ACCEPTED: "accepted",
    GoalStatus.RUNNING: "running",
    GoalStatus.SUCCEEDED: "succeeded",
    GoalStatus.FAILED: "failed",
    GoalStatus.CANCELED: "canceled",
}
LAST = ("rejected", "succeeded", "failed", "canceled")


@dataclass(frozen=True)
class GoalEvent:
    """One change in what becomes of a goal."""

    stamp: float  # s, simulated: of the newest scene when the change was heard of
    wall: float  # s since the goal was sent
    state: str  # one of STATES
    reason: str  # why, in words
    plan: tuple[str, ...]  # grounded skills, in order
    step: int  # index of the current one
    progress: float  # 0 to 1

    @property
    def last(self) -> bool:
        """Whether nothing more will become of the goal."""
        return self.state in LAST


class Witness:
    """Sends one instruction as a topic and takes note of what it leads to, while `client` spins.

    Args:
        client: of the graph.
        on_frame: called with the time in s and `(height, width, 3)` uint8 for each colour picture.
    """

    def __init__(self, client: GraphClient, on_frame: Callable[[float, np.ndarray], None]) -> None:
        self.events: list[GoalEvent] = []
        self.limited = self.refused = 0  # commands that the safety gate has changed, and not passed on
        self._client, self._on_frame = client, on_frame
        self._instruction, self._sent = "", 0.0
        self._goals = client.node.create_publisher(String, "/legion/goal", GOAL)
        client.node.create_subscription(GoalStatus, "/legion/goal_status", self._on_status, GOAL_STATUS)
        client.node.create_subscription(SafetyState, "/legion/safety_state", self._on_safety, STATE)
        client.node.create_subscription(Image, "/camera/color/image_raw", self._on_image, IMAGE)

    def send(self, instruction: str) -> None:
        """Publish the instruction, as soon as somebody listens."""
        self._client.wait(self._goals.get_subscription_count, 20.0, "subscriber of /legion/goal")
        self._instruction, self._sent = instruction, time.monotonic()
        self._goals.publish(String(data=instruction))

    def now(self) -> float:
        """Simulated time in s of the newest scene; 0 before the first."""
        scene = self._client.scene()
        return scene.stamp if scene else 0.0

    def _on_status(self, message: GoalStatus) -> None:
        if not self._sent or not self._instruction.startswith(message.instruction):
            return  # somebody else's
        self.events.append(
            GoalEvent(
                stamp=self.now(),
                wall=time.monotonic() - self._sent,
                state=STATES.get(message.state, f"state {message.state}"),
                reason=message.reason,
                plan=tuple(message.plan),
                step=message.step,
                progress=message.progress,
            )
        )

    def _on_safety(self, message: SafetyState) -> None:
        self.limited, self.refused = message.limited, message.refused

    def _on_image(self, message: Image) -> None:
        if message.encoding != "rgb8":
            raise LegionError(f"pictures are encoded as {message.encoding!r}; only 'rgb8' can be recorded")
        rows = np.frombuffer(message.data, np.uint8).reshape(message.height, message.step)
        pixels = rows[:, : 3 * message.width].reshape(message.height, message.width, 3)
        stamp = message.header.stamp
        self._on_frame(stamp.sec + 1e-9 * stamp.nanosec, pixels)
