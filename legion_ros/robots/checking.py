"""An arm's configuration held against its model, before anything moves."""

import math
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import product
from pathlib import Path

import numpy as np

from legion_ros.core.robot import RobotError
from legion_ros.robots.config import Camera, Model, RobotConfig
from legion_ros.robots.kinematics import ArmKinematics

__all__ = ["checked_kinematics"]

BACK_ENDS = ("franka", "ros2_control")
MOST = {"max_acceleration": 100.0, "max_yaw_acceleration": 1000.0}  # that safety_node takes
UPRIGHT = 0.02  # rad that the tool at home may be off pointing down
LARGE = 0.5  # m: from the flange to the payload's centre of mass, or from that to its farthest part
STRAIGHT = 1e-3  # that a quaternion's length may be off 1


def checked_kinematics(config: RobotConfig) -> ArmKinematics:
    """The arm's kinematics, once its configuration has been found to fit.

    Raises:
        RobotError: what does not fit, its value, and what would.
    """
    _check_numbers(config)
    for name, camera in config.cameras.items():
        _check_camera(name, camera)
    model = config.model
    kinematics = ArmKinematics(
        _model_file(model), model.frame, model.tool_offset, config.joints, np.array(config.home)
    )
    _check_joints(config, kinematics)
    kinematics.narrow(config.joint_low, config.joint_high)
    _check_home(config, kinematics)
    _check_reach(config, kinematics)
    return kinematics


def _model_file(model: Model) -> Path:
    if not model.package:
        folder = Path()
    else:
        spec = find_spec(model.package)
        if spec is None or spec.origin is None:
            raise RobotError(f"model: no Python package {model.package!r} is installed")
        folder = Path(spec.origin).parent
    path = folder / model.file
    if not path.is_file():
        raise RobotError(f"model: no file {model.file!r}{' in ' + model.package if model.package else ''}")
    return path


def _check_numbers(config: RobotConfig) -> None:
    n, space = len(config.joints), config.workspace
    if config.back_end not in BACK_ENDS:
        raise RobotError(f"back_end {config.back_end!r} is not valid: {' or '.join(BACK_ENDS)}")
    for name, values, size in (
        *((name, getattr(config, name), n) for name in ("home", "joint_low", "joint_high", "joint_speed")),
        ("payload_centre", config.payload_centre, 3),
        ("payload_inertia", config.payload_inertia, 9),
        ("workspace low", space.low, 3),
        ("workspace high", space.high, 3),
        ("workspace yaw", space.yaw, 2),
    ):
        if len(values) != size:
            raise RobotError(f"{name} has {len(values)} numbers; {size} are needed")
    if not 0.0 < config.speed_scale <= 1.0:
        raise RobotError(f"speed_scale {config.speed_scale:g} is not valid: above 0, at most 1")
    if not 0.0 <= config.payload <= config.max_payload:
        raise RobotError(
            f"payload {config.payload:g} kg is not valid: the arm can carry {config.max_payload:g} kg"
        )
    _check_load(config)
    if not 0.0 < config.franka.dynamics <= 1.0:
        raise RobotError(f"franka dynamics {config.franka.dynamics:g} is not valid: above 0, at most 1")
    for name, most in MOST.items():
        value = getattr(space, name)
        if not 0.1 <= value <= most:
            raise RobotError(f"workspace {name} {value:g} is not valid: 0.1 to {most:g}")
    for name, value in _positive(config):
        if not value > 0.0:
            raise RobotError(f"{name} {value:g} is not valid: it must be above 0")
    for name, low, high in (
        ("workspace", space.low, space.high),
        ("yaw", space.yaw[:1], space.yaw[1:]),
        ("joint limits", config.joint_low, config.joint_high),
    ):
        if not all(a < b for a, b in zip(low, high, strict=True)):
            raise RobotError(f"{name} from {list(low)} to {list(high)}: the smaller number comes first")


