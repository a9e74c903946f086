"""What an instruction comes to: grounded skills in order, and the goals that they serve."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from legion_ros.core import GroundedSkill, Scene
from legion_ros.language.grounding import on_table
from legion_ros.skills.decomposition import Decomposition

__all__ = ["Part", "Plan", "SetGoal"]


@dataclass(frozen=True)
class SetGoal:
    """Something to be done with each of several objects, in whichever order works."""

    decomposition: Decomposition
    container: str = ""  # fixture or place that things go to; the decomposition's own where ""
    objects: tuple[str, ...] | None = None  # those to be done; whatever is on the table when None
    excepted: tuple[str, ...] = ()  # objects to leave alone

    def remaining(self, scene: Scene) -> tuple[GroundedSkill, ...]:
        """What is still to be done in this scene.

        What has the shortest way comes first, so that nothing is carried over what still stands.
        """
        if self.objects is None:
            names = [thing.name for thing in on_table(scene)]
        else:
            there = {thing.name for thing in scene.objects}
            names = [name for name in self.objects if name in there]
        steps: list[tuple[float, tuple[GroundedSkill, ...]]] = []
        for name in names:
            if name not in self.excepted:
                grounded = self.decomposition.grounded(name, self.container)
                way = grounded[0].goal(scene)[:2] - scene.object(name).position[:2]
                left = tuple(step for step in grounded if not step.succeeded(scene))
                steps.append((float(np.linalg.norm(way)), left))
        steps.sort(key=lambda entry: entry[0])
        return tuple(step for _, left in steps for step in left)


@dataclass(frozen=True)
class Part:
    """A stretch of a plan: steps one after the other, or, with a goal, a set of them that is worked off."""

    steps: tuple[GroundedSkill, ...]
    goal: SetGoal | None = None


@dataclass(frozen=True)
class Plan:
    """A checked answer to an instruction. No steps means that what was asked for holds already."""

    instruction: str  # as it was given
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()  # why it is this plan, in words for the user
    before: Mapping[str, GroundedSkill] = field(default_factory=dict)  # see Decompositions.before

    @property
    def steps(self) -> tuple[GroundedSkill, ...]:
        """All of the plan, in order."""
        return tuple(step for part in self.parts for step in part.steps)

    def needed(self, step: GroundedSkill) -> GroundedSkill | None:
        """What must be done before `step` can succeed, None where nothing need be."""
        return self.before.get(f"{step.skill}({step.target})")

    def __str__(self) -> str:
        return ", ".join(str(step) for step in self.steps) or "nothing to do"
