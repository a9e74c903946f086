"""Takes messages as they come and has a thread write them into bags, in a folder that stays bounded."""

import re
import shutil
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from legion_ros.recording.bag import Bag
from legion_ros.recording.errors import RecordingError
from legion_ros.recording.topics import TOPICS, message_types

__all__ = ["Recorder", "RecorderConfig"]

_NAME = re.compile(r"\d{8}-\d{6}-\d{6}")  # of the folders that are ours to delete
_GOAL_STATUS, _SAFETY_STATE = "/legion/goal_status", "/legion/safety_state"
_UNDER_WAY = ("ACCEPTED", "RUNNING", "HELP")  # states of a goal that has begun and not ended


@dataclass(frozen=True, kw_only=True)
class RecorderConfig:
    """Bounds of a recording."""

    bag_size: int = 64 << 20  # bytes after which a new bag begins as soon as no goal is under way
    longest_bag: int = 256 << 20  # bytes after which a new bag begins in any case
    folder_size: int = 1 << 30  # bytes of all bags, about; the oldest go
    waiting_size: int = 16 << 20  # bytes that wait for the disk; what comes then is dropped
    message_size: int = 256 << 10  # bytes of a message; a longer one (a hostile goal) is dropped
    commit_period: float = 0.5  # s between commits: what a kill -9 can take
    patience: float = 10.0  # s after a fault of the disk until a new bag is tried

    def __post_init__(self) -> None:
        fitting = (self.message_size, self.waiting_size), (self.bag_size, self.longest_bag, self.folder_size)
        if self.message_size <= 0 or any(list(sizes) != sorted(sizes) for sizes in fitting):
            raise RecordingError(
                f"sizes {fitting} bytes are not valid: a message must fit into the queue, a bag into the"
                " longest bag and that into the folder"
            )


class Recorder:
    """A recording that goes on until `close`.

    One bag is one session, cut at `bag_size` between two goals, so that no goal is torn apart. Not one bag a
    goal: a burst of rejected goals would make a folder each, and what happened between goals, a stop or a
    thing moved by hand, would be in none.

    Args:
        folder: where the bags go; made where it is missing.
        config: bounds.
        wall: s since the epoch, read once.

    Raises:
        RecordingError: the folder can't be written.
    """

    def __init__(
        self, folder: Path, config: RecorderConfig | None = None, wall: Callable[[], float] = time.time
    ) -> None:
        self.config = config or RecorderConfig()
        self.written = 0  # messages
        self.dropped = 0  # messages that were not written: too many at once, too long, no room on the disk
        self.fault = ""  # why nothing can be written at the moment
        self.bag: Path | None = None  # that is written now
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RecordingError(
                f"can't record into {folder}: {error.strerror}; name another folder"
            ) from error
        self._types = message_types()
        consts, _ = self._types.fielddefs["legion_ros/msg/GoalStatus"]
        self._under_way = {value for name, _, value in consts if name in _UNDER_WAY}
        # stamps never go back, whatever is done to the wall clock
        self._epoch = round(wall() * 1e9) - time.monotonic_ns()
        self._queue: deque[tuple[str, int, bytes]] = deque()
        self._waiting = 0  # bytes in the queue
        self._news = threading.Condition()
        self._closing = False
        self._goal = ""  # id of the goal under way: there is one at a time
        self._safety: bytes | None = None  # the newest safety state: a new bag begins with it
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    def store(self, topic: str, message: bytes) -> None:
        """Have a serialized message written; returns at once."""
        stamp = self._epoch + time.monotonic_ns()
        with self._news:
            room = self.config.waiting_size - self._waiting
            if len(message) > min(room, self.config.message_size) or self._closing:
                self.dropped += 1
                return
            self._queue.append((topic, stamp, message))
            self._waiting += len(message)
            self._news.notify()

    def close(self) -> None:
        """Write what waits, and complete the bag."""
        with self._news:
            self._closing = True
            self._news.notify()
        self._thread.join()

    # -- in the thread ------------------------------------------------------------------------------------

    def _work(self) -> None:
        bag: Bag | None = None
        while not self._over():
            batch = self._take()
            if not batch:
                continue
            try:
                bag = bag or self._begin(batch[0][1])
                for topic, stamp, message in batch:
                    bag.write(topic, stamp, message)
                    self._look_at(topic, message)
                bag.commit()
                self.written += len(batch)
                if bag.size > (self.config.longest_bag if self._goal else self.config.bag_size):
                    bag = self._end(bag)
            except Exception as error:  # of three libraries: whatever it is, the next bag may do better
                self.fault = f"can't write to {self._folder}: {error}"
                self.dropped += len(batch)
                bag = self._abandon(bag)
                self._pause()
        if bag is not None:
            self._end(bag)

    def _over(self) -> bool:
        with self._news:
            return self._closing and not self._queue

    def _take(self) -> list[tuple[str, int, bytes]]:
        """All that has come within the commit period, at once."""
        with self._news:
            self._news.wait_for(lambda: self._queue or self._closing)
            self._news.wait_for(lambda: self._closing, self.config.commit_period)
            batch = list(self._queue)
            self._queue.clear()
            self._waiting = 0
        return batch

    def _pause(self) -> None:
        with self._news:
            self._news.wait_for(lambda: self._closing, self.config.patience)

    def _begin(self, stamp: int) -> Bag:
        """A new bag from `stamp` on, with room made for it, and the safety state that still holds in it."""
        self._make_room()
        now = datetime.fromtimestamp(stamp / 1e9, UTC)
        bag = Bag(self._folder / f"{now:%Y%m%d-%H%M%S-%f}", self._types, TOPICS)
        self.bag, self.fault = bag.path, ""
        if self._safety is not None:
            bag.write(_SAFETY_STATE, stamp, self._safety)
        return bag

    def _end(self, bag: Bag) -> None:
        self.bag = None
        try:
            bag.close()
        except Exception as error:
            self.fault = f"can't complete {bag.path}: {error}"
            self._abandon(bag)

    def _abandon(self, bag: Bag | None) -> None:
        self.bag = None
        if bag is not None:
            try:
                bag.abandon()
            except (OSError, sqlite3.Error) as error:
                self.fault += f"; {error}"

    def _make_room(self) -> None:
        """Delete the oldest bags until one more fits into the folder."""
        bags = sorted(path for path in self._folder.iterdir() if _NAME.fullmatch(path.name))
        sizes = [sum(file.stat().st_size for file in path.iterdir()) for path in bags]
        while bags and sum(sizes) + self.config.longest_bag > self.config.folder_size:
            shutil.rmtree(bags.pop(0))
            sizes.pop(0)

    def _look_at(self, topic: str, message: bytes) -> None:
        """Know which goals are under way, and what the gate last said."""
        if topic == _SAFETY_STATE:
            self._safety = message
        elif topic == _GOAL_STATUS:
            from rosbags.serde import SerdeError

            try:
                status = self._types.deserialize_cdr(message, "legion_ros/msg/GoalStatus")
            except SerdeError:
                return  # somebody else's message under the name of ours: it is kept, that is all
            if status.state in self._under_way:
                self._goal = status.goal_id
            elif status.goal_id == self._goal:
                self._goal = ""
