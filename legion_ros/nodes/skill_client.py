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


class SkillClient:
    """A `legion_ros.skills.SkillRunner` over the action /legion/execute_skill.

    Args:
        node: whose executor delivers the answers.
        patience: s of wall time without a word from policy_node after which it counts as gone. It gives
            feedback ten times a second, whatever the robot's clock does.
    """

    def __init__(self, node: Node, patience: float = 2.0) -> None:
        self._client = ActionClient(node, ExecuteSkill, "/legion/execute_skill")
        self._patience = patience
        self._run: _Run | None = None

    def start(self, skill: GroundedSkill) -> None:
        """Send the skill; what ran before is no longer listened to."""
        self._run = run = _Run()
        if not self._client.server_is_ready():
            run.outcome = SkillOutcome(False, "the arm's executor is gone: there is no policy_node")
            return
        goal = ExecuteSkill.Goal(skill=skill.skill, object=skill.object, target=skill.target)
        self._client.send_goal_async(goal, run.on_feedback).add_done_callback(run.on_response)

    def poll(self) -> SkillOutcome | None:
        """How the skill ended, None while it runs."""
        run = self._run
        if run is None:
            return SkillOutcome(False, "no skill was started")
        if run.outcome is None and time.monotonic() - run.heard > self._patience:
            silent = f"no word from policy_node for {self._patience:g} s"
            run.outcome = SkillOutcome(False, f"the arm's executor is gone: {silent}")
            run.cancel()
        return run.outcome

    def cancel(self) -> None:
        """Ask for an end; `poll` says when it has come."""
        if self._run is not None:
            self._run.cancel()

    def destroy(self) -> None:
        """Stop talking to policy_node."""
        self._client.destroy()


class _Run:
    """One skill on its way."""

    def __init__(self) -> None:
        self.heard = time.monotonic()  # s: when policy_node last said something
        self.outcome: SkillOutcome | None = None
        self._handle: Any = None  # rclpy's ClientGoalHandle once accepted
        self._canceling = False

    def on_feedback(self, message: Any) -> None:
        self.heard = time.monotonic()

    def on_response(self, future: Future) -> None:
        self.heard = time.monotonic()
        handle = future.result()
        if not handle.accepted:
            self.outcome = SkillOutcome(False, "policy_node refused: too many goals at once, or not active")
            return
        self._handle = handle
        handle.get_result_async().add_done_callback(self.on_result)
        if self._canceling:
            self.cancel()

    def on_result(self, future: Future) -> None:
        result = future.result().result
        if self.outcome is None:
            self.outcome = SkillOutcome(
                result.success, result.reason or "policy_node knows nothing of the skill"
            )

    def cancel(self) -> None:
        self._canceling = True
        if self._handle is not None:
            self._handle.cancel_goal_async()
