"""The robot and its world, simulated: state out, commands in, and the clock of the graph."""

import os
import sys
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.guard_condition import GuardCondition
from rclpy.timer import Timer
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState

from legion_ros.core import LegionError, Scene
from legion_ros.core.command import ToolCommand
from legion_ros.msg import Scene as SceneMessage
from legion_ros.msg import ToolCommand as ToolCommandMessage
from legion_ros.msg import ToolState
from legion_ros.nodes.camera import Camera, Snapshot
from legion_ros.nodes.conversions import (
    command_from,
    joint_message,
    scene_message,
    seconds,
    time_message,
    tool_message,
)
from legion_ros.nodes.lifecycle import Health, LegionNode, NodeConfig, run
from legion_ros.nodes.parameters import parameter
from legion_ros.nodes.qos import CLOCK, COMMAND, SEEN, SENSOR
from legion_ros.srv import MoveObject, ResetScene

__all__ = ["SimNode", "main"]

EVEN = 2.0  # times real time up to which there is time to publish every state on the beat
# Times real time. Slower, and the watchdogs of the graph, which run in wall time, would hold the arm.
SLOWEST = 0.5
# s of wall time: while time stands still for perception, the state is repeated, or the robot would seem gone.
HEARTBEAT = 0.2


@dataclass(frozen=True, kw_only=True)
class SimConfig(NodeConfig):
    """Parameters of sim_node."""

    rate: float = parameter(1.0, "simulated s in a second, >= 0.5; 0: as fast as it is answered", 0, 100)
    answer_timeout: float = parameter(0.05, "s of wall time that a state waits at rate 0", 0.001, 10)
    command_timeout: float = parameter(0.15, "s of simulated time that a command counts for", 0.05, 5)
    seed: int = parameter(0, "of the first scene", 0, 2**63 - 1)
    min_objects: int = parameter(3, "in the first scene", 0, 8)
    max_objects: int = parameter(6, "in the first scene", 0, 8)
    headless: bool = parameter(True, "false opens the simulator's window")
    camera: bool = parameter(False, "publish the camera's images")
    camera_name: str = parameter("depth", "which camera of the model")
    camera_rate: float = parameter(4.0, "images in a second of simulated time, at most", 0.1, 60)
    camera_width: int = parameter(640, "pixels", 16, 1280)
    camera_height: int = parameter(480, "pixels", 16, 960)
    depth_noise: float = parameter(0.001, "m: standard deviation at 1 m; grows with its square", 0, 1)
    perception: str = parameter("truth", "what /legion/scene is: truth, or left to perception_node: camera")
    seen_age: float = parameter(0.5, "s simulated that rate 0 may be ahead of what was understood", 0.05, 10)
    seen_timeout: float = parameter(5.0, "s of wall time that rate 0 waits for perception", 0, 60)


