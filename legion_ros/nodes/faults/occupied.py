"""A graph that is kept busy with goals, and watched: every command that reaches the arm is looked at."""

import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from legion_ros.core import LegionError
from legion_ros.core.command import Limits
from legion_ros.msg import ToolCommand as ToolCommandMessage
from legion_ros.nodes.client import GraphClient, Task
from legion_ros.nodes.conversions import command_from, seconds
from legion_ros.nodes.qos import COMMAND

__all__ = ["Motion", "Occupied"]

_INSTRUCTIONS = ("clear the table", "open the drawer", "close the drawer", "press the button")
_LONGEST = 120.0  # s that a goal may take until it is canceled
_SAID = 60  # characters of a reason that are kept: its end says what happened
_SILENT = 30.0  # s without a word of a goal until it is lost: whoever carries it out speaks every second


@dataclass(frozen=True)
class Motion:
    """That the arm was told to move."""

    published: float  # s since the epoch
    stamp: float  # s, the robot's time: of what it was computed from


class Occupied:
    """Gives one goal after the other, in ever new scenes. Call `tend` all the time, then spin.

    Args:
        client: of the graph.
        rng: for scenes and goals.
    """

    def __init__(self, client: GraphClient, rng: np.random.Generator) -> None:
        self.accepted = self.succeeded = self.failed = self.lost = 0
        self.canceled = 0  # of those that failed: they took too long, or the measurement was at its end
        self.reasons = Counter[str]()  # why the others failed
        self.unlimited = 0  # commands outside the limits
        self.last_motion = -np.inf  # s, monotonic: when the last command came that was no hold
        self.motions = deque[Motion](maxlen=10_000)  # the commands that were no hold
        self._client, self._rng, self._limits = client, rng, Limits()
        self._task: Task | None = None
        self._began = 0.0
        self._canceling = False  # the task that runs
        callback: Any = self._on_command
        client.node.create_subscription(ToolCommandMessage, "/legion/command", callback, COMMAND)

    @property
    def moving(self) -> bool:
        """Whether the arm was told to move within the last 100 ms."""
        return time.monotonic() - self.last_motion < 0.1

    def tend(self) -> None:
        """See to the goal that runs, or give another."""
        task = self._task
        if task is None:
            self._give()
        elif task.result is not None:
            self._count(task)
            self._task = None
        elif time.monotonic() - task.heard > _SILENT:
            self.lost += 1
            known = f"at {task.current}" if task.plan else "never begun"
            self.reasons[f"lost after {self.accepted} others: {task.instruction}, {known}"] += 1
            self._task = None
        elif time.monotonic() - self._began > _LONGEST and not self._canceling:
            self._canceling = True
            task.cancel()

    def end(self, patience: float = _LONGEST) -> None:
        """Cancel what runs and wait for its end: an accepted goal that gets none is lost."""
        if self._task is None:
            return
        self._canceling = True
        self._task.cancel()
        end = time.monotonic() + patience
        while self._task is not None and time.monotonic() < end:
            if self._task.result is not None:
                self._count(self._task)
                self._task = None
            self._client.spin(0.05)
        self.lost += self._task is not None
        self._task = None

    def _give(self) -> None:
        try:
            self._client.reset_safety()
            names = self._client.reset_scene(int(self._rng.integers(2**31)), 2, 5)
        except LegionError:
            return  # sim_node is being started again: the next time
        self._client.await_seen(names, longest=_SILENT)  # or the goal is of things that are gone
        self._task = self._client.execute(str(self._rng.choice(_INSTRUCTIONS)))
        self._began, self._canceling = time.monotonic(), False

    def _count(self, task: Task) -> None:
        self.accepted += 1
        self.succeeded += task.result.success
        self.failed += not task.result.success
        if task.result.success:
            return
        if self._canceling:
            self.canceled += 1
        else:
            self.reasons[task.result.reason[-_SAID:]] += 1

    def _on_command(self, message: ToolCommandMessage, info: Mapping[str, int]) -> None:
        command, limits = command_from(message), self._limits
        moves = bool(command.velocity.any() or command.yaw_rate)
        inside = command.finite and (
            np.abs(command.velocity).max() <= limits.max_speed + 1e-9
            and abs(command.yaw_rate) <= limits.max_yaw_rate + 1e-9
            and -1e-9 <= command.opening <= limits.max_opening + 1e-9
        )
        self.unlimited += not inside
        if moves:
            self.last_motion = time.monotonic()
            published = info["source_timestamp"] * 1e-9
            self.motions.append(Motion(published, seconds(message.header.stamp)))
