"""Has new skills learned, in a process beside the graph, and announces the knowledge that they are in."""

import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from diagnostic_msgs.msg import DiagnosticStatus
from std_msgs.msg import String

from legion_ros.core import LegionError
from legion_ros.nodes.announced_knowledge import TOPIC
from legion_ros.nodes.lesson import Lesson
from legion_ros.nodes.lifecycle import Health, LegionNode, NodeConfig, run
from legion_ros.nodes.parameters import parameter
from legion_ros.nodes.qos import STATE
from legion_ros.share import share
from legion_ros.srv import LearnSkill, LoadKnowledge

__all__ = ["TeacherNode", "main"]


@dataclass(frozen=True, kw_only=True)
class TeacherConfig(NodeConfig):
    """Parameters of teacher_node."""

    knowledge: str = parameter("", "folder of what was learned; empty: the knowledge that ships")
    out: str = parameter("out/taught", "folder under which each lesson has one for its knowledge")
    options: str = parameter("", "more words for `legion teach`, such as `--processes 1`")


class TeacherNode(LegionNode[TeacherConfig]):
    """One lesson at a time. It never waits: a timer looks how the lesson is going."""

    def __init__(self) -> None:
        super().__init__("teacher_node", TeacherConfig)
        self._lesson: Lesson | None = None
        self._told = "none yet"  # how the last lesson ended
        self._failed = False
        self._lessons = 0

    def configure(self) -> None:
        """Serve, and be heard by those who come late."""
        given = self.config.knowledge
        self._folder = Path(given).resolve() if given else share("config", "knowledge", "tabletop")
        self._announce = self.create_publisher(String, TOPIC, STATE)
        self.create_service(LearnSkill, "/legion/learn_skill", self._on_learn)
        self.create_service(LoadKnowledge, "/legion/load_knowledge", self._on_load)

    def activate(self) -> None:
        """Look after lessons."""
        self.every(0.5, self._look)

    def deactivate(self) -> None:
        """Give up the lesson that goes on."""
        lesson, self._lesson = self._lesson, None
        if lesson is not None:
            lesson.stop()
            self._told, self._failed = "it was given up: teacher_node was deactivated", True

    def health(self) -> Health:
        """How the lesson goes, or how the last one ended."""
        lesson = self._lesson
        values = {
            "knowledge": self._folder,
            "lessons": self._lessons,
            "lesson": lesson.said if lesson else "none",
            "outcome": self._told,
        }
        if self._failed:
            return Health(f"a lesson came to nothing: {self._told}", DiagnosticStatus.WARN, values)
        return Health(values=values)

    # -- callbacks ----------------------------------------------------------------------------------

    def _on_learn(self, request: LearnSkill.Request, response: LearnSkill.Response) -> LearnSkill.Response:
        try:
            self._begin(request)
        except (LegionError, OSError) as error:
            response.success, response.message = False, str(error)
            return response
        response.success = True
        response.message = f"the lesson has begun; its knowledge goes to {self._lesson.out}"
        return response

    def _begin(self, request: LearnSkill.Request) -> None:
        if not self.active:
            raise LegionError("teacher_node is not active")
        if self._lesson is not None:
            raise LegionError(f"one lesson at a time: {self._lesson.said}")
        if not request.instruction.strip():
            raise LegionError("no instruction: say what somebody would say who wants it done")
        words = ["--no-tell", *self.config.options.split(), f"--knowledge={self._folder}"]
        lists = {"say": request.say, "reward": request.reward, "kinds": request.kinds, "onto": request.onto}
        for name, given in lists.items():
            if odd := [word for word in given if word.startswith("-")]:
                raise LegionError(f"{name} can't be {odd[0]!r}")
            words += [f"--{name}", *given] if given else []
        for name in ("skill", "demonstrations"):
            words += [f"--{name}={getattr(request, name)}"] if getattr(request, name) else []
        self._lessons, self._failed = self._lessons + 1, False
        out = next(path for path in map(self._numbered, count(1)) if not path.exists())
        self._lesson = Lesson([*words, f"--out={out}", "--", request.instruction], out)

    def _on_load(
        self, request: LoadKnowledge.Request, response: LoadKnowledge.Response
    ) -> LoadKnowledge.Response:
        try:
            known = self._use(Path(request.folder).absolute())
        except LegionError as error:
            response.success, response.message = False, str(error)
            return response
        response.success, response.message = True, f"known from the next goal on: {known}"
        return response

    def _look(self) -> None:
        lesson = self._lesson
        if lesson is None or (code := lesson.poll()) is None:
            return
        self._lesson, self._told, self._failed = None, lesson.said, code != 0
        lesson.stop()
        try:
            if not code:
                self._told = f"known from the next goal on: {self._use(lesson.out)}"
        except LegionError as error:
            self._told, self._failed = str(error), True
        self.get_logger().info(self._told)

    def _numbered(self, number: int) -> Path:
        return Path(self.config.out).absolute() / str(number)

    def _use(self, folder: Path) -> str:
        """Announce the knowledge in a folder; returns what is known there."""
        from legion_ros.knowledge import Knowledge

        # nobody acts here: the experts' tensors are read and checked, but not made into networks
        known = Knowledge.load(folder, expert=dict)
        self._folder = folder
        self._announce.publish(String(data=str(folder)))
        return ", ".join(component.name for component in known.components)


def main() -> int:
    """Run until told to end."""
    return run(TeacherNode)


if __name__ == "__main__":
    sys.exit(main())
