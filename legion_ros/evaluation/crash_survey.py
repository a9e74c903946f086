"""Whether the files of a writer that was killed still hold what it acknowledged."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from legion_ros.learning import checkpoint
from legion_ros.learning.checkpoint import CheckpointError
from legion_ros.learning.replay import KEPT_ONE_IN, Replay, ReplayError
from legion_ros.learning.transitions import Transitions

__all__ = ["Acknowledged", "Survey", "block", "survey", "weights"]

OBSERVATION, ACTION, ROWS = 30, 4, 64  # numbers of a row, and rows of a block: 64 simulators' step
BLOCKS = 8  # of a task, then it is finished
WEIGHTS = 20_000  # numbers of a checkpoint: a small expert


@dataclass
class Acknowledged:
    """What the writers said to be on disk."""

    rows: dict[int, int] = field(default_factory=dict)  # of each task, as long as it was not finished
    finished: set[int] = field(default_factory=set)  # tasks
    saved: int = 0  # number of the last checkpoint
    tasks: int = 0  # begun

    def take(self, kind: bytes, task: int, value: int) -> None:
        """One more thing that was acknowledged."""
        self.tasks = max(self.tasks, task + 1)
        if kind == b"r":
            self.rows[task] = value
        elif kind == b"c":
            self.saved = value
        elif kind == b"f":
            self.finished.add(task)


@dataclass(frozen=True)
class Survey:
    """What a folder lacks of what its writers acknowledged."""

    lost_rows: int = 0
    lost_checkpoint: bool = False
    unloadable_checkpoint: str = ""  # why
    unopenable_replay: str = ""  # why


def block(task: int, start: int, count: int = ROWS) -> Transitions:
    """Rows that say which they are, and that can be told from damaged ones."""
    numbers = np.arange(start, start + count, dtype=np.float32)
    columns = np.sin(numbers[:, None] + np.arange(OBSERVATION, dtype=np.float32) + task)
    columns[:, 0], columns[:, 1] = task, numbers
    return Transitions(
        observation=columns,
        action=columns[:, 2 : 2 + ACTION],
        reward=columns[:, 10],
        following=-columns,
        terminated=columns[:, 11] > 0,
        truncated=columns[:, 12] > 0,
        instruction=np.zeros(count, np.int32),
        sentences=(f"task {task}",),
    )


def weights(number: int) -> dict[str, np.ndarray]:
    """The tensors of the `number`-th checkpoint."""
    return {"weights": np.random.default_rng(number).normal(size=WEIGHTS).astype(np.float32)}


def survey(folder: Path, acknowledged: Acknowledged) -> Survey:
    """Compare the files with what was acknowledged."""
    return replace(
        _checkpoint_survey(folder / "run", acknowledged.saved), **_replay_survey(folder, acknowledged)
    )


def _checkpoint_survey(run: Path, saved: int) -> Survey:
    if not saved and not checkpoint.exists(run):
        return Survey()
    try:
        tensors, facts = checkpoint.load(run)
    except CheckpointError as error:
        return Survey(unloadable_checkpoint=str(error))
    right = weights(facts["number"])["weights"].tobytes() == tensors["weights"].tobytes()
    return Survey(lost_checkpoint=not right or facts["number"] < saved)


def _replay_survey(folder: Path, acknowledged: Acknowledged) -> dict[str, Any]:
    try:
        with Replay(folder / "replay.sqlite", OBSERVATION, ACTION) as replay:
            return {"lost_rows": _lost(replay.all(), acknowledged)}
    except ReplayError as error:
        return {"lost_rows": sum(acknowledged.rows.values()), "unopenable_replay": str(error)}


def _lost(stored: Transitions, acknowledged: Acknowledged) -> int:
    """Acknowledged rows that are not stored, or not as they were written."""
    tasks = stored.observation[:, 0].astype(int)
    return sum(
        _lost_of(task, stored.rows(tasks == task), rows, task in acknowledged.finished)
        for task, rows in acknowledged.rows.items()
    )


def _lost_of(task: int, held: Transitions, rows: int, finished: bool) -> int:
    """Of one task. Once it is finished, one row of a hundred is to be there.

    Where the writer was killed while it finished the task, either all rows are there or one of a hundred.
    """
    numbers = held.observation[:, 1].astype(int)
    written = block(task, 0, BLOCKS * ROWS).rows(numbers)
    right = np.array([f"task {task}" == sentence for sentence in held.sentences], bool)[held.instruction]
    for name, value in held.columns().items():
        if name != "instruction":
            right &= (value == getattr(written, name)).all(tuple(range(1, value.ndim)))
    few = BLOCKS * ROWS // KEPT_ONE_IN
    if finished or (rows == BLOCKS * ROWS and len(held) == few):
        return max(0, few - len(np.unique(numbers[right])))
    return rows - len(np.unique(numbers[right & (numbers < rows)]))
