"""Ours: a Dirichlet-process mixture of experts. No task id, ever; nothing that was learned is touched again.

A lesson begins with a probe: a few moments of random motion in fresh episodes. The mixture says from the
sentences and from what the probe saw which components this may be. Those are tried, the most probable first.
One that works is it, and is left alone. Where none works the lesson gets an expert of its own, started from
the nearest. Only an expert that never mastered anything is replaced in its place, by one that does better in
the same episodes; the old one is kept.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from legion_ros.core import LegionError
from legion_ros.knowledge.recall import Recall
from legion_ros.knowledge.space import KnowledgeSpace
from legion_ros.learning.apprenticeship import Apprenticed, ApprenticeshipConfig
from legion_ros.learning.lesson import Learned, Lesson
from legion_ros.learning.methods.know import BEFORE, Know, folders, restored, written
from legion_ros.learning.methods.merging import Merged, distilled
from legion_ros.learning.methods.method import Actor, Encode, MethodError, Progress, check, default_encode
from legion_ros.learning.methods.recognition import Recognised, Recognition, Tried, recognise
from legion_ros.learning.methods.rivals import Rivals, alike
from legion_ros.learning.methods.sight import Evidence, Sight
from legion_ros.learning.methods.study import Study

__all__ = ["Experts", "ExpertsConfig", "Know", "Merged"]


@dataclass(frozen=True, kw_only=True)
class ExpertsConfig:
    """How tasks are told apart and how each is learned."""

    num_envs: int = 64  # simulators practised in at once, where the budget has use for them
    least_rollouts: int = 8  # a smaller budget is practised in fewer simulators, for so many rollouts
    probe: int = 10  # control periods of random motion that a lesson begins with
    keep: float = 0.01  # of the transitions of a lesson, kept for merging two experts into one
    most: int = 2000  # transitions kept of a lesson, however long it was
    recognition: Recognition = field(default_factory=Recognition)
    learner: ApprenticeshipConfig = field(default_factory=ApprenticeshipConfig)


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
        self.sight = Sight(self.recall.space)
        self.rivals = Rivals()
        self.known: dict[int, Know] = {}
        self.before: dict[int, Know] = {}  # what a component held until it was improved in place
        self._encode = encode

    def learn(self, lesson: Lesson, rng: np.random.Generator, progress: Progress) -> Learned:
        """Recognise or learn the task of `lesson`; see the module."""
        check(lesson)
        self._encode = lesson.encode
        with closing(lesson.environments(self.config.num_envs, self.config.least_rollouts)) as environment:
            self.sight.meet(environment.observation_layout)
            return self._learn(Study(lesson, environment, rng), progress)

    def _learn(self, study: Study, progress: Progress) -> Learned:
        shown, recognition = study.lesson.demonstrations, self.config.recognition
        if probe := study.probe(self.config.probe):
            evidence = self.sight.of_probe(probe, shown, self._embed)
        else:
            evidence = self.sight.of_shown(shown, self._embed)
        *known, new = self.recall.visit(*evidence).tolist()
        shares = {i: p for i, p in zip(self.recall.ids, known, strict=True) if study.fits(self.known[i])}

        def attempt(i: int) -> Tried:
            return study.attempt(self.known[i], recognition)

        found = recognise(shares, new, self.rivals.of, attempt, recognition, study.tries(recognition))
        if found.component is not None and found.finished:
            return self._recalled(study, found.component, found, evidence)
        nearest = self.known[found.best(shares)].expert if shares else None
        done = study.learn(nearest, self.config.learner, progress, 1 if found.component is None else 2)
        return self._added(study, found, evidence, done)

    def _recalled(self, study: Study, component: int, found: Recognised, evidence: Evidence) -> Learned:
        """It is known, and works: left alone."""
        know = self.known[component]
        if know.success is None and study.practical:  # the same expert; how good it is, is known now
            self.known[component] = replace(know, success=found.tried[component].success)
        self.recall.take(component, *evidence)
        self.rivals.met(component, self._alike(component, found.failed, evidence), True)
        return Learned(study.spent, 0, component, born=False)

    def _added(self, study: Study, found: Recognised, evidence: Evidence, done: Apprenticed) -> Learned:
        """The new expert gets a component of its own, or the place of one that never mastered anything."""
        place, config = found.component, self.config
        old = None if place is None else self.known[place]
        proofs = study.proofs((done.policy,) if old is None else (old.expert, done.policy))
        know = study.known(done.policy, proofs[-1] if proofs else None, config.keep, config.most)
        component = int(self.recall.take(place, *evidence).assignment[0])
        if old is not None:
            now = float(proofs[0].success.mean())
            better = know.success is not None and know.success > now
            know = know if better else replace(old, success=now if old.success is None else old.success)
            self.before |= {component: old} if better else {}
        self.known[component] = know
        others = max((tried.success for tried in found.tried.values()), default=0.0)
        worked = know.success is None or know.success > others
        self.rivals.met(component, self._alike(component, found.failed, evidence), worked)
        return Learned(study.spent, done.gradient_steps, component, born=old is None)

    def _alike(self, component: int, failed: Sequence[int], evidence: Evidence) -> dict[int, bool]:
        """Which that failed can't be told from `component` by how the episodes of its lesson begin."""
        embeddings, observation, _, _, layout = evidence
        shares = self.recall.posterior(embeddings, observation, layout=layout)[:, :-1]
        return alike(component, failed, self.recall.ids, shares / self.recall.mixture.statistics.mass)

    def take_back(self, component: int) -> None:
        """A component holds what it held before it was improved in place.

        Raises:
            MethodError: it never was.
        """
        if component not in self.before:
            raise MethodError(f"component {component} was not improved; these were: {sorted(self.before)}")
        self.known[component] = self.before.pop(component)

    def actor(
        self, instructions: Sequence[str], observation: np.ndarray, task_id: int | None = None
    ) -> Actor:
        """Each episode is acted in by the expert of the component nearest to its sentence and its start."""
        if not self.known:
            raise MethodError("experts has learned nothing yet: give it a lesson, or restore it")
        chosen = self._meant(instructions, observation)
        groups = [(self.known[i].expert, chosen == i) for i in np.unique(chosen).tolist()]

        def act(observation: np.ndarray) -> np.ndarray:
            if len(observation) != len(chosen):
                raise MethodError(f"{len(observation)} observations for {len(chosen)} instructions")
            action = np.empty((len(chosen), groups[0][0].action_size), np.float32)
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
        if not any(len(know.action) for know in both):
            raise MethodError(f"components {kept} and {gone} kept no transitions to distil from")
        one = distilled(both, replace(self.config.learner.cloning, steps=steps), rng)
        merge = self.recall.mixture.merge(kept, gone)
        self.known[kept] = one
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
        return sum(len(know.action) for held in (self.known, self.before) for know in held.values())

    @property
    def components(self) -> int:
        """How many were found."""
        return len(self.recall.ids)

    def tensors(self) -> dict[str, np.ndarray]:
        """The mixture under "recall/", component 3's expert under "expert/3/", its transitions "kept/3/".

        What it held before it was improved lies under "before/", likewise.
        """
        tensors = {f"recall/{name}": value for name, value in self.recall.tensors().items()}
        for shelf, held in (("", self.known), (BEFORE, self.before)):
            for i, know in held.items():
                tensors |= written(i, know, shelf)
        return tensors

    def facts(self) -> dict[str, Any]:
        """The success that each component's expert had, rivals, layouts of observations."""
        return {
            "method": self.name,
            "success": {str(i): know.success for i, know in self.known.items()},
            "before": {str(i): know.success for i, know in self.before.items()},
            "rivals": self.rivals.facts(),
            "layouts": self.sight.facts(),
        }

    def restore(self, tensors: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        """All or nothing: on a MethodError this method is what it was."""
        success: Any = facts.get("success")
        before: Any = facts.get("before", {})
        rates = isinstance(success, Mapping) and isinstance(before, Mapping)
        if facts.get("method") != self.name or not rates:
            raise MethodError(f"no facts of {self.name}: {dict(list(facts.items())[:3])}")
        parts: dict[str, dict[str, np.ndarray]] = {}
        for path, value in tensors.items():
            part, _, name = path.rpartition("/")
            if not isinstance(value, np.ndarray):
                raise MethodError(f"{path!r} of {self.name} is no array, but a {type(value).__name__}")
            parts.setdefault(part, {})[name] = value
        recalled = {path[7:]: value for path, value in tensors.items() if path.startswith("recall/")}
        places = folders(success) | folders(before, BEFORE)
        surplus = [p for p in parts if p.split("/")[0] != "recall" and p not in places]
        if surplus:
            raise MethodError(f"tensors {surplus[:3]} belong to no component of {self.name}")
        try:
            recall = Recall.from_tensors(self.recall.space, recalled)
            known = {int(i): restored(parts, i, rate) for i, rate in success.items()}
            held = {int(i): restored(parts, i, rate, BEFORE) for i, rate in before.items()}
            rivals = Rivals.of_facts(facts.get("rivals"))
            sight = Sight.of_facts(self.recall.space, facts.get("layouts"))
        except (LegionError, KeyError, ValueError, TypeError, IndexError, RuntimeError) as error:
            raise MethodError(f"what {self.name} learned can't be restored: {error}") from error
        if set(known) != set(recall.ids):
            raise MethodError(f"experts for components {sorted(known)}; the mixture has {sorted(recall.ids)}")
        self.recall, self.known, self.before, self.rivals, self.sight = recall, known, held, rivals, sight

    def _meant(self, instructions: Sequence[str], observation: np.ndarray) -> np.ndarray:
        """(N,) id of the component that each episode asks for, of those that can act on what it shows."""
        size = observation.shape[1]
        fits = np.array([self.known[i].expert.observation_size == size for i in self.recall.ids])
        if not fits.any():
            sizes = sorted({know.expert.observation_size for know in self.known.values()})
            raise MethodError(f"observations of {size} numbers; experts are there for {sizes}")
        shares = self.recall.posterior(*self.sight.of(self._embed(instructions), observation))[:, :-1]
        ids, mass = np.array(self.recall.ids)[fits], self.recall.mixture.statistics.mass[fits]
        return self.rivals.chosen(ids.tolist(), shares[:, fits], mass)

    def _looked(
        self,
        instructions: Sequence[str],
        observation: np.ndarray,
        early: np.ndarray | None,
        reward: np.ndarray | None,
    ) -> Evidence:
        """What the space is asked with; `early: (N, T, O + A)` holds T - 1 observations after the first."""
        after = earned = None
        if early is not None and early.shape[1] > 1:
            after = early[:, 1:, : observation.shape[1]]
            earned = None if reward is None else reward[:, :-1]
        return self.sight.of(self._embed(instructions), observation, after, earned)

    def _embed(self, sentences: Sequence[str]) -> np.ndarray:
        self._encode = self._encode or default_encode()
        return self._encode(tuple(sentences))
