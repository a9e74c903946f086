"""Bags and messages made by hand."""

from legion_ros.recording import Bag
from legion_ros.recording.topics import TOPICS, message_types

TYPES = message_types()
KINDS = {topic.name: topic.kind for topic in TOPICS}
SECOND = 10**9  # ns
STATES = {name: value for name, _, value in TYPES.fielddefs["legion_ros/msg/GoalStatus"][0]}
MODES = {name: value for name, _, value in TYPES.fielddefs["legion_ros/msg/SafetyState"][0]}


def serialized(topic, message):
    return bytes(TYPES.serialize_cdr(message, KINDS[topic]))


def header():
    time = TYPES.types["builtin_interfaces/msg/Time"](sec=0, nanosec=0)
    return TYPES.types["std_msgs/msg/Header"](stamp=time, frame_id="")


def clock(seconds):
    time = TYPES.types["builtin_interfaces/msg/Time"](sec=int(seconds), nanosec=round(seconds % 1 * 1e9))
    return serialized("/clock", TYPES.types["rosgraph_msgs/msg/Clock"](clock=time))


def said(words):
    return serialized("/legion/goal", TYPES.types["std_msgs/msg/String"](data=words))


def status(state, plan=(), step=0, reason="", goal="a", instruction="press the button"):
    kind = TYPES.types["legion_ros/msg/GoalStatus"]
    values = {
        "header": header(),
        "state": STATES[state],
        "goal_id": goal,
        "instruction": instruction,
        "reason": reason,
        "plan": list(plan),
        "step": step,
        "progress": 0.0,
    }
    constants = {name: value for name, _, value in TYPES.fielddefs["legion_ros/msg/GoalStatus"][0]}
    return serialized("/legion/goal_status", kind(**{k: v for k, v in values.items() if k not in constants}))


def safety(mode, reason="", intervention=False):
    kind = TYPES.types["legion_ros/msg/SafetyState"]
    message = kind(
        header=header(),
        state=MODES[mode],
        reason=reason,
        limited=0,
        refused=0,
        alarm=mode == "RETREATING",
        intervention=intervention,
    )
    return serialized("/legion/safety_state", message)


def health(name, level, text):
    kind = TYPES.types["diagnostic_msgs/msg/DiagnosticStatus"]
    one = kind(level=level, name=name, message=text, hardware_id="", values=[])
    array = TYPES.types["diagnostic_msgs/msg/DiagnosticArray"](header=header(), status=[one])
    return serialized("/diagnostics", array)


def make_bag(path, entries):
    """A complete bag of (topic, s, message)."""
    bag = Bag(path, TYPES)
    for topic, seconds, message in entries:
        bag.write(topic, round(seconds * SECOND), message)
    bag.close()
    return path
