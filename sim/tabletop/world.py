"""One tabletop: physics, arm control, what can be seen of it."""

import math

import mujoco
import numpy as np

from legion_ros.core import Fixture, LegionError, Object, Scene, Tool, predicates
from legion_ros.core.command import Limits, ToolCommand
from legion_sim.tabletop.arm import ArmKinematics
from legion_sim.tabletop.layout import SceneSketch, free_spot, sketch_scene
from legion_sim.tabletop.model import BIN, BUTTON, DRAWER, PHYSICS_STEP, build_model
from legion_sim.tabletop.objects import COLORS, KINDS, SLOTS
from legion_sim.tabletop.rgbd import DepthCamera

__all__ = ["CONTROL_PERIOD", "TabletopWorld"]

CONTROL_PERIOD = 0.05  # s
_CHUNKS = 4  # joint targets handed to the actuators in one control period
_SUBSTEPS = round(CONTROL_PERIOD / PHYSICS_STEP / _CHUNKS)
_LEAD = 0.03  # m: how far the commanded pose may run ahead of the measured one: bounds the contact force
_HAND = ("hand", "left_finger", "right_finger", "fr3_link7", "fr3_link6")  # what can touch the table's things
_PARKED = np.array([0.0, 0.0, -5.0])  # where bodies wait that are not in the scene


