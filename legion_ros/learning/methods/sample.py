"""What was seen, kept: a uniform sample of a stream, and the labelled memory that is rehearsed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from legion_ros.core import Environment, StepResult
from legion_ros.core.environment import Wrapped
from legion_ros.learning.methods.method import Actor, Encode, MethodError

__all__ = ["Memory", "Sample", "Seen", "Witnessed"]

_FIRST = 1024  # rows that a sample starts with; it doubles
_CHUNK = 16384  # rows labelled at once


@dataclass(frozen=True)
class Seen:
    """Rows of observations, and which sentence each was seen under."""

    observation: np.ndarray  # (M, O) float32
    sentence: np.ndarray  # (M,) int64: row of `sentences`
    sentences: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.observation)

    def some(self, count: int, rng: np.random.Generator) -> "Seen":
        """`count` rows drawn without replacement; all of them when there are no more."""
        if count >= len(self):
            return self
        rows = np.sort(rng.choice(len(self), count, replace=False))
        return Seen(self.observation[rows], self.sentence[rows], self.sentences)

    def told(self, embedding: np.ndarray) -> np.ndarray:
        """(M, O + D) float32 with `embedding: (sentences, D)` behind each observation."""
        return np.concatenate((self.observation, embedding[self.sentence]), axis=1, dtype=np.float32)


class Sample:
    """A uniform sample of a stream whose length is not known (algorithm R; Vitter 1985)."""

    def __init__(self, size: int, capacity: int, rng: np.random.Generator) -> None:
        """Of observations of `size` numbers, at most `capacity` of them."""
        self.offered = 0
        self._capacity = capacity
        self._rng = rng
        self._rows = np.empty((min(capacity, _FIRST), size), np.float32)
        self._sentence = np.empty(len(self._rows), np.int64)
        self._known: dict[str, int] = {}
        self._last: tuple[Sequence[str], np.ndarray] = ((), np.empty(0, np.int64))

    def offer(self, observation: np.ndarray, sentences: Sequence[str]) -> None:
        """Take in `observation: (N, size)`, each seen under one of `sentences: (N,)`."""
        count = len(observation)
        place = np.arange(self.offered, self.offered + count)
        late = place >= self._capacity  # row i (from 0) is kept with probability capacity / (i + 1)
        place[late] = self._rng.integers(0, place[late] + 1)
        self.offered += count
        if sentences is not self._last[0]:
            known = self._known
            numbers = np.array([known.setdefault(words, len(known)) for words in sentences], np.int64)
            self._last = (sentences, numbers)
        kept = place < self._capacity
        self._grow(min(self.offered, self._capacity))
        self._rows[place[kept]] = observation[kept]
        self._sentence[place[kept]] = self._last[1][kept]

    def seen(self) -> Seen:
        """The sample as it stands."""
        kept = min(self.offered, self._capacity)
        return Seen(self._rows[:kept], self._sentence[:kept], tuple(self._known))

    def _grow(self, needed: int) -> None:
        if needed > len(self._rows):
            rows = min(self._capacity, max(needed, 2 * len(self._rows)))
            self._rows = np.concatenate(
                (self._rows, np.empty_like(self._rows, shape=(rows - len(self._rows), self._rows.shape[1])))
            )
            self._sentence = np.concatenate((self._sentence, np.empty(rows - len(self._sentence), np.int64)))


class Witnessed(Wrapped):
    """The same environment; what is seen before each action is offered to a sample."""

    def __init__(self, environment: Environment, sample: Sample) -> None:
        """Wrap `environment`, which is closed with this one."""
        super().__init__(environment)
        self._sample = sample
        self._observation = np.empty((0, 0), np.float32)

    def reset(self, rng: np.random.Generator, where: np.ndarray | None = None) -> np.ndarray:
        """As the environment's."""
        self._observation = self.environment.reset(rng, where)
        return self._observation

    def step(self, action: np.ndarray) -> StepResult:
        """As the environment's."""
        instructions = self.instructions
        result = self.environment.step(action)
        self._sample.offer(self._observation, instructions)
        self._observation = result.observation
        return result


@dataclass(frozen=True)
class Memory:
    """Labelled observations of finished tasks. An embedding is kept once, however many rows it belongs to."""

    observation: np.ndarray  # (M, O) float32
    sentence: np.ndarray  # (M,) int64: row of `embedding`
    embedding: np.ndarray  # (K, D) float32
    action: np.ndarray  # (M, A) float32: what the network did there when the task was finished

    def __len__(self) -> int:
        return len(self.observation)

    @classmethod
    def empty(cls, observation_size: int, embedding_size: int, action_size: int) -> "Memory":
        """Nothing remembered yet."""
        none = np.empty((0, 0), np.float32)
        return cls(
            none.reshape(0, observation_size),
            np.empty(0, np.int64),
            none.reshape(0, embedding_size),
            none.reshape(0, action_size),
        )

    def extended(self, seen: Seen, encode: Encode, actor: Actor) -> "Memory":
        """With `seen` added, labelled by `actor: (N, O + D) -> (N, A)`."""
        embedding = encode(seen.sentences)
        parts = [slice(start, start + _CHUNK) for start in range(0, len(seen), _CHUNK)]
        rows = [Seen(seen.observation[part], seen.sentence[part], seen.sentences) for part in parts]
        action = [actor(part.told(embedding)) for part in rows]
        return Memory(
            np.concatenate((self.observation, seen.observation)),
            np.concatenate((self.sentence, seen.sentence + len(self.embedding))),
            np.concatenate((self.embedding, embedding)),
            np.concatenate((self.action, *action)),
        )

    def batch(self, rows: int, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Told observations (rows, O + D) and actions (rows, A), drawn with replacement."""
        chosen = rng.integers(len(self), size=rows)
        told = np.concatenate((self.observation[chosen], self.embedding[self.sentence[chosen]]), axis=1)
        return torch.from_numpy(told), torch.from_numpy(self.action[chosen])

    def tensors(self) -> dict[str, np.ndarray]:
        """Everything in it, by name."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, np.ndarray], told_size: int, action_size: int) -> "Memory":
        """The memory of `tensors()`, for a network of `told_size` inputs. MethodError on what is none."""
        names = cls.__dataclass_fields__
        if tensors.keys() != names.keys():
            raise MethodError(f"a memory needs tensors {sorted(names)}; these are {sorted(tensors)}")
        kinds = {name: "i" if name == "sentence" else "f" for name in names}
        for name, value in tensors.items():
            if value.dtype.kind != kinds[name] or not np.isfinite(value).all():
                raise MethodError(f"tensor {name} of a memory holds a NaN or is {value.dtype}")
            if value.ndim != (1 if name == "sentence" else 2):
                raise MethodError(f"tensor {name} of a memory has shape {value.shape}")
        kept = {
            name: np.array(tensors[name], np.int64 if kinds[name] == "i" else np.float32) for name in names
        }
        memory = cls(**kept)
        told = memory.observation.shape[1] + memory.embedding.shape[1]
        rows = {len(memory.observation), len(memory.sentence), len(memory.action)}
        if len(rows) > 1 or told != told_size or memory.action.shape[1] != action_size:
            shapes = {name: value.shape for name, value in kept.items()}
            raise MethodError(
                f"a memory of shapes {shapes} does not fit {told_size} inputs and {action_size} actions"
            )
        if ((memory.sentence < 0) | (memory.sentence >= len(memory.embedding))).any():
            raise MethodError(f"a memory names sentences beyond the {len(memory.embedding)} that it has")
        return memory
