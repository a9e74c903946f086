"""Goals that are canceled, also before they were accepted."""

import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from action_msgs.msg import GoalStatus
from action_msgs.srv import CancelGoal
from rclpy.action import ActionClient
from unique_identifier_msgs.msg import UUID

from legion_ros.action import ExecuteTask
from legion_ros.evaluation.faults import FaultFigure
from legion_ros.nodes.client import GraphClient
from legion_ros.nodes.qos import GOAL_SERVICE

__all__ = ["measure_cancels"]

_SAID = (
    "clear the table",
    "open the drawer",
    "press the button",
    "put everything in the bin",
    "polish the moon",
)
_HUNG = 10.0  # s
_UNKNOWN = CancelGoal.Response.ERROR_UNKNOWN_GOAL_ID


@dataclass
class _Cycle:
    """One goal, from its being sent to its end."""

    identity: UUID
    handle: Any = None  # rclpy's ClientGoalHandle once answered
    asked: float | None = None  # s, monotonic: when its cancelation was asked for, once
    response: Any = None  # to that
    result: Any = None
    ended: float | None = None  # s, monotonic

    def on_answer(self, future: Any) -> None:
        """Accepted, or not."""
        self.handle = future.result()
        if self.handle.accepted:
            self.handle.get_result_async().add_done_callback(self.on_result)
        else:
            self.ended = time.monotonic()

    def on_result(self, future: Any) -> None:
        """It has come to an end."""
        self.result, self.ended = future.result(), time.monotonic()

    @property
    def canceled(self) -> bool:
        """Whether that is how it ended."""
        return self.result is not None and self.result.status == GoalStatus.STATUS_CANCELED

    @property
    def unknown(self) -> bool:
        """Whether the server had not heard of the goal when it was to be canceled."""
        done = self.response is not None and self.response.done() and self.response.result() is not None
        return done and self.response.result().return_code == _UNKNOWN


def measure_cancels(
    client: GraphClient, cycles: int, rng: np.random.Generator, done: Callable[[int], object], notes: str
) -> FaultFigure:
    """Send a goal and cancel it, once: a third before it is accepted, a third at once after, a third later.

    A miss: no terminal state within 10 s. The time is from the request to the result. Goals that had
    ended by themselves before it (there is nothing to polish) are counted apart and have no time.
    """
    goals = ActionClient(
        client.node,
        ExecuteTask,
        "/legion/execute_task",
        goal_service_qos_profile=GOAL_SERVICE,
        result_service_qos_profile=GOAL_SERVICE,
    )
    cancels = client.node.create_client(
        CancelGoal, "/legion/execute_task/_action/cancel_goal", qos_profile=GOAL_SERVICE
    )
    client.wait(lambda: goals.server_is_ready() and cancels.service_is_ready(), 30.0, "composer_node")
    seconds, hung, count = [], 0, Counter[str]()
    for number in range(cycles):
        cycle = _Cycle(UUID(uuid=list(uuid.UUID(bytes=rng.bytes(16)).bytes)))
        goal = ExecuteTask.Goal(instruction=str(rng.choice(_SAID)))
        goals.send_goal_async(goal, goal_uuid=cycle.identity).add_done_callback(cycle.on_answer)
        if number % 3 == 0:  # at once: the server may not have heard of the goal yet
            _ask(cancels, cycle)
            count["early"] += 1
        _until(client, lambda c=cycle: c.handle is not None, _HUNG)
        if number % 3 == 2:
            end = time.monotonic() + float(rng.uniform(0, 0.3))
            _until(client, lambda c=cycle, e=end: c.ended is not None or time.monotonic() > e, _HUNG)
        if cycle.ended is None and number % 3:
            _ask(cancels, cycle)
        _until(client, lambda c=cycle: c.ended is not None, _HUNG)
        count["unknown"] += cycle.unknown
        if cycle.ended is None:
            hung += 1
            seconds.append(_HUNG)
        elif cycle.asked is None:
            count["by itself"] += 1
        else:
            count["otherwise"] += not cycle.canceled
            seconds.append(cycle.ended - cycle.asked)
        done(number + 1)
    goals.destroy()
    p99 = float(np.percentile(seconds, 99)) if seconds else 0.0
    return FaultFigure.of(
        "goal and cancel, also before it is accepted: hung",
        "0 hung, terminal state p99 within 200 ms",
        hung,
        seconds,
        trials=cycles,
        holds=hung == 0 and p99 <= 0.2,
        notes="; ".join(
            (
                f"{notes}; each canceled once, timed from that request",
                f"{count['early']} canceled before they were accepted, {count['unknown']} of these before"
                " the server had heard of them",
                f"{count['by itself']} ended by themselves before the request and are not timed",
                f"{count['otherwise']} timed ones ended otherwise than canceled",
            )
        ),
    )


def _ask(cancels: Any, cycle: _Cycle) -> None:
    request = CancelGoal.Request()
    request.goal_info.goal_id = cycle.identity
    cycle.asked, cycle.response = time.monotonic(), cancels.call_async(request)


def _until(client: GraphClient, condition: Callable[[], bool], longest: float) -> None:
    end = time.monotonic() + longest
    while not condition() and time.monotonic() < end:
        client.spin(0.02)
