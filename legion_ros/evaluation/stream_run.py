"""One method through one stream: learn a task, keep everything, measure all tasks, go on.

After each lesson the method is saved before it is measured. A run that is stopped at any moment and begun
again gives the rows of one that was not: every draw comes from a generator seeded by what it is for, and
which visit.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from legion_ros.evaluation.circumstances import circumstances
from legion_ros.evaluation.measurement import chance, measure, probe
from legion_ros.evaluation.novelty import in_other_words, looked_at
from legion_ros.evaluation.practice_record import PracticeRecord, Recorded
from legion_ros.evaluation.run_folder import RunError, RunFolder
from legion_ros.evaluation.streams import ALONE, Stream, StreamTask, visits
from legion_ros.learning.lesson import Budget, Lesson
from legion_ros.learning.methods.method import Encode, HasMixture, Method

__all__ = ["StreamRun"]

Progress = Callable[[str, int, int], None]  # what, how far, of how much

# First words of seeds: no two purposes share a generator.
_SHOW, _LEARN, _MEASURE, _PARAPHRASE, _CHANCE, _PROBE = 10, 11, 12, 13, 14, 15
_PROBES = 20  # episodes of each task that novelty is judged by


@dataclass
class Stopwatch:
    """Seconds of wall time and of this process's (and its finished children's) CPU time since it was made."""

    def __post_init__(self) -> None:
        self._wall, self._cpu = perf_counter(), _cpu()

    def read(self) -> tuple[float, float]:
        """(wall s, CPU s)."""
        return round(perf_counter() - self._wall, 3), round(_cpu() - self._cpu, 3)


class StreamRun:
    """Runs, or finishes, what a RunFolder holds."""

    def __init__(
        self,
        folder: RunFolder,
        stream: Stream,
        make: Callable[[], Method],
        encode: Encode,
        threads: int = 2,
        progress: Progress = lambda what, done, total: None,
    ) -> None:
        """Nothing happens yet.

        Args:
            folder: where it is kept, and what is to be run.
            stream: the tasks that `folder.config` names.
            make: makes the method, knowing nothing.
            encode: sentences -> (N, D) unit embeddings.
            threads: of the simulator.
            progress: called as it goes.
        """
        config = folder.config
        self.folder, self.config, self.stream = folder, config, stream
        self.visits = visits(len(stream.tasks), config.loops, config.order, config.seed)
        self._make, self._encode, self._threads, self._progress = make, encode, threads, progress
        self._record = PracticeRecord("")  # of the lesson that is going on

    def run(self) -> None:
        """Do what is left. RunError where the folder's parts don't belong together."""
        with self.folder.claimed():
            if self.folder.of_kind("end"):
                return
            self._measure_chance()
            method, pending = self._resumed()
            for visit in range(len(self.folder.of_kind("task")), len(self.visits)):
                if pending is None:
                    if self.config.order == ALONE:
                        method = self._make()
                    pending = self._learn(method, visit)
                    self.folder.save(method.tensors(), {"learned": pending, "method": method.facts()})
                self.folder.add(pending | self._measured(method, visit))
                pending = None
            self.folder.add(self._end(method))

    # -- learning --------------------------------------------------------------------------------------

    def _learn(self, method: Method, visit: int) -> dict[str, Any]:
        """One lesson, and what it took."""
        column = self.visits[visit]
        task, config = self.stream.tasks[column], self.config
        began = circumstances(config.seed)
        watch = Stopwatch()
        shown, tries = (), 0
        if config.demonstrations:
            self._say(f"{task.name}: demonstrations", 0, 1)
            rng = self._rng(_SHOW, column, self.visits[:visit].count(column))
            shown, tries = task.demonstrate(config.demonstrations, rng, self._threads)
        showing_wall, showing_cpu = watch.read()
        self._record = PracticeRecord(task.name)
        lesson = Lesson(
            practice=self._practice(task),
            demonstrations=shown,
            budget=Budget(practice=config.practice, cloning=config.cloning),
            task_id=column if method.needs_task_id else None,
            encode=self._encode,
        )
        watch = Stopwatch()
        learned = method.learn(
            lesson,
            self._rng(_LEARN, visit),
            lambda done, total: self._say(f"{visit + 1}/{len(self.visits)} {task.name}", done, total),
        )
        wall, cpu = watch.read()
        return {
            "event": "task",
            "visit": visit,
            "task": task.name,
            "demonstrations": len(shown),
            "demonstration_tries": tries,
            "demonstration_wall_s": showing_wall,
            "demonstration_cpu_s": showing_cpu,
            "transitions_seen": self._record.periods + sum(map(len, shown)),
            "transitions_kept": int(method.kept_transitions),
            "practice": self._record.periods,
            "practice_reported": int(learned.practice),
            "gradient_steps": int(learned.gradient_steps),
            "component": None if learned.component is None else int(learned.component),
            "born": bool(learned.born),
            "components": method.components if isinstance(method, HasMixture) else None,
            "train_wall_s": wall,
            "train_cpu_s": cpu,
            "curve": self._record.curve(),
            **{name: began[name] for name in ("commit", "date", "load")},
        }

    def _practice(self, task: StreamTask) -> Callable[[int], Recorded]:
        """What makes simulators of a task, all of which report to the lesson that is going on."""
        return lambda count: Recorded(
            task.make(count, self._threads, task.sentences), lambda: self._record, task.name
        )

    # -- measuring -------------------------------------------------------------------------------------

    def _measured(self, method: Method, visit: int) -> dict[str, Any]:
        """All tasks of the stream, in the same episodes after every visit: a difference is the method's."""
        watch = Stopwatch()
        seen = set(self.visits[: visit + 1])
        success: dict[str, str | None] = {}
        for column, task in enumerate(self.stream.tasks):
            self._say("measuring", column, len(self.stream.tasks))
            unknown = column not in seen and method.needs_task_id
            elsewhere = self.config.order == ALONE and column != self.visits[visit]
            success[task.name] = (
                None if unknown or elsewhere else self._outcomes(method, column, task.sentences, _MEASURE)
            )
        novelty = self._novelty(method, seen) if isinstance(method, HasMixture) else None
        wall, cpu = watch.read()
        return {"success": success, "novelty": novelty, "measure_wall_s": wall, "measure_cpu_s": cpu}

    def _outcomes(self, method: Method, column: int, sentences: tuple[str, ...], purpose: int) -> str:
        """'1' for each episode that succeeded, '0' for each other."""
        task_id = column if method.needs_task_id else None
        rng = self._rng(purpose, column)
        task = self.stream.tasks[column]
        return _marks(
            measure(method, task, sentences, self.config.episodes, rng, self._threads, task_id).success
        )

    def _novelty(self, method: HasMixture, seen: set[int]) -> dict[str, Any]:
        count, tasks = min(_PROBES, self.config.episodes), list(enumerate(self.stream.tasks))
        probes = [probe(task, count, self._rng(_PROBE, column), self._threads) for column, task in tasks]
        asked = [
            probe(task, count, self._rng(_PROBE, column, 1), self._threads, task.paraphrases)
            for column, task in tasks
            if column in seen and task.paraphrases
        ]
        return looked_at(method, probes, seen) | {"p_new_paraphrased": in_other_words(method, asked)}

    def _measure_chance(self) -> None:
        if self.folder.of_kind("chance"):
            return
        success = {}
        for column, task in enumerate(self.stream.tasks):
            self._say("chance", column, len(self.stream.tasks))
            rng = self._rng(_CHANCE, column)
            success[task.name] = _marks(chance(task, self.config.episodes, rng, self._threads).success)
        self.folder.add({"event": "chance", "success": success})

    def _end(self, method: Method) -> dict[str, Any]:
        """Other words than those it was taught by."""
        watch = Stopwatch()
        success: dict[str, str] = {}
        assigned: dict[str, list[int]] = {}
        for column, task in enumerate(self.stream.tasks):
            if self.config.order == ALONE or not task.paraphrases:
                continue
            self._say("paraphrases", column, len(self.stream.tasks))
            rng, task_id = self._rng(_PARAPHRASE, column), column if method.needs_task_id else None
            measured = measure(
                method, task, task.paraphrases, self.config.episodes, rng, self._threads, task_id
            )
            success[task.name] = _marks(measured.success)
            if isinstance(method, HasMixture):
                found = method.assigned(measured.instructions, measured.observation)
                assigned[task.name] = [int(component) for component in found]
        wall, cpu = watch.read()
        return {
            "event": "end",
            "task_ids": method.needs_task_id,
            "paraphrases": success,
            "paraphrases_assigned": assigned or None,
            "measure_wall_s": wall,
            "measure_cpu_s": cpu,
        }

    # -- going on --------------------------------------------------------------------------------------

    def _resumed(self) -> tuple[Method, dict[str, Any] | None]:
        """The method as it was left, and its last lesson's event where that was not measured yet."""
        method, done = self._make(), len(self.folder.of_kind("task"))
        saved = self.folder.saved()
        if saved is None:
            if done:
                raise RunError(
                    f"{self.folder.folder} has {done} finished tasks and no checkpoint to go on from: "
                    "remove it to begin anew"
                )
            return method, None
        tensors, facts = saved
        learned = facts["learned"]
        if learned["visit"] not in (done - 1, done):
            raise RunError(
                f"the checkpoint of {self.folder.folder} is of visit {learned['visit']}; "
                f"{done} are finished: remove the folder to begin anew"
            )
        method.restore(tensors, facts["method"])
        if hasattr(method, "revisit"):  # what can't be saved: the simulators of earlier lessons
            first = learned["visit"] if self.config.order == ALONE else 0
            earlier = self.visits[first : learned["visit"] + 1]
            method.revisit([self._practice(self.stream.tasks[column]) for column in earlier])
        return method, learned if learned["visit"] == done else None

    def _rng(self, purpose: int, *which: int) -> np.random.Generator:
        return np.random.default_rng((purpose, self.config.seed, *which))

    def _say(self, what: str, done: int, total: int) -> None:
        self._progress(f"{self.config.method} {self.config.order} {self.config.seed}: {what}", done, total)


def _marks(success: np.ndarray) -> str:
    return "".join("1" if each else "0" for each in success)


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
