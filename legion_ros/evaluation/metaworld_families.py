"""Episodes and sentences of Meta-World tasks, as the knowledge space is calibrated and judged with."""

from collections.abc import Callable, Sequence
from contextlib import closing

import numpy as np

from legion_ros.knowledge.families import Family
from legion_ros.learning.trial import random_actions, trial
from legion_sim.metaworld import MetaWorldEnvironment

__all__ = ["PERIODS", "collect"]

PERIODS = 10  # control periods of uniformly random actions at the start of an episode

Encode = Callable[[Sequence[str]], np.ndarray]  # sentences -> (N, D) unit embeddings


def collect(
    task: str,
    sentences: Sequence[str],
    encode: Encode,
    rng: np.random.Generator,
    episodes: int = 64,
    threads: int = 2,
) -> Family:
    """Begin `episodes` episodes of a task and act at random for `PERIODS` control periods.

    Raises:
        LegionError: an unknown task, or EnvPool is not installed.
    """
    with closing(MetaWorldEnvironment(task, episodes, threads=threads)) as environment:
        seen = trial(environment, random_actions(environment, rng), rng, PERIODS)
    return Family(
        encode(tuple(sentences)),
        seen.observation[0],
        np.ascontiguousarray(seen.following.swapaxes(0, 1)),
        np.ascontiguousarray(seen.reward.T),
    )
