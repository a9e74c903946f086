"""The gate and who stands beside it: the circuit breaker with its retreat, and a person who may take over.

    any but STOPPED --- alarm() --------------------> RETREATING
    RETREATING -------- up, or out of time, or stop() -> STOPPED
    STOPPED ----------- reset() --------------------> HOLDING

What goes up is a stop all the same: no command of anybody passes meanwhile, and `stop()` ends it at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from legion_ros.core.command import Limits, ToolCommand
from legion_ros.core.scene import Tool
from legion_ros.safety.alarm import Alarm
from legion_ros.safety.effort import EffortBreaker, EffortConfig, ForceLimit
from legion_ros.safety.gate import GateConfig, GateState, Mode, SafetyGate
from legion_ros.safety.joints import JointWatch
from legion_ros.safety.retreat import Retreat, RetreatConfig

__all__ = ["Guard", "GuardConfig"]

TAKEN = "a person has taken over"
RETURNING = "a joint is out of its limits: slowly, and not farther"
_SLOWLY = 0.1  # of all speeds, while a joint is


@dataclass(frozen=True, kw_only=True)
class GuardConfig:
    """What the gate does, and what is done beside it."""

    gate: GateConfig = GateConfig()
    effort: EffortConfig = EffortConfig()
    retreat: RetreatConfig = RetreatConfig()
    max_force: float = 900.0  # N on the tool, 3 states in a row, that latch a stop
    intervention_timeout: float = 0.15  # s that a person's command keeps the policy's from passing


class Guard:
    """What `safety_node` asks. Times as in `SafetyGate`.

    Args:
        limits: where the tool may be and how fast it may move.
        config: of all the rest.
        joints: where the arm's joints may be; of an arm whose limits nobody knows they are not looked at.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        config: GuardConfig | None = None,
        joints: JointWatch | None = None,
    ) -> None:
        self.config, self._joints = config or GuardConfig(), joints or JointWatch({})
        self.gate = SafetyGate(limits, self.config.gate)
        self.effort = EffortBreaker(self.config.effort)
        self._force = ForceLimit(self.config.max_force)
        self._retreat: Retreat | None = None
        self._retreat_force = ForceLimit()  # of the retreat that is under way
        self._broken = ""  # why the last retreat was not finished
        self._alarmed = self._taken = False
        self._person = -np.inf  # s: when a person last commanded

    @property
    def state(self) -> GateState:
        """The gate's, and whether there is an alarm, a retreat, a person who has taken over."""
        state = replace(self.gate.state, alarm=self._alarmed, intervention=self._taken)
        if self._retreat is not None:
            return replace(state, mode=Mode.RETREATING)
        if self._broken:
            return replace(state, reason=f"{state.reason}; the retreat was broken off: {self._broken}")
        if self._taken and state.mode is Mode.PASSING:
            return replace(state, reason=TAKEN)
        if self._joints.returning and state.mode is Mode.PASSING:
            return replace(state, reason=RETURNING)
        return state

    def tool_state(self, tool: Tool, stamp: float, now: float) -> Alarm | None:
        """Take note of where the tool is; the alarm where that trips the effort level."""
        self.gate.tool_state(tool, stamp, now)
        if self._retreat is not None and (fault := self._retreat_force.fault(tool)):
            self.stop(fault)
            self._broken = fault
        if self.gate.state.mode is Mode.STOPPED:
            return None
        if fault := self._force.fault(tool):
            self.stop(fault)
            return None
        alarm = self.effort.look(tool, stamp)
        if alarm is not None:
            self.alarm(str(alarm), now)
        return alarm

    def joint_state(
        self,
        names: Sequence[str],
        positions: Sequence[float],
        speeds: Sequence[float],
        stamp: float,
        now: float,
    ) -> None:
        """Take note of where the joints are, as `JointWatch` has them, and stop where that is wrong."""
        fault = self._joints.fault(names, positions, speeds)
        self.gate.motion.caution = _SLOWLY if self._joints.returning else 1.0
        if fault:
            self.stop(fault)
        elif self._joints.covers(names):
            self.gate.joint_state(stamp, now)

    def command(self, command: ToolCommand, stamp: float, now: float) -> ToolCommand | None:
        """What the robot is to do now that a policy's command has come: None where a person commands."""
        self._notice(now)
        if self._taken:
            return None
        return self._through(command, stamp, now)

    def intervention(self, command: ToolCommand, stamp: float, now: float) -> ToolCommand | None:
        """The same for a person's, which takes over even where it is refused."""
        self._person = now
        self._notice(now)
        return self._through(command, stamp, now)

    def watch(self, now: float) -> ToolCommand | None:
        """To be called often: what to send where nobody's command passes, else None."""
        self._notice(now)
        if self._retreat is not None:
            return self._go_up(now)
        return self._sent(self.gate.watch(now))

    def alarm(self, reason: str, now: float) -> bool:
        """Retreat, then hold until `reset`. False, and nothing, where a stop or an alarm came first.

        A retreat may be away from what pushes the tool: what it may be pushed with is `max_force`, or what it
        was pushed with where the retreat began, if that was more. What pushes harder ends the retreat.
        """
        if self.gate.state.mode is Mode.STOPPED:
            return False
        self.gate.stop(reason)
        self._alarmed = True
        tool = self.gate.tool
        if tool is not None:
            ceiling = self.gate.limits.high[2]
            self._retreat = Retreat(self.config.retreat, float(tool.position[2]), ceiling, now)
            pushed = 0.0 if tool.force is None else float(np.linalg.norm(tool.force))
            most = max(self.config.max_force, pushed if np.isfinite(pushed) else 0.0)
            self._retreat_force = ForceLimit(most)
        return True

    def stop(self, reason: str) -> None:
        """Hold until `reset`, at once, also where the arm was retreating. The first reason stays."""
        self._retreat = None
        self.gate.stop(reason)

    def resume(self, reason: str, alarm: bool) -> None:
        """Be stopped as another guard was before this one: where that was on its way up, this one holds."""
        self.stop(reason)
        self._alarmed = alarm

    def reset(self) -> None:
        """Let commands through again; holds until the next good one.

        Where a joint is out of its limits the arm may be moved at a tenth of all speeds, and is stopped again
        where the joint gets farther out.
        """
        if self.gate.state.mode is Mode.STOPPED:
            self._joints.reset()
        self.gate.motion.caution = _SLOWLY if self._joints.returning else 1.0
        self._retreat, self._alarmed, self._broken = None, False, ""
        self._force.reset()
        self.effort.reset()
        self.gate.reset()

    def _notice(self, now: float) -> None:
        """Whether a person commands."""
        self._taken = now - self._person <= self.config.intervention_timeout

    def _through(self, command: ToolCommand, stamp: float, now: float) -> ToolCommand | None:
        out = self.gate.command(command, stamp, now)
        return self._go_up(now) if self._retreat is not None else self._sent(out)

    def _go_up(self, now: float) -> ToolCommand | None:
        """The retreat's next command; a hold when it is over."""
        retreat, tool = self._retreat, self.gate.tool
        velocity = None if retreat is None or tool is None else retreat.velocity(tool, now)
        if velocity is None:
            self._retreat = None
            return self._sent(self.gate.watch(now))
        return self.gate.own(velocity, now)

    def _sent(self, command: ToolCommand | None) -> ToolCommand | None:
        if command is not None:
            self.effort.command(command.velocity)
        return command
