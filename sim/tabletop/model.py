"""The MuJoCo model of the table: the FR3 of franky-sim, and what stands around it."""

from functools import lru_cache

import mujoco
import numpy as np

from legion_ros.robots.fr3 import TOOL_LENGTH, robot_file
from legion_sim.tabletop.objects import KINDS, SLOTS, add_object

__all__ = ["BIN", "BUTTON", "DRAWER", "PHYSICS_STEP", "build_model"]

PHYSICS_STEP = 0.0025  # s

_BOX = mujoco.mjtGeom.mjGEOM_BOX
_CYLINDER = mujoco.mjtGeom.mjGEOM_CYLINDER
_SLIDE = mujoco.mjtJoint.mjJNT_SLIDE
_WOOD = (0.72, 0.58, 0.42, 1)
_GREY = (0.35, 0.38, 0.42, 1)
_METAL = (0.75, 0.76, 0.78, 1)
_WHITE = (0.88, 0.88, 0.86, 1)


class BIN:
    """An open box at the robot's right."""

    position = np.array([0.43, -0.46, 0.006])  # m, base frame: centre of its floor
    size = np.array([0.30, 0.24, 0.10])  # m: inner extents


class DRAWER:
    """A cabinet at the robot's left, its drawer opening towards the robot."""

    position = np.array([0.70, 0.42, 0.012])  # m: centre of the drawer's floor when it is closed
    size = np.array([0.16, 0.18, 0.07])  # m: inner extents
    travel = 0.18  # m
    handle = np.array([0.525, 0.42, 0.105])  # m: middle of the bar when it is closed


class BUTTON:
    """A spring-loaded push button at the far side of the table."""

    position = np.array([0.70, -0.06, 0.055])  # m: its top when it is not pressed
    size = np.array([0.05, 0.05, 0.02])  # m
    travel = 0.014  # m


@lru_cache(maxsize=1)
def _shared_model() -> mujoco.MjModel:
    return _compile(visual=False)


def build_model(visual: bool) -> mujoco.MjModel:
    """The compiled scene: with meshes to look at and a model of its own, or bare and shared by all worlds."""
    return _compile(visual=True) if visual else _shared_model()


def _compile(visual: bool) -> mujoco.MjModel:
    spec = mujoco.MjSpec.from_file(str(robot_file()))
    spec.meshdir = str(robot_file().parent / "meshes")
    spec.option.timestep = PHYSICS_STEP
    spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    spec.option.impratio = 10.0  # stiff friction: what is held does not creep out of the fingers
    spec.option.iterations = 30
    for key in spec.keys:
        key.delete()
    _prepare_arm(spec, visual)
    _add_table(spec)
    _add_bin(spec)
    _add_drawer(spec)
    _add_button(spec)
    for slot, kind in enumerate(SLOTS):
        add_object(spec, f"object{slot}", KINDS[kind])
    if visual:
        _add_looks(spec)
    return spec.compile()


def _prepare_arm(spec: mujoco.MjSpec, visual: bool) -> None:
    """Make the arm one that can work here.

    It gets gravity compensation as the real one has, fingers that press with up to 30 N each, and no
    collision shapes on links that can't reach the table top.
    """
    for body in spec.bodies:
        if body.name != "world":
            body.gravcomp = 1.0
    for geom in spec.geoms:
        link = geom.parent.name
        if geom.group == 2:
            if not visual:
                geom.delete()
        elif link in ("left_finger", "right_finger"):
            geom.friction = (1.2, 0.02, 0.0005)
            geom.condim = 4
            geom.priority = 1
            geom.solref = (0.008, 1.0)
            geom.contype, geom.conaffinity = 2, 1  # not with each other
        elif link in ("hand", "fr3_link7", "fr3_link6"):
            geom.contype, geom.conaffinity = 2, 1
        else:
            geom.delete()
    if not visual:
        used = {geom.meshname for geom in spec.geoms}
        for mesh in spec.meshes:
            if mesh.name not in used:
                mesh.delete()
    hand = spec.body("hand")
    hand.add_site(name="tool", pos=(0, 0, TOOL_LENGTH))
    spec.actuator("hand").delete()
    grip = spec.add_actuator(name="hand", trntype=mujoco.mjtTrn.mjTRN_TENDON, target="split")
    grip.gaintype = mujoco.mjtGain.mjGAIN_FIXED
    grip.biastype = mujoco.mjtBias.mjBIAS_AFFINE
    grip.gainprm[0] = 4000.0  # N/m; the control is the displacement of one finger in m
    grip.biasprm[:3] = (0.0, -4000.0, -120.0)
    grip.forcelimited = True
    grip.forcerange = (-60.0, 60.0)


