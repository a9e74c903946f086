"""Episodes and sentences of Meta-World tasks, as the knowledge space is calibrated and judged with."""

from collections.abc import Callable, Sequence
from contextlib import closing

import numpy as np

from legion_ros.knowledge.families import Family
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
        first = environment.reset(rng)
        actions = rng.uniform(-1, 1, (PERIODS, episodes, environment.action_layout.size))
        steps = [environment.step(action.astype(np.float32)) for action in actions]
    return Family(
        encode(tuple(sentences)),
        first,
        np.stack([step.observation for step in steps], axis=1),
        np.stack([step.reward for step in steps], axis=1),
    )
