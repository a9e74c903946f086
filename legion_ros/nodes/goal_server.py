"""An action server that says no in words: ROS itself can only refuse a goal without a reason."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import GoalEvent, ServerGoalHandle
from rclpy.task import Future

from legion_ros.core import LegionError
from legion_ros.nodes.lifecycle import LegionNode
from legion_ros.nodes.qos import GOAL_SERVICE

__all__ = ["GoalServer"]

KEPT = 30  # s that a result is kept for whoever asks late
# Results. Beyond, goals that come while another is worked on are refused outright: a flood of them can't fill
# the memory, and does not keep out the next one when there is time for it.
MOST_KEPT = 100
MOST_EARLY = 100  # cancelations of goals that nobody has heard of yet; beyond, the oldest is forgotten


class _ActionServer(ActionServer):
    """Remembers which goals were to be canceled before they came: they travel by a service of their own.

    Who asked hears that the goal is not known, as ROS has it; when it comes it is canceled at once.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        self._early: OrderedDict[bytes, None] = OrderedDict()  # ids of goals, the oldest first
        super().__init__(*given, **named)

    def was_canceled(self, goal: ServerGoalHandle) -> bool:
        """Whether it was to be canceled before it came; forgets that."""
        return self._early.pop(bytes(goal.goal_id.uuid), self) is None

    async def _execute_cancel_request(self, request_header_and_message: Any) -> None:
        identity = bytes(request_header_and_message[1].goal_info.goal_id.uuid)
        if any(identity) and identity not in self._goal_handles:  # zeros: all goals, or all until a time
            self._early[identity] = None
            if len(self._early) > MOST_EARLY:
                self._early.popitem(last=False)
        await super()._execute_cancel_request(request_header_and_message)


class GoalServer:
    """Accepts every goal, and aborts at once, with the reason as its result, the ones that can't be done.

    A goal whose cancelation came before it is not begun.

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
        self._server = _ActionServer(
            node,
            kind,
            name,
            self._execute,
            goal_callback=self._on_goal,
            handle_accepted_callback=self._on_accepted,
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

    def _on_accepted(self, goal: ServerGoalHandle) -> None:
        if self._server.was_canceled(goal):
            goal._update_state(GoalEvent.CANCEL_GOAL)  # as rclpy does on a request
        goal.execute()

    async def _execute(self, goal: ServerGoalHandle) -> Any:
        """Waits for the result without holding up the executor."""
        if goal.is_cancel_requested:
            goal.canceled()
            return self._kind.Result(success=False, reason="canceled before it was begun")
        try:
            done = self._begin(goal)
        except LegionError as error:
            goal.abort()
            return self._kind.Result(success=False, reason=str(error))
        return await done
