"""Takes goals in words, plans them with what is known, and sees the plan through."""

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from builtin_interfaces.msg import Time
from rclpy.action.server import ServerGoalHandle
from rclpy.task import Future
from std_msgs.msg import String

from legion_ros.action import ExecuteTask
from legion_ros.core import LegionError, Scene
from legion_ros.language.guard import LIMIT
from legion_ros.msg import Alarm, GoalStatus, SafetyState, ToolState
from legion_ros.msg import Scene as SceneMessage
from legion_ros.nodes.announced_knowledge import AnnouncedKnowledge
from legion_ros.nodes.conversions import scene_from, seconds, tool_from
from legion_ros.nodes.given_task import GivenTask
from legion_ros.nodes.goal_intake import GoalIntake, cut, too_long
from legion_ros.nodes.goal_reporter import GoalReporter
from legion_ros.nodes.goal_server import GoalServer
from legion_ros.nodes.lifecycle import Health, LegionNode, NodeConfig, run
from legion_ros.nodes.newest import Newest
from legion_ros.nodes.parameters import parameter
from legion_ros.nodes.qos import ALARM, GOAL_INTAKE, SENSOR, STATE
from legion_ros.nodes.skill_client import SkillClient
from legion_ros.safety import RESET
from legion_ros.share import share
from legion_ros.skills import Composer, Execution, ExecutionStatus, Plan
from legion_ros.skills.behaviours import Settings
from legion_ros.skills.replanning import Replanning

__all__ = ["ComposerNode", "main"]

ENDS = {
    ExecutionStatus.SUCCEEDED: GoalStatus.SUCCEEDED,
    ExecutionStatus.FAILED: GoalStatus.FAILED,
    ExecutionStatus.CANCELED: GoalStatus.CANCELED,
}


@dataclass(frozen=True, kw_only=True)
class ComposerConfig(NodeConfig):
    """Parameters of composer_node."""

    knowledge: str = parameter("", "folder of what was learned; empty: the knowledge that ships")
    goals: str = parameter("", "file of goals that no single skill is named by; empty: the one that ships")
    rate: float = parameter(20.0, "Hz at which plans are looked after", 1, 100)
    scene_timeout: float = parameter(3.0, "s of wall time without a scene until goals are refused", 0.1, 60)
    scene_patience: float = parameter(4.0, "s of wall time without a scene until a task is given up", 0.1, 60)
    patience: float = parameter(2.0, "s without a word from policy_node until a skill is sent again", 0.5, 60)
    absence: float = parameter(10.0, "s without a word from policy_node until a goal fails", 0.5, 600)
    help_wait: float = parameter(20.0, "s that help is waited for before a goal fails; 0: none", 0, 3600)


