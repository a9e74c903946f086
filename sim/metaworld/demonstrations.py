"""Meta-World's own scripted policies: they demonstrate its tasks, and act nowhere else.

They are asked once a control period, and what they say is held for all its raw steps: the demonstrations are
what a learner with that action repeat could have done itself.
"""

import warnings
from collections.abc import Callable, Sequence

import numpy as np

from legion_ros.core import LegionError
from legion_ros.core.episode import Episode
from legion_sim.metaworld.environment import MetaWorldEnvironment
from legion_sim.metaworld.tasks import TASKS

__all__ = ["demonstrate"]

Teacher = Callable[[np.ndarray], np.ndarray]
_ROUNDS = 20  # of as many episodes as are wanted, before a teacher counts as unable


def demonstrate(
    task: str,
    episodes: int,
    rng: np.random.Generator,
    sentences: Sequence[str] | None = None,
    threads: int = 2,
    linger: int = 10,
) -> tuple[tuple[Episode, ...], int]:
    """Let a scripted policy show a task until it has succeeded `episodes` times.

    Args:
        task: one of `TASKS`.
        episodes: successful ones that are wanted.
        rng: draws goals and sentences.
        sentences: what each episode says it is about, one drawn for each.
        threads: of the simulator.
        linger: control periods that an episode goes on after its first success.

    Returns:
        The successful episodes, and how many were tried.

    Raises:
        LegionError: an unknown task, metaworld is not installed, or the policy hardly ever succeeds.
    """
    teacher = _teacher(task)
    kept: list[Episode] = []
    tries = 0
    environment = MetaWorldEnvironment(task, max(episodes, 1), sentences=sentences, threads=threads)
    try:
        while len(kept) < episodes and tries < _ROUNDS * episodes:
            for episode in _round(environment, teacher, rng, linger):
                if len(kept) == episodes:
                    break
                tries += 1
                if episode is not None:
                    kept.append(episode)
    finally:
        environment.close()
    if len(kept) < episodes:
        raise LegionError(f"Meta-World's policy for {task} succeeded {len(kept)} times in {tries} episodes")
    return tuple(kept), tries


def _round(
    environment: MetaWorldEnvironment, teacher: Teacher, rng: np.random.Generator, linger: int
) -> list[Episode | None]:
    """One episode in every environment; None where it failed."""
    count = environment.num_envs
    observation = environment.reset(rng)
    first = np.full(count, environment.horizon + 1)  # control period of the first success
    seen, done = [], []
    for period in range(environment.horizon):
        raw = environment.raw_observation
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that large answers are clipped: they are, here
            action = np.stack([teacher(row) for row in raw]).clip(-1.0, 1.0).astype(np.float32)
        seen.append(observation)
        done.append(action)
        result = environment.step(action)
        first = np.where(result.success, np.minimum(first, period), first)
        observation = result.observation
        if (first + linger <= period).all():
            break
    observations, actions = np.stack(seen, axis=1), np.stack(done, axis=1)  # (N, T, ...)
    return [
        Episode(words, seen[:end], done[:end], done[:end], True) if at <= environment.horizon else None
        for words, seen, done, at, end in zip(
            environment.instructions, observations, actions, first, first + 1 + linger, strict=True
        )
    ]


def _teacher(task: str) -> Teacher:
    """Meta-World's policy for a task: a raw observation (39,) to an action (4,)."""
    if task not in TASKS:
        raise LegionError(f"no Meta-World task {task!r}; known: {', '.join(TASKS)}")
    try:
        from metaworld.policies import ENV_POLICY_MAP
    except ImportError as error:
        raise LegionError(
            "demonstrations of Meta-World need metaworld: pip install 'legion_ros[evaluation]'"
        ) from error
    return ENV_POLICY_MAP[f"{task}-v3"]().get_action
