"""An action server that says no in words: ROS itself can only refuse a goal without a reason."""

from collections.abc import Callable
from typing import Any

from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.task import Future

from legion_ros.core import LegionError
from legion_ros.nodes.lifecycle import LegionNode
from legion_ros.nodes.qos import GOAL_SERVICE

__all__ = ["GoalServer"]

KEPT = 30  # s that a result is kept for whoever asks late
# Results. Beyond, goals that come while another is worked on are refused outright: a flood of them can't fill
# the memory, and does not keep out the next one when there is time for it.
MOST_KEPT = 100


class GoalServer:
    """Accepts every goal, and aborts at once, with the reason as its result, the ones that can't be done.

    Args:
        node: which serves.
        kind: the action; its result has a `success` and a `reason`.
        name: of the action.
        begin: starts a goal and returns the future of its result; raises LegionError to refuse it.
        busy: whether a goal is being worked on.
    """

    def __init__(
        self,
        node: LegionNode,
        kind: Any,
        name: str,
        begin: Callable[[ServerGoalHandle], Future],
        busy: Callable[[], bool],
    ) -> None:
        self.refused = 0  # goals refused outright so far
        self._node, self._kind, self._name, self._begin, self._busy = node, kind, name, begin, busy
        self._server = ActionServer(
            node,
            kind,
            name,
            self._execute,
            goal_callback=self._on_goal,
            handle_accepted_callback=lambda goal: goal.execute(),
            cancel_callback=lambda _: CancelResponse.ACCEPT,
            goal_service_qos_profile=GOAL_SERVICE,
            result_service_qos_profile=GOAL_SERVICE,
            result_timeout=KEPT,
        )

    @property
    def listeners(self) -> int:
        """How many clients there are, by the subscriptions to the feedback."""
        return self._node.count_subscribers(f"{self._name}/_action/feedback")

    def end(self, goal: ServerGoalHandle, done: Future, result: Any) -> None:
        """Give a goal its result: succeeded, canceled where that was asked for, or else aborted."""
        if self._node.context.ok():
            if result.success:
                goal.succeed()
            elif goal.is_cancel_requested:
                goal.canceled()
            else:
                goal.abort()
        done.set_result(result)

    def destroy(self) -> None:
        """Stop serving."""
        self._server.destroy()

    def _on_goal(self, request: Any) -> GoalResponse:
        kept = len(self._server._goal_handles)  # rclpy has no public count
        if self._node.active and (kept < MOST_KEPT or not self._busy()):
            return GoalResponse.ACCEPT
        self.refused += 1
        return GoalResponse.REJECT

    async def _execute(self, goal: ServerGoalHandle) -> Any:
        """Waits for the result without holding up the executor."""
        try:
            done = self._begin(goal)
        except LegionError as error:
            goal.abort()
            return self._kind.Result(success=False, reason=str(error))
        return await done
