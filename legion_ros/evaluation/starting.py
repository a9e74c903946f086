"""Which known expert a new skill is best begun with: the nearest by words may not be the nearest by deed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from legion_ros.core import SKILLS
from legion_ros.core.declaration import Declaration
from legion_ros.evaluation.attempting import AttemptJob, attempt
from legion_ros.evaluation.practice import Practice
from legion_ros.knowledge import Component, Knowledge
from legion_ros.knowledge.component import Encoder
from legion_ros.language.template import embeddable

__all__ = ["Start", "best_start", "by_nearness"]

_TRIALS = 5  # first word of the seeds of trials: no other stream opens them


@dataclass(frozen=True)
class Start:
    """A component that can be begun with, and how well its expert does the new skill as it is."""

    component: Component
    successes: int
    episodes: int

    @property
    def rate(self) -> float:
        """Share of the episodes that succeeded."""
        return self.successes / self.episodes

    def __str__(self) -> str:
        return f"{self.component.name} ({self.successes} of {self.episodes} at it)"


def by_nearness(
    knowledge: Knowledge, declaration: Declaration, sentences: Sequence[str], encoder: Encoder
) -> list[Component]:
    """The known components, the one that is asked for most alike first.

    Those that take an object as the new skill does come before those that don't.
    """
    vectors = encoder.encode([embeddable(sentence) for sentence in sentences])

    def distance(component: Component) -> tuple[bool, float]:
        same = SKILLS[component.skill].takes_object == declaration.takes_object
        return not same, -float((vectors @ component.key.embeddings.T).max(1).mean())

    return sorted(knowledge.components, key=distance)


def best_start(
    practice: Practice, skill: str, candidates: Sequence[Component], episodes: int, seed: int
) -> Start:
    """Let each candidate's expert try the skill in the same random scenes; the best, or the first of them.

    Args:
        practice: where it runs.
        skill: declared.
        candidates: at least one; those before others win a draw.
        episodes: that each of them gets.
        seed: of the scenes.
    """
    work = [
        AttemptJob(
            skill=skill,
            attempts=episodes,
            seed=(_TRIALS, seed),
            expert=candidate.expert.tensors(),
            anything=False,
            chain=0.0,
            num_envs=8,
        )
        for candidate in candidates
    ]
    made = {id(job): attempts for job, attempts in practice.each(attempt, work)}
    tried = [
        Start(candidate, sum(one.success for one in made[id(job)]), len(made[id(job)]))
        for candidate, job in zip(candidates, work, strict=True)
    ]
    return tried[int(np.argmax([start.rate for start in tried]))]
