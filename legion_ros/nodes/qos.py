"""The qualities of service of the graph, as the table of docs/architecture.md has them."""

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

__all__ = [
    "ALARM",
    "CLOCK",
    "COMMAND",
    "DIAGNOSTICS",
    "GOAL",
    "GOAL_INTAKE",
    "GOAL_SERVICE",
    "GOAL_STATUS",
    "IMAGE",
    "NEW_ALARM",
    "SEEN",
    "SENSOR",
    "STATE",
]


def _profile(depth: int, reliable: bool = True, latched: bool = False) -> QoSProfile:
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
    )


SENSOR = _profile(5, reliable=False)  # streams: the newest counts, a lost one doesn't
CLOCK = _profile(1, reliable=False)
COMMAND = _profile(1)
ALARM = _profile(10, latched=True)
NEW_ALARM = _profile(10)  # of those who act on alarms: an old one is no reason to
STATE = _profile(1, latched=True)  # what is so until something else is said
GOAL = _profile(10)
# The one who answers goals reads deeper, so that a burst is answered and not overwritten: depth is each
# side's own.
GOAL_INTAKE = _profile(1000)
GOAL_SERVICE = _profile(1000)  # of the actions: the requests of a burst, and their answers
GOAL_STATUS = _profile(10, latched=True)
DIAGNOSTICS = _profile(10)
IMAGE = _profile(1)  # reliable: best effort loses most messages of this size
SEEN = _profile(1)  # the simulator waits for it
