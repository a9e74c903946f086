"""Ours: a Dirichlet-process mixture of experts. No task id, ever; nothing that was learned is touched again.

A lesson begins with a probe: a few moments of random motion in fresh episodes. The mixture says from the
sentences and from what the probe saw which component this is, or that it is new. What is known is tried, and
left alone if it still works; what is new gets an expert of its own, started from the nearest.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from legion_ros.core import Environment, LegionError
from legion_ros.core.episode import Episode
from legion_ros.knowledge.dirichlet import Merge
from legion_ros.knowledge.recall import Recall
from legion_ros.knowledge.space import KnowledgeSpace
from legion_ros.learning.apprenticeship import ApprenticeshipConfig, apprentice
from legion_ros.learning.cloning import clone
from legion_ros.learning.lesson import Learned, Lesson
from legion_ros.learning.methods.know import Know, folders, restored, written
from legion_ros.learning.methods.method import Actor, Encode, MethodError, Progress, check, default_encode
from legion_ros.learning.trial import Trial, random_actions, trial
from legion_ros.policy import Expert

__all__ = ["Experts", "ExpertsConfig", "Know", "Merged"]


@dataclass(frozen=True, kw_only=True)
class ExpertsConfig:
    """How tasks are told apart and how each is learned."""

    num_envs: int = 64  # simulators practised in at once, where the budget has use for them
    least_rollouts: int = 8  # a smaller budget is practised in fewer simulators, for so many rollouts
    probe: int = 10  # control periods of random motion that a lesson begins with
    decline: float = 0.1  # a known task that succeeds by so much less than it did is practised again
    keep: float = 0.01  # of the transitions of a lesson, kept for merging two experts into one
    most: int = 2000  # transitions kept of a lesson, however long it was
    learner: ApprenticeshipConfig = field(default_factory=ApprenticeshipConfig)


@dataclass(frozen=True)
class Merged:
    """What it takes to part two components again."""

    merge: Merge
    kept: Know
    gone: Know


class Experts:
    """One expert per component of the mixture; the newest learns, all others stay as they are."""

    name: ClassVar[str] = "experts"
    needs_task_id: ClassVar[bool] = False

    def __init__(
        self,
        encode: Encode | None = None,
        config: ExpertsConfig | None = None,
        space: KnowledgeSpace | None = None,
    ) -> None:
        """Knowing nothing.

        Args:
            encode: of sentences, until a lesson brings its own; all-MiniLM-L6-v2 when None.
            config: how it learns.
            space: where tasks are told apart; the one that ships when None.
        """
        self.config = config or ExpertsConfig()
        self.recall = Recall.shipped() if space is None else Recall(space)
        self.known: dict[int, Know] = {}
        self._encode = encode

    def learn(self, lesson: Lesson, rng: np.random.Generator, progress: Progress) -> Learned:
        """Recognise or learn the task of `lesson`; see the module."""
        check(lesson)
        self._encode = lesson.encode
        with closing(lesson.environments(self.config.num_envs, self.config.least_rollouts)) as environment:
            return self._learn(lesson, environment, rng, progress)

    def _learn(
        self, lesson: Lesson, environment: Environment, rng: np.random.Generator, progress: Progress
    ) -> Learned:
        rollout = environment.num_envs * environment.horizon
        practical = lesson.budget.practice > 2 * rollout  # else there is nothing to probe and to prove with
        actor = random_actions(environment, rng)
        probe = trial(environment, actor, rng, self.config.probe) if practical else None
        spent = probe.steps if probe else 0
        evidence = self._evidence(probe) if probe else self._shown(lesson)
        nearest = self._nearest(evidence)
        change = self.recall.learn(*evidence)
        component = int(change.assignment[0])
        if component in self.known:
            nearest = self.known[component].expert
            if not practical:
                return Learned(0, 0, component, born=False)
            tried = trial(environment, nearest.act, rng)
            spent += tried.steps
            if tried.success.mean() >= self.known[component].success - self.config.decline:
                return Learned(spent, 0, component, born=False)
        left = lesson.budget.practice - spent - rollout if practical else 0
        reduced = replace(lesson, budget=replace(lesson.budget, practice=left))
        done = apprentice(reduced, environment, nearest, rng, self.config.learner, progress)
        proof = trial(environment, done.policy.act, rng) if practical else None
        spent += done.practice + (proof.steps if proof else 0)
        self.known[component] = self._know(done.policy, proof, lesson, spent, rng)
        return Learned(spent, done.gradient_steps, component, born=bool(change.born))

    def actor(
        self, instructions: Sequence[str], observation: np.ndarray, task_id: int | None = None
    ) -> Actor:
        """Each episode is acted in by the expert of the component nearest to its sentence and its start."""
        if not self.known:
            raise MethodError("experts has learned nothing yet: give it a lesson, or restore it")
        chosen = self.recall.known(self._embed(instructions), self._start(observation))
        groups = [(self.known[i].expert, chosen == i) for i in np.unique(chosen).tolist()]
        size = groups[0][0].action_size

        def act(observation: np.ndarray) -> np.ndarray:
            if len(observation) != len(chosen):
                raise MethodError(f"{len(observation)} observations for {len(chosen)} instructions")
            action = np.empty((len(observation), size), np.float32)
            for expert, rows in groups:
                action[rows] = expert.act(observation[rows])
            return action

        return act

    def novelty(
        self,
        instructions: Sequence[str],
        observation: np.ndarray,
        early: np.ndarray | None = None,
        reward: np.ndarray | None = None,
    ) -> np.ndarray:
        """(N,) probability that an episode asks for what is not known; see `HasMixture`."""
        return self.recall.posterior(*self._looked(instructions, observation, early, reward))[:, -1]

    def assigned(
        self,
        instructions: Sequence[str],
        observation: np.ndarray,
        early: np.ndarray | None = None,
        reward: np.ndarray | None = None,
    ) -> np.ndarray:
        """(N,) id of the component that an episode most likely asks for; see `HasMixture`."""
        return self.recall.known(*self._looked(instructions, observation, early, reward))

    def merge(self, kept: int, gone: int, rng: np.random.Generator, steps: int = 2000) -> Merged:
        """Make one component of two: their posteriors are added, their experts distilled into one.

        The one is cloned from what both did where they were (the transitions kept), started from `kept`.
        `undo` takes it back.

        Raises:
            MethodError: no such components, or nothing was kept to distil from.
        """
        if not {kept, gone} <= self.known.keys() or kept == gone:
            raise MethodError(f"can't merge components {kept} and {gone}; known: {sorted(self.known)}")
        both = (self.known[kept], self.known[gone])
        parts = [np.concatenate([getattr(know, part) for know in both]) for part in ("observation", "action")]
        if not len(parts[0]):
            raise MethodError(f"components {kept} and {gone} kept no transitions to distil from")
        episode = Episode("what both did", parts[0], parts[1], parts[1], True)
        config = replace(self.config.learner.cloning, steps=steps)
        expert = clone([episode], config, rng, start=both[0].expert)
        merge = self.recall.mixture.merge(kept, gone)
        self.known[kept] = Know(expert, min(know.success for know in both), *parts)
        del self.known[gone]
        return Merged(merge, *both)

    def undo(self, merged: Merged) -> None:
        """Part what `merge` made one: both experts and their keys are what they were.

        Raises:
            KnowledgeError: it was undone already.
        """
        self.recall.mixture.undo(merged.merge)
        self.known[merged.merge.kept], self.known[merged.merge.gone] = merged.kept, merged.gone

    @property
    def kept_transitions(self) -> int:
        """Those that two experts would be merged with."""
        return sum(len(know.action) for know in self.known.values())

    @property
    def components(self) -> int:
        """How many were found."""
        return len(self.recall.ids)

    def tensors(self) -> dict[str, np.ndarray]:
        """The mixture under "recall/", component 3's expert under "expert/3/", its transitions "kept/3/"."""
        tensors = {f"recall/{name}": value for name, value in self.recall.tensors().items()}
        for i, know in self.known.items():
            tensors |= written(i, know)
        return tensors

    def facts(self) -> dict[str, Any]:
        """The success that each component's expert had."""
        return {"method": self.name, "success": {str(i): know.success for i, know in self.known.items()}}

    def restore(self, tensors: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        """All or nothing: on a MethodError this method is what it was."""
        success = facts.get("success")
        if facts.get("method") != self.name or not isinstance(success, Mapping):
            raise MethodError(f"no facts of {self.name}: {dict(list(facts.items())[:3])}")
        parts: dict[str, dict[str, np.ndarray]] = {}
        for path, value in tensors.items():
            part, _, name = path.rpartition("/")
            if not isinstance(value, np.ndarray):
                raise MethodError(f"{path!r} of {self.name} is no array, but a {type(value).__name__}")
            parts.setdefault(part, {})[name] = value
        recalled = {path[7:]: value for path, value in tensors.items() if path.startswith("recall/")}
        surplus = [p for p in parts if p.split("/")[0] != "recall" and p not in folders(success)]
        if surplus:
            raise MethodError(f"tensors {surplus[:3]} belong to no component of {self.name}")
        try:
            recall = Recall.from_tensors(self.recall.space, recalled)
            known = {int(i): restored(parts, i, float(rate)) for i, rate in success.items()}
        except (LegionError, KeyError, ValueError, TypeError, IndexError, RuntimeError) as error:
            raise MethodError(f"what {self.name} learned can't be restored: {error}") from error
        if set(known) != set(recall.ids):
            raise MethodError(f"experts for components {sorted(known)}; the mixture has {sorted(recall.ids)}")
        self.recall, self.known = recall, known

    def _evidence(self, probe: Trial) -> tuple[np.ndarray | None, ...]:
        """Embeddings (N, D), start (N, O), early (N, H, O) and reward (N, H) of a probe."""
        embeddings = self._embed(probe.instructions)
        start = self._start(probe.observation[0])
        if start is None:
            return embeddings, None, None, None
        return embeddings, start, probe.following.swapaxes(0, 1), probe.reward.T

    def _shown(self, lesson: Lesson) -> tuple[np.ndarray | None, ...]:
        """The evidence of demonstrations, where there is no practice to probe with."""
        starts = np.stack([episode.observation[0] for episode in lesson.demonstrations])
        embeddings = self._embed([episode.instruction for episode in lesson.demonstrations])
        return embeddings, self._start(starts), None, None

    def _nearest(self, evidence: tuple[np.ndarray | None, ...]) -> Expert | None:
        """The expert of the component that most of the evidence is nearest to."""
        if not self.known:
            return None
        shares = self.recall.visit(*evidence)[:-1]
        return self.known[self.recall.ids[int(shares.argmax())]].expert

    def _know(
        self, expert: Expert, proof: Trial | None, lesson: Lesson, spent: int, rng: np.random.Generator
    ) -> Know:
        """A finished expert, with a share of what was seen: where it was, or else where it was shown."""
        shown = lesson.demonstrations
        if proof:
            observation, success = proof.observation[proof.alive], float(proof.success.mean())
        else:
            observation, success = np.concatenate([e.observation for e in shown]), 0.0  # was not measured
        seen = spent + sum(map(len, shown))
        count = min(int(self.config.keep * seen), self.config.most, len(observation))
        rows = np.sort(rng.choice(len(observation), count, replace=False))
        return Know(expert, success, observation[rows], expert.act(observation[rows]))

    def _looked(
        self,
        instructions: Sequence[str],
        observation: np.ndarray,
        early: np.ndarray | None,
        reward: np.ndarray | None,
    ) -> tuple[np.ndarray | None, ...]:
        """What the space is asked with; `early: (N, T, O + A)` holds T - 1 observations after the first."""
        start = self._start(observation)
        after = earned = None
        if start is not None and early is not None and early.shape[1] > 1:
            after = early[:, 1:, : start.shape[1]]
            earned = None if reward is None else reward[:, :-1]
        return self._embed(instructions), start, after, earned

    def _start(self, observation: np.ndarray) -> np.ndarray | None:
        """The observation, where the space can read it; tasks of other layouts are told apart by words."""
        return observation if observation.shape[1] == self.recall.space.observation_size else None

    def _embed(self, sentences: Sequence[str]) -> np.ndarray:
        self._encode = self._encode or default_encode()
        return self._encode(tuple(sentences))
