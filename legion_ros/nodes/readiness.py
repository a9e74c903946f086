"""Whether the nodes of a graph are active yet."""

import time
from collections.abc import Callable, Iterable

import rclpy
from lifecycle_msgs.msg import State
from lifecycle_msgs.srv import GetState
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.task import Future

__all__ = ["Readiness", "wait_until_active"]

ANSWER = 3.0  # s that an answer may take, on a crowded machine


class Readiness:
    """Asks lifecycle nodes for their state until each has been active. Never blocks: spin `node` in between.

    Args:
        node: through which to ask.
        names: of the nodes to wait for.
        again: s until it is asked again: answers of the dead, or while DDS is still matching, are lost.
    """

    def __init__(self, node: Node, names: Iterable[str], again: float = ANSWER) -> None:
        self._node, self._again = node, again
        self._clients = {name: node.create_client(GetState, f"/{name}/get_state") for name in names}
        # answers that are waited for, and when they were asked for, s, monotonic; the newest last
        self._answers: dict[str, list[tuple[Future, float]]] = {name: [] for name in self._clients}

    def poll(self) -> list[str]:
        """Ask those that have not been active so far; returns their names, none when all have."""
        now = time.monotonic()
        for name, client in list(self._clients.items()):
            answers = self._answers[name]
            come = [answer for answer, _ in answers if answer.done()]
            if any(answer.result().current_state.id == State.PRIMARY_STATE_ACTIVE for answer in come):
                self._node.destroy_client(self._clients.pop(name))
                continue
            late = [(answer, asked) for answer, asked in answers if now - asked > ANSWER]
            for answer, _ in late:
                client.remove_pending_request(answer)
            answers[:] = [a for a in answers if a not in late and not a[0].done()]
            if client.service_is_ready() and (come or not answers or now - answers[-1][1] > self._again):
                answers.append((client.call_async(GetState.Request()), now))
        return list(self._clients)


def wait_until_active(names: Iterable[str], go_on: Callable[[], bool], timeout: float) -> list[str]:
    """Wait until the lifecycle nodes of these names are active; returns those that are not.

    Calls `go_on` many times a second, and stops waiting when it returns false or after `timeout` s.
    """
    deadline = time.monotonic() + timeout
    context = rclpy.Context()
    rclpy.init(context=context)
    try:
        node = rclpy.create_node("readiness", context=context, start_parameter_services=False)
        executor = SingleThreadedExecutor(context=context)
        executor.add_node(node)
        readiness = Readiness(node, names)
        while (waiting := readiness.poll()) and go_on() and time.monotonic() < deadline:
            executor.spin_once(timeout_sec=0.05)
        executor.shutdown()
        node.destroy_node()
        return waiting
    finally:
        context.try_shutdown()
