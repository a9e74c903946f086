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
_AGAIN = 0.25  # s until a policy_node that was just started is asked again: it refuses until it is active


class SkillClient:
    """A `legion_ros.skills.SkillRunner` over the action /legion/execute_skill.

    A policy_node that dies is started again within seconds. The skill is then begun anew, from wherever the
    arm was left, and nobody has to know; only one that stays away is fatal.

    Args:
        node: whose executor delivers the answers.
        patience: s of wall time without a word from policy_node after which the skill is sent again. It gives
            feedback ten times a second, whatever the robot's clock does.
        absence: s of wall time without a word after which nobody is expected to come back.
    """

    def __init__(self, node: Node, patience: float = 2.0, absence: float = 10.0) -> None:
        self.tries = 0  # how often in a row the newest skill was begun
        self._client = ActionClient(node, ExecuteSkill, "/legion/execute_skill")
        self._patience, self._absence = patience, absence
        self._skill: GroundedSkill | None = None
        self._run: _Run | None = None
        self._before: _Run | None = None  # given up, but not ended yet: policy_node does one at a time
        self._away: float | None = None  # s, monotonic: since when nobody is at work on it, None while one is

    @property
    def trouble(self) -> str:
        """What is waited for, in words; "" where policy_node is at work."""
        return "" if self._away is None else "no word from policy_node: waiting for it"

    def start(self, skill: GroundedSkill) -> None:
        """Begin; a skill that runs is canceled first, and this one sent when that has ended."""
        self.tries = self.tries + 1 if skill == self._skill else 1
        self._skill, self._away = skill, None
        self._begin()

    def poll(self) -> SkillOutcome | None:
        """How the skill ended, None while it runs or waits for policy_node."""
        run = self._run
        if run is None:
            return SkillOutcome(False, "no skill was started")
        if run.outcome is None and not run.sent:
            self._send()
        now = time.monotonic()
        if run.refused or (run.outcome is None and now - run.heard > self._patience):
            self._miss(run, now)
        elif run.at_work:
            self._away = None
        return self._run.outcome

    def cancel(self) -> None:
        """Give up the skill that runs; without one, do nothing."""
        if self._run is not None and self._run.outcome is None:
            self._run.cancel()

    def forget(self) -> None:
        """Count tries anew: another task begins."""
        self._skill, self.tries, self._away = None, 0, None

    def destroy(self) -> None:
        """Stop talking to policy_node."""
        self._client.destroy()

    def _begin(self, after: float = 0.0) -> None:
        if self._run is not None and self._run.outcome is None:
            self._run.cancel()
            self._before = self._run
        self._run = _Run(after)
        self._send()

    def _miss(self, run: "_Run", now: float) -> None:
        """Nobody has taken it, or it is silent for longer than it should be: once more, for a while."""
        self._away = run.heard if self._away is None else self._away
        if now - self._away > self._absence:
            said = run.outcome.reason if run.outcome else "no word from policy_node"
            run.cancel()
            run.outcome = SkillOutcome(False, f"{GONE}: {said} for {self._absence:g} s", fatal=True)
        elif run.sent:
            self._begin(now + _AGAIN if run.refused else 0.0)

    def _send(self) -> None:
        """Send the skill, unless the one before has still to end, or nobody is there to take it."""
        run, before, now = self._run, self._before, time.monotonic()
        if before is not None and before.outcome is None and now - before.heard < self._patience:
            return
        if now < run.after or not self._client.server_is_ready():
            return
        self._before, run.sent, run.heard = None, True, now
        skill = self._skill
        goal = ExecuteSkill.Goal(skill=skill.skill, object=skill.object, target=skill.target)
        self._client.send_goal_async(goal, run.on_feedback).add_done_callback(run.on_response)


class _Run:
    """One skill on its way."""

    def __init__(self, after: float = 0.0) -> None:
        self.after = after  # s, monotonic: not to be sent earlier
        self.sent = self.refused = False
        self.at_work = False  # not only taken: one that hangs takes it, too
        self.heard = time.monotonic()  # s: when policy_node last said something of it
        self.outcome: SkillOutcome | None = None
        self._handle: Any = None  # rclpy's ClientGoalHandle once accepted
        self._canceling = False

    def on_feedback(self, message: Any) -> None:
        self.heard, self.at_work = time.monotonic(), True

    def on_response(self, future: Future) -> None:
        self.heard, handle = time.monotonic(), future.result()
        if not handle.accepted:
            self.refused = True
            self._end(False, "policy_node refuses the skill, is not active or has too many goals")
            return
        self._handle = handle
        handle.get_result_async().add_done_callback(self.on_result)
        if self._canceling:
            self.cancel()

    def on_result(self, future: Future) -> None:
        self.at_work, result = True, future.result().result
        self.refused = not result.success and not result.reason  # as DDS answers for one that is new
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
