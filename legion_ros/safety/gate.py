"""The gate that every command to the arm passes: finite, fresh, inside the limits, or the arm holds.

Times are passed in. `now` is any clock that runs steadily and is used for all calls (the node passes a
monotonic wall clock); a `stamp` is the time of the tool state that a command was computed from, in the
robot's own time.

    PASSING --- no fresh command, no fresh state, command refused ---> HOLDING
    HOLDING --- a good command -------------------------------------> PASSING
    any ------- stop(), or `most_bad` commands with NaN in a second --> STOPPED
    STOPPED --- reset() ---------------------------------------------> HOLDING

To hold is to command zero velocity and the last opening, so that what is in the hand stays there.
"""

from collections import deque
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from legion_ros.core.command import Limits, ToolCommand
from legion_ros.core.scene import Tool

__all__ = ["GateConfig", "GateState", "Mode", "SafetyGate"]

_Real = np.ndarray | float


class Mode(IntEnum):
    """What becomes of a command; the numbers are those of SafetyState.msg."""

    PASSING = 0  # commands go through, limited
    HOLDING = 1  # no fresh command: the arm is told to hold
    STOPPED = 2  # latched until reset


@dataclass(frozen=True, kw_only=True)
class GateConfig:
    """When the gate holds, and when it latches."""

    command_timeout: float = 0.15  # s without a command until the arm is told to hold
    state_timeout: float = 0.15  # s without a tool state until commands are refused
    max_lag: float = 0.15  # s that a command's stamp may differ from the newest tool state's
    horizon: float = 0.05  # s ahead within which the tool must stay in the workspace
    most_bad: int = 5  # commands with NaN or infinity within a second that latch a stop


@dataclass(frozen=True)
class GateState:
    """What the gate is doing, and why."""

    mode: Mode
    reason: str  # "" while passing
    limited: int = 0  # commands that had to be changed so far
    refused: int = 0  # commands that were not passed on so far