def _box(body, low, high, rgba=_WOOD, name="", **options) -> None:  # noqa: ANN001, ANN003
    low, high = np.asarray(low, float), np.asarray(high, float)
    body.add_geom(name=name, type=_BOX, pos=(low + high) / 2, size=(high - low) / 2, rgba=rgba, **options)


def _add_table(spec: mujoco.MjSpec) -> None:
    _box(spec.worldbody, (-0.25, -0.70, -0.04), (0.95, 0.70, 0.0), name="table", friction=(0.7, 0.01, 0.0005))


def _add_bin(spec: mujoco.MjSpec) -> None:
    body = spec.worldbody.add_body(name="bin", pos=BIN.position)
    (x, y), h, t = BIN.size[:2] / 2, BIN.size[2], 0.006
    _box(body, (-x - t, -y - t, -t), (x + t, y + t, 0), _GREY)
    _box(body, (-x - t, -y - t, 0), (-x, y + t, h), _GREY)
    _box(body, (x, -y - t, 0), (x + t, y + t, h), _GREY)
    _box(body, (-x, -y - t, 0), (x, -y, h), _GREY)
    _box(body, (-x, y, 0), (x, y + t, h), _GREY)


def _add_drawer(spec: mujoco.MjSpec) -> None:
    x0, y0, _ = DRAWER.position
    cabinet = spec.worldbody.add_body(name="cabinet", pos=(x0, y0, 0))
    _box(cabinet, (-0.095, -0.125, 0), (0.11, -0.110, 0.17))
    _box(cabinet, (-0.095, 0.110, 0), (0.11, 0.125, 0.17))
    _box(cabinet, (0.095, -0.110, 0), (0.11, 0.110, 0.17))
    _box(cabinet, (-0.095, -0.125, 0.17), (0.11, 0.125, 0.18))
    drawer = spec.worldbody.add_body(name="drawer", pos=DRAWER.position)
    drawer.add_joint(
        name="drawer",
        type=_SLIDE,
        axis=(-1, 0, 0),
        range=(0, DRAWER.travel),
        limited=True,
        damping=4.0,
        frictionloss=1.0,
    )
    drawer.gravcomp = 1.0
    (x, y), h, t = DRAWER.size[:2] / 2, DRAWER.size[2], 0.006
    density = 300.0  # kg/m^3
    _box(drawer, (-x - t, -y - t, -t), (x + t, y + t, 0), _WHITE, density=density)
    _box(drawer, (x, -y - t, 0), (x + t, y + t, h), _WHITE, density=density)
    _box(drawer, (-x - t, -y - t, 0), (x, -y, h), _WHITE, density=density)
    _box(drawer, (-x - t, y, 0), (x, y + t, h), _WHITE, density=density)
    front = DRAWER.handle[0] + 0.06 - x0  # of the panel, in the drawer's frame
    _box(drawer, (front, -0.12, -0.002), (front + 0.015, 0.12, 0.108), _WHITE, density=density)
    _box(drawer, (front + 0.015, -y, -t), (-x, y, h), _WHITE, density=density)
    bar = DRAWER.handle - DRAWER.position
    drawer.add_geom(
        name="handle",
        type=_CYLINDER,
        fromto=(bar[0], -0.065, bar[2], bar[0], 0.065, bar[2]),
        size=(0.006, 0, 0),
        rgba=_METAL,
        density=density,
    )
    for side in (-0.06, 0.06):
        _box(
            drawer,
            (bar[0], side - 0.005, bar[2] - 0.005),
            (front, side + 0.005, bar[2] + 0.005),
            _METAL,
            density=density,
        )


