"""The gate that every command to the arm passes: finite, fresh, inside the limits, or the arm holds.

Times are passed in. `now` is any clock that runs steadily and is used for all calls (the node passes a
monotonic wall clock); a `stamp` is the time of the tool state that a command was computed from, in the
robot's own time. A state is fresh when its stamp is new, not when it comes: a driver that hangs may repeat
the last one for ever. The same holds for commands (stamps.py). Stamps are compared with each other, so two
clocks that disagree do no harm; one that jumps makes commands stale, and the arm holds. That a clock goes
slower than `now`, or that states come later and later, is looked for with a `max_delay` (delay.py).

    PASSING --- no fresh command, no fresh state, command refused ---> HOLDING
    HOLDING --- a good command -------------------------------------> PASSING
    any ------- stop(), a fault, `most_bad` commands with NaN in a second --> STOPPED
    STOPPED --- reset() ---------------------------------------------> HOLDING

To hold is to command zero velocity and the last opening, so that what is in the hand stays there.
"""

from collections import deque
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from legion_ros.core.command import Limits, ToolCommand
from legion_ros.core.scene import Tool
from legion_ros.safety.delay import Delay
from legion_ros.safety.motion import MotionConfig, MotionLimiter
from legion_ros.safety.stamps import CommandStamps

__all__ = ["RESET", "GateConfig", "GateState", "Mode", "SafetyGate"]


RESET = "reset; no command yet"  # the reason for which it holds after one
_UNKNOWN = "no tool state yet"


class Mode(IntEnum):
    """What becomes of a command; the numbers are those of SafetyState.msg."""

    PASSING = 0  # commands go through, limited
    HOLDING = 1  # no fresh command: the arm is told to hold
    STOPPED = 2  # latched until reset
    RETREATING = 3  # on the way to that, after an alarm (see guard.py)


@dataclass(frozen=True, kw_only=True)
class GateConfig:
    """When the gate holds, and when it latches."""

    command_timeout: float = 0.08  # s without a command from a newer state until the arm is told to hold
    state_timeout: float = 0.08  # s without a tool state until commands are refused
    joint_timeout: float = 0.0  # s without a state of the arm's joints until it holds; 0: not looked for
    max_lag: float = 0.15  # s that a command's stamp may differ from the newest tool state's
    max_delay: float = 0.0  # s that a state may come later than others did; 0: any, its clock may be slow
    most_bad: int = 5  # commands with NaN or infinity within a second that latch a stop
    deadman_timeout: float = 0.0  # s without `alive` until the arm holds; 0: nobody has to be there
    motion: MotionConfig = MotionConfig()


@dataclass(frozen=True)
class GateState:
    """What the gate is doing, and why."""

    mode: Mode
    reason: str  # "" while passing
    limited: int = 0  # commands that had to be changed so far
    refused: int = 0  # commands that were not passed on so far
    alarm: bool = False  # the circuit breaker has tripped
    intervention: bool = False  # a person has taken over


