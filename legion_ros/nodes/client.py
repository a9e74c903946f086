"""The graph from outside: give it a task and follow it, reset its scene, see what it says."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rclpy
from action_msgs.msg import GoalStatus
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from rclpy.task import Future
from std_srvs.srv import Trigger

from legion_ros.action import ExecuteTask
from legion_ros.core import LegionError, Scene
from legion_ros.msg import Scene as SceneMessage
from legion_ros.msg import ToolState
from legion_ros.nodes.conversions import scene_from, tool_from
from legion_ros.nodes.newest import Newest
from legion_ros.nodes.qos import DIAGNOSTICS, GOAL_SERVICE, SENSOR
from legion_ros.srv import LearnSkill, LoadKnowledge, MoveObject, ResetScene

__all__ = ["GraphClient", "Task", "TaskResult"]


@dataclass(frozen=True)
class TaskResult:
    """How a task ended."""

    success: bool
    reason: str
    plan: tuple[str, ...]


class Task:
    """An instruction that was sent; what is known of it grows while the client spins."""

    def __init__(self, instruction: str) -> None:
        self.instruction = instruction
        self.plan: tuple[str, ...] = ()  # grounded skills, in order
        self.step = 0  # index of the current one
        self.current = ""  # the current one, in words
        self.progress = 0.0  # 0 to 1
        self.result: TaskResult | None = None  # None while it runs
        self.heard = time.monotonic()  # s: when composer_node last said something of it
        self._handle: Any = None  # rclpy's ClientGoalHandle once accepted
        self._canceling = False

    def cancel(self) -> None:
        """Ask for an end; the result says when it has come."""
        self._canceling = True
        if self._handle is not None:
            self._handle.cancel_goal_async()

    def on_feedback(self, message: Any) -> None:
        """Take note of how far it is."""
        self.heard, feedback = time.monotonic(), message.feedback
        self.plan, self.step = tuple(feedback.plan), feedback.step
        self.current, self.progress = feedback.current, feedback.progress

    def on_response(self, future: Future) -> None:
        """Take note of whether it was accepted at all."""
        self.heard, self._handle = time.monotonic(), future.result()
        if not self._handle.accepted:
            self.result = TaskResult(False, "refused: composer_node has too many goals at once", ())
            return
        self._handle.get_result_async().add_done_callback(self._on_result)
        if self._canceling:
            self._handle.cancel_goal_async()

    def _on_result(self, future: Future) -> None:
        response = future.result()
        reason = response.result.reason
        if response.status == GoalStatus.STATUS_UNKNOWN:
            reason = "composer_node was started again and knows nothing of this goal"
        self.plan = tuple(response.result.plan) or self.plan
        self.result = TaskResult(response.result.success, reason, self.plan)


class GraphClient:
    """A node of its own context, spun by `wait` alone. Use as a context manager.

    Args:
        name: of the node.
        domain: ROS domain; that of the environment when None.
        idle: called each time that it spins, for what else the process has to look after.
    """

    def __init__(
        self,
        name: str = "legion_client",
        domain: int | None = None,
        idle: Callable[[], object] = lambda: None,
    ) -> None:
        self._idle = idle
        self.context = rclpy.Context()
        rclpy.init(context=self.context, domain_id=domain)
        self.node = rclpy.create_node(name, context=self.context, start_parameter_services=False)
        self._executor = SingleThreadedExecutor(context=self.context)
        self._executor.add_node(self.node)
        self._tasks = ActionClient(
            self.node,
            ExecuteTask,
            "/legion/execute_task",
            goal_service_qos_profile=GOAL_SERVICE,
            result_service_qos_profile=GOAL_SERVICE,
        )
        self._reset = self.node.create_client(ResetScene, "/legion/reset_scene")
        self._move = self.node.create_client(MoveObject, "/legion/move_object")
        self._let_go = self.node.create_client(Trigger, "/legion/reset")
        self._scene, self._tool = Newest[SceneMessage](), Newest[ToolState]()
        self._scene.listen(self.node, SceneMessage, "/legion/scene", SENSOR)
        self._tool.listen(self.node, ToolState, "/legion/tool_state", SENSOR)
        self._truth = Newest[SceneMessage]()
        self._truth.listen(self.node, SceneMessage, "/legion/true_scene", SENSOR)
        self.node.create_subscription(DiagnosticArray, "/diagnostics", self._on_diagnostics, DIAGNOSTICS)
        # node -> its newest figures, and what it says of itself as "message"
        self.health: dict[str, dict[str, str]] = {}

    def __enter__(self) -> "GraphClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown()
        self._tasks.destroy()
        self.node.destroy_node()
        self.context.try_shutdown()

    def wait(self, condition: Callable[[], Any], timeout: float, what: str = "") -> Any:
        """Spin until `condition()` is true, and return it.

        Raises:
            LegionError: it took longer than `timeout` s; names `what` was waited for.
        """
        deadline = time.monotonic() + timeout
        while not (value := condition()):
            if time.monotonic() > deadline:
                raise LegionError(f"no {what or 'answer'} within {timeout:g} s")
            self.spin(min(0.1, max(deadline - time.monotonic(), 0.0)))
        return value

    def spin(self, timeout: float) -> None:
        """Handle one thing that has come in; wait `timeout` s at most for it."""
        self._idle()
        self._executor.spin_once(timeout_sec=timeout)

    def graph_is_up(self, timeout: float) -> bool:
        """Whether a composer answers within `timeout` s."""
        try:
            return self.wait(self._tasks.server_is_ready, timeout)
        except LegionError:
            return False

    def execute(self, instruction: str) -> Task:
        """Send an instruction to composer_node, once `graph_is_up`. Follow it by spinning.

        One with a NUL is refused here: ROS ends a text there, and what is left may be another instruction.
        """
        task = Task(instruction)
        if (place := instruction.find("\0")) >= 0:
            reason = f"the instruction has a control character (U+0000, at {place})"
            task.result = TaskResult(False, reason, ())
            return task
        goal = ExecuteTask.Goal(instruction=instruction)
        self._tasks.send_goal_async(goal, task.on_feedback).add_done_callback(task.on_response)
        return task

    def follow(
        self,
        task: Task,
        on_change: Callable[[Task], None] = lambda _: None,
        cancel: Callable[[], bool] = lambda: False,
        patience: float = 5.0,
    ) -> TaskResult:
        """Spin until the task has ended.

        Args:
            task: from `execute`.
            on_change: called whenever plan, step or progress have changed.
            cancel: asked all the time; the task is canceled once it says true.
            patience: s without a word from composer_node, which speaks every second, until it is gone.
        """
        told, canceled = None, False
        while task.result is None:
            self.spin(0.1)
            state = (task.plan, task.step, task.current, task.progress)
            if state != told and task.plan:
                told = state
                on_change(task)
            if not canceled and cancel():
                canceled = True
                task.cancel()
            if time.monotonic() - task.heard > patience and task.result is None:
                reason = f"composer_node is gone: no word from it for {patience:g} s"
                task.result = TaskResult(False, reason, task.plan)
        return task.result

    def reset_scene(
        self,
        seed: int,
        low: int,
        high: int,
        timeout: float = 10.0,
        binned: int = 0,
        drawer: float = 0.0,
    ) -> list[str]:
        """Draw a new scene of `low` to `high` objects on the table; returns the names of all objects.

        `binned` more are in the bin, the drawer is open by `drawer`, 0 to 1.

        Raises:
            LegionError: the simulator refused, in its words, or didn't answer.
        """
        self.wait(self._reset.service_is_ready, timeout, "service /legion/reset_scene")
        request = ResetScene.Request(
            seed=seed, min_objects=low, max_objects=high, binned=binned, drawer=drawer
        )
        answer = self._reset.call_async(request)
        response = self.wait(lambda: answer.done() and answer.result(), timeout, "answer of sim_node")
        if not response.success:
            raise LegionError(response.message)
        return list(response.objects)

    def reset_safety(self, timeout: float = 10.0) -> str:
        """End a latched stop or an alarm, as a person would who has seen to it; returns what was ended.

        Raises:
            LegionError: safety_node didn't answer.
        """
        self.wait(self._let_go.service_is_ready, timeout, "service /legion/reset")
        answer = self._let_go.call_async(Trigger.Request())
        return self.wait(lambda: answer.done() and answer.result(), timeout, "answer of safety_node").message

    def move_object(self, name: str, x: float, y: float, timeout: float = 10.0) -> str:
        """Move a thing to a free spot near (x, y) m, base frame, as somebody's hand would.

        Returns:
            The simulator's words.

        Raises:
            LegionError: the simulator refused, in its words, or didn't answer.
        """
        self.wait(self._move.service_is_ready, timeout, "service /legion/move_object")
        answer = self._move.call_async(MoveObject.Request(name=name, x=float(x), y=float(y)))
        response = self.wait(lambda: answer.done() and answer.result(), timeout, "answer of sim_node")
        if not response.success:
            raise LegionError(response.message)
        return response.message

    def load_knowledge(self, folder: Path, timeout: float = 60.0) -> str:
        """Have the graph use another knowledge, and wait until it does: that is, between two goals.

        Returns:
            What is known there, in teacher_node's words.

        Raises:
            LegionError: it can't be used, in teacher_node's words, or nobody answered in time.
        """
        client = self.node.create_client(LoadKnowledge, "/legion/load_knowledge")
        try:
            self.wait(client.service_is_ready, timeout, "service /legion/load_knowledge")
            answer = client.call_async(LoadKnowledge.Request(folder=str(folder)))
            response = self.wait(lambda: answer.done() and answer.result(), timeout, "answer of teacher_node")
        finally:
            self.node.destroy_client(client)
        if not response.success:
            raise LegionError(response.message)
        self._await_use(str(folder), timeout)
        return response.message

    def learn_skill(self, longest: float = 3600.0, timeout: float = 60.0, **words: Any) -> Path:
        """Have a new skill learned, as `legion teach` does, and wait until the graph uses it.

        Args:
            longest: s that the lesson may take.
            timeout: s that the graph may take to answer, and to use what was learned.
            words: fields of LearnSkill's request.

        Returns:
            The folder of the knowledge that it is in.

        Raises:
            LegionError: the lesson can't begin or came to nothing, in teacher_node's words, or took too long.
        """

        def teacher() -> dict[str, str]:
            return self.health.get("teacher_node", {})

        before = int(self.wait(teacher, timeout, "word from teacher_node")["lessons"])
        client = self.node.create_client(LearnSkill, "/legion/learn_skill")
        try:
            self.wait(client.service_is_ready, timeout, "service /legion/learn_skill")
            answer = client.call_async(LearnSkill.Request(**words))
            response = self.wait(lambda: answer.done() and answer.result(), timeout, "answer of teacher_node")
        finally:
            self.node.destroy_client(client)
        if not response.success:
            raise LegionError(response.message)
        self.wait(
            lambda: int(teacher()["lessons"]) > before and teacher()["lesson"] == "none",
            longest,
            "end of the lesson",
        )
        folder = teacher()["knowledge"]
        if not response.message.endswith(folder):
            raise LegionError(teacher()["outcome"])
        self._await_use(folder, timeout)
        return Path(folder)

    def _await_use(self, folder: str, timeout: float) -> None:
        users = ("policy_node", "composer_node")
        self.wait(
            lambda: all(self.health.get(user, {}).get("knowledge") == folder for user in users),
            timeout,
            "use of the new knowledge",
        )

    def scene(self) -> Scene | None:
        """The newest scene, as the robot sees it; None before the first."""
        if self._scene.message is None or self._tool.message is None:
            return None
        return scene_from(self._scene.message, tool_from(self._tool.message))

    def true_scene(self) -> Scene | None:
        """The newest scene as the simulator knows it, to judge by; None before the first, or without one."""
        if self._truth.message is None or self._tool.message is None:
            return None
        return scene_from(self._truth.message, tool_from(self._tool.message))

    def await_seen(self, names: list[str], patience: float = 5.0, longest: float = 60.0) -> bool:
        """Spin until the graph sees just these objects; whether it does.

        What perception makes of a scene is its own affair: whoever measures goes on either way.

        Args:
            names: of all that is there.
            patience: s of the robot's time that it is given, however slowly that goes by.
            longest: s of wall time.
        """
        began, end = None, time.monotonic() + longest
        while time.monotonic() < end:
            scene = self.scene()
            if scene is not None and sorted(thing.name for thing in scene.objects) == sorted(names):
                return True
            truth = self.true_scene()
            if truth is not None:
                began = truth.stamp if began is None else began
                if truth.stamp - began > patience:
                    return False
            self.spin(0.1)
        return False

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            values = {value.key: value.value for value in status.values}
            self.health[status.name] = {"message": status.message, **values}
