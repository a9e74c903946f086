"""The leaves of a goal's behaviour tree, and what its branches share."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

import py_trees
from py_trees.common import Status

from legion_ros.core import GroundedSkill, LegionError, Scene
from legion_ros.core.facts import Fact
from legion_ros.safety.conduct import Conduct
from legion_ros.skills.memory import Memory
from legion_ros.skills.runner import SkillRunner

__all__ = ["Attempt", "Planning", "Progress", "Settings"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How long a goal is persevered with."""

    retries: int = 2  # further attempts at a step that failed
    rounds: int = 2  # times that what failed is come back to, after everything else was done
    settle: int = 10  # ticks that the scene may take to show what a skill has done
    confirm: int = 10  # ticks in a row in which all that is wanted must hold, at rest
    rolling: int = 60  # ticks after which it counts although something still moves: a ball in a bin
    help_wait: int = 0  # ticks that help is waited for before the goal fails
    search: int = 40  # ticks that something out of sight may take to be seen again


class Planning(Protocol):
    """How steps are found and judged: `legion_ros.skills.planning.Planner`, or a fake of it."""

    def steps(self, scene: Scene, wanted: frozenset[Fact]) -> tuple[GroundedSkill, ...]:
        """The steps that make `wanted` hold from this scene on. Raises Rejected where there are none."""
        ...

    def still_works(self, scene: Scene, steps: tuple[GroundedSkill, ...], wanted: frozenset[Fact]) -> bool:
        """Whether these steps still do."""
        ...

    def momentary(self, step: GroundedSkill) -> frozenset[Fact]:
        """What the step makes hold for a moment only: success is what the runner says."""
        ...


@dataclass
class Progress:
    """What all behaviours of one goal share."""

    runner: SkillRunner
    scene: Callable[[], Scene | None]
    planning: Planning
    submit: Callable[[Callable[[], tuple[GroundedSkill, ...]]], Future]
    settings: Settings
    done: list[GroundedSkill] = field(default_factory=list)  # achieved, in order
    ahead: list[GroundedSkill] = field(default_factory=list)  # of the plan, beginning with the current one
    moments: set[Fact] = field(default_factory=set)  # momentary facts that this stage has achieved
    memory: Memory = field(default_factory=Memory)
    missed: set[Fact] = field(default_factory=set)  # of what was asked of all things, what was lost sight of
    reason: str = ""  # of the latest failure, or what was noticed
    help: str = ""  # what help is waited for
    fatal: bool = False
    replans: int = 0
    conduct: Conduct = field(default_factory=Conduct)
    alarm: str = ""  # why everything waits until `/legion/reset`, "" where it doesn't

    def fail(self, reason: str) -> Status:
        """Note why."""
        self.reason = reason
        return Status.FAILURE


class Attempt(py_trees.behaviour.Behaviour):
    """One attempt at one skill, judged by the scene afterwards."""

    def __init__(self, step: GroundedSkill, progress: Progress) -> None:
        super().__init__(str(step))
        self._step, self._progress = step, progress
        self._moment = progress.planning.momentary(step)
        self._running = False
        self._outcome = None
        self._waited = 0

    def initialise(self) -> None:
        """Forget the attempt before."""
        self._running, self._outcome, self._waited = False, None, 0

    def update(self) -> Status:
        """Start, poll or judge; never waits."""
        scene = self._progress.scene()
        if self._progress.fatal:
            return Status.FAILURE
        if scene is None:
            return Status.RUNNING
        try:
            return self._advance(scene)
        except LegionError as error:  # what the step names is no longer there
            return self._progress.fail(f"{self._step}: {error}")

    def terminate(self, new_status: Status) -> None:
        """Stop the arm where the tree has other plans."""
        if self._running and self._outcome is None:
            self._progress.runner.cancel()
        self._running = False

    def _advance(self, scene: Scene) -> Status:
        if not self._running:
            if not self._moment and self._step.succeeded(scene):
                return self._succeed()
            self._step.check(scene)
            self._progress.runner.start(self._step)
            self._progress.conduct.begin(self._step, scene)
            self._running = True
            return Status.RUNNING
        self._progress.conduct.look(scene)
        self._outcome = self._outcome or self._progress.runner.poll()
        return Status.RUNNING if self._outcome is None else self._judge(scene)

    def _judge(self, scene: Scene) -> Status:
        if self._outcome.fatal:
            self._progress.fatal = True
            return self._progress.fail(f"{self._step}: {self._outcome.reason}")
        if self._outcome.success if self._moment else self._step.succeeded(scene):
            self._progress.conduct.end(scene, success=True)
            return self._succeed()
        self._waited += 1
        if not self._moment and self._waited < self._progress.settings.settle:
            return Status.RUNNING  # the newest scene may be older than the outcome
        self._progress.conduct.end(scene, success=False)
        missed = "it was reported done, but the scene does not show it"
        return self._progress.fail(
            f"{self._step}: {missed if self._outcome.success else self._outcome.reason}"
        )

    def _succeed(self) -> Status:
        progress = self._progress
        progress.moments |= self._moment
        progress.done.append(self._step)
        if progress.ahead[:1] == [self._step]:
            del progress.ahead[0]
        return Status.SUCCESS
