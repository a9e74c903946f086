"""The leaves and branches of a plan's behaviour tree."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import py_trees
from py_trees.common import Status

from legion_ros.core import GroundedSkill, LegionError, Scene
from legion_ros.skills.plan import Part, Plan
from legion_ros.skills.runner import SkillRunner

__all__ = ["Attempt", "Finished", "Progress", "Round", "Settings", "attempts", "branch"]

# Skills whose effect does not last: success is what the runner says, and what holds already is done again.
MOMENTARY = frozenset(("reach", "press"))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How long a plan is persevered with."""

    retries: int = 2  # further attempts at a step that failed
    rounds: int = 2  # times that a goal for several objects is gone through before it is given up
    settle: int = 10  # ticks that the scene may take to show what a skill has done


@dataclass
class Progress:
    """What all behaviours of one plan share."""

    runner: SkillRunner
    scene: Callable[[], Scene | None]
    settings: Settings
    plan: Plan
    steps: list[GroundedSkill]  # in order; changes when a goal is gone through again
    achieved: set[GroundedSkill] = field(default_factory=set)
    current: int = 0  # index into steps
    reason: str = ""  # of the latest failure
    fatal: bool = False

    def begin(self, step: GroundedSkill) -> None:
        """Make it the current step."""
        if step in self.steps:
            start = self.current if step in self.steps[self.current :] else 0
            self.current = self.steps.index(step, start)

    def fail(self, reason: str) -> Status:
        """Note why."""
        self.reason = reason
        return Status.FAILURE


class Attempt(py_trees.behaviour.Behaviour):
    """One attempt at one skill, judged by the scene afterwards."""

    def __init__(self, step: GroundedSkill, progress: Progress) -> None:
        super().__init__(str(step))
        self._step, self._progress = step, progress
        self._lasts = step.skill not in MOMENTARY
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
            if self._lasts and self._step.succeeded(scene):
                return self._succeed()
            self._step.check(scene)
            self._progress.begin(self._step)
            self._progress.runner.start(self._step)
            self._running = True
            return Status.RUNNING
        self._outcome = self._outcome or self._progress.runner.poll()
        return Status.RUNNING if self._outcome is None else self._judge(scene)

    def _judge(self, scene: Scene) -> Status:
        if self._outcome.fatal:
            self._progress.fatal = True
            return self._progress.fail(f"{self._step}: {self._outcome.reason}")
        if self._step.succeeded(scene) if self._lasts else self._outcome.success:
            return self._succeed()
        self._waited += 1
        if self._lasts and self._waited < self._progress.settings.settle:
            return Status.RUNNING  # the newest scene may be older than the outcome
        missed = "it was reported done, but the scene does not show it"
        return self._progress.fail(
            f"{self._step}: {missed if self._outcome.success else self._outcome.reason}"
        )

    def _succeed(self) -> Status:
        self._progress.achieved.add(self._step)
        return Status.SUCCESS


class Holds(py_trees.behaviour.Behaviour):
    """Whether the skill's success holds already."""

    def __init__(self, step: GroundedSkill, progress: Progress) -> None:
        super().__init__(f"{step} holds")
        self._step, self._progress = step, progress

    def update(self) -> Status:
        """One look at the scene."""
        scene = self._progress.scene()
        try:
            if scene is None or self._step.skill in MOMENTARY or not self._step.succeeded(scene):
                return Status.FAILURE
        except LegionError:
            return Status.FAILURE
        self._progress.achieved.add(self._step)
        return Status.SUCCESS


class Round(py_trees.composites.Sequence):
    """Goes once through all that a goal still asks for; what fails is left for the next round."""

    def __init__(self, part: Part, progress: Progress) -> None:
        super().__init__("round", memory=True)
        self._part, self._progress = part, progress

    def initialise(self) -> None:
        """Ask the goal anew what is to be done."""
        scene = self._progress.scene()
        steps = self._part.goal.remaining(scene) if scene else self._part.steps
        self._reorder(steps)
        self.remove_all_children()
        for step in steps:
            tried = attempts(step, self._progress)
            self.add_child(py_trees.decorators.FailureIsSuccess(f"{step}, or later", tried))
        self.current_child = self.children[0] if self.children else None

    def _reorder(self, steps: Sequence[GroundedSkill]) -> None:
        """Replace what is left of this part in the list of steps by what it has become."""
        progress, known = self._progress, set(self._part.steps) | set(steps)
        mine = [i for i, step in enumerate(progress.steps) if step in known]
        if not mine:
            return
        done = [s for s in progress.steps if s in known and s in progress.achieved and s not in steps]
        after = [s for s in progress.steps[mine[-1] + 1 :]]
        before = [s for s in progress.steps[: mine[-1] + 1] if s not in known]
        progress.achieved.difference_update(steps)
        progress.steps[:] = [*before, *done, *steps, *after]
        progress.current = min(len(before) + len(done), max(len(progress.steps) - 1, 0))


class Finished(py_trees.behaviour.Behaviour):
    """Whether a goal for several objects asks for nothing more."""

    def __init__(self, part: Part, progress: Progress) -> None:
        super().__init__("nothing is left")
        self._part, self._progress = part, progress

    def update(self) -> Status:
        """One look at the scene."""
        scene = self._progress.scene()
        left = self._part.goal.remaining(scene) if scene else ()
        if scene is not None and not left:
            return Status.SUCCESS
        if self._progress.fatal:
            return Status.FAILURE
        names = ", ".join(dict.fromkeys(step.object for step in left)) or "unknown: there is no scene"
        reason = self._progress.reason.removeprefix("left: ")
        return self._progress.fail(f"left: {names}" + (f" ({reason})" if reason else ""))


def attempts(step: GroundedSkill, progress: Progress) -> py_trees.behaviour.Behaviour:
    """A step with what must be done before it, tried until it works or was tried too often."""
    work: py_trees.behaviour.Behaviour = Attempt(step, progress)
    if needed := progress.plan.needed(step):
        order = py_trees.composites.Sequence(
            "in order", memory=True, children=[Attempt(needed, progress), work]
        )
        work = py_trees.composites.Selector(str(step), memory=True, children=[Holds(step, progress), order])
    return py_trees.decorators.Retry(f"try {step}", work, progress.settings.retries + 1)


def branch(part: Part, progress: Progress) -> py_trees.behaviour.Behaviour:
    """The branch for one part of a plan."""
    if part.goal is None:
        children = [attempts(step, progress) for step in part.steps]
        return py_trees.composites.Sequence("steps", memory=True, children=children)
    rounds = py_trees.composites.Sequence(
        "goal", memory=True, children=[Round(part, progress), Finished(part, progress)]
    )
    return py_trees.decorators.Retry("rounds", rounds, progress.settings.rounds)
