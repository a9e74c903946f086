"""What happened step by step: rows of transitions, and a memory that off-policy learners draw from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from legion_ros.core import LegionError

__all__ = ["Memory", "TransitionError", "Transitions"]


class TransitionError(LegionError):
    """Rows that are no transitions: of another shape, not finite, or told nothing."""


@dataclass(frozen=True)
class Transitions:
    """N steps, of any environments in any order."""

    observation: np.ndarray  # (N, O) float32: before the action
    action: np.ndarray  # (N, A) float32: as it was sent, in [-1, 1]
    reward: np.ndarray  # (N,) float32
    following: np.ndarray  # (N, O) float32: after the action, before any reset
    terminated: np.ndarray  # (N,) bool: the task ended here; do not bootstrap
    truncated: np.ndarray  # (N,) bool: only the time ran out; bootstrap
    instruction: np.ndarray  # (N,) int32: which of `sentences` was asked for
    sentences: tuple[str, ...]  # (S,)

    @classmethod
    def told(cls, instructions: Sequence[str], **columns: np.ndarray) -> "Transitions":
        """Transitions whose instructions are given row by row: (N,) texts."""
        sentences, codes = np.unique(np.asarray(instructions, object), return_inverse=True)
        return cls(instruction=codes.astype(np.int32), sentences=tuple(sentences), **columns)

    def __len__(self) -> int:
        return len(self.reward)

    @property
    def sizes(self) -> tuple[int, int]:
        """(observation size, action size)."""
        return self.observation.shape[1], self.action.shape[1]

    def columns(self) -> dict[str, np.ndarray]:
        """The arrays by name, (N, ...) each."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "sentences"}

    def rows(self, chosen: np.ndarray) -> "Transitions":
        """Those of `chosen`: (M,) indices or (N,) bool."""
        return Transitions(
            **{name: value[chosen] for name, value in self.columns().items()}, sentences=self.sentences
        )

    def checked(self) -> "Transitions":
        """The same with every column of its type. TransitionError on what is no transition."""
        columns = {name: np.asarray(value) for name, value in self.columns().items()}
        if columns["reward"].ndim != 1 or columns["observation"].ndim != 2 or columns["action"].ndim != 2:
            shapes = {name: value.shape for name, value in columns.items()}
            raise TransitionError(f"transitions of shapes {shapes}; (N, O), (N, A) and (N,) are expected")
        count, size = len(columns["reward"]), columns["observation"].shape[1]
        expected = {"observation": (count, size), "following": (count, size)}
        expected["action"] = (count, columns["action"].shape[1])
        for name, value in columns.items():
            if value.shape != expected.get(name, (count,)):
                raise TransitionError(f"{name} has shape {value.shape}, not {expected.get(name, (count,))}")
            if name in ("terminated", "truncated"):
                if value.dtype != bool:
                    raise TransitionError(f"{name} is of type {value.dtype}; bool is expected")
            elif name != "instruction":
                columns[name] = _finite(name, value)
        codes = columns["instruction"]
        if codes.dtype.kind not in "iu" or not all(isinstance(s, str) for s in self.sentences):
            raise TransitionError(f"instruction is of type {codes.dtype}; indices of texts are expected")
        if count and not (codes.min() >= 0 and codes.max() < len(self.sentences)):
            raise TransitionError(
                f"instruction {codes.min()} .. {codes.max()}; there are {len(self.sentences)} sentences"
            )
        columns["instruction"] = codes.astype(np.int32)
        return Transitions(**columns, sentences=tuple(self.sentences))


class Memory:
    """Transitions in arrays that grow: uniform draws cost the same however many there are."""

    def __init__(self, observation_size: int, action_size: int) -> None:
        """An empty memory for transitions of these sizes."""
        self.sizes = observation_size, action_size
        self._count = 0
        self._code: dict[str, int] = {}
        self._columns = {
            "observation": np.zeros((0, observation_size), np.float32),
            "action": np.zeros((0, action_size), np.float32),
            "reward": np.zeros(0, np.float32),
            "following": np.zeros((0, observation_size), np.float32),
            "terminated": np.zeros(0, bool),
            "truncated": np.zeros(0, bool),
            "instruction": np.zeros(0, np.int32),
        }

    def __len__(self) -> int:
        return self._count

    @property
    def sentences(self) -> tuple[str, ...]:
        """All sentences that were ever asked for, in the order of their coming."""
        return tuple(self._code)

    def append(self, transitions: Transitions) -> None:
        """Add rows. TransitionError on what is no transition or of other sizes; nothing is added then."""
        transitions = transitions.checked()
        if transitions.sizes != self.sizes:
            raise TransitionError(f"transitions of sizes {transitions.sizes}; this memory holds {self.sizes}")
        codes = [self._code.setdefault(sentence, len(self._code)) for sentence in transitions.sentences]
        columns = transitions.columns()
        columns["instruction"] = np.array(codes, np.int32)[columns["instruction"]]
        end = self._count + len(transitions)
        for name, value in columns.items():
            held = self._columns[name]
            if end > len(held):
                room = np.zeros((max(end, 2 * len(held), 1024), *held.shape[1:]), held.dtype)
                room[: self._count] = held[: self._count]
                self._columns[name] = held = room
            held[self._count : end] = value
        self._count = end

    def sample(self, count: int, rng: np.random.Generator) -> Transitions:
        """`count` rows drawn uniformly, with replacement. TransitionError where there are none."""
        if not self._count:
            raise TransitionError("nothing to draw from: no transition was kept yet")
        return self.all().rows(rng.integers(self._count, size=count))

    def all(self) -> Transitions:
        """All rows in the order of their coming: views that hold until the next change."""
        columns = {name: value[: self._count] for name, value in self._columns.items()}
        return Transitions(**columns, sentences=self.sentences)

    def keep(self, chosen: np.ndarray) -> None:
        """Forget all rows but `chosen`: (len,) bool."""
        for name, value in self._columns.items():
            self._columns[name] = value[: self._count][chosen]
        self._count = int(chosen.sum())

    def tensors(self) -> dict[str, np.ndarray]:
        """The rows by column; with `sentences` all that there is to save."""
        return {name: value.copy() for name, value in self.all().columns().items()}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, np.ndarray], sentences: Sequence[str]) -> "Memory":
        """The memory of `tensors()` and `sentences`. TransitionError on what is none."""
        expected = {field.name for field in fields(Transitions)} - {"sentences"}
        if tensors.keys() != expected:
            raise TransitionError(f"a memory needs {sorted(expected)}; these are {sorted(tensors)}")
        transitions = Transitions(**tensors, sentences=tuple(sentences)).checked()
        memory = cls(*transitions.sizes)
        memory.append(transitions)
        return memory


def _finite(name: str, value: np.ndarray) -> np.ndarray:
    if value.dtype.kind not in "fiu":
        raise TransitionError(f"{name} is of type {value.dtype}; numbers are expected")
    with np.errstate(over="ignore"):
        value = value.astype(np.float32, copy=False)
    if not np.isfinite(value).all():
        raise TransitionError(f"{name} of shape {value.shape} holds a NaN or an infinity")
    return value
