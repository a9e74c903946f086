"""EnvPool's simulators of one Meta-World task, started again one by one."""

import ctypes
from contextlib import suppress
from typing import Any

import numpy as np

from legion_ros.core import LegionError
from legion_sim.metaworld.tasks import simulator_name

__all__ = ["Simulators"]

# EnvPool 1.2.5 adds these tasks' furniture to where it stands, at every reset after the first: the goal walks
# away by 0.85 m. A simulator of theirs is used for one episode.
DRIFTING = frozenset({"hammer", "shelf-place"})


class Simulators:
    """`count` simulators in one or more pools, each with its own random goals."""

    def __init__(self, task: str, count: int, threads: int) -> None:
        """None is made before `renew`."""
        self._task, self._count, self._threads = task, count, threads
        self._pools: list[
            tuple[Any, np.ndarray, np.ndarray]
        ] = []  # (pool, ids in it, which of ours they are)

    @property
    def made(self) -> bool:
        """Whether `renew` was called."""
        return bool(self._pools)

    def renew(self, seed: int) -> np.ndarray:
        """Make all anew; raw observations (count, 39)."""
        self.close()
        return self._add(seed, np.arange(self._count))

    def reset(self, chosen: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """New episodes in those of these indices; raw observations (len(chosen), 39)."""
        if self._task not in DRIFTING:
            return self._pools[0][0].reset(chosen)[0]
        seed = int(rng.integers(2**31 - self._count))
        if len(chosen) == self._count:
            return self.renew(seed)
        kept = [
            (pool, ids[left], ours[left])
            for pool, ids, ours in self._pools
            if (left := ~np.isin(ours, chosen)).any()
        ]
        self._pools = kept
        return self._add(seed, chosen)

    def step(self, action: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Raw observations (count, 39), rewards (count,) and successes (count,) bool after one raw step."""
        raw = np.empty((self._count, 39))
        reward, success = np.empty(self._count), np.empty(self._count, bool)
        for pool, ids, ours in self._pools:
            raw[ours], reward[ours], _, _, info = pool.step(action[ours], ids)
            success[ours] = info["success"] > 0.5
        return raw, reward, success

    def close(self) -> None:
        """Let them go, and their memory: glibc keeps 10 MB for each of them otherwise."""
        if self._pools:
            self._pools = []
            with suppress(OSError, AttributeError):  # other C libraries than glibc
                ctypes.CDLL("libc.so.6").malloc_trim(0)

    def _add(self, seed: int, ours: np.ndarray) -> np.ndarray:
        try:
            import envpool
        except ImportError as error:
            raise LegionError("Meta-World needs envpool: pip install 'legion_ros[evaluation]'") from error
        pool = envpool.make_gymnasium(
            simulator_name(self._task),
            num_envs=len(ours),
            num_threads=min(self._threads, len(ours)),
            seed=seed,
            partially_observable=False,
            max_episode_steps=10**6,  # never: resets are ours, so that no step is an auto-reset
        )
        self._pools.append((pool, np.arange(len(ours)), ours))
        return pool.reset()[0]
