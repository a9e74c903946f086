"""How well a method does a task now: fresh episodes, each with an actor of its own."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from legion_ros.core import Environment
from legion_ros.evaluation.streams import StreamTask
from legion_ros.learning.methods.method import Actor, Method
from legion_ros.learning.trial import random_actions, trial

__all__ = ["EARLY", "Measured", "Probe", "chance", "measure", "probe"]

EARLY = 10  # control periods that count as an early trajectory

Starter = Callable[[Sequence[str], np.ndarray], Actor]  # (instructions, first observations) -> who acts


@dataclass(frozen=True)
class Measured:
    """N episodes of one task, acted in to their end."""

    success: np.ndarray  # (N,) bool: at any step
    instructions: tuple[str, ...]  # (N,) what each was asked to do
    observation: np.ndarray  # (N, O) float32: how each began


@dataclass(frozen=True)
class Probe:
    """The first control periods of N episodes of one task, under uniformly random actions.

    Fewer than EARLY + 1 only where all of the episodes ended sooner.
    """

    instructions: tuple[str, ...]  # (N,)
    observation: np.ndarray  # (N, O) float32: how each began
    early: np.ndarray  # (N, EARLY + 1, O + A) float32: what was seen, and then done
    reward: np.ndarray  # (N, EARLY + 1) float32: what was earned by it


def measure(
    method: Method,
    task: StreamTask,
    sentences: tuple[str, ...],
    episodes: int,
    rng: np.random.Generator,
    threads: int = 2,
    task_id: int | None = None,
) -> Measured:
    """Let a method act in at least `episodes` new episodes of a task, asked for in `sentences`.

    Args:
        method: what was learned so far; learns nothing here.
        task: what is to be done.
        sentences: one is drawn for each episode.
        episodes: rounded up to full rounds of `task.parallel`.
        rng: draws goals and sentences; the same state gives the same episodes.
        threads: of the simulator.
        task_id: for methods that need one.
    """
    return _measured(
        lambda instructions, observation: method.actor(instructions, observation, task_id),
        task,
        sentences,
        episodes,
        rng,
        threads,
    )


def chance(task: StreamTask, episodes: int, rng: np.random.Generator, threads: int = 2) -> Measured:
    """The same episodes under uniformly random actions: what a success rate is worth."""
    draws = np.random.default_rng(_RANDOM_ACTIONS)
    with closing(task.make(1, 1, task.sentences)) as one:
        size = one.action_layout.size

    def uniform(seen: np.ndarray) -> np.ndarray:
        return draws.uniform(-1, 1, (len(seen), size)).astype(np.float32)

    return _measured(lambda *_: uniform, task, task.sentences, episodes, rng, threads)


def probe(
    task: StreamTask,
    episodes: int,
    rng: np.random.Generator,
    threads: int = 2,
    sentences: tuple[str, ...] | None = None,
) -> Probe:
    """Begin `episodes` episodes of a task with random actions, asked for in `sentences` (None: its own)."""
    with closing(task.make(episodes, threads, sentences or task.sentences)) as environment:
        seen = trial(environment, random_actions(environment, rng), rng, EARLY + 1)
    early = np.concatenate((seen.observation, seen.action), axis=2)
    return Probe(
        seen.instructions,
        seen.observation[0],
        np.ascontiguousarray(early.swapaxes(0, 1)),
        np.ascontiguousarray(seen.reward.T),
    )


_RANDOM_ACTIONS = 11  # seed


def _measured(
    starter: Starter,
    task: StreamTask,
    sentences: tuple[str, ...],
    episodes: int,
    rng: np.random.Generator,
    threads: int,
) -> Measured:
    count = min(task.parallel, episodes)
    with closing(task.make(count, threads, sentences)) as environment:
        rounds = [_round(environment, starter, rng) for _ in range(-(-episodes // count))]
    return Measured(
        np.concatenate([r.success for r in rounds]),
        tuple(words for r in rounds for words in r.instructions),
        np.concatenate([r.observation for r in rounds]),
    )


def _round(environment: Environment, starter: Starter, rng: np.random.Generator) -> Measured:
    """One episode in every environment; stops when all have succeeded or ended."""
    observation = first = environment.reset(rng)
    instructions = tuple(environment.instructions)
    actor = starter(instructions, observation)
    success, over = np.zeros((2, environment.num_envs), bool)
    for _ in range(environment.horizon):
        result = environment.step(np.clip(actor(observation), -1.0, 1.0))
        success |= result.success & ~over
        over |= result.terminated | result.truncated
        observation = result.observation
        if (success | over).all():
            break
    return Measured(success, instructions, first)
