"""What an instruction comes to: what is to hold, and the steps that are foreseen to bring it about."""

from dataclasses import dataclass

from legion_ros.skills.goal import Goal, Stage
from legion_ros.skills.planning import Step

__all__ = ["Plan"]


@dataclass(frozen=True)
class Plan:
    """A verified answer to an instruction. No steps means that what was asked for holds already."""

    goal: Goal
    steps: tuple[Step, ...]  # of all stages, one after the other, if all goes as foreseen
    lasting: Stage | None = None  # what was asked for and is to hold still when all stages are over

    @property
    def instruction(self) -> str:
        """As it was given."""
        return self.goal.instruction

    @property
    def notes(self) -> tuple[str, ...]:
        """Choices that were made, and why there are steps that nobody asked for, in words for the user."""
        return (*self.goal.notes, *(step.explanation for step in self.steps if not step.asked))

    @property
    def explanation(self) -> tuple[str, ...]:
        """Each step with its reason."""
        return tuple(step.explanation for step in self.steps)

    def __str__(self) -> str:
        return ", ".join(str(step) for step in self.steps) or "nothing to do"