def _add_button(spec: mujoco.MjSpec) -> None:
    x, y, z = BUTTON.position
    base = spec.worldbody.add_body(name="button_base", pos=(x, y, 0))
    _box(base, (-0.045, -0.045, 0), (0.045, 0.045, z - 0.020), _GREY)
    cap = spec.worldbody.add_body(name="button", pos=(x, y, z - 0.010))
    cap.add_joint(
        name="button",
        type=_SLIDE,
        axis=(0, 0, -1),
        range=(0, BUTTON.travel),
        limited=True,
        stiffness=250.0,
        damping=5.0,
        armature=0.02,
    )
    cap.gravcomp = 1.0
    cap.add_geom(
        name="button_cap",
        type=_CYLINDER,
        size=(0.025, 0.010, 0),
        mass=0.03,
        rgba=(0.85, 0.12, 0.10, 1),
        contype=4,
        conaffinity=3,
    )


def _add_looks(spec: mujoco.MjSpec) -> None:
    """Lights, a floor, cameras."""
    spec.visual.headlight.ambient = (0.35, 0.35, 0.35)
    spec.visual.headlight.diffuse = (0.35, 0.35, 0.35)
    spec.visual.quality.offsamples = 0  # multisampling runs in software here
    spec.visual.quality.shadowsize = 0
    spec.visual.global_.offwidth = 1280
    spec.visual.global_.offheight = 960
    spec.add_texture(
        name="sky",
        type=mujoco.mjtTexture.mjTEXTURE_SKYBOX,
        builtin=mujoco.mjtBuiltin.mjBUILTIN_GRADIENT,
        rgb1=(0.80, 0.85, 0.90),
        rgb2=(0.55, 0.58, 0.60),
        width=128,
        height=128 * 6,
    )
    spec.worldbody.add_light(
        pos=(0.2, -0.6, 1.8), dir=(0.1, 0.3, -1), diffuse=(0.5, 0.5, 0.5), castshadow=False
    )
    spec.worldbody.add_light(
        pos=(0.6, 0.8, 1.6), dir=(0, -0.4, -1), diffuse=(0.3, 0.3, 0.3), castshadow=False
    )
    spec.worldbody.add_geom(
        type=_BOX,
        pos=(0.35, 0, -0.41),
        size=(2.5, 2.5, 0.01),
        rgba=(0.55, 0.58, 0.60, 1),
        contype=0,
        conaffinity=0,
    )
    for name, position, target, fovy in (
        ("front", (1.20, -0.98, 0.88), (0.42, -0.03, 0.10), 43),
        ("above", (0.47, 0.0, 1.25), (0.47, 0.0001, 0.0), 50),
        ("side", (0.75, -1.25, 0.75), (0.45, -0.02, 0.10), 45),
        # perception's: high over the far side, it sees into bin and drawer and past the arm
        ("depth", (0.98, -0.02, 1.08), (0.53, -0.02, 0.03), 50),
    ):
        spec.worldbody.add_camera(name=name, pos=position, quat=_look_at(position, target), fovy=fovy)


def _look_at(position: tuple[float, ...], target: tuple[float, ...]) -> np.ndarray:
    """The camera orientation (wxyz) that looks from one point to another, the world's z up in the picture."""
    back = np.subtract(position, target)
    back = back / np.linalg.norm(back)
    up = (0.0, 0.0, 1.0) if abs(back[2]) < 0.99 else (1.0, 0.0, 0.0)
    right = np.cross(up, back)
    right /= np.linalg.norm(right)
    quaternion = np.empty(4)
    mujoco.mju_mat2Quat(quaternion, np.column_stack([right, np.cross(back, right), back]).ravel())
    return quaternion
