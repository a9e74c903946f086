"""How well a method does a task now: fresh episodes, each with an actor of its own."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from legion_ros.core import Environment
from legion_ros.evaluation.streams import StreamTask
from legion_ros.learning.methods.method import Actor, Method

__all__ = ["EARLY", "Measured", "chance", "measure"]

EARLY = 10  # control periods that count as an early trajectory


@dataclass(frozen=True)
class Measured:
    """N episodes of one task."""

    success: np.ndarray  # (N,) bool: at any step
    instructions: tuple[str, ...]  # (N,) what each was asked to do
    observation: np.ndarray  # (N, O) float32: how each began
    early: np.ndarray  # (N, EARLY, O + A) float32: what was seen and then done in the first control periods


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

    def actor(instructions: Sequence[str], observation: np.ndarray) -> Actor:
        return method.actor(instructions, observation, task_id)

    return _rounds(actor, task, sentences, episodes, rng, threads)


def chance(task: StreamTask, episodes: int, rng: np.random.Generator, threads: int = 2) -> Measured:
    """Uniformly random actions in the same episodes: what a success rate is worth."""
    draws = np.random.default_rng(rng.integers(2**63))

    def actor(instructions: Sequence[str], observation: np.ndarray) -> Actor:
        return lambda seen: draws.uniform(-1, 1, (len(seen), size)).astype(np.float32)

    with closing(task.make(1, 1, task.sentences)) as one:
        size = one.action_layout.size
    return _rounds(actor, task, task.sentences, episodes, rng, threads)


def _rounds(actor, task, sentences, episodes, rng, threads) -> Measured:  # noqa: ANN001
    count = min(task.parallel, episodes)
    with closing(task.make(count, threads, sentences)) as environment:
        rounds = [_round(environment, actor, rng) for _ in range(-(-episodes // count))]
    return Measured(
        np.concatenate([r.success for r in rounds]),
        tuple(words for r in rounds for words in r.instructions),
        np.concatenate([r.observation for r in rounds]),
        np.concatenate([r.early for r in rounds]),
    )


def _round(environment: Environment, actor, rng: np.random.Generator) -> Measured:  # noqa: ANN001
    """One episode in every environment; stops when all have succeeded or ended."""
    observation = first = environment.reset(rng)
    instructions = tuple(environment.instructions)
    act = actor(instructions, observation)
    success = np.zeros(environment.num_envs, bool)
    over = np.zeros(environment.num_envs, bool)
    early: list[np.ndarray] = []
    for _ in range(environment.horizon):
        action = np.clip(act(observation), -1.0, 1.0).astype(np.float32)
        if len(early) < EARLY:
            early.append(np.concatenate((observation, action), axis=1))
        result = environment.step(action)
        success |= result.success & ~over
        over |= result.terminated | result.truncated
        observation = result.observation
        if (success | over).all() and len(early) == EARLY:
            break
    early += early[-1:] * (EARLY - len(early))
    return Measured(success, instructions, first, np.stack(early, axis=1))