class TabletopWorld:
    """One scene in MuJoCo. Grasping is by contact and friction alone."""

    joint_names = (*(f"fr3_joint{i}" for i in range(1, 8)), "finger_joint1", "finger_joint2")

    def __init__(
        self, visual: bool = False, limits: Limits | None = None, model: mujoco.MjModel | None = None
    ) -> None:
        self.limits = limits or Limits()
        self.model = model or build_model(visual)
        self.data = mujoco.MjData(self.model)
        self.time = 0.0
        self._visual = visual
        self.kinematics = ArmKinematics()
        self._renderers: dict[tuple[int, int, bool], mujoco.Renderer] = {}
        self._depth_camera: DepthCamera | None = None
        joints = [self.model.joint(name) for name in self.joint_names]
        self._qpos = np.array([joint.qposadr[0] for joint in joints])
        self._qvel = np.array([joint.dofadr[0] for joint in joints])
        self._objects = [self.model.body(f"object{slot}") for slot in range(len(SLOTS))]
        self._object_qpos = [int(self.model.jnt_qposadr[body.jntadr[0]]) for body in self._objects]
        self._object_qvel = [int(self.model.jnt_dofadr[body.jntadr[0]]) for body in self._objects]
        self._drawer = int(self.model.joint("drawer").qposadr[0])
        self._button = int(self.model.joint("button").qposadr[0])
        self._tool = self.model.site("tool").id
        self._hand = {self.model.body(name).id for name in _HAND}
        self.sketch = SceneSketch(())
        self.place(self.sketch)

    def reset(
        self,
        rng: np.random.Generator,
        min_objects: int = 3,
        max_objects: int = 6,
        binned: int = 0,
        drawer: float = 0.0,
    ) -> None:
        """A new random scene: the arm at home, objects on the table, `binned` more in the bin.

        `drawer` says how far it is open, 0 to 1. LegionError on numbers that make no scene.
        """
        if not 0.0 <= drawer <= 1.0:
            raise LegionError(f"a drawer open by {drawer:g}: 0 (closed) to 1 (open) is valid")
        self.place(sketch_scene(rng, min_objects, max_objects, binned, drawer * DRAWER.travel))

    def move(self, name: str, spot: np.ndarray) -> np.ndarray:
        """Set a thing down elsewhere on the table, as a hand would, turned as it is and at rest.

        Args:
            name: of an object in the scene.
            spot: (2,) m, base frame; the nearest one with room for it is taken.

        Returns:
            (3,) m, base frame: where it stands now.

        Raises:
            LegionError: no such object, the fingers hold it, or there is no room within 0.15 m.
        """
        scene = self.scene()
        thing = scene.object(name)
        if predicates.held(thing, scene):
            raise LegionError(f"{name} is in the gripper: it can't be moved")
        others = [o.position[:2] for o in scene.objects if o.name != name]
        to = free_spot(np.asarray(spot, float), others)
        slot = next(placed.slot for placed in self.sketch.objects if placed.name == name)
        at, moving = self._object_qpos[slot], self._object_qvel[slot]
        self.data.qpos[at : at + 3] = (*to, 0.5 * thing.grip[1][2] + 0.002)
        self.data.qvel[moving : moving + 6] = 0.0
        mujoco.mj_forward(self.model, self.data)
        return self.data.qpos[at : at + 3].copy()

    def place(self, sketch: SceneSketch) -> None:
        """Lay the scene out as sketched and let it settle. Time goes on."""
        mujoco.mj_resetData(self.model, self.data)
        qpos = self.data.qpos
        qpos[self._qpos[:7]] = sketch.joints
        qpos[self._qpos[7:]] = sketch.opening / 2
        qpos[self._drawer] = sketch.drawer
        for address in self._object_qpos:
            qpos[address : address + 7] = (*_PARKED, 1, 0, 0, 0)
        for thing in sketch.objects:
            address = self._object_qpos[thing.slot]
            qpos[address : address + 3] = thing.position
            qpos[address + 3 : address + 7] = thing.quaternion
            if self._visual:
                for geom in range(self.model.ngeom):
                    if self.model.geom_bodyid[geom] == self._objects[thing.slot].id:
                        self.model.geom_rgba[geom, :3] = COLORS[thing.color]
        self.sketch = sketch
        self._parked = [s for s in range(len(SLOTS)) if s not in {thing.slot for thing in sketch.objects}]
        self._target = np.array(sketch.joints, float)
        self._position, self._yaw = self.kinematics.forward(self._target)
        self.data.ctrl[:7] = self._target
        self.data.ctrl[7] = sketch.opening / 2
        hold = ToolCommand(np.zeros(3), 0.0, sketch.opening)
        for _ in range(sketch.settle):
            self.step(hold)

    def step(self, command: ToolCommand) -> None:
        """Advance one control period under a command. Raises ValueError on NaN or infinity: nothing moves."""
        if not command.finite:
            raise ValueError(f"command is not finite: {command}")
        self._aim(command)
        before = self.data.ctrl[:7].copy()
        finger = float(np.clip(command.opening, 0.0, self.limits.max_opening)) / 2
        for chunk in range(1, _CHUNKS + 1):
            self.data.ctrl[:7] = before + (self._target - before) * chunk / _CHUNKS
            self.data.ctrl[7] = finger
            mujoco.mj_step(self.model, self.data, _SUBSTEPS)
        self.park()
        mujoco.mj_kinematics(self.model, self.data)
        self.time += CONTROL_PERIOD

    def _aim(self, command: ToolCommand) -> None:
        """Integrate the velocity into a tool pose within the workspace, and that into joint targets."""
        limits = self.limits
        velocity = np.clip(command.velocity, -limits.max_speed, limits.max_speed)
        rate = float(np.clip(command.yaw_rate, -limits.max_yaw_rate, limits.max_yaw_rate))
        measured = self.data.site_xpos[self._tool]
        position = self._position + velocity * CONTROL_PERIOD
        position = measured + np.clip(position - measured, -_LEAD, _LEAD)
        position = np.clip(position, limits.low, limits.high)
        yaw = float(np.clip(self._yaw + rate * CONTROL_PERIOD, *limits.yaw))
        joints = self.kinematics.inverse(position, yaw, self._target)
        if joints is None:  # out of reach: stay
            return
        self._target, self._position, self._yaw = joints, position, yaw

    def park(self) -> None:
        """Put the bodies back that are not in the scene: they fall, as they hang on nothing."""
        for slot in self._parked:
            at, moving = self._object_qpos[slot], self._object_qvel[slot]
            self.data.qpos[at : at + 3] = _PARKED + (slot, 0, 0)
            self.data.qvel[moving : moving + 6] = 0.0

    @property
    def joint_positions(self) -> np.ndarray:
        """(9,) rad for the arm, m for the fingers."""
        return self.data.qpos[self._qpos].copy()

    @property
    def joint_velocities(self) -> np.ndarray:
        """(9,) rad/s for the arm, m/s for the fingers."""
        return self.data.qvel[self._qvel].copy()

    def tool(self) -> Tool:
        """Where the gripper is, measured."""
        position, yaw = self.kinematics.forward(self.data.qpos[self._qpos[:7]])
        return Tool(position, yaw, float(self.data.qpos[self._qpos[7:]].sum()))

    def force(self) -> np.ndarray:
        """(3,) N, base frame: what pushes hand and fingers from outside, as the last physics step had it.

        What the fingers press on one another, or on a thing between them, cancels out.
        """
        total, one = np.zeros(3), np.zeros(6)
        for number in range(self.data.ncon):
            contact = self.data.contact[number]
            first, second = (int(self.model.geom_bodyid[geom]) in self._hand for geom in contact.geom)
            if first != second:
                mujoco.mj_contactForce(self.model, self.data, number, one)
                on_second = contact.frame.reshape(3, 3).T @ one[:3]
                total += on_second if second else -on_second
        return total

    def scene(self) -> Scene:
        """The whole truth of this moment."""
        return Scene(self.time, self._seen_objects(), self._seen_fixtures(), self.tool())

    def _seen_objects(self) -> tuple[Object, ...]:
        seen = []
        for thing in self.sketch.objects:
            kind = KINDS[SLOTS[thing.slot]]
            at = self._object_qpos[thing.slot]
            pose = self.data.qpos[at : at + 7].copy()
            seen.append(
                Object(
                    thing.name,
                    SLOTS[thing.slot],
                    thing.color,
                    kind.shape,
                    pose[:3],
                    pose[3:],
                    np.array(kind.size),
                    id=thing.slot + 1,  # one body, one id
                )
            )
        return tuple(seen)

    def _seen_fixtures(self) -> tuple[Fixture, ...]:
        slide, depth = float(self.data.qpos[self._drawer]), float(self.data.qpos[self._button])
        out, down = np.array([-slide, 0, 0]), np.array([0, 0, -depth])
        return (
            Fixture("bin", "bin", BIN.position, BIN.size, BIN.position + (0, 0, BIN.size[2])),
            Fixture(
                "drawer",
                "drawer",
                DRAWER.position + out,
                DRAWER.size,
                DRAWER.handle + out,
                slide,
                DRAWER.travel,
            ),
            Fixture(
                "button",
                "button",
                BUTTON.position + down,
                BUTTON.size,
                BUTTON.position + down,
                depth,
                BUTTON.travel,
            ),
        )

    def render(self, camera: str = "front", width: int = 640, height: int = 480) -> np.ndarray:
        """What a camera sees: (height, width, 3) uint8. Needs `visual=True` and an OpenGL that works."""
        renderer = self._renderer(width, height, depth=False)
        renderer.update_scene(self.data, camera)
        return renderer.render()

    def render_depth(self, camera: str = "front", width: int = 640, height: int = 480) -> np.ndarray:
        """How far a camera sees: (height, width) float32 m along its axis."""
        renderer = self._renderer(width, height, depth=True)
        renderer.update_scene(self.data, camera)
        return renderer.render()

    def take(
        self,
        camera: str,
        width: int = 640,
        height: int = 480,
        noise: float = 0.0,
        rng: np.random.Generator | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Colour (height, width, 3) uint8 and depth (height, width) float32 m of a camera, in one go.

        The size is that of the first call. The depth is as a stereo camera measures it: its error has a
        standard deviation of `noise` m at 1 m and grows with the square of the distance.
        """
        if not self._visual:
            raise RuntimeError("this world has nothing to look at: make it with TabletopWorld(visual=True)")
        if self._depth_camera is None:
            self._depth_camera = DepthCamera(self.model, width, height)
        color, depth = self._depth_camera.take(self.data, camera)
        if noise and rng is not None:
            depth += np.float32(noise) * depth**2 * rng.standard_normal(depth.shape, np.float32)
        return color, depth

    def focal_length(self, camera: str = "front", height: int = 480) -> float:
        """Focal length of a camera in pixels, both axes, for pictures of that height."""
        return 0.5 * height / math.tan(math.radians(float(self.model.camera(camera).fovy[0])) / 2)

    def _renderer(self, width: int, height: int, depth: bool) -> mujoco.Renderer:
        key = (width, height, depth)
        if key not in self._renderers:
            if not self._visual:
                raise RuntimeError(
                    "this world has nothing to look at: make it with TabletopWorld(visual=True)"
                )
            renderer = mujoco.Renderer(self.model, height, width)
            if depth:
                renderer.enable_depth_rendering()
            renderer.scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = 0
            renderer.scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = 0
            self._renderers[key] = renderer
        return self._renderers[key]

    def close(self) -> None:
        """Release the renderers; safe to call twice."""
        for renderer in self._renderers.values():
            renderer.close()
        self._renderers.clear()
        if self._depth_camera is not None:
            self._depth_camera.close()
            self._depth_camera = None