def _check_load(config: RobotConfig) -> None:
    """Libfranka, for one, takes whatever it is told, and then carries it."""
    centre, inertia = np.array(config.payload_centre), np.array(config.payload_inertia).reshape(3, 3)
    if np.linalg.norm(centre) > LARGE:
        raise RobotError(
            f"payload_centre is {np.linalg.norm(centre):.2f} m from the flange; {LARGE:g} m at most is valid"
        )
    if np.abs(inertia - inertia.T).max() > 1e-9:
        raise RobotError(f"payload_inertia {list(config.payload_inertia)} is not symmetric")
    moments = np.linalg.eigvalsh(inertia)
    if moments[0] < -1e-9 or moments[2] > moments[0] + moments[1] + 1e-9:
        raise RobotError(
            f"payload_inertia has the moments {np.round(moments, 6).tolist()} kg m^2; no body has:"
            " none is below 0, none above the sum of the two others"
        )
    if moments[2] > (most := config.payload * LARGE**2) + 1e-9:
        raise RobotError(
            f"payload_inertia has a moment of {moments[2]:.4g} kg m^2; {config.payload:g} kg"
            f" within {LARGE:g} m have {most:.4g} at most"
        )


def _positive(config: RobotConfig) -> Iterator[tuple[str, float]]:
    yield from ((f"joint_speed of {j}", v) for j, v in zip(config.joints, config.joint_speed, strict=True))
    for section, names in (
        ("workspace", ("max_speed", "max_yaw_rate", "max_lead", "max_yaw_lead")),
        ("gripper", ("max_opening", "speed", "force")),
        ("contact", ("max_force", "effort_force")),
        ("franka", ("torque_threshold", "force_threshold")),
        ("ros2_control", ("point_time",)),
    ):
        yield from ((f"{section} {name}", getattr(getattr(config, section), name)) for name in names)


def _check_camera(name: str, camera: Camera) -> None:
    if len(camera.position) != 3 or len(camera.quaternion) != 4:
        raise RobotError(f"camera {name}: position is 3 numbers, quaternion 4 (w, x, y, z)")
    length = math.hypot(*camera.quaternion)
    if abs(length - 1.0) > STRAIGHT:
        raise RobotError(f"camera {name}: quaternion has length {length:.4f}; a rotation's has length 1")


def _check_joints(config: RobotConfig, kinematics: ArmKinematics) -> None:
    model = zip(kinematics.model_low, kinematics.model_high, strict=True)
    given = zip(config.joints, config.joint_low, config.joint_high, strict=True)
    for (name, low, high), (least, most) in zip(given, model, strict=True):
        if low < least - 1e-6 or high > most + 1e-6:
            raise RobotError(
                f"{name}: {low:g} to {high:g} rad is beyond the model's {least:.4f} to {most:.4f}"
            )
    for name, speed, most in zip(config.joints, config.joint_speed, kinematics.model_speed, strict=True):
        if speed > most + 1e-6:
            raise RobotError(f"joint_speed of {name} {speed:g} rad/s is beyond the model's {most:.4g}")
    for name, at, low, high in zip(
        config.joints, config.home, config.joint_low, config.joint_high, strict=True
    ):
        if not low <= at <= high:
            raise RobotError(f"home: {name} at {at:g} rad; {low:g} to {high:g} is allowed")


def _check_home(config: RobotConfig, kinematics: ArmKinematics) -> None:
    if kinematics.tilt > UPRIGHT:
        raise RobotError(
            f"home: the tool is {math.degrees(kinematics.tilt):.1f} degrees off pointing down;"
            f" {math.degrees(UPRIGHT):.1f} at most"
        )
    place, _ = kinematics.forward(np.array(config.home))
    if place[2] <= 0.0:
        raise RobotError(f"home: the tool is at z = {place[2]:.3f} m; the table top is 0, it must be above")
    _inside("home", place, config.workspace.low, config.workspace.high)


def _inside(name: str, place: np.ndarray, low: Sequence[float], high: Sequence[float]) -> None:
    if not ((place >= low) & (place <= high)).all():
        raise RobotError(
            f"{name}: the tool is at {np.round(place, 3).tolist()} m, outside the workspace"
            f" {list(low)} to {list(high)}"
        )


def _check_reach(config: RobotConfig, kinematics: ArmKinematics) -> None:
    """The workspace, at the table and half way up: its middle and the middles of its four sides.

    Corners may be out of reach: the arm does not take a pose that is.
    """
    low, high = np.array(config.workspace.low), np.array(config.workspace.high)
    sides = ((0.5, 0.5), (0.0, 0.5), (1.0, 0.5), (0.5, 0.0), (0.5, 1.0))
    for (x, y), z in product(sides, (0.0, 0.5)):
        place = low + np.array([x, y, z]) * (high - low)
        if kinematics.inverse(place, 0.0, np.array(config.home), iterations=60) is None:
            raise RobotError(f"workspace: the arm can't reach {np.round(place, 3).tolist()} m in it")
