"""All that the graph has to know of an arm: one `config/robot/<name>.yaml` each."""

from dataclasses import dataclass, field

from legion_ros.core.command import Limits

__all__ = ["Camera", "Contact", "Franka", "Gripper", "Model", "RobotConfig", "Ros2Control", "Workspace"]

Numbers = tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Model:
    """Where the arm's kinematics come from."""

    package: str = ""  # Python package that ships the file; empty: `file` is a path of its own
    file: str  # MJCF (.xml) or URDF (.urdf)
    frame: str  # that the tool is fixed to; its z points out of the hand
    tool_offset: float  # m along that z to the point between the finger tips


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """Where the tool may be and how fast it may move, base frame."""

    low: Numbers  # (3,) m: lowest corner
    high: Numbers  # (3,) m: highest corner
    yaw: Numbers  # (2,) rad: least and most
    max_speed: float  # m/s, each axis
    max_yaw_rate: float  # rad/s
    max_lead: float = 0.03  # m that the commanded place may be ahead of the measured one: bounds the push
    max_yaw_lead: float = 0.1  # rad, likewise
    max_acceleration: float = 8.0  # m/s^2, each axis: of what the gate lets through
    max_yaw_acceleration: float = 40.0  # rad/s^2, likewise


@dataclass(frozen=True, kw_only=True)
class Gripper:
    """Two fingers."""

    joints: tuple[str, ...]  # their names in joint states
    max_opening: float  # m between them
    speed: float = 0.1  # m/s
    force: float = 30.0  # N with which something is held


@dataclass(frozen=True, kw_only=True)
class Camera:
    """Where a camera stands; its own axes are right, down and ahead (ROS's optical frame)."""

    position: Numbers  # (3,) m, base frame
    quaternion: Numbers  # (4,) wxyz, base frame


@dataclass(frozen=True, kw_only=True)
class Contact:
    """What may push on the tool, where the arm can tell: below its own reflexes, so that ours come first."""

    max_force: float = 25.0  # N, 3 states in a row, that latch a stop
    effort_force: float = 12.0  # N, mean over half a second, that may last


@dataclass(frozen=True, kw_only=True)
class Franka:
    """What the libfranka protocol is to be told."""

    host: str = "127.0.0.1"  # of the arm's control box, or of franky-sim
    realtime: bool = False  # insist on a real-time kernel, as libfranka does unless told otherwise
    dynamics: float = 0.5  # of the arm's greatest velocity, acceleration and jerk, (0, 1]
    torque_threshold: float = 20.0  # Nm: a contact beyond it stops the arm by its own reflex
    force_threshold: float = 30.0  # N, likewise


@dataclass(frozen=True, kw_only=True)
class Ros2Control:
    """Topics of a joint trajectory controller and of the gripper's position controller."""

    trajectory: str = "/joint_trajectory_controller/joint_trajectory"  # trajectory_msgs/JointTrajectory
    joint_states: str = "/controller/joint_states"  # sensor_msgs/JointState, not our own
    gripper: str = "/gripper_controller/commands"  # std_msgs/Float64MultiArray
    fingers_commanded: int = 2  # numbers in that array: each finger's displacement, or one opening
    point_time: float = 0.1  # s in which a point is to be reached


@dataclass(frozen=True, kw_only=True)
class RobotConfig:
    """An arm at a table."""

    back_end: str  # franka or ros2_control
    model: Model
    joints: tuple[str, ...]  # names, from the base to the hand, as in the model and in joint states
    home: Numbers  # (n,) rad: the tool over the table, pointing down, its fingers closing along y
    joint_low: Numbers  # (n,) rad
    joint_high: Numbers  # (n,) rad
    joint_speed: Numbers  # (n,) rad/s at most
    workspace: Workspace
    gripper: Gripper
    speed_scale: float = 1.0  # of all speeds, (0, 1]: less where people are near
    payload: float = 0.0  # kg fixed to the hand besides the gripper
    payload_centre: Numbers = (0.0, 0.0, 0.0)  # (3,) m: its centre of mass, in the flange's frame
    payload_inertia: Numbers = (
        0.0,
    ) * 9  # (9,) kg m^2, row by row: about that centre, along the flange's axes
    max_payload: float  # kg that the arm can carry
    contact: Contact = Contact()
    cameras: dict[str, Camera] = field(default_factory=dict)  # by the frame of their pictures
    franka: Franka = Franka()
    ros2_control: Ros2Control = Ros2Control()

    @property
    def limits(self) -> Limits:
        """The same, as the rest of the graph has it."""
        space = self.workspace
        return Limits(
            low=space.low,  # type: ignore[arg-type]
            high=space.high,  # type: ignore[arg-type]
            max_speed=space.max_speed,
            max_yaw_rate=space.max_yaw_rate,
            yaw=space.yaw,  # type: ignore[arg-type]
            max_opening=self.gripper.max_opening,
        )
