"""One grounded skill being carried out: scene in, command out, until it is done. No ROS, no clock."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from legion_ros.core import SKILLS, GroundedSkill, LegionError, Scene
from legion_ros.core.command import Limits, ToolCommand
from legion_ros.core.observation import observe

__all__ = ["Outcome", "SkillRun"]

# Scenes in a row in which a skill must have succeeded: things may still roll, or fall out again. A button
# springs back.
CONFIRMATIONS = {"press": 1}
DEFAULT_CONFIRMATIONS = 5
PRESSING = 1.0  # s over which the mean force is judged: less than the circuit breaker of safety_node takes
BACKING = 0.8  # s upwards after that
BACKING_SPEED = 0.1  # m/s


@dataclass(frozen=True)
class Outcome:
    """How a skill ended."""

    success: bool
    reason: str
    duration: float  # s


class SkillRun:
    """Asks the expert for a command in each scene, and judges whether the skill has succeeded.

    While success is being confirmed the arm holds still: the expert has only seen what comes before. An
    attempt that presses on something for long backs off, straight up, and fails: the next begins elsewhere.

    Args:
        skill: what to do.
        act: the expert: observations (1, observation size) to actions (1, action size).
        limits: turn an action into a command.
        time_limit: s of the scenes' time; the skill's own when 0.
        max_force: N on the tool, mean of `PRESSING` s, at which the attempt is given up.
    """

    def __init__(
        self,
        skill: GroundedSkill,
        act: Callable[[np.ndarray], np.ndarray],
        limits: Limits,
        time_limit: float = 0.0,
        max_force: float = np.inf,
    ) -> None:
        self.skill = skill
        self.outcome: Outcome | None = None  # None while it runs
        self._act, self._limits = act, limits
        self._time_limit = time_limit or SKILLS[skill.skill].time_limit
        self._needed = CONFIRMATIONS.get(skill.skill, DEFAULT_CONFIRMATIONS)
        self._confirmed = 0
        self._began: float | None = None  # s, stamp of the first scene
        self._last = -np.inf  # s, stamp of the newest scene
        self._opening: float | None = None  # m, last commanded
        self._max_force = max_force
        self._forces = deque[tuple[float, float]]()  # s, N: of the last `PRESSING` s
        self._backs_off: float | None = None  # s, stamp of the scene in which that began

    @property
    def elapsed(self) -> float:
        """S of the scenes' time since the first one."""
        return 0.0 if self._began is None else self._last - self._began

    def step(self, scene: Scene) -> ToolCommand:
        """The command for this scene; a hold when `outcome` is there afterwards."""
        began = scene.stamp if self._began is None else self._began
        fresh = scene.stamp > self._last
        self._began, self._last = began, max(self._last, scene.stamp)
        if self._backs_off is not None:
            return self._back_off(scene, self._backs_off)
        try:
            self._judge(scene, fresh)
            if self.outcome is None and fresh and self._presses(scene):
                self._backs_off = scene.stamp
                return self._back_off(scene, scene.stamp)
            if self.outcome is None and not self._confirmed:
                command = self._limits.command(self._act(observe(scene, self.skill)[None])[0])
                self._opening = command.opening
                return command
        except (LegionError, ValueError) as error:  # something is gone from the scene, or holds NaN
            self._confirmed = 0
            self.finish(False, str(error))
        return self.hold(scene.tool.opening)

    def hold(self, opening: float) -> ToolCommand:
        """Zero velocity and the last opening that was commanded, or `opening` in m before any was."""
        return ToolCommand(np.zeros(3), 0.0, opening if self._opening is None else self._opening)

    def finish(self, success: bool, reason: str) -> None:
        """End it, for a reason from outside too. The first outcome stays."""
        if self.outcome is None:
            self.outcome = Outcome(success, reason, self.elapsed)

    def _presses(self, scene: Scene) -> bool:
        """Whether the tool has pressed on something for as long as is judged; no where nobody can tell."""
        force = scene.tool.force
        if force is None or not np.isfinite(force).all():
            return False
        # a knock counts for no more than lasting contact at three times the limit
        self._forces.append((scene.stamp, min(float(np.linalg.norm(force)), 3.0 * self._max_force)))
        while scene.stamp - self._forces[0][0] > PRESSING:
            self._forces.popleft()
        lasted = scene.stamp - self._forces[0][0]
        return lasted > 0.9 * PRESSING and float(np.mean([n for _, n in self._forces])) > self._max_force

    def _back_off(self, scene: Scene, began: float) -> ToolCommand:
        """Go up, since the scene of stamp `began` in s; when that is over, the attempt has failed."""
        if scene.stamp - began >= BACKING:
            pressed = f"pressed on something with more than {self._max_force:g} N for {PRESSING:g} s"
            self.finish(False, pressed)
        hold = self.hold(scene.tool.opening)
        up = 0.0 if self.outcome is not None else BACKING_SPEED
        return ToolCommand(np.array([0.0, 0.0, up]), 0.0, hold.opening)

    def _judge(self, scene: Scene, fresh: bool) -> None:
        """Count scenes of success; end on enough of them, or out of time."""
        if not self.skill.succeeded(scene):
            self._confirmed = 0
            if self.elapsed >= self._time_limit:
                self.finish(False, f"no success within {self._time_limit:g} s")
        elif fresh:
            self._confirmed += 1
            if self._confirmed >= self._needed:
                self.finish(True, "succeeded")
