"""One lesson of `Experts`: a probe, tries of what is known, apprenticeship, a proof; and what it all cost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from legion_ros.core import Environment
from legion_ros.learning.apprenticeship import Apprenticed, ApprenticeshipConfig, apprentice
from legion_ros.learning.lesson import Lesson
from legion_ros.learning.methods.know import Know
from legion_ros.learning.methods.method import Actor, MethodError, Progress
from legion_ros.learning.methods.recognition import Recognition, Tried, Verdict, agrees
from legion_ros.learning.trial import Trial, random_actions, trial
from legion_ros.policy import Expert

__all__ = ["Study"]

_LEAST = 4  # episodes in each environment, without which there is nothing to probe, to try and to prove with


@dataclass
class Study:
    """A lesson under way."""

    lesson: Lesson
    environment: Environment
    rng: np.random.Generator
    spent: int = 0  # control periods

    def __post_init__(self) -> None:
        if not self.practical and not self.lesson.demonstrations:
            raise MethodError(
                f"{self.lesson.budget.practice} control periods are less than {_LEAST} episodes of "
                f"{self.environment.horizon}: without demonstrations nothing can be learned in them"
            )

    @property
    def rollout(self) -> int:
        """Control periods of one episode in every environment."""
        return self.environment.num_envs * self.environment.horizon

    @property
    def practical(self) -> bool:
        """Whether there is practice enough to find out how good anything is."""
        return self.lesson.budget.practice >= _LEAST * self.rollout

    def fits(self, know: Know) -> bool:
        """Whether an expert can act here at all."""
        expert, there = know.expert, self.environment
        sizes = (there.observation_layout.size, there.action_layout.size)
        return (expert.observation_size, expert.action_size) == sizes

    def probe(self, periods: int) -> Trial | None:
        """A few moments of random motion; None where nothing may be practised."""
        if not self.practical:
            return None
        return self._trial(random_actions(self.environment, self.rng), self.rng, periods)

    def tries(self, config: Recognition) -> int:
        """How many known experts may be tried."""
        return max(1, min(config.tries, self.lesson.budget.practice // (config.part * self.rollout)))

    def attempt(self, know: Know, config: Recognition) -> Tried:
        """Let a known expert try; where that is impossible, look whether it does what is shown."""
        shown = self.lesson.demonstrations
        if not self.practical:
            same = agrees(know.expert, shown, config.agreement)
            return Tried(Verdict.WORKS if same else Verdict.FAILS, float(same))
        tried = self._trial(know.expert.act, self.rng)
        verdict = config.verdict(know.success, tried.success, shown, know.expert)
        return Tried(verdict, float(tried.success.mean()))

    def learn(
        self, nearest: Expert | None, config: ApprenticeshipConfig, progress: Progress, proofs: int
    ) -> Apprenticed:
        """A new expert, by what is left of the budget but for so many episodes in every environment."""
        budget = self.lesson.budget
        left = max(0, budget.practice - self.spent - proofs * self.rollout) if self.practical else 0
        reduced = replace(self.lesson, budget=replace(budget, practice=left))
        done = apprentice(reduced, self.environment, nearest, self.rng, config, progress)
        self.spent += done.practice
        return done

    def proofs(self, experts: Sequence[Expert]) -> list[Trial]:
        """What experts give in the same fresh episodes; nothing where nothing may be practised."""
        if not self.practical:
            return []
        if len(experts) == 1:
            return [self._trial(experts[0].act, self.rng)]
        seed = int(self.rng.integers(2**31))
        return [self._trial(expert.act, np.random.default_rng(seed)) for expert in experts]

    def known(self, expert: Expert, proof: Trial | None, keep: float, most: int) -> Know:
        """A finished expert, with a share of what was seen: where it was, or else where it was shown."""
        shown = self.lesson.demonstrations
        if proof:
            observation, success = proof.observation[proof.alive], float(proof.success.mean())
        else:
            observation, success = np.concatenate([e.observation for e in shown]), None
        seen = self.spent + sum(map(len, shown))
        count = min(int(keep * seen), most, len(observation))
        rows = np.sort(self.rng.choice(len(observation), count, replace=False))
        return Know(expert, success, observation[rows], expert.act(observation[rows]))

    def _trial(self, actor: Actor, rng: np.random.Generator, periods: int | None = None) -> Trial:
        done = trial(self.environment, actor, rng, periods)
        self.spent += done.steps
        return done
