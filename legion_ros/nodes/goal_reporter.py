"""Says how goals go: to everybody on /legion/goal_status, and to whoever gave one by action."""

import time
import uuid
from collections.abc import Callable

from builtin_interfaces.msg import Time

from legion_ros.action import ExecuteTask
from legion_ros.msg import GoalStatus
from legion_ros.nodes.given_task import GivenTask
from legion_ros.nodes.goal_intake import cut
from legion_ros.nodes.goal_server import GoalServer
from legion_ros.nodes.lifecycle import LegionNode
from legion_ros.nodes.qos import GOAL_STATUS

__all__ = ["GoalReporter"]


class GoalReporter:
    """Speaks when something has changed, and to the giver of a goal every second; counts how goals ended.

    Args:
        node: that publishes.
        server: of the action.
        tries: how often in a row the skill that runs was begun.
        stamp: of the newest scene, None before the first.
    """

    def __init__(
        self,
        node: LegionNode,
        server: GoalServer,
        tries: Callable[[], int],
        stamp: Callable[[], Time | None],
    ) -> None:
        self.succeeded = self.failed = self.rejected = 0  # goals
        self._status = node.create_publisher(GoalStatus, "/legion/goal_status", GOAL_STATUS)
        self._ok, self._server, self._tries, self._stamp = node.context.ok, server, tries, stamp

    def publish(self, task: GivenTask, state: int, reason: str) -> None:
        """A status when something has changed, and feedback."""
        execution = task.execution
        plan, step, progress = (), 0, 0.0
        if execution is not None:
            plan = tuple(str(skill) for skill in execution.steps)
            step, progress = execution.current, execution.progress
        news = (state, reason, plan, step, progress, self._tries())
        changed = news != task.told
        if changed:
            task.told = news
            message = GoalStatus(state=state, goal_id=task.identity, instruction=task.instruction)
            message.reason, message.plan, message.step, message.progress = reason, list(plan), step, progress
            self._send(message)
        self.give_feedback(task, plan, step, progress, changed)

    def give_feedback(
        self, task: GivenTask, plan: tuple[str, ...], step: int, progress: float, changed: bool = False
    ) -> None:
        """To whoever gave the goal by action: what has changed, and every second that somebody is there."""
        now = time.monotonic()
        if task.goal is None or not task.goal.is_active or not (changed or now - task.heard > 1.0):
            return
        task.heard = now
        feedback = ExecuteTask.Feedback(plan=list(plan), step=step, progress=progress)
        if step < len(plan):
            again = f", try {self._tries()}" if self._tries() > 1 else ""
            feedback.current = plan[step] + again
        task.goal.publish_feedback(feedback)

    def end(self, task: GivenTask, state: int, reason: str) -> None:
        """Say how the goal ended, on the interface it came from."""
        if self._ok():
            self.publish(task, state, reason)
        self.succeeded += state == GoalStatus.SUCCEEDED
        self.failed += state == GoalStatus.FAILED
        self.rejected += state == GoalStatus.REJECTED
        if task.goal is not None:
            plan = list(task.told[2]) if task.told else []
            result = ExecuteTask.Result(success=state == GoalStatus.SUCCEEDED, reason=reason, plan=plan)
            self._server.end(task.goal, task.done, result)

    def reject(self, instruction: str, reason: str, count: int = 1) -> None:
        """Say why `count` goals were not even begun."""
        self.rejected += count
        message = GoalStatus(state=GoalStatus.REJECTED, goal_id=uuid.uuid4().hex, reason=reason)
        message.instruction = cut(instruction)
        self._send(message)

    def _send(self, message: GoalStatus) -> None:
        stamp = self._stamp()
        if stamp is not None:
            message.header.stamp = stamp
        self._status.publish(message)
