"""LEGION as published: an encoder under a Dirichlet-process prior, one soft actor-critic on its latent.

Meng et al., "Preserving and combining knowledge in robotic lifelong reinforcement learning", Nature Machine
Intelligence 2025, and the code released with it. What is different here, and why:

- Sentences are embedded by MiniLM (384 numbers, unit length) as for all methods here; theirs by RoBERTa
  (768), one for each task id. So no task id is needed; each lesson has a temperature, as each id has there.
- A task took 1,000,000 updates, 7 hours of a GPU. `LegionConfig.most_updates` says how many are made here.
- The prior is fitted by this project's own mixture; bnpy does not install here (see `legion_prior`).
- Acting after a lesson takes the mean of z (theirs draws it): evaluation here knows no noise. One draw of z
  serves critics and actor of an update (theirs draws twice).
- A control period holds an action for several of the simulator's steps; its reward is their mean.

Demonstrations are not used: they come without rewards, and the published method has none.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, ClassVar

import numpy as np
import torch

from legion_ros.core import Environment, LegionError
from legion_ros.core.layout import Layout
from legion_ros.learning.lesson import Learned, Lesson
from legion_ros.learning.methods.legion_learner import LegionConfig, LegionLearner
from legion_ros.learning.methods.method import Actor, Encode, MethodError, Progress, check, default_encode
from legion_ros.learning.off_policy import practise
from legion_ros.learning.transitions import Memory, Transitions

__all__ = ["Legion", "LegionConfig"]


class Legion:
    """One policy for all tasks; the replay is never emptied, so every task is rehearsed for ever."""

    name: ClassVar[str] = "legion"
    needs_task_id: ClassVar[bool] = False  # the published one does: see the module

    def __init__(self, encode: Encode | None = None, config: LegionConfig | None = None) -> None:
        """Knowing nothing.

        Args:
            encode: of sentences, until a lesson brings its own; all-MiniLM-L6-v2 when None.
            config: what it learns with.
        """
        self.config = config or LegionConfig()
        self._encode = encode
        self._learner: LegionLearner | None = None
        self._memory = Memory(0, 0)  # of the sizes of the first lesson, once there was one
        self._seen: list[int] = []  # which numbers of an observation are used
        self._size = 0  # of an observation
        self._ends: list[int] = []  # of each lesson in the memory
        self._sentences: tuple[str, ...] = ()
        self._embedding = torch.zeros(0, 0)  # (S, D) of the memory's sentences

    # -- learning -------------------------------------------------------------------------------------------

    def learn(self, lesson: Lesson, rng: np.random.Generator, progress: Progress) -> Learned:
        """Practise one task while all tasks are rehearsed.

        A lesson of demonstrations alone teaches nothing. MethodError where there are not even those.
        """
        check(lesson)
        self._encode = lesson.encode
        count = min(self.config.environments, lesson.budget.practice)
        if count < 1:
            return Learned(0, 0)
        with closing(lesson.practice(count)) as environment:
            self._begin(environment, lesson, rng)
            return self._practise(environment, lesson, rng, progress)

    def _begin(self, environment: Environment, lesson: Lesson, rng: np.random.Generator) -> None:
        """Make or reopen the learner, and give the task a temperature."""
        generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
        action = environment.action_layout.size
        embedding = self._embedded(environment.instructions[:1]).shape[1]
        if self._learner is None:
            self._size = environment.observation_layout.size
            self._seen = self._columns(environment.observation_layout)
            self._learner = LegionLearner((len(self._seen), action, embedding), self.config, generator)
            self._memory = Memory(len(self._seen), action)
        sizes = (self._size, *self._learner.sizes[1:])
        if sizes != (environment.observation_layout.size, action, embedding):
            raise MethodError(
                f"a task of {environment.observation_layout.size} observed numbers, {action} actions and "
                f"{embedding} of its sentence; legion has learned with {sizes}"
            )
        self._learner.add_temperature()
        self._ends.append(len(self._memory))
        self._learner.begin(generator)

    def _practise(
        self, environment: Environment, lesson: Lesson, rng: np.random.Generator, progress: Progress
    ) -> Learned:
        periods = lesson.budget.practice
        ratio = min(self.config.updates_per_period, self.config.most_updates / periods)
        fits = self._fits(int(periods * ratio))
        done = 0

        def update() -> None:
            nonlocal done
            self._update(rng)
            done += 1
            if done in fits:
                self._fit(rng)

        practised = practise(
            environment,
            _Explorer(self, environment),
            rng,
            periods=periods,
            warm_up=min(self.config.warm_up, periods // 2),
            updates_per_period=ratio,
            keep=self._keep,
            update=update,
            progress=progress,
        )
        return Learned(practised.periods, practised.updates)

    def _fits(self, updates: int) -> set[int]:
        """After which of a lesson's updates the prior is fitted."""
        every = max(1, int(updates * self.config.fit_every))
        return {max(1, int(updates * self.config.first_fit)), *range(every, updates + 1, every)}

    def _keep(self, transitions: Transitions) -> None:
        columns = transitions.columns()
        for name in ("observation", "following"):
            columns[name] = columns[name][:, self._seen]
        self._memory.append(Transitions(**columns, sentences=transitions.sentences))
        self._ends[-1] = len(self._memory)

    def _update(self, rng: np.random.Generator) -> None:
        chosen, rows, embedding = self._drawn(self.config.batch, rng)
        which = np.searchsorted(self._ends, chosen, side="right")  # the lesson of each row
        self._learner.update(rows, embedding, torch.from_numpy(which))

    @torch.no_grad()
    def _fit(self, rng: np.random.Generator) -> None:
        _, rows, embedding = self._drawn(self.config.latents, rng)
        z = self._learner.latent(torch.from_numpy(rows.observation), embedding)
        self._learner.prior.fit(z.numpy())

    def _drawn(self, count: int, rng: np.random.Generator) -> tuple[np.ndarray, Transitions, torch.Tensor]:
        """Indices, rows and embeddings of so many transitions, drawn uniformly from all tasks."""
        chosen = rng.integers(len(self._memory), size=count)
        rows = self._memory.all().rows(chosen)
        if self._sentences != rows.sentences:
            self._sentences = rows.sentences
            self._embedding = self._embedded(rows.sentences)
        return chosen, rows, self._embedding[torch.from_numpy(rows.instruction).long()]

    # -- acting ---------------------------------------------------------------------------------------------

    def actor(
        self, instructions: Sequence[str], observation: np.ndarray, task_id: int | None = None
    ) -> Actor:
        """What acts in N new episodes: the means of z and of the actor's Gaussian. No task id is used."""
        if self._learner is None:
            raise MethodError("legion has learned nothing yet: give it a lesson first")
        embedding = self._embedded(tuple(instructions))

        @torch.inference_mode()
        def act(observation: np.ndarray) -> np.ndarray:
            seen = self._observed(observation)
            z = self._learner.latent(seen, embedding, drawn=False)
            return self._learner.sac.act(torch.cat((seen, z), -1).numpy())

        return act

    @property
    def components(self) -> int:
        """Of the prior over z."""
        return 0 if self._learner is None else len(self._learner.prior)

    def novelty(
        self,
        instructions: Sequence[str],
        observation: np.ndarray,
        early: np.ndarray | None = None,
        reward: np.ndarray | None = None,
    ) -> np.ndarray:
        """(N,) probability under the prior over z, of the start alone, that no component made it."""
        return self._responsibilities(instructions, observation)[:, -1]

    def assigned(
        self,
        instructions: Sequence[str],
        observation: np.ndarray,
        early: np.ndarray | None = None,
        reward: np.ndarray | None = None,
    ) -> np.ndarray:
        """(N,) int64: the component of the prior over z that most likely made it, by the start alone."""
        if not self.components:
            raise MethodError("legion's mixture has no components yet")
        return self._responsibilities(instructions, observation)[:, :-1].argmax(1)

    @torch.inference_mode()
    def _responsibilities(self, instructions: Sequence[str], observation: np.ndarray) -> np.ndarray:
        if self._learner is None:
            return np.ones((len(observation), 1))
        embedding = self._embedded(tuple(instructions))
        z = self._learner.latent(self._observed(observation), embedding, drawn=False)
        return self._learner.prior.responsibilities(z.numpy())

    # -- saving ---------------------------------------------------------------------------------------------

    @property
    def kept_transitions(self) -> int:
        """All that ever happened."""
        return len(self._memory)

    def tensors(self) -> dict[str, np.ndarray]:
        """Weights, mixture and the whole replay. Optimisers begin anew in each lesson."""
        if self._learner is None:
            return {}
        encoder = {k: v.detach().numpy().copy() for k, v in self._learner.autoencoder.state_dict().items()}
        parts = {
            "autoencoder": encoder,
            "sac": self._learner.sac.weights(),
            "prior": self._learner.prior.tensors(),
            "memory": self._memory.tensors(),
        }
        return {f"{part}/{name}": value for part, held in parts.items() for name, value in held.items()}

    def facts(self) -> dict[str, Any]:
        """Sizes, lessons and sentences."""
        if self._learner is None:
            return {"method": self.name, "ends": []}
        return {
            "method": self.name,
            "ends": list(self._ends),
            "size": self._size,
            "seen": list(self._seen),
            "sizes": list(self._learner.sizes),
            "updates": self._learner.sac.updates,
            "sentences": list(self._memory.sentences),
        }

    def restore(self, tensors: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        """All or nothing: on a MethodError this method is what it was."""
        if facts.get("method") != self.name:
            raise MethodError(f"no facts of legion: {dict(list(facts.items())[:3])}")
        try:
            restored = self._restored(tensors, facts)
        except (LegionError, KeyError, TypeError, ValueError, IndexError, RuntimeError) as error:
            raise MethodError(f"legion can't be restored: {error}") from error
        vars(self).update(vars(restored))

    def _restored(self, tensors: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> "Legion":
        fresh = Legion(self._encode, self.config)
        if not facts["ends"] and not tensors:
            return fresh
        parts: dict[str, dict[str, np.ndarray]] = {"autoencoder": {}, "sac": {}, "prior": {}, "memory": {}}
        for path, value in tensors.items():
            if not np.isfinite(value).all():
                raise MethodError(f"{path} holds a NaN or an infinity")
            part, _, name = path.partition("/")
            parts[part][name] = value
        learner = LegionLearner(tuple(facts["sizes"]), self.config, torch.Generator())
        weights = {name: torch.from_numpy(np.array(v)) for name, v in parts["autoencoder"].items()}
        learner.autoencoder.load_state_dict(weights)
        learner.sac.restore_weights(parts["sac"])
        learner.sac.updates = int(facts["updates"])
        learner.prior.restore(parts["prior"])
        fresh._learner = learner
        fresh._memory = Memory.from_tensors(parts["memory"], facts["sentences"])
        fresh._seen, fresh._size = [int(i) for i in facts["seen"]], int(facts["size"])
        fresh._ends = [int(end) for end in facts["ends"]]
        if len(learner.sac.log_temperature) != len(fresh._ends) or fresh._ends[-1] != len(fresh._memory):
            raise MethodError("its temperatures and its replay are not those of its lessons")
        if fresh._memory.sizes != learner.sizes[:2] or len(fresh._seen) != learner.sizes[0]:
            raise MethodError(f"a replay of sizes {fresh._memory.sizes} for learner of {learner.sizes}")
        return fresh

    # -- within ---------------------------------------------------------------------------------------------

    def _columns(self, layout: Layout) -> list[int]:
        """Which numbers are used: hand, objects and goal as published, or all where there are none."""
        known = layout.slices
        wanted = self.config.fields if set(self.config.fields) <= known.keys() else tuple(known)
        return [i for name in wanted for i in range(known[name].start, known[name].stop)]

    def _observed(self, observation: np.ndarray) -> torch.Tensor:
        observation = np.asarray(observation, np.float32)
        if observation.ndim != 2 or observation.shape[1] != self._size:
            raise MethodError(f"observation of shape {observation.shape}; valid: (N, {self._size})")
        if not np.isfinite(observation).all():
            raise MethodError("the observation holds a NaN or an infinity")
        return torch.from_numpy(observation[:, self._seen])

    def _embedded(self, sentences: tuple[str, ...]) -> torch.Tensor:
        self._encode = self._encode or default_encode()
        return torch.from_numpy(np.asarray(self._encode(sentences), np.float32))


class _Explorer:
    """LEGION acting in a lesson: z and action are drawn."""

    def __init__(self, legion: Legion, environment: Environment) -> None:
        """In an environment, whose sentences it is told."""
        self._legion, self._environment = legion, environment

    @torch.inference_mode()
    def explore(self, inputs: np.ndarray) -> np.ndarray:
        """Actions (N, A) for observations (N, O)."""
        learner = self._legion._learner
        seen = self._legion._observed(inputs)
        z = learner.latent(seen, self._legion._embedded(self._environment.instructions))
        return learner.sac.explore(torch.cat((seen, z), -1).numpy())
