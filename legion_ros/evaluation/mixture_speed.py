"""How long the mixture takes to learn a visit, and to look an instruction up, with very many components."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from legion_ros.knowledge.recall import Recall

__all__ = ["Timing", "measure_mixture"]

WARM = 20  # calls that are not counted
VISIT = 64  # episodes of a visit
PERIODS = 10


@dataclass(frozen=True)
class Timing:
    """Times of one kind of call, ms: on the wall's clock, and of the process itself, whatever else runs."""

    what: str
    calls: int
    p50: float
    p99: float
    own_p50: float
    own_p99: float


def measure_mixture(components: int, calls: int, rng: np.random.Generator) -> list[Timing]:
    """Fill the shipped space's mixture with random components, then time what a robot would ask of it.

    The points are random, so every call meets other numbers; nothing is cached between calls. One thread:
    more only get into each other's way with matrices of this size.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return _measure(components, calls, rng)


def _measure(components: int, calls: int, rng: np.random.Generator) -> list[Timing]:
    recall = Recall.shipped()
    space, dimensions = recall.space, recall.space.size
    spread = np.sqrt(space.prior.rate / space.prior.shape / space.prior.strength)
    for _ in range(components):
        centre = space.prior.mean + spread * rng.standard_normal(dimensions)
        recall.mixture.absorb(centre + rng.standard_normal((4, dimensions)), together=True, moves=False)
    found = len(recall.ids)
    embeddings = rng.standard_normal((VISIT, len(space.centre)))
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    observation = rng.normal(0, 0.2, (VISIT, space.observation_size))
    early = observation[:, None] + rng.normal(0, 0.01, (VISIT, PERIODS, space.observation_size))
    reward = rng.random((VISIT, PERIODS))

    def again() -> tuple[np.ndarray, ...]:
        order = rng.permutation(VISIT)
        return embeddings[order], observation[order] + rng.normal(0, 0.1), early[order], reward[order]

    def episode() -> tuple[np.ndarray, ...]:
        return tuple(part[:1] for part in again())

    return [
        _timed(f"learn a visit of {VISIT} episodes, {found} components", recall.learn, again, calls),
        _timed("learn one episode", recall.learn, episode, calls),
        _timed("learn one episode, with moves", lambda *e: recall.learn(*e, moves=True), episode, calls),
        _timed("look up an instruction", recall.known, lambda: episode()[:1], calls),
        _timed(
            "look up an instruction and the first observation", recall.known, lambda: episode()[:2], calls
        ),
    ]


def _timed(what: str, call: Callable, arguments: Callable[[], tuple], calls: int) -> Timing:
    wall, own = [], []
    for _ in range(WARM + calls):
        given = arguments()
        began, worked = time.perf_counter(), time.process_time()
        call(*given)
        own.append(1e3 * (time.process_time() - worked))
        wall.append(1e3 * (time.perf_counter() - began))
    figures = [np.percentile(times[WARM:], [50, 99]).round(3).tolist() for times in (wall, own)]
    return Timing(what, calls, *figures[0], *figures[1])
