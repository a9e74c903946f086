"""Messages to core nouns and back: the only place that knows both."""

import math

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Pose, Quaternion, Vector3
from sensor_msgs.msg import CameraInfo, Image, JointState
from std_msgs.msg import Header

from legion_ros import core, msg
from legion_ros.core.command import ToolCommand
from legion_ros.core.pinhole import Pinhole

__all__ = [
    "BASE_FRAME",
    "camera_info_message",
    "command_from",
    "command_message",
    "image_message",
    "joint_message",
    "pinhole_from",
    "pixels_from",
    "scene_from",
    "scene_message",
    "seconds",
    "time_message",
    "tool_from",
    "tool_message",
]

BASE_FRAME = "base"


def seconds(stamp: Time) -> float:
    """A message's stamp in s."""
    return stamp.sec + stamp.nanosec * 1e-9


def time_message(stamp: float) -> Time:
    """`stamp` in s, to the microsecond: sums of a float period must not fall a nanosecond short of a tick."""
    micro = round(stamp * 1e6)
    return Time(sec=micro // 1_000_000, nanosec=micro % 1_000_000 * 1000)


def _header(stamp: float, frame: str = BASE_FRAME) -> Header:
    return Header(stamp=time_message(stamp), frame_id=frame)


def _point(values: np.ndarray) -> Point:
    x, y, z = map(float, values)
    return Point(x=x, y=y, z=z)


def _vector(values: np.ndarray) -> Vector3:
    x, y, z = map(float, values)
    return Vector3(x=x, y=y, z=z)


def _array(message: Point | Vector3) -> np.ndarray:
    return np.array([message.x, message.y, message.z])


# -- tool -------------------------------------------------------------------------------------------


def tool_message(tool: core.Tool, stamp: float) -> msg.ToolState:
    """ToolState of `tool` at `stamp` s."""
    return msg.ToolState(
        header=_header(stamp),
        position=_point(tool.position),
        yaw=float(tool.yaw),
        opening=float(tool.opening),
        force=_vector(np.full(3, np.nan) if tool.force is None else tool.force),
    )


def tool_from(message: msg.ToolState) -> core.Tool:
    """The tool of a ToolState; its stamp is `seconds(message.header.stamp)`."""
    force = _array(message.force)
    known = force if np.isfinite(force).all() else None
    return core.Tool(_array(message.position), message.yaw, message.opening, known)


def command_message(command: ToolCommand, stamp: float) -> msg.ToolCommand:
    """ToolCommand computed from the state at `stamp` s."""
    return msg.ToolCommand(
        header=_header(stamp),
        velocity=_vector(command.velocity),
        yaw_rate=float(command.yaw_rate),
        opening=float(command.opening),
    )


def command_from(message: msg.ToolCommand) -> ToolCommand:
    """The command of a message, unchecked: it may hold NaN."""
    return ToolCommand(_array(message.velocity), message.yaw_rate, message.opening)


# -- scene ------------------------------------------------------------------------------------------


def scene_message(scene: core.Scene) -> msg.Scene:
    """Objects and fixtures; the tool goes in a message of its own, with the scene's stamp."""
    return msg.Scene(
        header=_header(scene.stamp),
        objects=[_object_message(thing) for thing in scene.objects],
        fixtures=[_fixture_message(fixture) for fixture in scene.fixtures],
    )


def scene_from(message: msg.Scene, tool: core.Tool) -> core.Scene:
    """The scene of a message, with the tool from the newest ToolState.

    Raises:
        LegionError: a number in it is not finite, or an object has no size.
    """
    objects = tuple(_object_from(thing) for thing in message.objects)
    fixtures = tuple(_fixture_from(fixture) for fixture in message.fixtures)
    return core.Scene(seconds(message.header.stamp), objects, fixtures, tool)


def _object_message(thing: core.Object) -> msg.SceneObject:
    w, x, y, z = map(float, thing.quaternion)
    pose = Pose(position=_point(thing.position), orientation=Quaternion(w=w, x=x, y=y, z=z))
    return msg.SceneObject(
        name=thing.name,
        id=thing.id,
        kind=thing.kind,
        color=thing.color,
        shape=thing.shape,
        pose=pose,
        size=_vector(thing.size),
        confidence=float(thing.confidence),
    )


def _object_from(message: msg.SceneObject) -> core.Object:
    turn, position, size = message.pose.orientation, _array(message.pose.position), _array(message.size)
    quaternion = np.array([turn.w, turn.x, turn.y, turn.z])
    if not math.isfinite(position.sum() + quaternion.sum()) or not size.min() > 0:
        raise core.LegionError(
            f"object {message.name!r} in the scene: position {position}, quaternion {quaternion},"
            f" size {size}; all must be finite and the size positive"
        )
    return core.Object(
        message.name,
        message.kind,
        message.color,
        message.shape,
        position,
        quaternion,
        size,
        message.confidence,
        message.id,
    )


def _fixture_message(fixture: core.Fixture) -> msg.Fixture:
    return msg.Fixture(
        name=fixture.name,
        kind=fixture.kind,
        position=_point(fixture.position),
        size=_vector(fixture.size),
        handle=_point(fixture.handle),
        joint=float(fixture.joint),
        travel=float(fixture.travel),
    )


def _fixture_from(message: msg.Fixture) -> core.Fixture:
    position, size, handle = _array(message.position), _array(message.size), _array(message.handle)
    if not math.isfinite(position.sum() + size.sum() + handle.sum() + message.joint + message.travel):
        raise core.LegionError(f"fixture {message.name!r} in the scene holds a number that is not finite")
    return core.Fixture(message.name, message.kind, position, size, handle, message.joint, message.travel)


# -- joints and pictures ----------------------------------------------------------------------------


def joint_message(
    names: tuple[str, ...], positions: np.ndarray, velocities: np.ndarray, stamp: float
) -> JointState:
    """JointState of `positions`: (n,) rad or m and `velocities`: (n,) rad/s or m/s."""
    return JointState(
        header=_header(stamp, ""), name=list(names), position=positions.tolist(), velocity=velocities.tolist()
    )


def image_message(pixels: np.ndarray, stamp: float, frame: str) -> Image:
    """Image of (H, W, 3) uint8 colours or (H, W) float32 m of depth."""
    height, width = pixels.shape[:2]
    encoding = {"uint8": "rgb8", "float32": "32FC1"}[pixels.dtype.name]
    message = Image(header=_header(stamp, frame), height=height, width=width, encoding=encoding)
    message.step = pixels.strides[0]
    # bytes into the array.array: assigning a list would take 100 times longer
    message.data.frombytes(np.ascontiguousarray(pixels).tobytes())
    return message


def pixels_from(message: Image) -> np.ndarray:
    """(H, W, 3) uint8 colours or (H, W) float32 m of depth.

    Raises:
        LegionError: it is encoded in another way, or shorter than it says.
    """
    kinds = {"rgb8": (np.uint8, 3, 1), "32FC1": (np.float32, 1, 1), "16UC1": (np.uint16, 1, 1e-3)}
    if message.encoding not in kinds:
        raise core.LegionError(f"pictures as {message.encoding!r} can't be read; valid: {', '.join(kinds)}")
    kind, channels, unit = kinds[message.encoding]
    width = message.width * channels * np.dtype(kind).itemsize
    if message.step < width or len(message.data) < message.step * message.height:
        raise core.LegionError(
            f"a picture of {message.width} x {message.height} has {len(message.data)} bytes,"
            f" {message.step} a row: too few"
        )
    rows = np.frombuffer(message.data, np.uint8)[: message.step * message.height].reshape(message.height, -1)
    pixels = np.ascontiguousarray(rows[:, :width]).view(kind)
    if channels > 1:
        return pixels.reshape(message.height, message.width, channels)
    return pixels if unit == 1 else (pixels * np.float32(unit))


def pinhole_from(message: CameraInfo) -> Pinhole:
    """The optics of a camera. Raises LegionError where it distorts, or has no focal length."""
    focal, centre = (message.k[0], message.k[4]), (message.k[2], message.k[5])
    if any(message.d) or not min(focal) > 0:
        raise core.LegionError(
            f"a camera with distortion {list(message.d)} and focal length {focal} can't be used:"
            " rectify its pictures first"
        )
    return Pinhole(message.width, message.height, focal, centre)


def camera_info_message(width: int, height: int, focal: float, stamp: float, frame: str) -> CameraInfo:
    """CameraInfo of a pinhole camera with `focal` pixels of focal length and no distortion."""
    cx, cy = width / 2, height / 2
    return CameraInfo(
        header=_header(stamp, frame),
        width=width,
        height=height,
        distortion_model="plumb_bob",
        d=[0.0] * 5,
        k=[focal, 0.0, cx, 0.0, focal, cy, 0.0, 0.0, 1.0],
        r=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        p=[focal, 0.0, cx, 0.0, 0.0, focal, cy, 0.0, 0.0, 0.0, 1.0, 0.0],
    )
