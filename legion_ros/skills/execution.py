"""Sees a goal through: ticked from outside, it plans, starts skills, judges them, and plans again."""

from collections.abc import Callable
from concurrent.futures import Future
from enum import Enum

import py_trees
from py_trees.common import Status

from legion_ros.core import GroundedSkill, LegionError, Scene
from legion_ros.safety.alarm import Alarm
from legion_ros.skills.behaviours import Planning, Progress, Settings
from legion_ros.skills.goal import Goal, Stage
from legion_ros.skills.pursuit import Pursuit
from legion_ros.skills.runner import SkillRunner

__all__ = ["Execution", "ExecutionStatus", "at_once"]


class ExecutionStatus(Enum):
    """Where an execution stands."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


def at_once(work: Callable[[], tuple[GroundedSkill, ...]]) -> Future:
    """Plan where the tick is, instead of in a worker: for tests."""
    done: Future = Future()
    try:
        done.set_result(work())
    except Exception as error:
        done.set_exception(error)
    return done


class Execution:
    """One goal being worked off, stage by stage.

    Each stage is planned from what is seen when it begins, and again whenever the rest of its plan no longer
    leads there. A step that fails is tried again, then left for later; help is asked for what is left at
    last. `tick` returns at once, always.
    """

    def __init__(
        self,
        goal: Goal,
        planning: Planning,
        runner: SkillRunner,
        scene_source: Callable[[], Scene | None],
        settings: Settings | None = None,
        submit: Callable[[Callable], Future] = at_once,
        foreseen: tuple[GroundedSkill, ...] = (),
        lasting: Stage | None = None,
    ) -> None:
        """Nothing is started before the first tick.

        Args:
            goal: from a Composer.
            planning: finds steps, of this goal.
            runner: carries out single skills.
            scene_source: the newest scene, or None while there is none; called in every tick.
            settings: how long to persevere.
            submit: has planning done, in a worker for instance.
            foreseen: the steps that were planned when the goal was given, shown until there are others.
            lasting: what is to hold when all stages are over; what came undone meanwhile is done again.
        """
        self._progress = Progress(runner, scene_source, planning, submit, settings or Settings())
        self._foreseen = foreseen
        stages = [*goal.stages, *([lasting] if lasting else [])]
        children = [Pursuit(stage, self._progress) for stage in stages]
        self._tree = py_trees.composites.Sequence(goal.instruction, memory=True, children=children)
        self._alarm: Alarm | None = None
        self.status = ExecutionStatus.RUNNING
        self.reason = ""  # why it failed or was canceled; while it runs, why the latest attempt failed

    @property
    def steps(self) -> tuple[GroundedSkill, ...]:
        """What was done, and what is planned as things stand now."""
        progress = self._progress
        known = [*progress.done, *progress.ahead]
        if self.status is not ExecutionStatus.RUNNING:
            return tuple(known)
        return (*known, *self._foreseen[len(known) :])

    @property
    def current(self) -> int:
        """Index into `steps` of the one that runs or ran last."""
        return min(len(self._progress.done), max(len(self.steps) - 1, 0))

    @property
    def progress(self) -> float:
        """Share of `steps` that was achieved, 0 to 1."""
        if self.status is ExecutionStatus.SUCCEEDED or not self.steps:
            return 1.0
        return len(self._progress.done) / len(self.steps)

    @property
    def help(self) -> str:
        """What help is asked for, "" when none is."""
        return self._progress.help

    @property
    def replans(self) -> int:
        """How many plans were made, beyond the first of each stage that needed one."""
        return self._progress.replans

    def tick(self) -> ExecutionStatus:
        """Look once at the scene and the runner, and do what follows. Does nothing after the end."""
        if self.status is not ExecutionStatus.RUNNING:
            return self.status
        try:
            self._tree.tick_once()
        except LegionError as error:
            self._tree.stop(Status.INVALID)
            return self._end(ExecutionStatus.FAILED, str(error))
        if self._alarm is None and (tripped := self._progress.conduct.alarm):
            self._alarm = tripped
            self.halt(f"{tripped}; /legion/reset goes on")
        self.reason = self._progress.reason
        if self._tree.status is Status.SUCCESS:
            missed = ", ".join(map(str, sorted(self._progress.missed - self._progress.memory.achieved)))
            if missed:
                return self._end(ExecutionStatus.FAILED, f"left: {missed} (no longer to be seen)")
            return self._end(ExecutionStatus.SUCCEEDED, "")
        if self._tree.status is Status.FAILURE:
            return self._end(ExecutionStatus.FAILED, self._progress.reason)
        return self.status

    @property
    def alarm(self) -> Alarm | None:
        """What the circuit breaker says of how the goal is carried out; None where all is well."""
        return self._alarm

    def halt(self, reason: str) -> None:
        """An alarm: stop what runs, and ask for help until `go_on`. The first reason stays."""
        if self.status is ExecutionStatus.RUNNING and not self._progress.alarm:
            self._progress.alarm = reason
            self._progress.runner.cancel()

    def go_on(self) -> None:
        """The alarm was seen to: plan anew from what is seen. Does nothing without one."""
        if self._progress.alarm:
            self._progress.alarm = self._progress.help = ""
            self._progress.reason = "reset: going on"
            self._alarm = None

    def cancel(self) -> None:
        """Give up at once: the skill that runs is canceled. Does nothing after the end."""
        if self.status is ExecutionStatus.RUNNING:
            self._tree.stop(Status.INVALID)
            self._end(ExecutionStatus.CANCELED, "canceled")

    def _end(self, status: ExecutionStatus, reason: str) -> ExecutionStatus:
        self.status, self.reason = status, reason
        return status
