"""From a sentence to a verified plan: what it asks for, then what brings that about."""

from pathlib import Path

from legion_ros.core import Scene
from legion_ros.core.facts import Fact, facts
from legion_ros.knowledge import Knowledge
from legion_ros.knowledge.component import Encoder
from legion_ros.skills.goal import Goal, Stage
from legion_ros.skills.interpreter import Interpreter
from legion_ros.skills.plan import Plan
from legion_ros.skills.planning import Planner, Step
from legion_ros.skills.reader import Reader
from legion_ros.skills.second_opinion import Rephrasing

__all__ = ["Composer"]


class Composer:
    """Makes plans. Slow (up to some hundred milliseconds): call it in a worker, not in a callback."""

    def __init__(
        self,
        knowledge: Knowledge,
        encoder: Encoder,
        goals_file: Path,
        reader: Reader | None = None,
        rephraser: Rephrasing | None = None,
    ) -> None:
        """Get the interpreter and the planner ready, which takes a second.

        Args:
            knowledge: whose components can be used.
            encoder: the one that the knowledge was built with.
            goals_file: config/goals.yaml or one like it.
            reader: a language model to ask for what the grammar does not understand; nobody where None.
            rephraser: gives a second opinion on instructions; nobody where None.

        Raises:
            LegionError: the file can't be read or is not as it should be.
            KnowledgeError: what some skill needs and brings about was not learned.
        """
        self.planner = Planner(knowledge.operators)
        self._interpreter = Interpreter(knowledge, encoder, goals_file, reader, rephraser)

    def goal(self, instruction: str, scene: Scene) -> Goal:
        """What an instruction asks for, whether or not anything leads there. Raises Rejected."""
        return self._interpreter.goal(instruction, scene)

    def plan(self, instruction: str, scene: Scene) -> Plan:
        """The plan for an instruction, all of its stages foreseen before the first step is taken.

        Raises:
            Rejected: why there is none, in words for the user.
        """
        goal = self.goal(instruction, scene)
        steps: list[Step] = []
        now, asked = facts(scene), frozenset[Fact]()
        for stage in goal.stages:
            wanted = stage.wanted(scene, now)
            part = self.planner.plan(now, wanted, scene, goal.untouched)
            now = self.planner.after(part, now).facts
            steps += part
            asked |= wanted
        lasting = Stage("all of it together", asked & now) if len(goal.stages) > 1 else None
        return Plan(goal, tuple(steps), lasting)
