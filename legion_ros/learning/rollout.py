"""Let an actor practise in an environment and keep what happened."""

from collections.abc import Callable

import numpy as np

from legion_ros.core import Environment
from legion_ros.core.episode import Episode

__all__ = ["rollout"]

Actor = Callable[[np.ndarray], np.ndarray]  # (N, observation size) -> (N, action size)


def rollout(
    environment: Environment,
    actor: Actor,
    episodes: int,
    rng: np.random.Generator,
    teacher: Actor | None = None,
    ended: Callable[[], None] = lambda: None,
) -> list[Episode]:
    """Run at least `episodes` episodes to their end, all environments together.

    Every environment runs the same number of episodes, so that short ones (successes) don't count more.

    Args:
        environment: reset by this function, not closed.
        actor: what acts.
        episodes: how many; rounded up to a multiple of `environment.num_envs`.
        rng: for the resets.
        teacher: says what it would have done; the actor's own action is the label without one.
        ended: called at the end of each episode.
    """
    count = environment.num_envs
    quota = np.full(count, -(-episodes // count))
    observation = environment.reset(rng)
    steps: list[list[tuple[np.ndarray, np.ndarray, np.ndarray]]] = [[] for _ in range(count)]
    done: list[Episode] = []
    while quota.any():
        action = np.clip(actor(observation), -1.0, 1.0).astype(np.float32)
        label = action if teacher is None else teacher(observation).astype(np.float32)
        instructions = environment.instructions
        result = environment.step(action)
        over = result.terminated | result.truncated
        for i in np.flatnonzero(quota):
            steps[i].append((observation[i], action[i], label[i]))
            if over[i]:
                seen, did, labels = (np.stack(part) for part in zip(*steps[i], strict=True))
                done.append(Episode(instructions[i], seen, did, labels, bool(result.success[i])))
                steps[i] = []
                quota[i] -= 1
                ended()
        observation = environment.reset(rng, over) if over.any() else result.observation
    return done
