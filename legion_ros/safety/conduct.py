"""How a goal is carried out, watched: the semantic and the task level of the circuit breaker together."""

from legion_ros.core import GroundedSkill, Scene
from legion_ros.core.facts import Fact, facts
from legion_ros.safety.alarm import Alarm
from legion_ros.safety.semantic import SemanticBreaker
from legion_ros.safety.task import TaskBreaker

__all__ = ["Conduct"]


class Conduct:
    """Told of every stage, step and scene of one goal; latches the first alarm until `reset`."""

    def __init__(self, semantic: SemanticBreaker | None = None, task: TaskBreaker | None = None) -> None:
        """With these levels, or their defaults."""
        self.semantic, self.task = semantic or SemanticBreaker(), task or TaskBreaker()
        self.alarm: Alarm | None = None
        self._step: GroundedSkill | None = None
        self._before: frozenset[Fact] = frozenset()

    def reset(self) -> None:
        """A person has seen to it: go on as if nothing had been done before."""
        self.alarm, self._step = None, None
        self.semantic.reset()
        self.task.reset()

    def stage(self, asked: frozenset[Fact]) -> None:
        """A stage of the goal begins that asks for this."""
        self.semantic.stage(asked)

    def begin(self, step: GroundedSkill, scene: Scene) -> None:
        """An attempt at a step begins in this scene."""
        self._step, self._before = step, facts(scene)
        self.task.begin(step)

    def look(self, scene: Scene) -> None:
        """A scene of the attempt."""
        if self._step is not None:
            self.alarm = self.alarm or self.task.look(scene)

    def end(self, scene: Scene, success: bool) -> None:
        """The attempt has ended in this scene."""
        if self._step is None:
            return
        step, self._step = self._step, None
        about = step.object or step.target
        undone = self.semantic.step(str(step), about, self._before, facts(scene))
        missed = self.task.end(success)
        self.alarm = self.alarm or undone or missed
