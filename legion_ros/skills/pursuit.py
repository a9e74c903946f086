"""The branches of a goal's behaviour tree: each brings one stage about, whatever happens meanwhile."""

from concurrent.futures import Future

import numpy as np
import py_trees
from py_trees.common import Status

from legion_ros.core import GroundedSkill, LegionError, Scene
from legion_ros.core.facts import Fact, facts
from legion_ros.skills.behaviours import Attempt, Progress
from legion_ros.skills.goal import Stage
from legion_ros.skills.witness import Witness

__all__ = ["Pursuit"]

_AT_REST = 0.006  # m: less than that while it is looked at is no motion but the camera's error


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
        self._rounds, self._held, self._waited, self._asking, self._searched = 0, 0, 0, 0, 0
        self._places: dict[
            str, np.ndarray
        ] = {}  # (3,) m, base frame: where things were when all began to hold
        self._witness = Witness()
        self._asked: frozenset[Fact] | None = None  # what the stage came to when it began
        self._progress.moments = set()

    def update(self) -> Status:
        """One look at the scene, and what follows from it; never waits."""
        progress = self._progress
        scene = progress.scene()
        if progress.fatal:
            return Status.FAILURE
        if progress.alarm:
            return self._await_reset()
        if scene is None:
            return Status.RUNNING
        self._note(scene)
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
        """All that the stage asks for and that can be seen to.

        That is without what was to come about for a moment and has, and without what is about things that
        are out of sight: buried, or lost.
        """
        memory, gone = self._progress.memory, self._progress.memory.gone(scene)
        wanted = memory.renamed(self._stage.wanted(scene, facts(scene))) - self._progress.moments
        return frozenset(fact for fact in wanted if not gone.intersection(fact.arguments))

    def _left(self, scene: Scene) -> frozenset[Fact]:
        return self._wanted(scene) - facts(scene)

    def _note(self, scene: Scene) -> None:
        """Keep in mind what was there, what was asked of it, and what of that came to hold."""
        now = facts(scene)
        if self._asked is None:
            self._asked = self._stage.wanted(scene, now)
            self._progress.conduct.stage(self._asked)
        self._progress.memory.look(scene, now, self._asked)

    def _lost(self, scene: Scene) -> frozenset[Fact]:
        return self._progress.memory.lost(scene, self._asked or frozenset())

    def _look(self, scene: Scene) -> Status:
        """Nothing runs: is it all done? If not, what is to be planned for?"""
        progress, left = self._progress, self._left(scene)
        if not left and (lost := self._lost(scene)):
            self._searched += 1
            if self._searched < progress.settings.search:
                return Status.RUNNING
            if named := lost & progress.memory.renamed(self._stage.facts):
                return self._ask_for_lost(named, scene)
            progress.missed |= lost  # nobody named it: the rest goes on, this is told at the end
        if not left:
            return self._confirm(scene)
        self._held = self._waited = 0
        if left <= self._later:
            self._rounds += 1
            if self._rounds >= progress.settings.rounds:
                return self._ask(left)
            self._later.clear()
        self._planned = self._wanted(scene) - self._later
        wanted = self._planned
        self._planning = progress.submit(lambda: progress.planning.steps(scene, wanted))
        return self._take_plan()

    def _confirm(self, scene: Scene) -> Status:
        """Done, once what was asked for has held at rest for a while: a can that was pushed may roll on."""
        settings = self._progress.settings
        names = {name for fact in self._wanted(scene) for name in fact.arguments}
        places = {o.name: np.asarray(o.position) for o in scene.objects if o.name in names}
        known = self._places if self._held else places
        resting = all(np.linalg.norm(places[n] - known[n]) < _AT_REST for n in places.keys() & known.keys())
        self._waited += 1
        if not self._held or (not resting and self._waited < settings.rolling):
            self._held, self._places = 1, places
        else:
            self._held += 1
        return Status.SUCCESS if self._held >= settings.confirm else Status.RUNNING

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

    def _ask_for_lost(self, lost: frozenset[Fact], scene: Scene) -> Status:
        gone = self._progress.memory.gone(scene)
        names = sorted(gone.intersection(name for fact in lost for name in fact.arguments))
        self._progress.reason = f"{', '.join(names)}: no longer to be seen"
        return self._ask(lost)

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
        helped = moved or not (self._left(scene) | self._lost(scene))
        if not helped and self._asking < self._progress.settings.help_wait:
            return Status.RUNNING
        reason, self._progress.help = self._progress.help, ""
        if not helped:
            return self._progress.fail(reason)
        self._begin_again("the scene has changed: going on")
        return Status.RUNNING

    def _begin_again(self, why: str) -> None:
        self._later.clear()
        self._rounds, self._searched = 0, 0
        self._progress.conduct.reset()
        self._progress.reason = why

    def _await_reset(self) -> Status:
        """Nothing is done while an alarm is on; what was planned is planned anew, from what is seen then."""
        progress = self._progress
        if progress.help != progress.alarm:
            self.terminate(Status.INVALID)
            self._planning, self._asking = None, 0
            progress.help = progress.alarm
            progress.ahead.clear()
            self._begin_again(progress.alarm)
        self._asking += 1
        if self._asking <= progress.settings.help_wait:
            return Status.RUNNING
        progress.help = ""
        return progress.fail(progress.alarm)