class SafetyGate:
    """Commands in, commands inside the limits out.

    Args:
        limits: where the tool may be and how fast it may move.
        config: when to hold and when to latch.
    """

    def __init__(self, limits: Limits | None = None, config: GateConfig | None = None) -> None:
        self.limits = limits or Limits()
        self.config = config or GateConfig()
        self.motion = MotionLimiter(self.limits, self.config.motion)
        self._mode, self._reason = Mode.HOLDING, "no command yet"
        self._limited = self._refused = 0
        self._bad: deque[float] = deque(
            maxlen=self.config.most_bad
        )  # s: when the last that were not finite came
        self._tool: Tool | None = None
        self._tool_stamp = 0.0  # s, the robot's time
        self._stamps = CommandStamps(self.config.max_lag)
        # s, on the clock of `now`: when something came that was newer than what had come before
        self._tool_received = self._command_received = self._joints_received = self._alive = -np.inf
        self._delay = Delay(self.config.max_delay, self.config.max_lag)
        self._joint_stamp = -np.inf  # s, the robot's time
        self._opening: float | None = None  # m, the last that was passed on

    @property
    def state(self) -> GateState:
        """Mode, reason and counts as they are now."""
        return GateState(self._mode, self._reason, self._limited, self._refused)

    @property
    def stamp(self) -> float:
        """Stamp in s of the newest tool state, 0 before the first: what a hold answers."""
        return self._tool_stamp

    @property
    def tool(self) -> Tool | None:
        """The newest state, None before the first."""
        return self._tool

    def own(self, velocity: np.ndarray, now: float) -> ToolCommand | None:
        """A motion of the safety side itself, stopped or not: the fingers stay, a hold where all is stale.

        Args:
            velocity: (3,) m/s, base frame; what comes of it is inside the limits.
            now: s.
        """
        hold, tool = self._hold(rest=False), self._tool
        if hold is None or tool is None or self._stale(now):
            return self._hold()
        limited = self.motion.limit(replace(hold, velocity=velocity), tool, self._tool_stamp)
        # what is still to be braked is stopped at once, as in a hold
        return replace(
            limited, velocity=np.where(limited.velocity * velocity > 0, limited.velocity, 0.0), yaw_rate=0.0
        )

    def tool_state(self, tool: Tool, stamp: float, now: float) -> None:
        """Take note of where the tool is. A state that is not finite, or not new, is as good as none."""
        if not np.isfinite([*tool.position, tool.yaw, tool.opening, stamp]).all():
            return
        if self._tool is None or stamp != self._tool_stamp:
            self._tool_received = now
            self._delay.look(stamp, now)
        if abs(stamp - self._tool_stamp) > self.config.max_lag:  # the robot, or its clock, was started anew
            self._stamps.clock_set(now)
        self._tool, self._tool_stamp = tool, stamp

    def joint_state(self, stamp: float, now: float) -> None:
        """The joints were measured at `stamp`: only needed with a `joint_timeout`."""
        if stamp != self._joint_stamp:
            self._joint_stamp, self._joints_received = stamp, now

    def alive(self, now: float) -> None:
        """Whoever watches over the arm is there: only needed with a `deadman_timeout`."""
        self._alive = now

    def command(self, command: ToolCommand, stamp: float, now: float) -> ToolCommand | None:
        """What the robot is to do now that `command` has arrived.

        Returns:
            The command inside the limits, or a hold where it is refused; None where it is refused before
            anything is known of the tool, so that there is no opening to hold.
        """
        finite = command.finite and np.isfinite(stamp)
        news = finite and self._stamps.look(stamp, now)
        if news and abs(self._tool_stamp - stamp) <= self.config.max_lag:
            self._command_received = now
        refusal, tool = self._refusal(finite, news, stamp, now), self._tool
        if refusal is None and tool is not None:
            self._stamps.answered(stamp)
            limited = self.motion.limit(command, tool, self._tool_stamp)
            self._opening = limited.opening
            self._limited += _differ(command, limited)
            self._mode, self._reason = Mode.PASSING, ""
            return limited
        self._refused += 1
        if self._mode is not Mode.STOPPED:
            self._mode, self._reason = Mode.HOLDING, refusal or _UNKNOWN
        if not finite:
            self._bad.append(now)
            if len(self._bad) == self.config.most_bad and now - self._bad[0] <= 1.0:
                self.stop(f"{self.config.most_bad} commands within a second held NaN or infinity")
        return self._hold()

    def watch(self, now: float) -> ToolCommand | None:
        """To be called often: a hold to send where nothing fresh comes or a stop is latched, else None."""
        if self._mode is Mode.PASSING:
            stale = self._stale(now) or self._silent(now)
            if stale is None:
                return None
            self._mode, self._reason = Mode.HOLDING, stale
        return self._hold()

    def stop(self, reason: str) -> None:
        """Hold until `reset`. The first reason stays."""
        if self._mode is not Mode.STOPPED:
            self._mode, self._reason = Mode.STOPPED, reason

    def reset(self) -> None:
        """Let commands through again; holds until the next good one. Does nothing when no stop is latched."""
        if self._mode is Mode.STOPPED:
            self._mode, self._reason = Mode.HOLDING, RESET
            self._bad.clear()

    def _refusal(self, finite: bool, news: bool, stamp: float, now: float) -> str | None:
        """Why a command is not passed on, None where it is."""
        if self._mode is Mode.STOPPED:
            return self._reason
        if not finite:
            return "command refused: it holds NaN or infinity"
        if stale := self._stale(now):
            return stale
        if not news and (silent := self._silent(now)):
            return silent
        lag = self._tool_stamp - stamp
        if abs(lag) > self.config.max_lag:
            when = f"{abs(lag):.2f} s {'older' if lag > 0 else 'newer'} than the newest tool state"
            return f"command refused: computed from a state {when}; at most {self.config.max_lag:g} s will do"
        return None

    # Reasons name the limit, not the age: they are published on change, and the age changes all the time.

    def _stale(self, now: float) -> str | None:
        """Why nobody can be sure of the arm, None where one can."""
        if self._tool is None:
            return _UNKNOWN
        if now - self._tool_received > self.config.state_timeout:
            return f"no new tool state for {self.config.state_timeout:g} s"
        if self._delay.late:
            return f"tool states come {self._delay.most:g} s later than before: a slow clock, or a queue"
        if 0.0 < self.config.joint_timeout < now - self._joints_received:
            return f"no new state of the arm's joints for {self.config.joint_timeout:g} s"
        if 0.0 < self.config.deadman_timeout < now - self._alive:
            return f"nobody has held the deadman for {self.config.deadman_timeout:g} s"
        return None

    def _silent(self, now: float) -> str | None:
        if now - self._command_received > self.config.command_timeout:
            return f"no command from a newer state for {self.config.command_timeout:g} s"
        return None

    def _hold(self, rest: bool = True) -> ToolCommand | None:
        """Zero velocity and the last opening; the measured one before any was commanded."""
        opening = self._opening
        if opening is None:
            if self._tool is None:
                return None
            opening = float(np.clip(self._tool.opening, 0.0, self.limits.max_opening))
        if rest:
            self.motion.rest(self._tool_stamp)
        return ToolCommand(np.zeros(3), 0.0, opening)


def _differ(one: ToolCommand, other: ToolCommand) -> bool:
    first, second = ((*c.velocity, c.yaw_rate, c.opening) for c in (one, other))
    return bool(np.abs(np.subtract(first, second)).max() > 1e-6)
