"""Robot and policy at once, as safety_node sees them: 20 states and commands a second, until told not to."""

import time
from collections.abc import Callable, Sequence

import numpy as np
from sensor_msgs.msg import JointState

from legion_ros.core import Tool
from legion_ros.core.command import ToolCommand
from legion_ros.msg import SafetyState, ToolState
from legion_ros.msg import ToolCommand as ToolCommandMessage
from legion_ros.nodes.client import GraphClient
from legion_ros.nodes.conversions import command_from, command_message, time_message, tool_message
from legion_ros.nodes.qos import COMMAND, SENSOR, STATE

__all__ = ["StandIn"]

PERIOD = 0.05  # s
_MIDDLE = np.array([0.5, 0.0, 0.2])  # m, base frame: about which the tool goes to and fro
_FAR = 0.05  # m at which it turns round
_SPEED = 0.1  # m/s


class StandIn:
    """Plays both ends of safety_node. What is to go wrong is said by its fields; `spin` plays on.

    The tool goes where it is told to, to and fro. Its stamps are of a clock that runs as the wall's does.

    Args:
        client: through which to talk.
        joints: names of the arm's, where its joints are to be seen.
        positions: (N,) rad that they are at, always.
        most_delay: s that a state may come late and still be fresh.
    """

    def __init__(
        self,
        client: GraphClient,
        joints: Sequence[str] = (),
        positions: Sequence[float] = (),
        most_delay: float = np.inf,
    ) -> None:
        self.states, self.joints, self.commands = True, True, True  # whether they are published
        self.frozen_scene = False  # commands are computed from the same scene again and again
        self.frozen_state = False  # the driver repeats its last state
        self.skew = 0.0  # s that the robot's clock is ahead of what it was
        self.drift = 0.0  # s of delay that come to that of the states, each second
        self.delay = 0.0  # s that states come late
        self.heard: list[tuple[float, bool]] = []  # s, monotonic; whether it moves
        self.reason = ""  # why it holds, in safety_node's words
        self.sent: dict[str, float] = {}  # s, monotonic: when the last that was fresh was sent
        self._client, self._most_delay = client, most_delay
        self._names, self._positions = list(joints), [float(position) for position in positions]
        node = client.node
        self._tool = node.create_publisher(ToolState, "/legion/tool_state", SENSOR)
        self._joints = node.create_publisher(JointState, "/joint_states", SENSOR)
        self._policy = node.create_publisher(ToolCommandMessage, "/legion/policy_command", COMMAND)
        node.create_subscription(ToolCommandMessage, "/legion/command", self._on_command, COMMAND)
        node.create_subscription(SafetyState, "/legion/safety_state", self._on_state, STATE)
        self._next = self._measured = time.monotonic()
        self._ahead = 100.0 - self._next  # s that the robot's clock is ahead of this one
        self._stamp = self._seen = 100.0  # s: of the newest state, and of the one that the policy knows
        self._answered = 0.0  # s: the state that the last command was computed from
        self._silent_until = 0.0  # s, monotonic: before it, states wait in a queue
        self._policy_next: float | None = None
        self._place, self._velocity, self._way = _MIDDLE.copy(), np.zeros(3), 1.0  # m, m/s, to or fro

    def wait_for_gate(self) -> None:
        """Until safety_node hears us."""
        connected = (self._tool.get_subscription_count, self._policy.get_subscription_count)
        self._client.wait(lambda: all(count() for count in connected), 30.0, "safety_node")

    def spin(self, until: Callable[[], bool], longest: float) -> bool:
        """Play on until something holds, `longest` s at most; whether it does."""
        end = time.monotonic() + longest
        while not until():
            now = time.monotonic()
            if now > end:
                return False
            due = self._play(now)
            self._client.spin(max(0.0, min(due, end) - time.monotonic()))
        return True

    def play_for(self, duration: float) -> None:
        """Play on for so many s."""
        self.spin(lambda: False, duration)

    def move(self, longest: float = 60.0) -> bool:
        """Repair everything and play on until commands pass; whether they do."""
        self.states = self.joints = self.commands = True
        self.frozen_scene = self.frozen_state = False
        self.drift = self.delay = self._silent_until = 0.0
        self.heard.clear()
        return self.spin(lambda: len(self.heard) > 2 and all(moves for _, moves in self.heard[-3:]), longest)

    @property
    def in_time(self) -> bool:
        """Whether states come no later than they may."""
        return self.delay <= self._most_delay

    def queue(self, delay: float) -> None:
        """From now on states wait for `delay` s until they come: none for as long, then all as late."""
        self._silent_until, self.delay = time.monotonic() + delay, delay

    def lasting_hold(self) -> float | None:
        """When the hold began that lasts until now, s; None where none was heard since `heard` was empty."""
        began = None
        for at, moves in self.heard:
            began = None if moves else began or at
        return began

    def _play(self, now: float) -> float:
        """Publish what is due; s, monotonic, when there is more to do.

        A command follows its state by some ms, as from a real policy: they go through two topics, and the
        state has to be there first.
        """
        if self._policy_next is not None and now >= self._policy_next:
            self._policy_next = None
            self._command()
        if now >= self._next:
            self._next += PERIOD * (1 + (now - self._next) // PERIOD)
            self._state(now)
            self._policy_next = now + 0.005
        return min(self._next, self._policy_next or self._next)

    def _state(self, now: float) -> None:
        elapsed, self._measured = now - self._measured, now
        self._place += self._velocity * elapsed
        self.delay += self.drift * elapsed
        self._ahead, self.skew = self._ahead + self.skew, 0.0
        if not self.states or now < self._silent_until:
            return
        if not self.frozen_state:
            self._stamp = now + self._ahead - self.delay
        fresh = not self.frozen_state and self.in_time
        if fresh:
            self.sent["state"] = time.monotonic()
        self._tool.publish(tool_message(Tool(self._place.copy(), yaw=0.0, opening=0.05), self._stamp))
        if self._names and self.joints:
            message = JointState(name=self._names, position=self._positions)
            message.header.stamp = time_message(self._stamp)
            if fresh:
                self.sent["joints"] = time.monotonic()
            self._joints.publish(message)
        if not self.frozen_scene:
            self._seen = self._stamp

    def _command(self) -> None:
        if not self.commands:
            return
        along = self._place[0] - _MIDDLE[0]
        self._way = -np.sign(along) if abs(along) > _FAR else self._way
        velocity = np.array([_SPEED * self._way, 0.0, 0.0])
        if self._seen != self._answered:
            self._answered, self.sent["command"] = self._seen, time.monotonic()
        self._policy.publish(command_message(ToolCommand(velocity, 0.0, 0.04), self._seen))

    def _on_command(self, message: ToolCommandMessage) -> None:
        command = command_from(message)
        self._velocity = command.velocity
        self.heard.append((time.monotonic(), bool(command.velocity.any() or command.yaw_rate)))

    def _on_state(self, message: SafetyState) -> None:
        self.reason = message.reason
