"""A Franka arm at the table for people without one: the real protocol, our scene, and the truth about it."""

import sys
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus
from rosgraph_msgs.msg import Clock

from legion_ros.core import LegionError, Scene
from legion_ros.msg import Scene as SceneMessage
from legion_ros.nodes.conversions import scene_message, time_message
from legion_ros.nodes.lifecycle import Health, LegionNode, NodeConfig, run
from legion_ros.nodes.parameters import parameter
from legion_ros.nodes.qos import CLOCK, SENSOR
from legion_ros.srv import MoveObject, ResetScene

__all__ = ["FrankaSimNode", "main"]


@dataclass(frozen=True, kw_only=True)
class FrankaSimConfig(NodeConfig):
    """Parameters of franka_sim_node."""

    host: str = parameter("127.0.0.1", "address of this machine that the arm is to have: 127.x.y.z")
    seed: int = parameter(0, "of the first scene", 0, 2**63 - 1)
    min_objects: int = parameter(3, "in the first scene", 0, 8)
    max_objects: int = parameter(6, "in the first scene", 0, 8)
    scene_rate: float = parameter(20.0, "Hz of the arm's time: of /legion/scene and true_scene", 1.0, 100.0)


class FrankaSimNode(LegionNode[FrankaSimConfig]):
    """Serves the arm and publishes the scene. What moves the arm is whoever speaks libfranka to it."""

    def __init__(self) -> None:
        super().__init__("franka_sim_node", FrankaSimConfig)
        self._server: Any = None

    def configure(self) -> None:
        """Lay the scene out and open the arm's ports."""
        from legion_sim.franka import FrankaServer

        c = self.config
        self._truth = self.create_publisher(SceneMessage, "/legion/true_scene", SENSOR)
        self._scene = self.create_publisher(SceneMessage, "/legion/scene", SENSOR)
        self.create_service(ResetScene, "/legion/reset_scene", self._on_reset)
        self.create_service(MoveObject, "/legion/move_object", self._on_move)
        self._clock_publisher = self.create_publisher(Clock, "/clock", CLOCK)
        self._server = FrankaServer(
            c.host, c.seed, c.min_objects, c.max_objects, self._show, c.scene_rate, self._tell_time
        )

    def activate(self) -> None:
        """Let time run."""
        self._began = time.monotonic()
        self._server.start()

    def cleanup(self) -> None:
        """Switch the arm off."""
        if self._server is not None:
            self._server.close()
        self._server = None

    def health(self) -> Health:
        """How long the arm has lived, and at what pace."""
        wall, ticks = time.monotonic() - self._began, self._server.ticks
        values = {
            "host": self.config.host,
            "simulated_s": 1e-3 * ticks,
            "real_time_factor": 1e-3 * ticks / wall,
        }
        if not self._server.alive:
            return Health("the arm's server has ended", DiagnosticStatus.ERROR, values)
        return Health(values=values)

    def _show(self, scene: Scene) -> None:
        """In the serving thread."""
        if self.context.ok():
            message = scene_message(scene)
            self._scene.publish(message)
            self._truth.publish(message)

    def _tell_time(self, now: float) -> None:
        """In the serving thread: the arm's time is the graph's, so that a slow machine is only slow."""
        if self.context.ok():
            self._clock_publisher.publish(Clock(clock=time_message(now)))

    def _on_reset(self, request: ResetScene.Request, response: ResetScene.Response) -> ResetScene.Response:
        r = request
        try:
            if r.seed < 0 or not 0 <= r.min_objects <= r.max_objects:
                raise LegionError(
                    f"seed {r.seed}, {r.min_objects} to {r.max_objects} objects is not valid:"
                    " a seed of 0 or more, the smaller number first"
                )
            self._server.ask(lambda s: s.draw(r.seed, r.min_objects, r.max_objects, r.binned, r.drawer))
            scene = self._server.ask(lambda s: s.world.scene())
        except (LegionError, ValueError, TimeoutError) as error:
            response.success, response.message = False, str(error)
            return response
        response.success, response.objects = True, [thing.name for thing in scene.objects]
        response.message = f"{len(scene.objects)} objects: {', '.join(response.objects)}"
        return response

    def _on_move(self, request: MoveObject.Request, response: MoveObject.Response) -> MoveObject.Response:
        name, spot = request.name, np.array([request.x, request.y])
        try:
            if not np.isfinite(spot).all():
                raise LegionError(f"({request.x}, {request.y}) is no spot: finite m are valid")
            x, y, _ = self._server.ask(lambda s: s.world.move(name, spot))
        except (LegionError, TimeoutError) as error:
            response.success, response.message = False, str(error)
            return response
        response.success, response.message = True, f"{name} is at ({x:.3f}, {y:.3f}) m now"
        return response


def main() -> int:
    """Run until told to end."""
    return run(FrankaSimNode)


if __name__ == "__main__":
    sys.exit(main())
