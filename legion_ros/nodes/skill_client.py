"""Has policy_node carry out one skill after another: the runner of a plan, never waiting for anything."""

import time
from typing import Any

from rclpy.action import ActionClient
from rclpy.node import Node
from rclpy.task import Future

from legion_ros.action import ExecuteSkill
from legion_ros.core import GroundedSkill
from legion_ros.skills import SkillOutcome

__all__ = ["SkillClient"]

GONE = "the arm's executor is gone"


class SkillClient:
    """A `legion_ros.skills.SkillRunner` over the action /legion/execute_skill.

    Args:
        node: whose executor delivers the answers.
        patience: s of wall time without a word from policy_node after which it counts as gone. It gives
            feedback ten times a second, whatever the robot's clock does.
    """

    def __init__(self, node: Node, patience: float = 2.0) -> None:
        self.tries = 0  # how often in a row the newest skill was begun
        self._client = ActionClient(node, ExecuteSkill, "/legion/execute_skill")
        self._patience = patience
        self._skill: GroundedSkill | None = None
        self._run: _Run | None = None
        self._before: _Run | None = None  # given up, but not ended yet: policy_node does one at a time

    def start(self, skill: GroundedSkill) -> None:
        """Begin; a skill that runs is canceled first, and this one sent when that has ended."""
        self.tries = self.tries + 1 if skill == self._skill else 1
        if self._run is not None and self._run.outcome is None:
            self._run.cancel()
            self._before = self._run
        self._skill, self._run = skill, _Run()
        self._send()

    def poll(self) -> SkillOutcome | None:
        """How the skill ended, None while it runs."""
        run = self._run
        if run is None:
            return SkillOutcome(False, "no skill was started")
        if run.outcome is None and not run.sent:
            self._send()
        if run.outcome is None and time.monotonic() - run.heard > self._patience:
            run.outcome = SkillOutcome(
                False, f"{GONE}: no word from policy_node for {self._patience:g} s", fatal=True
            )
            run.cancel()
        return run.outcome

    def cancel(self) -> None:
        """Give up the skill that runs; without one, do nothing."""
        if self._run is not None and self._run.outcome is None:
            self._run.cancel()

    def forget(self) -> None:
        """Count tries anew: another task begins."""
        self._skill, self.tries = None, 0

    def destroy(self) -> None:
        """Stop talking to policy_node."""
        self._client.destroy()

    def _send(self) -> None:
        """Send the skill, unless the one before has still to end."""
        run, before = self._run, self._before
        if before is not None and before.outcome is None and time.monotonic() - before.heard < self._patience:
            return
        self._before, run.sent, run.heard = None, True, time.monotonic()
        if not self._client.server_is_ready():
            run.outcome = SkillOutcome(False, f"{GONE}: there is no policy_node", fatal=True)
            return
        skill = self._skill
        goal = ExecuteSkill.Goal(skill=skill.skill, object=skill.object, target=skill.target)
        self._client.send_goal_async(goal, run.on_feedback).add_done_callback(run.on_response)


class _Run:
    """One skill on its way."""

    def __init__(self) -> None:
        self.sent = False
        self.heard = time.monotonic()  # s: when policy_node last said something of it
        self.outcome: SkillOutcome | None = None
        self._handle: Any = None  # rclpy's ClientGoalHandle once accepted
        self._canceling = False

    def on_feedback(self, message: Any) -> None:
        self.heard = time.monotonic()

    def on_response(self, future: Future) -> None:
        self.heard, handle = time.monotonic(), future.result()
        if not handle.accepted:
            self._end(False, "policy_node refused the skill: it is not active, or has too many goals")
            return
        self._handle = handle
        handle.get_result_async().add_done_callback(self.on_result)
        if self._canceling:
            self.cancel()

    def on_result(self, future: Future) -> None:
        result = future.result().result
        unknown = "policy_node was started again and knows nothing of the skill"
        self._end(result.success, result.reason or unknown)

    def cancel(self) -> None:
        self._canceling = True
        if self._handle is not None:
            self._handle.cancel_goal_async()
        elif not self.sent:
            self._end(False, "canceled")

    def _end(self, success: bool, reason: str) -> None:
        if self.outcome is None:
            self.outcome = SkillOutcome(success, reason)
