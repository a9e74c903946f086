"""`legion bench teach`: a skill is taught, and asked of the graph in random scenes, judged by the truth."""

import argparse
import json
import os
import resource
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rich.console import Console

from legion_ros.cli.bench_graph import command_line, running
from legion_ros.cli.bench_scenes import Posed, Tries, posed, scene_after, true_scene
from legion_ros.core.errors import LegionError
from legion_ros.evaluation.rows import append_row
from legion_ros.nodes.domain import free_domain
from legion_ros.nodes.graph import Simulation

if TYPE_CHECKING:
    from legion_ros.evaluation.lessons import Order, Outcome, TaughtLesson
    from legion_ros.nodes.client import GraphClient
    from legion_ros.nodes.supervision import Supervisor

__all__ = ["HELP", "add_arguments", "measure"]

HELP = "a skill is taught, from demonstrations or its reward, then asked of the graph in random scenes"
_LONGEST = 60.0  # simulated s that one order may take
_LESSON = 7200.0  # s of wall time that a lesson may take


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is taught, from what, how, and how often it is asked for."""
    add = parser.add_argument
    add("--skill", default="stack", help="what is taught: stack or grab (default: %(default)s)")
    add("--scenes", type=int, default=12, help="in which it is asked for (default: %(default)s)")
    text = "that are recorded first; 0: it is learned from its reward alone (default: %(default)s)"
    add("--demonstrations", type=int, default=100, help=text)
    text = "command: `legion teach`, then the graph; service: the running graph learns (default: %(default)s)"
    add("--by", choices=("command", "service"), default="command", help=text)
    text = "more words for `legion teach`, such as '--rounds 1 --episodes 60' (default: none)"
    add("--options", default="", help=text)
    text = "what the robot goes by; judged is always the truth (default: %(default)s)"
    add("--perception", choices=("camera", "truth"), default="truth", help=text)
    text = "for demonstrations and knowledge; what is there already is used (default: nothing is kept)"
    add("--keep", type=Path, metavar="FOLDER", help=text)
    add("--out", type=Path, help="append the row to this file, such as results/teach.jsonl")


def measure(options: argparse.Namespace) -> dict[str, object]:
    """Record, teach, ask; the row."""
    from legion_ros.evaluation.circumstances import circumstances
    from legion_ros.evaluation.lessons import LESSONS, row
    from legion_ros.knowledge import Knowledge

    if options.skill not in LESSONS:
        raise LegionError(f"no lesson {options.skill!r}; known: {', '.join(LESSONS)}")
    if options.scenes < 1 or options.demonstrations < 0:
        raise LegionError(
            f"{options.scenes} scenes and {options.demonstrations} demonstrations are not valid: at least 1"
            " and 0"
        )
    lesson, console = LESSONS[options.skill], Console(stderr=True, highlight=False)
    commit = circumstances(options.seed)["commit"]
    with _folder(options.keep) as folder:
        course = _Course(lesson, folder, options, console)
        shown = course.show() if options.demonstrations else 0
        outcomes: list[Outcome] = []
        with course.taught() as client:
            for outcome in _outcomes(lesson, client, options.seed, options.scenes):
                outcomes.append(outcome)
                console.print(_line(outcome, outcomes, options.scenes), soft_wrap=True)
        learned = Knowledge.load(course.knowledge, expert=dict).component_for(lesson.skill).record
    figures = row(
        lesson,
        shown=shown,
        by=options.by,
        refused=course.refused,
        unseen=(round(learned.success * learned.episodes), learned.episodes),
        outcomes=outcomes,
        cpu=course.cpu,
        seed=options.seed,
        commit=str(commit),
        command=command_line(),
    )
    append_row(options.out, figures)
    return figures


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.absolute()
        return
    with TemporaryDirectory(prefix="legion-teach-") as folder:
        yield Path(folder)


class _Course:
    """One lesson: shown, taught, and the graph that uses it."""

    def __init__(
        self, lesson: "TaughtLesson", folder: Path, options: argparse.Namespace, console: Console
    ) -> None:
        self._spent = folder / "cpu_s.json"
        self.cpu: dict[str, float] = {}  # s by what it was spent on
        if self._spent.exists():
            self.cpu = json.loads(self._spent.read_text(encoding="utf-8"))
        self.refused: bool | None = None  # before the lesson; None: nobody was asked
        self.knowledge = folder / "taught"
        self._lesson, self._options, self._console = lesson, options, console
        self._file = folder / "demonstrations.sqlite"
        self._lessons = folder / "lessons"

    def show(self) -> int:
        """Record demonstrations where there are none; how many succeeded."""
        from legion_ros.learning import Demonstrations

        lesson, options = self._lesson, self._options
        if not self._file.exists():
            words = ["demonstrate", "--skills", lesson.skill, "--reward", *lesson.reward]
            words += ["--kinds", *lesson.kinds] + (["--onto", *lesson.onto] if lesson.onto else [])
            words += [f"--episodes={options.demonstrations}", f"--seed={options.seed}", f"--out={self._file}"]
            self._legion("demonstrate", words)
        with Demonstrations(self._file) as store:
            return store.counts()[lesson.skill][0]

    @contextmanager
    def taught(self) -> "Iterator[GraphClient]":
        """The graph once it knows the skill."""
        options = self._options
        by_service = options.by == "service"
        if not by_service and not self.knowledge.exists():
            self._legion("teach", self._words())
        graph = Simulation(
            knowledge="" if by_service else str(self.knowledge),
            # while it learns, what simulates as fast as it goes would take the cores from the lesson
            rate=1.0 if by_service else 0.0,
            perception=options.perception,
            domain=str(free_domain()),
        )
        given = {"out": str(self._lessons), "options": f"--seed={options.seed} {options.options}".strip()}
        processes = [
            replace(p, parameters={**p.parameters, **given}) if p.name == "teacher_node" else p
            for p in graph.processes()
        ]
        with running(graph, processes, self._console) as (client, supervisor):
            if by_service:
                self._learn(client, supervisor)
            yield client

    def _words(self) -> list[str]:
        """Of `legion teach`."""
        lesson, options = self._lesson, self._options
        words = ["teach", lesson.instruction, "--skill", lesson.skill, "--say", *lesson.say]
        words += [f"--seed={options.seed}", f"--out={self.knowledge}", "--no-tell"]
        if options.demonstrations:
            return [*words, f"--demonstrations={self._file}", *shlex.split(options.options)]
        words += ["--reward", *lesson.reward, "--kinds", *lesson.kinds]
        return [*words, *(["--onto", *lesson.onto] if lesson.onto else []), *shlex.split(options.options)]

    def _legion(self, what: str, words: list[str]) -> None:
        """Run a command of ours; raises LegionError where it fails."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-P", "-m", "legion_ros.cli.main", *words]
        code = subprocess.run(command, stdout=sys.stderr, check=False).returncode
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu[what] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        if code:
            raise LegionError(f"legion {what} failed: no figures")
        self._spent.write_text(json.dumps(self.cpu), encoding="utf-8")

    def _learn(self, client: "GraphClient", supervisor: "Supervisor") -> None:
        """Have the running graph learn it."""
        lesson = self._lesson
        self.refused = _is_refused(client, lesson.instruction)
        words: dict[str, Any] = {
            "instruction": lesson.instruction,
            "skill": lesson.skill,
            "say": lesson.say,
        }
        if self._options.demonstrations:
            words["demonstrations"] = str(self._file)
        else:
            words |= {"reward": lesson.reward, "kinds": lesson.kinds, "onto": lesson.onto}
        before = _reaped(supervisor.pids["teacher_node"])
        self.knowledge = client.learn_skill(_LESSON, **words)
        self.cpu["teach"] = _reaped(supervisor.pids["teacher_node"]) - before


