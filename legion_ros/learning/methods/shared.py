"""One sentence-conditioned network for all tasks, learning them one after the other under a rule."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import torch

from legion_ros.core import Environment
from legion_ros.core.episode import Episode
from legion_ros.learning.apprenticeship import ApprenticeshipConfig
from legion_ros.learning.instructed import Instructed
from legion_ros.learning.lesson import Learned, Lesson
from legion_ros.learning.methods.course import Course, statistics, told
from legion_ros.learning.methods.method import Actor, Encode, MethodError, Progress, check, default_encode
from legion_ros.learning.methods.sample import Sample, Witnessed
from legion_ros.learning.methods.task_rule import Finished, TaskRule
from legion_ros.learning.ppo import fresh_policy
from legion_ros.policy import Expert, PolicyError

__all__ = ["SharedConfig", "SharedMethod"]


@dataclass(frozen=True, kw_only=True)
class SharedConfig:
    """How the shared network learns; the same for every rule, and the learners of `experts`."""

    hidden: tuple[int, ...] = (256, 256)  # units of the network's, and the critic's, hidden layers
    environments: int = 64  # practised in at once, where the budget allows
    least_rollouts: int = 8  # a smaller budget is practised in fewer environments, for so many rollouts
    learner: ApprenticeshipConfig = field(default_factory=ApprenticeshipConfig)


class SharedMethod:
    """Clones demonstrations, then practises (PPO), in one network; a rule says what is done about the past.

    Observations are standardised by statistics that are fixed before the first lesson (see `statistics`).
    The critic starts anew in every lesson: it values one task, and the value of another misleads.
    """

    name: ClassVar[str]
    needs_task_id: ClassVar[bool] = False

    def __init__(
        self,
        rule: Callable[[], TaskRule],
        encode: Encode | None = None,
        config: SharedConfig | None = None,
    ) -> None:
        """A network that has learned nothing.

        Args:
            rule: makes the rule.
            encode: of sentences, until a lesson brings its own; all-MiniLM-L6-v2 when None.
            config: how it learns.
        """
        self._fresh_rule = rule
        self._rule = rule()
        self._encode = encode
        self._config = config or SharedConfig()
        self._policy: Expert | None = None
        self._lessons = 0

    def learn(self, lesson: Lesson, rng: np.random.Generator, progress: Progress) -> Learned:
        """Clone, practise, compress and retrain where the rule does, consolidate."""
        self._check(lesson)
        transitions = lesson.budget.practice + sum(map(len, lesson.demonstrations))
        config = self._config
        with closing(lesson.environments(config.environments, config.least_rollouts)) as environment:
            size = environment.observation_layout.size
            sample = Sample(size, self._rule.wanted(transitions), rng)
            policy = self._start(lesson, environment, rng)
            self._rule.begin_task(policy, lesson.task_id, rng)
            for episode in lesson.demonstrations:
                sample.offer(episode.observation, (episode.instruction,) * len(episode))
            instructed = Instructed(Witnessed(environment, sample), lesson.encode)
            course = Course(
                instructed, lesson.budget, self._rule, config.learner, config.hidden, rng, progress
            )
            policy = self._train(policy, lesson, course)
            if self._rule.retraining:
                policy = self._retrain(policy, lesson, course, sample)
        self._rule.end_task(Finished(policy, sample.seen(), sample.offered, lesson.encode, rng))
        self._policy, self._encode = policy, lesson.encode
        self._lessons += 1
        return Learned(course.practice, course.gradient_steps)

    def actor(
        self, instructions: Sequence[str], observation: np.ndarray, task_id: int | None = None
    ) -> Actor:
        """The network, told the sentences; how the episodes start is not looked at."""
        if self._policy is None:
            raise MethodError(f"{self.name} has learned nothing yet: give it a lesson, or restore it")
        policy = self._rule.view(self._policy, task_id)
        embedding = self._embed(tuple(instructions))

        def act(observation: np.ndarray) -> np.ndarray:
            if len(observation) != len(embedding):
                raise MethodError(f"{len(observation)} observations for {len(embedding)} instructions")
            return policy.act(np.concatenate((observation, embedding), axis=1, dtype=np.float32))

        return act

    @property
    def kept_transitions(self) -> int:
        """What the rule keeps."""
        return self._rule.kept_transitions

    def tensors(self) -> dict[str, np.ndarray]:
        """The network under "policy/", the rule's numbers under "rule/"."""
        if self._policy is None:
            return {}
        policy = {f"policy/{name}": value.copy() for name, value in self._policy.tensors().items()}
        return policy | {f"rule/{name}": value for name, value in self._rule.tensors().items()}

    def facts(self) -> dict[str, Any]:
        """Which method, how many lessons, the rule's own."""
        return {"method": self.name, "lessons": self._lessons, "rule": self._rule.facts()}

    def restore(self, tensors: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        """All or nothing: on a MethodError this method is what it was."""
        lessons = facts.get("lessons")
        if facts.get("method") != self.name or type(lessons) is not int or lessons < 0:
            raise MethodError(f"no facts of {self.name}: {dict(list(facts.items())[:3])}")
        if not isinstance(facts.get("rule"), Mapping):
            raise MethodError(f"the facts of {self.name} lack those of its rule")
        parts: dict[str, dict[str, np.ndarray]] = {"policy": {}, "rule": {}}
        for path, value in tensors.items():
            kind, _, name = path.partition("/")
            if kind not in parts or not isinstance(value, np.ndarray):
                raise MethodError(f"{path!r} is no tensor of {self.name}; policy/... and rule/... are")
            parts[kind][name] = value
        if not tensors and lessons == 0:
            self._policy, self._lessons, self._rule = None, 0, self._fresh_rule()
            return
        try:
            policy = Expert.from_tensors(parts["policy"])
        except (PolicyError, KeyError, ValueError, IndexError, TypeError, RuntimeError) as error:
            raise MethodError(f"the policy of {self.name} can't be restored: {error}") from error
        rule = self._fresh_rule().restored(parts["rule"], facts["rule"], policy)
        self._policy, self._lessons, self._rule = policy, lessons, rule

    def _check(self, lesson: Lesson) -> None:
        if self.needs_task_id and lesson.task_id is None:
            raise MethodError(f"{self.name} needs the id of each task; this lesson has none")
        check(lesson)

    def _start(self, lesson: Lesson, environment: Environment, rng: np.random.Generator) -> Expert:
        """A copy of the network so far, or a fresh one."""
        layout, actions = environment.observation_layout, environment.action_layout.size
        size = layout.size + lesson.encode(environment.instructions[:1]).shape[1]
        if self._policy is not None:
            known = (self._policy.observation_size, self._policy.action_size)
            if (size, actions) != known:
                raise MethodError(f"a task of {size} inputs and {actions} actions; this network has {known}")
            return Expert.from_tensors(self._policy.tensors())
        shown = [episode.observation for episode in lesson.demonstrations]
        seen = np.concatenate(shown) if shown else environment.reset(rng)
        scratch = replace(self._config.learner.scratch, hidden=self._config.hidden)
        policy = fresh_policy(size, actions, rng, scratch)
        policy.mean, policy.deviation = map(torch.from_numpy, statistics(layout, seen, size))
        return policy

    def _train(self, policy: Expert, lesson: Lesson, course: Course) -> Expert:
        """Clone what was shown, then practise; the rule may leave a share of both for later."""
        share = 1.0 - self._rule.retraining
        practice = int(share * lesson.budget.practice)
        if not lesson.demonstrations:
            return course.practise(policy, practice)
        episodes = [told(episode, lesson.encode) for episode in lesson.demonstrations]
        return course.refine(course.clone(policy, episodes, int(share * lesson.budget.cloning)), practice)

    def _retrain(self, policy: Expert, lesson: Lesson, course: Course, sample: Sample) -> Expert:
        """Compress; with what the budget leaves, learn to do again what was done before, and practise."""
        seen = sample.seen()
        rows = seen.told(lesson.encode(seen.sentences))
        action = policy.act(rows)
        self._rule.compress(policy)
        again = Episode("what was done before", rows, action, action, True)
        shown = bool(lesson.demonstrations)
        steps = (
            lesson.budget.cloning - course.cloning
            if shown
            else int(self._rule.consolidation * course.practice)
        )
        policy = course.clone(policy, [again], steps)
        left = lesson.budget.practice - course.practice
        return course.refine(policy, left) if shown else course.practise(policy, left)

    def _embed(self, sentences: tuple[str, ...]) -> np.ndarray:
        self._encode = self._encode or default_encode()
        return self._encode(sentences)
