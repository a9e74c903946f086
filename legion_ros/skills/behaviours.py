"""The leaves and branches of a goal's behaviour tree."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

import py_trees
from py_trees.common import Status

from legion_ros.core import GroundedSkill, LegionError, Scene
from legion_ros.core.facts import Fact, facts
from legion_ros.skills.goal import Stage
from legion_ros.skills.runner import SkillRunner
from legion_ros.skills.witness import Witness

__all__ = ["Attempt", "Planning", "Progress", "Pursuit", "Settings"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How long a goal is persevered with."""

    retries: int = 2  # further attempts at a step that failed
    rounds: int = 2  # times that what failed is come back to, after everything else was done
    settle: int = 10  # ticks that the scene may take to show what a skill has done
    confirm: int = 3  # ticks in a row in which all that is wanted must hold
    help_wait: int = 0  # ticks that help is waited for before the goal fails


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
    reason: str = ""  # of the latest failure, or what was noticed
    help: str = ""  # what help is waited for
    fatal: bool = False
    replans: int = 0

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
            self._running = True
            return Status.RUNNING
        self._outcome = self._outcome or self._progress.runner.poll()
        return Status.RUNNING if self._outcome is None else self._judge(scene)

    def _judge(self, scene: Scene) -> Status:
        if self._outcome.fatal:
            self._progress.fatal = True
            return self._progress.fail(f"{self._step}: {self._outcome.reason}")
        if self._outcome.success if self._moment else self._step.succeeded(scene):
            return self._succeed()
        self._waited += 1
        if not self._moment and self._waited < self._progress.settings.settle:
            return Status.RUNNING  # the newest scene may be older than the outcome
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


class Pursuit(py_trees.behaviour.Behaviour):
    """Brings one stage of a goal about: plans from what is seen, ticks the tree of the plan, plans again.

    What keeps failing is left for later while the rest is done, and come back to; then help is asked for.
    """

    def __init__(self, stage: Stage, progress: Progress) -> None:
        super().__init__(stage.said)
        self._stage, self._progress = stage, progress
        self.initialise()

    def initialise(self) -> None:
        """Nothing is planned, nothing was left for later."""
        self._tree: py_trees.behaviour.Behaviour | None = None
        self._planning: Future | None = None
        self._planned: frozenset[Fact] = frozenset()  # what the plan is for
        self._later: set[Fact] = set()
        self._rounds, self._held, self._asking = 0, 0, 0
        self._witness = Witness()
        self._progress.moments = set()

    def update(self) -> Status:
        """One look at the scene, and what follows from it; never waits."""
        progress = self._progress
        scene = progress.scene()
        if progress.fatal:
            return Status.FAILURE
        if scene is None:
            return Status.RUNNING
        moved = self._witness.moved(scene, progress.ahead[0] if self._tree and progress.ahead else None)
        if moved:
            progress.reason = f"{' and '.join(moved)} moved, and not by me: planning again where it matters"
        if progress.help:
            return self._await_help(scene, bool(moved))
        if self._planning is not None:
            return self._take_plan()
        if self._tree is not None:
            return self._go_on(scene)
        return self._look(scene)

    def terminate(self, new_status: Status) -> None:
        """Stop what runs."""
        if self._tree is not None:
            self._tree.stop(Status.INVALID)
            self._tree = None

    def _wanted(self, scene: Scene) -> frozenset[Fact]:
        """All that the stage asks for, less what was to come about for a moment and has."""
        return self._stage.wanted(scene, facts(scene)) - self._progress.moments

    def _left(self, scene: Scene) -> frozenset[Fact]:
        return self._wanted(scene) - facts(scene)

    def _look(self, scene: Scene) -> Status:
        """Nothing runs: is it all done? If not, what is to be planned for?"""
        progress, left = self._progress, self._left(scene)
        if not left:
            self._held += 1
            return Status.SUCCESS if self._held >= progress.settings.confirm else Status.RUNNING
        self._held = 0
        if left <= self._later:
            self._rounds += 1
            if self._rounds >= progress.settings.rounds:
                return self._ask(left)
            self._later.clear()
        self._planned = self._wanted(scene) - self._later
        wanted = self._planned
        self._planning = progress.submit(lambda: progress.planning.steps(scene, wanted))
        return self._take_plan()

    def _take_plan(self) -> Status:
        """Make a tree of the plan once it is there."""
        progress = self._progress
        if not self._planning.done():
            return Status.RUNNING
        planning, self._planning = self._planning, None
        try:
            steps = planning.result()
        except LegionError as error:
            progress.reason = str(error)
            self._later |= self._planned
            return Status.RUNNING
        if not steps:  # it came to hold while it was planned for
            return Status.RUNNING
        progress.ahead[:] = steps
        progress.replans += 1
        retries = progress.settings.retries + 1
        children = [
            py_trees.decorators.Retry(f"try {step}", Attempt(step, progress), retries) for step in steps
        ]
        self._tree = py_trees.composites.Sequence("plan", memory=True, children=children)
        return Status.RUNNING

    def _go_on(self, scene: Scene) -> Status:
        """Tick the plan; when a step has ended, see whether the rest of it still leads there."""
        progress, before = self._progress, len(self._progress.done)
        failing = progress.ahead[:1]
        self._tree.tick_once()
        if progress.fatal:
            return Status.FAILURE
        if self._tree.status is Status.FAILURE:
            self._postpone(failing)
        elif self._tree.status is Status.SUCCESS:
            self._tree = None
        elif len(progress.done) > before and not self._leads_there(scene):
            self._tree.stop(Status.INVALID)
            self._tree = None
        return Status.RUNNING

    def _leads_there(self, scene: Scene) -> bool:
        wanted = self._wanted(scene) - self._later
        return self._progress.planning.still_works(scene, tuple(self._progress.ahead), wanted)

    def _postpone(self, failing: list[GroundedSkill]) -> None:
        """Leave for later what the failed step was for."""
        self._tree = None
        names = {failing[0].object or failing[0].target} if failing else set()
        served = {fact for fact in self._planned if names.intersection(fact.arguments)}
        self._later |= served or self._planned

    def _ask(self, left: frozenset[Fact]) -> Status:
        """Nothing more can be done alone."""
        wanted = ", ".join(map(str, sorted(left)))
        reason = self._progress.reason.removeprefix("left: ")
        self._progress.fail(f"left: {wanted}" + (f" ({reason})" if reason else ""))
        if not self._progress.settings.help_wait:
            return Status.FAILURE
        self._progress.help = self._progress.reason
        self._progress.ahead.clear()
        self._asking = 0
        return Status.RUNNING

    def _await_help(self, scene: Scene, moved: bool) -> Status:
        """Go on when somebody has changed the scene; fail when nobody comes."""
        self._asking += 1
        helped = moved or not self._left(scene)
        if not helped and self._asking < self._progress.settings.help_wait:
            return Status.RUNNING
        reason, self._progress.help = self._progress.help, ""
        if not helped:
            return self._progress.fail(reason)
        self._later.clear()
        self._rounds = 0
        self._progress.reason = "the scene has changed: going on"
        return Status.RUNNING
