"""Streams of tasks: what is learned one after the other, in which order, in which words."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from legion_ros.core import SKILLS, Environment, LegionError
from legion_ros.core.episode import Episode
from legion_ros.evaluation.sentences import load
from legion_ros.share import share

__all__ = ["ALONE", "ORDERS", "STREAMS", "Stream", "StreamTask", "stream", "visits"]

ALONE = "alone"  # no stream at all: each task is learned by a method that knows nothing, for reference
ORDERS = ("curriculum", "random", "reverse", ALONE)

# LEGION's ten tasks in its curriculum order (Meng et al. 2025).
LEGION10 = (
    *("reach", "push", "pick-place", "door-open", "faucet-open", "drawer-close", "button-press-topdown"),
    *("peg-unplug-side", "window-open", "window-close"),
)
# Continual World's ten tasks in the order it published (Wolczyk et al. 2021, arXiv:2105.10919, Section 4.2).
CW10 = (
    *("hammer", "push-wall", "faucet-close", "push-back", "stick-pull", "handle-press-side", "push"),
    *("shelf-place", "window-close", "peg-unplug-side"),
)
# {stream: (tasks in the published order, how often the stream goes through them)}
STREAMS: dict[str, tuple[tuple[str, ...], int]] = {
    "legion10": (LEGION10, 1),
    "cw10": (CW10, 1),
    "cw20": (CW10, 2),
    "tabletop": (tuple(SKILLS), 1),
}

Make = Callable[[int, int, tuple[str, ...]], Environment]  # (num_envs, threads, sentences)
Demonstrate = Callable[[int, np.random.Generator, int], tuple[tuple[Episode, ...], int]]


@dataclass(frozen=True)
class StreamTask:
    """One task: how it is asked for, practised and shown."""

    name: str
    sentences: tuple[str, ...]  # told while it is learned
    paraphrases: tuple[str, ...]  # only measured on
    make: Make  # copies of it to practise in; whoever makes them closes them
    demonstrate: Demonstrate  # (successes wanted, rng, threads) -> (successful episodes, episodes tried)
    parallel: int = 64  # episodes that are worth running at once


@dataclass(frozen=True)
class Stream:
    """Tasks, each once, in the published order; `visits` says how they follow each other."""

    name: str
    tasks: tuple[StreamTask, ...]

    def shortened(self, tasks: int) -> "Stream":
        """The first `tasks` of it."""
        return replace(self, tasks=self.tasks[:tasks])


def stream(name: str) -> Stream:
    """A stream by its name.

    Raises:
        LegionError: no stream has this name, or its sentences can't be read.
    """
    if name not in STREAMS:
        raise LegionError(f"no stream {name!r}; known: {', '.join(STREAMS)}")
    tasks, _ = STREAMS[name]
    if name == "tabletop":
        from legion_ros.evaluation.tabletop_tasks import tabletop_task

        made = tuple(map(tabletop_task, tasks))
    else:
        made = _metaworld_tasks(tasks)
    return Stream(name, made)


def visits(count: int, loops: int, order: str, seed: int) -> tuple[int, ...]:
    """Which of `count` tasks each visit is to; every loop goes through them in the same order.

    Args:
        count: of tasks.
        loops: through all of them.
        order: one of `ORDERS`.
        seed: draws the random order.

    Raises:
        LegionError: an unknown order.
    """
    if order not in ORDERS:
        raise LegionError(f"no order {order!r}; known: {', '.join(ORDERS)}")
    chosen = list(range(count))
    if order == "reverse":
        chosen.reverse()
    elif order == "random":
        chosen = np.random.default_rng((_ORDER, seed)).permutation(count).tolist()
    return tuple(chosen * loops)


_ORDER = 3  # first word of the seed that draws an order


def _metaworld_tasks(names: tuple[str, ...]) -> tuple[StreamTask, ...]:
    words = load(share("config", "streams", "metaworld_sentences.yaml"))
    missing = [name for name in names if name not in words]
    if missing:
        raise LegionError(f"metaworld_sentences.yaml has no sentences for {', '.join(missing)}")
    return tuple(
        StreamTask(
            name,
            words[name].sentences,
            words[name].paraphrases,
            partial(_metaworld, name),
            partial(_metaworld_demonstrations, name, words[name].sentences),
        )
        for name in names
    )


def _metaworld(task: str, num_envs: int, threads: int, sentences: tuple[str, ...]) -> Environment:
    from legion_sim.metaworld import MetaWorldEnvironment

    return MetaWorldEnvironment(task, num_envs, sentences=sentences, threads=threads)


def _metaworld_demonstrations(
    task: str, sentences: tuple[str, ...], episodes: int, rng: np.random.Generator, threads: int
) -> tuple[tuple[Episode, ...], int]:
    from legion_sim.metaworld.demonstrations import demonstrate

    return demonstrate(task, episodes, rng, sentences, threads)
