"""Practice with a memory: act, keep what happened, learn from draws of everything kept."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from legion_ros.core import Environment
from legion_ros.learning.sac import SAC
from legion_ros.learning.transitions import Transitions

__all__ = ["Draw", "Practised", "learn_stored", "practise"]

Draw = Callable[[int, np.random.Generator], Transitions]  # so many transitions, drawn at random


class Learner(Protocol):
    """What learns off policy; observations are those of the environment."""

    def explore(self, inputs: np.ndarray) -> np.ndarray:
        """Noisy actions (N, A) in [-1, 1] for observations (N, O)."""
        ...


@dataclass(frozen=True)
class Practised:
    """What practice cost, and how it went."""

    periods: int  # control periods, over all environments
    updates: int
    episodes: int  # that ended
    successes: int  # of these: success at any step, with exploration noise
    last_successes: tuple[bool, ...]  # of the last 100 episodes


def practise(
    environment: Environment,
    learner: Learner,
    rng: np.random.Generator,
    *,
    periods: int,
    warm_up: int,
    updates_per_period: float,
    keep: Callable[[Transitions], None],
    update: Callable[[], None],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Practised:
    """Practise until so many control periods are spent.

    Args:
        environment: reset by this function, not closed.
        learner: what acts after the warm-up.
        rng: of the resets and of the actions of the warm-up.
        periods: control periods over all environments; whole steps of all are done.
        warm_up: of these, with actions drawn uniformly and no update. What it owes is made up for after it.
        updates_per_period: gradient steps for each control period of each environment.
        keep: is given the transitions of each step of all environments.
        update: makes one gradient step.
        progress: called with (control periods done, `periods`).
    """
    count, size = environment.num_envs, environment.action_layout.size
    done = updates = episodes = 0
    reached, outcomes = np.zeros(count, bool), np.zeros(0, bool)
    observation = environment.reset(rng)
    successes = 0
    while done + count <= periods:
        warm = done < warm_up
        action = (
            rng.uniform(-1, 1, (count, size)).astype(np.float32) if warm else learner.explore(observation)
        )
        told, result = environment.instructions, environment.step(action)
        columns = {"observation": observation, "action": action, "reward": result.reward}
        columns |= {"following": result.observation, "terminated": result.terminated}
        keep(Transitions.told(told, truncated=result.truncated, **columns))
        reached |= result.success
        observation, over = result.observation, result.terminated | result.truncated
        if over.any():
            episodes, successes = episodes + int(over.sum()), successes + int(reached[over].sum())
            outcomes = np.append(outcomes, reached[over])[-100:]
            reached[over] = False
            observation = environment.reset(rng, over)
        done += count
        while done >= warm_up and updates < int(done * updates_per_period):
            update()
            updates += 1
        progress(done, periods)
    return Practised(done, updates, episodes, successes, tuple(outcomes.tolist()))


def learn_stored(learner: SAC, draw: Draw, updates: int, rng: np.random.Generator) -> None:
    """Learn from what is stored alone (a robot's replay), with no practice."""
    for _ in range(updates):
        learner.learn(draw(learner.config.batch, rng))
