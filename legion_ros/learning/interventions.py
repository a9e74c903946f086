"""What a person did while a skill ran, kept for learning: a worker writes, the control path never waits."""

from collections import defaultdict
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

import numpy as np

from legion_ros.core import GroundedSkill, LegionError, Scene
from legion_ros.core.command import ACTION, Limits, ToolCommand
from legion_ros.core.episode import Episode
from legion_ros.core.observation import OBSERVATION, observe
from legion_ros.learning.replay import Replay, ReplayError
from legion_ros.learning.transitions import Transitions

__all__ = ["FILE", "InterventionLog", "Takeover", "corrections"]

FILE = "interventions.sqlite"
_MOST = 10_000  # rows that wait for the disk: more are dropped, and counted


class Takeover:
    """Makes transitions of control periods in which a person commanded.

    The action is what was really sent in that period, after all limits, turned back into action units; the
    reward is 1 where the skill's test holds afterwards, else 0, as in practice.

    Args:
        skill: that runs.
        limits: between commands and actions.
    """

    def __init__(self, skill: GroundedSkill, limits: Limits) -> None:
        self._skill, self._limits = skill, limits
        self._before: np.ndarray | None = None  # the observation in which the period began
        self._sent: list[ToolCommand] = []  # since then
        self._theirs = True  # all of the period so far is a person's

    def sent(self, command: ToolCommand, intervention: bool) -> None:
        """The arm was sent this command, by a person or not."""
        self._sent.append(command)
        self._theirs &= intervention

    def step(self, scene: Scene, ended: bool) -> Transitions | None:
        """A control period ends in this scene and the next begins; its transition where it was a person's.

        Raises:
            LegionError: the scene lacks what the skill is about.
        """
        observation = observe(scene, self._skill)
        before, sent, theirs = self._before, self._sent, self._theirs
        self._before, self._sent, self._theirs = observation, [], True
        if before is None or not sent or not theirs:
            return None
        mean = ToolCommand(
            np.mean([command.velocity for command in sent], axis=0),
            float(np.mean([command.yaw_rate for command in sent])),
            sent[-1].opening,
        )
        success = self._skill.succeeded(scene)
        return Transitions.told(
            [str(self._skill)],
            observation=before[None],
            action=np.clip(self._limits.action(mean), -1.0, 1.0).astype(np.float32)[None],
            reward=np.array([success], np.float32),
            following=observation[None],
            terminated=np.array([success]),
            truncated=np.array([ended and not success]),
        )


class InterventionLog:
    """A replay of interventions, by skill. What `stored` counts is on disk and survives kill -9.

    Args:
        folder: for `interventions.sqlite`; made if it is missing.

    Raises:
        ReplayError: there is something there that is no replay, or somebody else has it.
    """

    def __init__(self, folder: Path) -> None:
        self.stored = self.dropped = 0  # rows
        self.fault = ""  # why the disk does not keep them, "" where it does
        self._waiting: SimpleQueue[tuple[str, Transitions] | None] = SimpleQueue()
        opened: Future[None] = Future()
        self._worker = Thread(target=self._work, args=(folder / FILE, opened), daemon=True)
        self._worker.start()
        opened.result()

    def put(self, skill: str, row: Transitions) -> None:
        """Have a row kept; returns at once."""
        if self._waiting.qsize() >= _MOST or not self._worker.is_alive():
            self.dropped += len(row)
        else:
            self._waiting.put((skill, row))

    def close(self) -> None:
        """Write what waits, and close the file."""
        self._waiting.put(None)
        self._worker.join(timeout=10.0)

    def _work(self, file: Path, opened: Future) -> None:
        try:
            replay = Replay(file, OBSERVATION.size, ACTION.size)
        except LegionError as error:
            opened.set_exception(error)
            return
        opened.set_result(None)
        with replay:
            going = True
            while going:
                batch, going = self._batch()
                for skill, rows in batch.items():
                    self._write(replay, skill, rows)

    def _batch(self) -> tuple[dict[str, list[Transitions]], bool]:
        """All that waits, at least one; and whether more may come."""
        batch: dict[str, list[Transitions]] = defaultdict(list)
        item = self._waiting.get()
        while item is not None:
            batch[item[0]].append(item[1])
            if self._waiting.empty():
                return batch, True
            item = self._waiting.get()
        return batch, False

    def _write(self, replay: Replay, skill: str, rows: list[Transitions]) -> None:
        names = [row.sentences[int(code)] for row in rows for code in row.instruction]
        keys = [key for key in rows[0].columns() if key != "instruction"]
        columns = {key: np.concatenate([row.columns()[key] for row in rows]) for key in keys}
        try:
            replay.append(skill, Transitions.told(names, **columns), intervention=True)
            self.stored, self.fault = self.stored + len(names), ""
        except LegionError as error:
            self.dropped, self.fault = self.dropped + len(names), str(error)


def corrections(folder: Path) -> dict[str, Episode]:
    """What people did, by skill, as labels: where they took over, they showed what to do.

    After HG-DAgger (Kelly et al. 2019). An episode here is all periods of a skill, whenever they were.

    Args:
        folder: of an `InterventionLog` that is closed.

    Raises:
        ReplayError: there is none, it is damaged, or somebody has it.
    """
    file = Path(folder) / FILE
    if not file.is_file():
        raise ReplayError(f"no {FILE} in {folder}: `legion up --interventions {folder}` keeps one")
    with Replay(file, OBSERVATION.size, ACTION.size) as replay:
        taken = {skill: replay.of(skill) for skill in replay.tasks()}
    return {
        skill: Episode(skill, rows.observation, rows.action, rows.action, success=True)
        for skill, rows in taken.items()
    }
