"""Which topics make the log of a run, and what their messages are."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from legion_ros.share import share

if TYPE_CHECKING:
    from rosbags.typesys.store import Typestore

__all__ = ["TOPICS", "Topic", "message_types"]


@dataclass(frozen=True)
class Topic:
    """One topic of the log, with the quality of service that it is published with."""

    name: str
    kind: str  # of its messages, such as legion_ros/msg/Scene
    reliable: bool = True
    latched: bool = False  # transient local: a late joiner gets the last one

    @property
    def depth(self) -> int:
        """Messages that wait while the recorder is busy elsewhere: streams come at up to some hundred Hz."""
        return 10 if self.latched else 500


TOPICS = (
    Topic("/clock", "rosgraph_msgs/msg/Clock", reliable=False),
    Topic("/joint_states", "sensor_msgs/msg/JointState", reliable=False),
    Topic("/legion/goal", "std_msgs/msg/String"),
    Topic("/legion/goal_status", "legion_ros/msg/GoalStatus", latched=True),
    Topic("/legion/scene", "legion_ros/msg/Scene", reliable=False),
    Topic("/legion/true_scene", "legion_ros/msg/Scene", reliable=False),
    Topic("/legion/tool_state", "legion_ros/msg/ToolState", reliable=False),
    Topic("/legion/policy_command", "legion_ros/msg/ToolCommand"),
    Topic("/legion/command", "legion_ros/msg/ToolCommand"),
    Topic("/legion/intervention", "legion_ros/msg/ToolCommand"),
    Topic("/legion/alarm", "legion_ros/msg/Alarm", latched=True),
    Topic("/legion/safety_state", "legion_ros/msg/SafetyState", latched=True),
    Topic("/diagnostics", "diagnostic_msgs/msg/DiagnosticArray"),
)


def message_types() -> "Typestore":
    """The message types of ROS and of this package, so that a bag can hold their definitions."""
    from rosbags.typesys import Stores, get_types_from_msg, get_typestore

    store = get_typestore(Stores.ROS2_JAZZY)
    for path in sorted(share("msg").glob("*.msg")):
        store.register(get_types_from_msg(path.read_text(), f"legion_ros/msg/{path.stem}"))
    return store