class SafetyGate:
    """Commands in, commands inside the limits out.

    Args:
        limits: where the tool may be and how fast it may move.
        config: when to hold and when to latch.
    """

    def __init__(self, limits: Limits | None = None, config: GateConfig | None = None) -> None:
        self.limits = limits or Limits()
        self.config = config or GateConfig()
        self._mode, self._reason = Mode.HOLDING, "no command yet"
        self._limited = self._refused = 0
        self._bad: deque[float] = deque(
            maxlen=self.config.most_bad
        )  # s: when the last that were not finite came
        self._tool: Tool | None = None
        self._tool_stamp = 0.0  # s, the robot's time
        self._tool_received = self._command_received = -np.inf  # s, on the clock of `now`
        self._opening: float | None = None  # m, the last that was passed on

    @property
    def state(self) -> GateState:
        """Mode, reason and counts as they are now."""
        return GateState(self._mode, self._reason, self._limited, self._refused)

    @property
    def stamp(self) -> float:
        """Stamp in s of the newest tool state, 0 before the first: what a hold answers."""
        return self._tool_stamp

    def tool_state(self, tool: Tool, stamp: float, now: float) -> None:
        """Take note of where the tool is. A state that is not finite is as good as none."""
        if np.isfinite([*tool.position, tool.yaw, tool.opening, stamp]).all():
            self._tool, self._tool_stamp, self._tool_received = tool, stamp, now

    def command(self, command: ToolCommand, stamp: float, now: float) -> ToolCommand | None:
        """What the robot is to do now that `command` has arrived.

        Returns:
            The command inside the limits, or a hold where it is refused; None where it is refused before
            anything is known of the tool, so that there is no opening to hold.
        """
        finite = command.finite and np.isfinite(stamp)
        refusal = self._refusal(finite, stamp, now)
        if refusal is None:
            self._command_received = now
            limited = self._limit(command)
            self._opening = limited.opening
            self._mode, self._reason = Mode.PASSING, ""
            return limited
        self._refused += 1
        if self._mode is not Mode.STOPPED:
            self._mode, self._reason = Mode.HOLDING, refusal
        if not finite:
            self._bad.append(now)
            if len(self._bad) == self.config.most_bad and now - self._bad[0] <= 1.0:
                self.stop(f"{self.config.most_bad} commands within a second held NaN or infinity")
        return self._hold()

    def watch(self, now: float) -> ToolCommand | None:
        """To be called often: a hold to send where nothing fresh comes or a stop is latched, else None."""
        if self._mode is Mode.PASSING:
            silent = now - self._command_received
            if now - self._tool_received > self.config.state_timeout:
                self._mode, self._reason = Mode.HOLDING, self._no_state(now)
            elif silent > self.config.command_timeout:
                self._mode, self._reason = Mode.HOLDING, f"no command for {self.config.command_timeout:g} s"
        return None if self._mode is Mode.PASSING else self._hold()

    def stop(self, reason: str) -> None:
        """Hold until `reset`. The first reason stays."""
        if self._mode is not Mode.STOPPED:
            self._mode, self._reason = Mode.STOPPED, reason

    def reset(self) -> None:
        """Let commands through again; holds until the next good one. Does nothing when no stop is latched."""
        if self._mode is Mode.STOPPED:
            self._mode, self._reason = Mode.HOLDING, "reset; no command yet"
            self._bad.clear()

    def _refusal(self, finite: bool, stamp: float, now: float) -> str | None:
        """Why a command is not passed on, None where it is."""
        if self._mode is Mode.STOPPED:
            return self._reason
        if not finite:
            return "command refused: it holds NaN or infinity"
        if now - self._tool_received > self.config.state_timeout:
            return self._no_state(now)
        lag = self._tool_stamp - stamp
        if abs(lag) > self.config.max_lag:
            when = f"{abs(lag):.2f} s {'older' if lag > 0 else 'newer'} than the newest tool state"
            return f"command refused: computed from a state {when}; at most {self.config.max_lag:g} s will do"
        return None

    def _no_state(self, now: float) -> str:
        if self._tool is None:
            return "no tool state yet"
        # the limit, not the age: the reason is published on change, and the age changes all the time
        return f"no tool state for {self.config.state_timeout:g} s"

    def _hold(self) -> ToolCommand | None:
        """Zero velocity and the last opening; the measured one before any was commanded."""
        opening = self._opening
        if opening is None:
            if self._tool is None:
                return None
            opening = float(np.clip(self._tool.opening, 0.0, self.limits.max_opening))
        return ToolCommand(np.zeros(3), 0.0, opening)

    def _limit(self, command: ToolCommand) -> ToolCommand:
        """`command` at most as fast as allowed, and not out of the workspace within the horizon."""
        limits, tool = self.limits, self._tool
        velocity = np.clip(np.asarray(command.velocity, float), -limits.max_speed, limits.max_speed)
        velocity = self._inward(velocity, tool.position, np.array(limits.low), np.array(limits.high))
        yaw_rate = float(np.clip(command.yaw_rate, -limits.max_yaw_rate, limits.max_yaw_rate))
        yaw_rate = float(self._inward(yaw_rate, tool.yaw, *limits.yaw))
        opening = float(np.clip(command.opening, 0.0, limits.max_opening))
        before = [*command.velocity, command.yaw_rate, command.opening]
        change = np.abs(np.subtract([*velocity, yaw_rate, opening], before)).max()
        self._limited += bool(change > 1e-6)
        return ToolCommand(velocity, yaw_rate, opening)

    def _inward(self, speed: _Real, place: _Real, low: _Real, high: _Real) -> np.ndarray:
        """`speed` slowed so that `place` stays in [low, high] over the horizon; out of it, only inward."""
        with np.errstate(over="ignore"):  # a place far out gives infinity: no bound on the way back
            slowest = np.minimum((low - place) / self.config.horizon, 0.0)
            fastest = np.maximum((high - place) / self.config.horizon, 0.0)
        return np.clip(speed, slowest, fastest)
