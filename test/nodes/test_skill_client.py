"""Who has skills carried out outlives who does it: a fake policy_node goes and comes, over real DDS."""

import time

import pytest
import rclpy
from rclpy.action import ActionServer
from rclpy.action.server import CancelResponse, GoalResponse
from rclpy.executors import SingleThreadedExecutor
from rclpy.task import Future

from legion_ros.action import ExecuteSkill
from legion_ros.core import GroundedSkill
from legion_ros.nodes.domain import free_domain
from legion_ros.nodes.skill_client import SkillClient

PRESS = GroundedSkill("press", "", "button")
PATIENCE, ABSENCE = 0.4, 3.0


class Stage:
    """A node with the client, and one that plays policy_node while it is there."""

    def __init__(self):
        self.context = rclpy.Context()
        rclpy.init(context=self.context, domain_id=free_domain())
        self.ours = rclpy.create_node("asking", context=self.context)
        self.theirs = rclpy.create_node("fake_policy", context=self.context)
        self.executor = SingleThreadedExecutor(context=self.context)
        for node in (self.ours, self.theirs):
            self.executor.add_node(node)
        self.client = SkillClient(self.ours, PATIENCE, ABSENCE)
        self.server, self.taken, self.refusals = None, 0, 0

    def appear(self, silent=False, refusals=0):
        """Offer the action; `silent`: takes a goal and says nothing; refuses the first `refusals` goals."""
        self.refusals = refusals

        async def execute(goal):
            self.taken += 1
            if silent:
                await Future()
            goal.succeed()
            return ExecuteSkill.Result(success=True, reason="")

        def accept(_):
            self.refusals -= 1
            return GoalResponse.REJECT if self.refusals >= 0 else GoalResponse.ACCEPT

        self.server = ActionServer(
            self.theirs,
            ExecuteSkill,
            "/legion/execute_skill",
            execute,
            goal_callback=accept,
            cancel_callback=lambda _: CancelResponse.ACCEPT,
        )

    def vanish(self):
        self.server.destroy()
        self.server = None

    def poll(self, duration):
        """The outcome, None where there is none within `duration` s."""
        end = time.monotonic() + duration
        while time.monotonic() < end:
            self.executor.spin_once(timeout_sec=0.02)
            if (outcome := self.client.poll()) is not None:
                return outcome
        return None


@pytest.fixture
def stage():
    stage = Stage()
    yield stage
    stage.client.destroy()
    stage.executor.shutdown()
    stage.context.try_shutdown()


def test_a_skill_waits_for_a_policy_that_comes_late(stage):
    stage.client.start(PRESS)
    assert stage.poll(2 * PATIENCE) is None
    assert stage.client.trouble == "no word from policy_node: waiting for it"
    stage.appear()
    outcome = stage.poll(ABSENCE)
    assert outcome is not None and outcome.success
    assert stage.client.trouble == "" and stage.client.tries == 1


def test_a_policy_that_died_in_the_skill_is_given_it_again_when_it_is_back(stage):
    stage.appear(silent=True)
    stage.client.start(PRESS)
    assert stage.poll(PATIENCE) is None and stage.taken == 1
    stage.vanish()
    assert stage.poll(2 * PATIENCE) is None
    stage.appear()
    outcome = stage.poll(ABSENCE)
    assert outcome is not None and outcome.success and stage.taken == 2


def test_a_policy_that_is_not_ready_yet_is_asked_until_it_is(stage):
    stage.appear(refusals=3)
    stage.client.start(PRESS)
    outcome = stage.poll(ABSENCE)
    assert outcome is not None and outcome.success and stage.taken == 1


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (None, "no word from policy_node for 3 s"),
        ({"silent": True}, "no word from policy_node for 3 s"),
        ({"refusals": 1000}, "policy_node refuses the skill"),
    ],
    ids=["nobody", "hangs", "refuses"],
)
def test_a_policy_that_stays_away_is_given_up(stage, there, said):
    if there is not None:
        stage.appear(**there)
    began = time.monotonic()
    stage.client.start(PRESS)
    outcome = stage.poll(3 * ABSENCE)
    assert outcome is not None and outcome.fatal and not outcome.success
    assert said in outcome.reason and "the arm's executor is gone" in outcome.reason
    assert time.monotonic() - began >= ABSENCE