def _reaped(pid: int) -> float:
    """CPU s of a process's children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _is_refused(client: "GraphClient", said: str) -> bool:
    """Whether the graph makes no plan of an instruction."""
    client.wait(client.scene, 10.0, "scene")
    task = client.execute(said)
    client.follow(task, cancel=lambda: bool(task.plan), patience=30.0)
    return not task.plan


def _outcomes(lesson: "TaughtLesson", client: "GraphClient", seed: int, scenes: int) -> "Iterator[Outcome]":
    """Of what is said after the lesson, each in another scene."""
    from legion_ros.evaluation.long_tasks import Beginning

    for scene in posed(client, lesson.instruction, Beginning(lesson.objects), lesson.order, seed, scenes):
        yield _trial(client, scene)


def _trial(client: "GraphClient", scene: "Posed[Order]") -> "Outcome":
    """Say it, follow it, and look what is true afterwards."""
    from legion_ros.evaluation.lessons import Outcome

    began, tries, order, before = time.monotonic(), Tries(), scene.asked, scene.before
    result = client.follow(
        client.execute(order.said),
        tries.count,
        lambda: true_scene(client).stamp - before.stamp > _LONGEST,
        patience=20.0,
    )
    after = scene_after(client, true_scene(client).stamp + 0.5, 20.0)
    return Outcome(
        seed=scene.seed,
        said=order.said,
        success=order.done(after),
        claimed=result.success,
        reason=result.reason,
        tries=tries.number,
        wall=round(time.monotonic() - began, 1),
        simulated=round(after.stamp - before.stamp, 1),
    )


def _line(outcome: "Outcome", outcomes: "list[Outcome]", scenes: int) -> str:
    wrong = "" if outcome.success else f" [red]({outcome.reason})"
    return (
        f"{len(outcomes)}/{scenes} seed {outcome.seed}: {outcome.said!r}, {outcome.tries} tries,"
        f" {outcome.simulated:.0f} s simulated in {outcome.wall:.0f} s;"
        f" {sum(o.success for o in outcomes)} done so far{wrong}"
    )
