"""Sees a plan through: ticked from outside, it starts skills, judges them by the scene and retries."""

from collections.abc import Callable
from enum import Enum

import py_trees
from py_trees.common import Status

from legion_ros.core import GroundedSkill, LegionError, Scene
from legion_ros.skills.behaviours import Progress, Settings, branch
from legion_ros.skills.plan import Plan
from legion_ros.skills.runner import SkillRunner

__all__ = ["Execution", "ExecutionStatus"]


class ExecutionStatus(Enum):
    """Where an execution stands."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class Execution:
    """One plan being carried out.

    A step whose success holds already is passed over. A step that fails is tried again; a goal for several
    objects ("clear the table") goes on with the others and comes back to what is left, before the plan fails
    with the reason. `tick` returns at once, always.
    """

    def __init__(
        self,
        plan: Plan,
        runner: SkillRunner,
        scene_source: Callable[[], Scene | None],
        settings: Settings | None = None,
    ) -> None:
        """Nothing is started before the first tick.

        Args:
            plan: from a Composer.
            runner: carries out single skills.
            scene_source: the newest scene, or None while there is none; called in every tick.
            settings: how long to persevere.
        """
        self._progress = Progress(runner, scene_source, settings or Settings(), plan, list(plan.steps))
        children = [branch(part, self._progress) for part in plan.parts]
        self._tree = py_trees.composites.Sequence(plan.instruction, memory=True, children=children)
        self.status = ExecutionStatus.RUNNING
        self.reason = ""  # why it failed or was canceled; while it runs, why the latest attempt failed

    @property
    def steps(self) -> tuple[GroundedSkill, ...]:
        """The plan as it stands now: a goal gone through again may ask for other steps than at first."""
        return tuple(self._progress.steps)

    @property
    def current(self) -> int:
        """Index into `steps` of the one that runs or ran last."""
        return self._progress.current

    @property
    def progress(self) -> float:
        """Share of `steps` that was achieved, 0 to 1."""
        if self.status is ExecutionStatus.SUCCEEDED or not self._progress.steps:
            return 1.0
        return len(self._progress.achieved.intersection(self._progress.steps)) / len(
            set(self._progress.steps)
        )

    def tick(self) -> ExecutionStatus:
        """Look once at the scene and the runner, and do what follows. Does nothing after the end."""
        if self.status is not ExecutionStatus.RUNNING:
            return self.status
        try:
            self._tree.tick_once()
        except LegionError as error:
            self._tree.stop(Status.INVALID)
            return self._end(ExecutionStatus.FAILED, str(error))
        self.reason = self._progress.reason
        if self._tree.status is Status.SUCCESS:
            return self._end(ExecutionStatus.SUCCEEDED, "")
        if self._tree.status is Status.FAILURE:
            return self._end(ExecutionStatus.FAILED, self._progress.reason)
        return self.status

    def cancel(self) -> None:
        """Give up at once: the skill that runs is canceled. Does nothing after the end."""
        if self.status is ExecutionStatus.RUNNING:
            self._tree.stop(Status.INVALID)
            self._end(ExecutionStatus.CANCELED, "canceled")

    def _end(self, status: ExecutionStatus, reason: str) -> ExecutionStatus:
        self.status, self.reason = status, reason
        return status
