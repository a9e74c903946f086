"""One lesson of a shared network: its budget spent on cloning and practice, under a rule."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from legion_ros.core.episode import Episode
from legion_ros.core.layout import Layout
from legion_ros.learning.apprenticeship import ApprenticeshipConfig, refine
from legion_ros.learning.cloning import clone
from legion_ros.learning.instructed import Instructed
from legion_ros.learning.lesson import Budget
from legion_ros.learning.methods.method import Encode, Progress
from legion_ros.learning.ppo import practise
from legion_ros.learning.rule import Rule
from legion_ros.policy import Expert

__all__ = ["Course", "statistics", "told"]

# What one task moves over: a field of another task then stays within a few deviations.
_DEVIATIONS = {"m": 0.1, "rad": 1.0, "1": 0.5}


@dataclass
class Course:
    """What a lesson has cost so far, and the two ways of spending more of its budget."""

    environment: Instructed
    budget: Budget
    rule: Rule
    config: ApprenticeshipConfig
    hidden: tuple[int, ...]  # units of the critic's hidden layers
    rng: np.random.Generator
    progress: Progress
    practice: int = 0  # control periods spent
    cloning: int = 0  # gradient steps spent on cloning
    gradient_steps: int = 0  # of both learners

    def clone(self, policy: Expert, episodes: Sequence[Episode], steps: int) -> Expert:
        """A copy of `policy` that does what the episodes show, after so many gradient steps."""
        if not steps:
            return policy

        def stepped(done: int) -> None:
            self.cloning += done
            self.gradient_steps += done
            self._report()

        return clone(
            episodes, replace(self.config.cloning, steps=steps), self.rng, policy, stepped, self.rule
        )

    def practise(self, policy: Expert, steps: int) -> Expert:
        """`policy` itself after at most so many control periods, rewarded densely, with wide noise."""
        if steps < self.environment.num_envs * self.environment.horizon:
            return policy
        practised = practise(
            self.environment,
            policy,
            self.rng,
            replace(self.config.scratch, hidden=self.hidden),
            steps=steps,
            rule=self.rule,
            progress=lambda done, _: self._report(done),
        )
        self.practice += practised.steps
        self.gradient_steps += practised.gradient_steps
        return practised.policy

    def refine(self, cloned: Expert, steps: int) -> Expert:
        """A clone after careful practice, or the clone where that did not make it better."""
        refined = refine(
            cloned,
            self.environment,
            self.rng,
            self.config,
            steps=steps,
            progress=lambda done, _: self._report(done),
            rule=self.rule,
            hidden=self.hidden,
        )
        self.practice += refined.practice
        self.gradient_steps += refined.gradient_steps
        self._report()
        return refined.policy

    def _report(self, practice: int = 0) -> None:
        """Say how far the lesson is, with `practice` periods that are not booked yet."""
        cloning = min(self.cloning, self.budget.cloning)  # consolidation has no budget of its own
        total = self.budget.practice + self.budget.cloning
        self.progress(self.practice + practice + cloning, total)


def statistics(layout: Layout, seen: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation, (size,) float32 each, of told observations, whichever task they come from.

    Statistics of the first task's data would not do: a field that this task hardly varies (a door's angle,
    the embedding of its few sentences) would get a tiny deviation, and the values of the next task would
    reach the network a hundred deviations out. Statistics that follow the data would change what the network
    does in the tasks before. So the deviations come from the units, and the numbers of an embedding, a unit
    vector of length D, have the root mean square 1 / sqrt(D). Only where a task's metres begin is taken from
    `seen: (M, O)`.
    """
    mean = np.zeros(size, np.float32)
    deviation = np.full(size, 1 / math.sqrt(size - layout.size), np.float32)
    for part, stretch in zip(layout.fields, layout.slices.values(), strict=True):
        deviation[stretch] = _DEVIATIONS.get(part.unit, 1.0)
        if part.unit == "m":
            mean[stretch] = seen[:, stretch].mean(0)
    return mean, deviation


def told(episode: Episode, encode: Encode) -> Episode:
    """The episode as a shared network sees it: observations (T, O + D)."""
    embedding = encode((episode.instruction,)).repeat(len(episode), 0)
    observation = np.concatenate((episode.observation, embedding), axis=1, dtype=np.float32)
    return Episode(episode.instruction, observation, episode.action, episode.label, episode.success)
