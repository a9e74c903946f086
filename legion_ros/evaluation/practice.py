"""Practice on the tabletop in several processes, for demonstrations, refinement and measuring.

The scripted experts of `legion_sim` are named here and in no other room: they teach, they drive no robot.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import TypeVar

import numpy as np

from legion_ros.core.declaration import Declaration
from legion_ros.core.episode import Episode
from legion_ros.core.parent import die_with

__all__ = ["Job", "Practice", "jobs"]

Tensors = dict[str, np.ndarray]
Actor = Callable[[np.ndarray], np.ndarray]  # (N, observation size) -> (N, action size)
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Job:
    """A share of practice that one process does."""

    skills: tuple[str, ...]  # each episode draws one of these
    episodes: int
    seed: tuple[int, ...]  # of numpy's SeedSequence: the same job gives the same episodes
    experts: Mapping[str, Tensors] | None = None  # who acts, by skill; the scripted expert when None
    teach: bool = True  # label every step with what the scripted expert would do
    noise: float = 0.0  # standard deviation of what is added to a scripted expert's actions, at times
    chain: float = 0.0  # chance that an episode goes on where the last one ended
    delay: int = 2  # control periods: commands arrive up to that much later
    num_envs: int = 8


def jobs(job: Job, shares: int) -> list[Job]:
    """The same work in `shares` parts with seeds of their own."""
    size = -(-job.episodes // shares)
    return [replace(job, episodes=size, seed=(*job.seed, share)) for share in range(shares)]


class Practice:
    """Processes that run jobs. Use as a context manager."""

    def __init__(self, processes: int, declarations: Sequence[Declaration] = ()) -> None:
        """Start `processes` processes (with a fresh interpreter each: torch and MuJoCo don't fork well).

        Skills that the robot does not begin with are declared in each of them.
        """
        self._pool = ProcessPoolExecutor(
            processes, get_context("spawn"), initializer=_prepare, initargs=(tuple(declarations), os.getpid())
        )

    def run(self, work: list[Job]) -> Iterator[tuple[Job, dict[str, list[Episode]]]]:
        """Each job with its episodes by skill, in the order of the jobs."""
        return self.each(_practise, work)

    def each(self, function: Callable[[T], R], work: Iterable[T]) -> Iterator[tuple[T, R]]:
        """Each piece of work with what a module-level `function` makes of it.

        In the order of the work: what is learned must not depend on which process was faster.
        """
        futures = [(piece, self._pool.submit(function, piece)) for piece in work]
        for piece, future in futures:
            yield piece, future.result()

    def __enter__(self) -> "Practice":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)


def _prepare(declarations: Sequence[Declaration], parent: int) -> None:
    die_with(parent)
    for declaration in declarations:
        declaration.register()


def _practise(job: Job) -> dict[str, list[Episode]]:
    import torch

    from legion_ros.learning.rollout import rollout
    from legion_ros.policy import Expert
    from legion_sim.experts.tabletop import expert_action
    from legion_sim.tabletop import TabletopEnvironment
    from legion_sim.tabletop.environment import PracticeConfig

    torch.set_num_threads(1)
    rng = np.random.default_rng(np.random.SeedSequence(job.seed))
    environment = TabletopEnvironment(
        job.skills, min(job.num_envs, job.episodes), config=PracticeConfig(chain=job.chain, delay=job.delay)
    )
    skill_of: dict[str, str] = {}

    def teacher(observation: np.ndarray) -> np.ndarray:
        return np.stack(
            [expert_action(s.skill, row) for s, row in zip(environment.skills, observation, strict=True)]
        )

    if job.experts is None:
        actor = _Noisy(teacher, job.noise, rng)
    else:
        experts = {skill: Expert.from_tensors(tensors) for skill, tensors in job.experts.items()}

        def actor(observation: np.ndarray) -> np.ndarray:
            rows = zip(environment.skills, observation, strict=True)
            return np.concatenate([experts[s.skill].act(row[None]) for s, row in rows])

    def act(observation: np.ndarray) -> np.ndarray:
        skill_of.update(zip(environment.instructions, (s.skill for s in environment.skills), strict=True))
        return actor(observation)

    by_skill = defaultdict(list)
    for episode in rollout(environment, act, job.episodes, rng, teacher=teacher if job.teach else None):
        by_skill[skill_of[episode.instruction]].append(episode)
    environment.close()
    return dict(by_skill)


class _Noisy:
    """A teacher whose hand is pushed about in bursts, so that its demonstrations show how to recover.

    As in DART (Laskey et al. 2017) the noise is in what is done, not in the labels.
    """

    def __init__(self, teacher: Actor, noise: float, rng: np.random.Generator) -> None:
        self._teacher, self._noise, self._rng = teacher, noise, rng
        self._push: np.ndarray | None = None

    def __call__(self, observation: np.ndarray) -> np.ndarray:
        action = self._teacher(observation)
        if not self._noise:
            return action
        if self._push is None or self._rng.random() < 0.1:  # a push lasts ten steps on average
            pushed = self._rng.random((len(action), 1)) < 0.4
            push = self._noise * pushed * self._rng.standard_normal(action.shape)
            push[:, 4] = 0.0  # fingers do as they are told: dropping things teaches little
            self._push = push
        return action + self._push
