"""Goals as they come on /legion/goal: read as far as needed, a few kept, the rest counted."""

from collections import deque
from dataclasses import dataclass

from rclpy.serialization import deserialize_message
from std_msgs.msg import String

from legion_ros.language.guard import LIMIT

__all__ = ["Arrival", "GoalIntake", "cut", "too_long"]

WAITING = 5  # goals kept until the next tick; of more only their number


@dataclass(frozen=True)
class Arrival:
    """What came on the topic."""

    instruction: str  # as far as it was read
    complaint: str = ""  # why it is no instruction


class GoalIntake:
    """Takes any number of goals, of any size, in bounded memory."""

    def __init__(self) -> None:
        self.received = 0  # so far
        self._waiting: deque[Arrival] = deque()
        self._more = 0

    def store(self, raw: bytes) -> None:
        """Keep a serialised String for the next `take`, or count it."""
        self.received += 1
        if len(self._waiting) < WAITING:
            self._waiting.append(_read(raw))
        else:
            self._more += 1

    def take(self) -> tuple[list[Arrival], int]:
        """What has come since the last time, in order, and how many more were only counted."""
        taken = list(self._waiting), self._more
        self._waiting.clear()
        self._more = 0
        return taken


def too_long(size: int) -> str:
    """Why an instruction of `size` bytes is rejected."""
    return f"an instruction of {size} bytes is too long; at most {LIMIT} will do"


def cut(instruction: str) -> str:
    """At most LIMIT bytes of it, as it goes into a GoalStatus."""
    return instruction[:LIMIT].encode("utf-8", "replace")[:LIMIT].decode("utf-8", "ignore")


def _read(raw: bytes) -> Arrival:
    """The instruction in a serialised String; of one that is too long only what goes into a status."""
    size = len(raw) - 9  # encapsulation and length before it, a zero after it
    if size > LIMIT + 3:  # padding
        return Arrival(str(raw[8 : 8 + LIMIT], "utf-8", "ignore"), too_long(size))
    try:
        return Arrival(deserialize_message(raw, String).data)
    except Exception as error:  # rclpy raises what it likes
        return Arrival("", f"these {len(raw)} bytes are no std_msgs/String: {error}")