class SimNode(LegionNode[SimConfig]):
    """Steps the tabletop at 20 Hz: paced by the clock or, at rate 0, by the answers to its states."""

    def __init__(self) -> None:
        super().__init__("sim_node", SimConfig)
        self._world: Any = None
        self._camera: Camera | None = None
        self._viewer: Any = None
        self._advance_now: GuardCondition | None = None
        self._patience: Timer | None = None  # at rate 0: how long the newest state waits
        self._forget()
        self._steps = self._held = self._refused = 0

    def configure(self) -> None:
        """Build the world, draw the first scene, make everything that speaks of it."""
        c = self.config
        if 0 < c.rate < SLOWEST:
            raise LegionError(f"rate {c.rate:g} is not valid: 0, or at least {SLOWEST:g} (times real time)")
        if c.perception not in ("truth", "camera"):
            raise LegionError(f"perception {c.perception!r} is not valid: truth or camera")
        self._world = self._make_world(visual=not c.headless)
        self._draw_scene(c.seed, c.min_objects, c.max_objects)
        self._tool = self.create_publisher(ToolState, "/legion/tool_state", SENSOR)
        self._truth = self.create_publisher(SceneMessage, "/legion/true_scene", SENSOR)
        self._scene = None
        if c.perception == "truth":
            self._scene = self.create_publisher(SceneMessage, "/legion/scene", SENSOR)
        else:
            self.create_subscription(Time, "/legion/seen", self._on_seen, SEEN)
        self._joints = self.create_publisher(JointState, "/joint_states", SENSOR)
        self._clock_publisher = self.create_publisher(Clock, "/clock", CLOCK)
        self.create_subscription(ToolCommandMessage, "/legion/command", self._on_command, COMMAND)
        self.create_service(ResetScene, "/legion/reset_scene", self._on_reset)
        self.create_service(MoveObject, "/legion/move_object", self._on_move)
        self._advance_now = self.create_guard_condition(self._advance)
        if c.camera:
            size = (c.camera_width, c.camera_height)
            self._camera = Camera(
                self, lambda: self._make_world(True), c.camera_name, c.camera_rate, size, c.depth_noise
            )
            self._camera.start()
        if not c.headless:
            self._open_window()

    def activate(self) -> None:
        """Let time run."""
        c = self.config
        self._began = (time.monotonic(), self._world.time)
        self._seen, self._seen_at, self._waiting = self._world.time, time.monotonic(), False
        self._quarter = 0
        if 0 < c.rate <= EVEN:
            self.every(self._period / c.rate / 4, self._on_quarter)
        else:
            self._patience = self.every(self._period / c.rate if c.rate else c.answer_timeout, self._advance)
        self._publish()

    def deactivate(self) -> None:
        """Let time stand still."""
        self._patience = None
        self._forget()

    def cleanup(self) -> None:
        """Take the world down."""
        for thing in (self._camera, self._viewer, self._world):
            if thing is not None:
                thing.close()
        self._camera = self._viewer = self._world = None

    def health(self) -> Health:
        """Speed, and how many steps had no command to go by."""
        wall, simulated = self._began
        values = {
            "simulated_s": self._world.time,
            "real_time_factor": (self._world.time - simulated) / max(time.monotonic() - wall, 1e-9),
            "steps": self._steps,
            "held": self._held,
            "refused": self._refused,
        }
        if self._camera is not None and self._camera.fault:
            return Health(self._camera.fault, DiagnosticStatus.WARN, values)
        if self._refused:
            return Health("commands with NaN or infinity were refused", DiagnosticStatus.WARN, values)
        return Health(values=values)

    # -- callbacks ----------------------------------------------------------------------------------

    def _on_command(self, message: ToolCommandMessage) -> None:
        command, stamp = command_from(message), seconds(message.header.stamp)
        if not command.finite:
            self._refused += 1
            return
        self._command, self._command_stamp = command, stamp
        # with a camera the scene comes a hop later than the tick, so the answer is to the state before
        behind = self._period if self._scene is None else 0.0
        if not self.config.rate and self.active and stamp >= self._stamp - behind - 1e-6:
            self._advance_now.trigger()

    def _on_seen(self, stamp: Time) -> None:
        """Perception has understood the picture of that moment."""
        self._seen, self._seen_at = seconds(stamp), time.monotonic()
        if self._waiting:
            self._advance_now.trigger()

    def _on_quarter(self) -> None:
        """Physics in the last quarter, state on the beat: how long the physics took does not show."""
        self._quarter = (self._quarter + 1) % 4
        if self._quarter == 3:
            self._step()
        elif self._quarter == 0:
            self._publish()

    def _advance(self) -> None:
        """One control period, at once; at rate 0 not before perception has kept up."""
        if self.active:
            self._waiting = self._ahead_of_perception()
            if self._waiting:
                if time.monotonic() - self._spoken > HEARTBEAT:
                    self._publish()
                return
            self._step()
            self._publish()
            if not self.config.rate:
                self._patience.reset()

    def _ahead_of_perception(self) -> bool:
        """Whether the newest understood picture is too old to go on. Without perception that ends, too."""
        c = self.config
        if c.rate or self._scene is not None or self._camera is None or self._camera.fault:
            return False
        if self._world.time - self._seen < c.seen_age - 1e-6:
            return False
        return time.monotonic() - self._seen_at < c.seen_timeout

    def _step(self) -> None:
        """Simulate one control period under the newest command, or a hold."""
        world = self._world
        if self._command is None or world.time - self._command_stamp > self.config.command_timeout + 1e-6:
            self._held += 1
            command = ToolCommand(np.zeros(3), 0.0, self._opening)
        else:
            command, self._opening = self._command, self._command.opening
        world.step(command)
        self._steps += 1

    def _on_reset(self, request: ResetScene.Request, response: ResetScene.Response) -> ResetScene.Response:
        try:
            if not self.active:
                raise LegionError("sim_node is not active: there is no scene to reset")
            scene = self._draw_scene(
                request.seed, request.min_objects, request.max_objects, request.binned, request.drawer
            )
        except LegionError as error:
            response.success, response.message = False, str(error)
            return response
        response.success, response.objects = True, [thing.name for thing in scene.objects]
        response.message = f"{len(scene.objects)} objects: {', '.join(response.objects)}"
        self._publish()
        return response

    def _on_move(self, request: MoveObject.Request, response: MoveObject.Response) -> MoveObject.Response:
        try:
            if not self.active:
                raise LegionError("sim_node is not active: there is nothing to move")
            if not np.isfinite([request.x, request.y]).all():
                raise LegionError(f"({request.x}, {request.y}) is no spot: finite m are valid")
            x, y, _ = self._world.move(request.name, np.array([request.x, request.y]))
        except LegionError as error:
            response.success, response.message = False, str(error)
            return response
        response.success, response.message = True, f"{request.name} is at ({x:.3f}, {y:.3f}) m now"
        return response

    # -- the world ----------------------------------------------------------------------------------

    @staticmethod
    def _make_world(visual: bool) -> Any:
        os.environ.setdefault("MUJOCO_GL", "egl")
        from legion_sim.tabletop import TabletopWorld

        return TabletopWorld(visual=visual)

    @property
    def _period(self) -> float:
        from legion_sim.tabletop.world import CONTROL_PERIOD

        return CONTROL_PERIOD

    def _draw_scene(self, seed: int, low: int, high: int, binned: int = 0, drawer: float = 0.0) -> Scene:
        if seed < 0:
            raise LegionError(f"seed {seed} is not valid: 0 or more")
        if not 0 <= low <= high:
            raise LegionError(f"{low} to {high} objects is not valid: the smaller number comes first")
        try:
            self._world.reset(np.random.default_rng(seed), low, high, binned, drawer)
        except ValueError as error:
            raise LegionError(f"no scene with {low} to {high} objects: {error}") from error
        self._forget()
        scene = self._world.scene()
        self._opening = scene.tool.opening
        return scene

    def _forget(self) -> None:
        """Commands to an earlier scene mean nothing in this one."""
        self._command: ToolCommand | None = None
        self._command_stamp = self._stamp = 0.0
        self._opening = 0.0

    def _publish(self) -> None:
        """State first, then the clock: whoever acts on the tick finds the state it belongs to."""
        world, scene = self._world, self._world.scene()
        self._stamp, self._spoken = scene.stamp, time.monotonic()
        touched = replace(scene.tool, force=world.force())
        tool, seen = tool_message(touched, scene.stamp), scene_message(scene)
        clock = Clock(clock=time_message(scene.stamp))
        self._tool.publish(tool)
        if self._scene is not None:
            self._scene.publish(seen)
        self._truth.publish(seen)
        self._clock_publisher.publish(clock)
        joints = joint_message(world.joint_names, world.joint_positions, world.joint_velocities, scene.stamp)
        self._joints.publish(joints)
        if self._camera is not None:
            self._camera.show(Snapshot(scene.stamp, world.sketch, world.data.qpos.copy()))
        if self._viewer is not None and self._viewer.is_running():
            self._viewer.sync()

    def _open_window(self) -> None:
        if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
            raise LegionError("headless is false, but there is no display for a window: DISPLAY is not set")
        import mujoco.viewer

        self._viewer = mujoco.viewer.launch_passive(self._world.model, self._world.data)


def main() -> int:
    """Run until told to end."""
    return run(SimNode)


if __name__ == "__main__":
    sys.exit(main())
