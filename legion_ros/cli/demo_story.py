"""What happened in a demonstration, step by step: pure, from what was witnessed."""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from legion_ros.core import SKILLS, GroundedSkill, LegionError, Scene
from legion_ros.core.predicates import inside

if TYPE_CHECKING:
    from legion_ros.nodes.witness import GoalEvent

__all__ = ["COMING", "DONE", "NOT_DONE", "RUNNING", "Step", "Story", "grounded", "whereabouts"]

COMING, RUNNING, DONE, NOT_DONE = "coming", "running", "done", "not done"


@dataclass(frozen=True)
class Step:
    """One attempt at a grounded skill."""

    skill: str  # as the plan has it: "put(can, bin)"
    outcome: str = COMING
    start: float = 0.0  # s, simulated, since the goal was sent
    end: float = 0.0  # s


class Story:
    """Grows by the events of a goal. Times are simulated seconds since the first.

    Args:
        began: simulated time in s at which the goal was sent.
    """

    def __init__(self, began: float) -> None:
        self.began = began
        self.past: list[Step] = []  # the last of them may be running
        self.coming: tuple[str, ...] = ()
        self.state, self.reason, self.progress = "sent", "", 0.0
        self.duration = 0.0  # s, so far
        self.over = False

    @property
    def steps(self) -> list[Step]:
        """All of it: what was tried, what runs, what is to come."""
        return [*self.past, *(Step(skill) for skill in self.coming)]

    @property
    def running(self) -> Step | None:
        """The attempt that is on, if any."""
        return self.past[-1] if self.past and self.past[-1].outcome == RUNNING else None

    def tell(self, event: "GoalEvent", scene: Scene | None) -> None:
        """Add an event, and the scene it happened in."""
        self.duration = event.stamp - self.began
        plan, step = event.plan, event.step
        running = event.state == "running" and 0 <= step < len(plan)
        if self.running and not (running and self._is_same(plan[step], event.reason)):
            self._close(event.state, scene)
        if running:
            if self.running is None:
                self.past.append(Step(plan[step], RUNNING, self.duration, self.duration))
            self.coming = plan[step + 1 :]
        elif event.state == "accepted":
            self.coming = plan[step:]
        elif event.last:
            self.coming = () if event.state == "succeeded" else plan[step + 1 :]
            self.over = True
        self.state, self.reason, self.progress = event.state, event.reason, event.progress

    def give_up(self, stamp: float, reason: str) -> None:
        """End it from outside at `stamp` s."""
        self.duration = stamp - self.began
        if self.running:
            self._close("failed", None)
        self.state, self.reason, self.over = "failed", reason, True

    def count(self, outcome: str) -> int:
        """How many attempts ended so."""
        return sum(step.outcome == outcome for step in self.past)

    @property
    def verdict(self) -> str:
        """How it went, in a sentence."""
        how = {"succeeded": "Done", "failed": "Failed", "rejected": "Not begun", "canceled": "Canceled"}
        head = f"{how.get(self.state, self.state)} after {self.duration:.1f} simulated seconds"
        return f"{head}: {self.reason}" if self.reason else f"{head}."

    def _is_same(self, skill: str, reason: str) -> bool:
        return self.running.skill == skill and reason == self.reason

    def _close(self, state: str, scene: Scene | None) -> None:
        """End the running attempt. Whether it did what it was for is read off the scene."""
        try:
            done = state == "succeeded" if scene is None else grounded(self.running.skill).succeeded(scene)
        except LegionError:  # what it was about is not seen any more
            done = False
        self.past[-1] = replace(self.past[-1], outcome=DONE if done else NOT_DONE, end=self.duration)


def grounded(text: str) -> GroundedSkill:
    """The grounded skill that is written as `text`, such as "put(can, bin)"."""
    match = re.fullmatch(r"(\w+)\((.*)\)", text)
    if match is None or match[1] not in SKILLS:
        raise LegionError(f"{text!r} is no grounded skill, such as 'put(can, bin)'")
    arguments = [word.strip() for word in match[2].split(",") if word.strip()]
    thing = arguments.pop(0) if SKILLS[match[1]].takes_object and arguments else ""
    return GroundedSkill(match[1], thing, arguments.pop(0) if arguments else "")


def whereabouts(name: str, scene: Scene) -> str:
    """Where an object is, in words: in one of the fixtures, on the table, or on the floor."""
    try:
        thing = scene.object(name)
    except LegionError:
        return "gone"
    for fixture in scene.fixtures:
        if fixture.kind in ("bin", "drawer") and inside(thing, fixture):
            return f"in the {fixture.name}"
    return "on the table" if thing.position[2] > -0.05 else "on the floor"