class ComposerNode(LegionNode[ComposerConfig]):
    """One goal at a time. Callbacks store, a worker plans, the tick timer does the rest."""

    def __init__(self) -> None:
        super().__init__("composer_node", ComposerConfig)
        self._scene, self._tool = Newest[SceneMessage](), Newest[ToolState]()
        self._task: GivenTask | None = None
        self._intake = GoalIntake()
        self._by_action = 0  # goals
        self._stopped = ""  # why the safety gate has stopped the arm, "" when it hasn't
        self._alarmed = False  # whether that is because the circuit breaker has tripped
        self._forgotten = False  # whether that ended without a reset

    def configure(self) -> None:
        """Load what is known, in words and in skills, and connect."""
        import torch

        torch.set_num_threads(1)  # the other core is for control
        given = self.config.knowledge
        folder = Path(given) if given else share("config", "knowledge", "tabletop")
        make = self._composer_maker()
        self._composer = make(folder)
        self._announced = AnnouncedKnowledge(self, folder, make)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="planning")
        self._alarm = self.create_publisher(Alarm, "/legion/alarm", ALARM)
        self._scene.listen(self, SceneMessage, "/legion/scene", SENSOR)
        self._tool.listen(self, ToolState, "/legion/tool_state", SENSOR)
        self.create_subscription(SafetyState, "/legion/safety_state", self._on_safety_state, STATE)
        # raw: what is too long, or no String at all, is answered without being decoded
        self.create_subscription(String, "/legion/goal", self._intake.store, GOAL_INTAKE, raw=True)
        self._server = GoalServer(
            self, ExecuteTask, "/legion/execute_task", self._begin_by_action, lambda: self._task is not None
        )
        self._skills = SkillClient(self, self.config.patience, self.config.absence)
        self._reporter = GoalReporter(self, self._server, lambda: self._skills.tries, self._scene_stamp)

    def activate(self) -> None:
        """Begin to take goals; those that came before are too old."""
        self._intake.take()
        self.every(1.0 / self.config.rate, self._tick)

    def deactivate(self) -> None:
        """Give up the goal that is being worked on."""
        if self._task is not None:
            self._skills.cancel()
            self._end(GoalStatus.FAILED, "composer_node was deactivated")

    def cleanup(self) -> None:
        """Stop taking goals."""
        self._server.destroy()
        self._skills.destroy()
        self._worker.shutdown(wait=False, cancel_futures=True)

    def health(self) -> Health:
        """What is being done, and what became of all goals so far."""
        return Health(
            values={
                "task": self._task.instruction if self._task else "none",
                "goals": self._intake.received + self._by_action,
                "rejected": self._reporter.rejected,
                "succeeded": self._reporter.succeeded,
                "failed": self._reporter.failed,
                "refused_outright": self._server.refused,
                "knowledge": self._announced.folder,
            }
        )

    def _composer_maker(self) -> Callable[[Path], Composer]:
        """What makes a composer of a folder of knowledge."""
        from legion_ros.knowledge import Knowledge
        from legion_ros.language import SentenceEncoder
        from legion_ros.language.rephrasing import Rephraser
        from legion_ros.skills.reader import ChatReader, ChatReaderConfig

        asked = ChatReaderConfig.from_environment()  # none unless somebody sets it: see docs/goals.md
        reader = ChatReader(asked) if asked else None
        given = self.config.goals
        goals = Path(given) if given else share("config", "goals.yaml")
        encoder = SentenceEncoder()
        rephraser = Rephraser.shipped()
        encoder.encode(["clear the table"])  # the first one takes seconds: not while somebody waits
        rephraser.rephrase("clear the table")
        return lambda folder: Composer(Knowledge.load(folder), encoder, goals, reader, rephraser)

    # -- goals in -----------------------------------------------------------------------------------------

    def _begin_by_action(self, goal: ServerGoalHandle) -> Future:
        self._by_action += 1
        instruction = goal.request.instruction
        try:
            if len(instruction) > LIMIT:
                raise LegionError(too_long(len(instruction.encode("utf-8", "replace"))))
            self._begin(instruction, goal)
        except LegionError as error:
            self._reporter.reject(instruction, str(error))
            raise
        return self._task.done

    def _on_safety_state(self, message: SafetyState) -> None:
        stopped = message.state in (SafetyState.STOPPED, SafetyState.RETREATING)
        self._stopped = message.reason if stopped else ""
        self._forgotten |= self._alarmed and not stopped and message.reason != RESET
        self._alarmed = stopped and message.alarm

    def _begin(self, instruction: str, goal: ServerGoalHandle | None = None) -> None:
        """Have the worker plan it. Raises LegionError where it can't be begun now."""
        if self._task is not None:
            raise LegionError(f"busy with {self._task.instruction!r}: one goal at a time")
        if self._stopped:
            raise LegionError(f"the arm is stopped ({self._stopped}): call /legion/reset first")
        scene = self._newest_scene()
        if scene is None or time.monotonic() - self._scene.received > self.config.scene_timeout:
            silent = f"no scene for {self.config.scene_timeout:g} s" if scene else "no scene yet"
            raise LegionError(f"{silent}: is the robot's node (sim_node) running?")
        self._forgotten = False
        planning = self._worker.submit(self._composer.plan, instruction, scene)
        self._task = GivenTask(cut(instruction), planning, goal)

    # -- the tick -----------------------------------------------------------------------------------------

    def _tick(self) -> None:
        """Answer the goals that came, and look after the one that runs."""
        if self._task is None:
            self._composer = self._announced.take() or self._composer
        arrivals, more = self._intake.take()
        for arrival in arrivals:
            try:
                if arrival.complaint:
                    raise LegionError(arrival.complaint)
                self._begin(arrival.instruction)
            except LegionError as error:
                self._reporter.reject(arrival.instruction, str(error))
        if more:
            self._reporter.reject(
                "", f"{more} more goals came at once and were rejected: one goal at a time", more
            )
        if self._task is not None:
            self._look_after(self._task)

    def _look_after(self, task: GivenTask) -> None:
        if task.goal is not None and task.goal.is_cancel_requested and not task.canceled:
            task.canceled = True
            if task.execution is not None:
                task.execution.cancel()
        if self._stopped and not task.canceled and not (self._alarmed and task.execution is not None):
            self._skills.cancel()
            self._end(GoalStatus.FAILED, f"the arm was stopped: {self._stopped}")
        elif self._forgotten:  # nobody has looked: what the alarm was for goes on
            self._skills.cancel()
            self._end(GoalStatus.FAILED, "the alarm is gone without a reset: safety_node has forgotten it")
        elif problem := self._blind(task):
            if task.execution is not None:
                task.execution.cancel()
            self._end(GoalStatus.FAILED, problem)
        elif task.execution is not None and not task.canceled and (silent := self._silence()):
            self._reporter.publish(task, GoalStatus.RUNNING, silent)
        elif task.execution is not None:
            self._go_on(task)
        elif task.canceled:  # whatever the worker still thinks of is for nobody
            task.planning.cancel()
            self._end(GoalStatus.CANCELED, "canceled while it was being planned")
        elif task.planning.done():
            self._take_plan(task)
        else:
            self._reporter.give_feedback(task, (), 0, 0.0)

    def _silence(self) -> str:
        """What is wrong where no scene comes, in words; "" where scenes come."""
        silence = time.monotonic() - self._scene.received
        if silence <= self.config.scene_timeout:
            return ""
        return f"no scene for {self.config.scene_timeout:g} s: is the robot's node (sim_node) running?"

    def _blind(self, task: GivenTask) -> str:
        """Why the task can't be seen through any more, "" where it can."""
        if time.monotonic() - self._scene.received > self.config.scene_patience:
            return self._silence()
        stamp = seconds(self._scene.message.header.stamp)
        if stamp < task.stamp - 0.5:
            return "the robot was started anew: what the task was given for is gone"
        task.stamp = max(task.stamp, stamp)
        return ""

    def _take_plan(self, task: GivenTask) -> None:
        try:
            plan = task.planning.result()
        except LegionError as error:
            self._end(GoalStatus.REJECTED, str(error))
            return
        except Exception as error:  # a fault of ours must not take the node, and the arm's plan, with it
            self.get_logger().error(f"planning {task.instruction!r}: {error!r}")
            self._end(GoalStatus.FAILED, f"planning failed: {error!r}")
            return
        self._skills.forget()
        task.execution, task.notes = self._execution(plan), plan.notes
        self._reporter.publish(task, GoalStatus.ACCEPTED, "; ".join((*plan.goal.notes, *plan.explanation)))
        self._go_on(task)

    def _execution(self, plan: Plan) -> Execution:
        """What sees the plan through; it plans again in the worker."""
        return Execution(
            plan.goal,
            Replanning(self._composer.planner, plan.goal.untouched),
            self._skills,
            self._newest_scene,
            Settings(help_wait=round(self.config.help_wait * self.config.rate)),
            submit=self._worker.submit,
            foreseen=tuple(step.skill for step in plan.steps),
            lasting=plan.lasting,
        )

    def _go_on(self, task: GivenTask) -> None:
        """Tick the plan; say what has changed, or how it ended."""
        execution = task.execution
        self._heed_alarm(task)
        execution.tick()
        self._sound_alarm(task)
        if execution.help:
            self._reporter.publish(task, GoalStatus.HELP, execution.help)
        elif execution.status is ExecutionStatus.RUNNING:
            self._reporter.publish(task, GoalStatus.RUNNING, self._skills.trouble or execution.reason)
        else:
            # with nothing to do, the notes say why; otherwise they were told with the plan
            well = "all of it is done" if execution.steps else "; ".join(task.notes)
            self._end(ENDS[execution.status], execution.reason or well)

    def _heed_alarm(self, task: GivenTask) -> None:
        """While the circuit breaker has stopped the arm, help is asked for; after the reset it goes on."""
        if self._alarmed:
            task.alarmed = True
            task.execution.halt(f"{self._stopped}; /legion/reset goes on")
        elif task.alarmed:
            task.alarmed = task.sounded = False
            task.execution.go_on()

    def _sound_alarm(self, task: GivenTask) -> None:
        """Make known that this goal itself has tripped the breaker."""
        alarm = task.execution.alarm
        if alarm is None or task.sounded:
            return
        task.sounded = True
        message = Alarm(level=int(alarm.level), reason=alarm.reason)
        message.header.stamp = self._scene.message.header.stamp
        self._alarm.publish(message)

    def _end(self, state: int, reason: str) -> None:
        """Say how the goal ended, and be free for the next."""
        task, self._task = self._task, None
        if task is not None:
            self._reporter.end(task, state, reason)

    def _scene_stamp(self) -> Time | None:
        return self._scene.message.header.stamp if self._scene.message else None

    def _newest_scene(self) -> Scene | None:
        """The newest scene with the newest tool state in it, None before the first of both."""
        if self._scene.message is None or self._tool.message is None:
            return None
        return scene_from(self._scene.message, tool_from(self._tool.message))


def main() -> int:
    """Run until told to end."""
    return run(ComposerNode)


if __name__ == "__main__":
    sys.exit(main())
