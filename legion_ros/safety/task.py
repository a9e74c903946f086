"""The task level of the circuit breaker: the wrong thing in the fingers, or nothing, and that again.

A thing is in the fingers when `holding` was seen of it for some scenes in a row. A grasp has failed when an
attempt has failed in which the fingers went from open to closed on nothing, or were so at its end. Each
attempt counts once, by its step.
"""

from collections import Counter
from dataclasses import dataclass

from legion_ros.core import SKILLS, GroundedSkill, Scene
from legion_ros.core.facts import facts
from legion_ros.core.skill import PLACES
from legion_ros.safety.alarm import Alarm, Level

__all__ = ["TaskBreaker", "TaskConfig", "grasps"]


@dataclass(frozen=True, kw_only=True)
class TaskConfig:
    """What counts, and how often it may happen."""

    most: int = 2  # detections at the same step that trip it
    confirm: int = 5  # scenes in a row
    empty: float = 0.005  # m between the fingers: less is closed on nothing
    opened: float = 0.02  # m between the fingers: more is open


def grasps(skill: str) -> bool:
    """Whether a skill takes a thing in the fingers: it goes into or onto something, not to a place."""
    known = SKILLS.get(skill)
    return known is not None and known.takes_object and bool(set(known.targets) - set(PLACES))


class TaskBreaker:
    """Fed with the scenes of each attempt, in one goal. Latches nothing.

    Args:
        config: when to trip.
    """

    def __init__(self, config: TaskConfig | None = None) -> None:
        self.config = config or TaskConfig()
        self.reset()

    def reset(self) -> None:
        """Forget what was detected: another goal, or a person has seen to it."""
        self.detections: Counter[GroundedSkill] = Counter()
        self._step: GroundedSkill | None = None

    def begin(self, step: GroundedSkill) -> None:
        """An attempt at a step begins."""
        self._step = step if grasps(step.skill) else None
        self._stamp = float("-inf")  # s, of the newest scene
        self._wrong: Counter[str] = Counter()  # thing -> scenes in a row in which the fingers had it
        self._empty = 0  # scenes in a row in which they were closed on nothing
        self._open = self._missed = self._counted = False

    def look(self, scene: Scene) -> Alarm | None:
        """A scene of the attempt; the alarm as soon as the wrong thing was taken once too often."""
        if self._step is None or scene.stamp <= self._stamp:
            return None
        self._stamp, opening = scene.stamp, scene.tool.opening
        self._open |= opening > self.config.opened
        self._empty = self._empty + 1 if opening < self.config.empty else 0
        self._missed |= self._open and self._empty >= self.config.confirm
        held = {fact.arguments[0] for fact in facts(scene) if fact.predicate == "holding"}
        held -= {self._step.object}
        self._wrong = Counter({name: self._wrong[name] + 1 for name in held})
        taken = [name for name, count in self._wrong.items() if count >= self.config.confirm]
        if taken and not self._counted:
            self._counted = True
            return self._detected(self._step, f"the fingers have {taken[0]} instead of {self._step.object}")
        return None

    def end(self, success: bool) -> Alarm | None:
        """The attempt has ended; the alarm where it was one failed grasp too many."""
        missed = self._missed or self._empty >= self.config.confirm
        if self._step is None or success or not missed or self._counted:
            return None
        self._counted = True
        return self._detected(self._step, f"the fingers closed on nothing instead of {self._step.object}")

    def _detected(self, step: GroundedSkill, what: str) -> Alarm | None:
        self.detections[step] += 1
        count = self.detections[step]
        if count < self.config.most:
            return None
        return Alarm(Level.TASK, f"{step}: {what}; detected {count} times at this step")
