"""One grounded skill being carried out: scene in, command out, until it is done. No ROS, no clock."""

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


@dataclass(frozen=True)
class Outcome:
    """How a skill ended."""

    success: bool
    reason: str
    duration: float  # s


class SkillRun:
    """Asks the expert for a command in each scene, and judges whether the skill has succeeded.

    While success is being confirmed the arm holds still: the expert has only seen what comes before.

    Args:
        skill: what to do.
        act: the expert: observations (1, observation size) to actions (1, action size).
        limits: turn an action into a command.
        time_limit: s of the scenes' time; the skill's own when 0.
    """

    def __init__(
        self,
        skill: GroundedSkill,
        act: Callable[[np.ndarray], np.ndarray],
        limits: Limits,
        time_limit: float = 0.0,
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

    @property
    def elapsed(self) -> float:
        """S of the scenes' time since the first one."""
        return 0.0 if self._began is None else self._last - self._began

    def step(self, scene: Scene) -> ToolCommand:
        """The command for this scene; a hold when `outcome` is there afterwards."""
        began = scene.stamp if self._began is None else self._began
        fresh = scene.stamp > self._last
        self._began, self._last = began, max(self._last, scene.stamp)
        try:
            self._judge(scene, fresh)
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
