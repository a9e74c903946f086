"""A person with a joystick over the topics: takes over, gives back, and what they did is kept."""

import os
import subprocess
import sys

import numpy as np
import pytest
from running_graph import RunningGraph

from legion_ros.core.command import ACTION
from legion_ros.core.observation import OBSERVATION
from legion_ros.learning.interventions import FILE
from legion_ros.learning.replay import Replay
from legion_ros.nodes.domain import free_domain

NAMES = ("sim_node", "safety_node", "policy_node", "intervention_node")
AXES = {"ahead": 1, "up": 4}


class Person:
    """Holds a joystick; `hold` presses the deadman, with sticks deflected."""

    def __init__(self, graph):
        from rclpy.action import ActionClient
        from sensor_msgs.msg import Joy

        from legion_ros.action import ExecuteSkill
        from legion_ros.msg import SafetyState, ToolCommand
        from legion_ros.nodes.qos import COMMAND, STATE

        self.graph = graph
        self.joy = graph.node.create_publisher(Joy, "/joy", 10)
        self.commands = graph.collect(ToolCommand, "/legion/command", COMMAND)
        self.asked = graph.collect(ToolCommand, "/legion/intervention", COMMAND)
        self.states = graph.collect(SafetyState, "/legion/safety_state", STATE)
        self.skills = ActionClient(graph.node, ExecuteSkill, "/legion/execute_skill")
        graph.wait(lambda: self.joy.get_subscription_count() and self.skills.server_is_ready())
        graph.wait(lambda: self.states)

    def says(self, held, **sticks):
        from sensor_msgs.msg import Joy

        axes = [0.0] * 5
        for name, deflection in sticks.items():
            axes[AXES[name]] = deflection
        self.joy.publish(Joy(axes=axes, buttons=[0, 0, 0, 0, int(held)]))

    def hold(self, condition, what, **sticks):
        """Hold on, speaking all the time, until the condition is met."""

        def met():
            self.says(True, **sticks)
            return condition()

        return self.graph.wait(met, 30.0, what)

    def begin(self, skill, thing):
        from legion_ros.action import ExecuteSkill

        sent = self.skills.send_goal_async(ExecuteSkill.Goal(skill=skill, object=thing, target="bin"))
        self.graph.wait(sent.done)
        assert sent.result().accepted
        return sent.result()

    @property
    def height(self):
        return self.graph.client.scene().tool.position[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def graph(knowledge, folder):
    with RunningGraph(
        knowledge, names=NAMES, rate=1.0, seed=3, joystick=True, interventions=str(folder)
    ) as running:
        running.wait(running.client.scene)
        yield running


@pytest.fixture
def person(graph):
    person = Person(graph)
    yield person
    person.says(False)
    person.skills.destroy()


def test_who_holds_the_deadman_moves_the_arm_and_who_lets_go_leaves_it_holding(person):
    lowered = person.height - 0.03
    person.hold(lambda: person.height < lowered, "motion downwards", up=-0.5)
    assert any(state.intervention and "person" in state.reason for state in person.states)
    person.says(False)
    person.graph.wait(lambda: not person.states[-1].intervention and person.states[-1].state == 1)
    person.commands.clear()
    person.graph.wait(lambda: len(person.commands) > 10)
    assert not any(c.velocity.x or c.velocity.y or c.velocity.z for c in person.commands)
    assert not person.asked[-1].velocity.z  # the last that was asked is to hold


def test_without_the_deadman_sticks_do_nothing(person):
    person.asked.clear()
    for _ in range(20):
        person.says(False, up=-1.0)
        person.graph.spin_for(0.02)
    assert not person.asked


def test_a_joystick_that_falls_silent_counts_as_let_go(person):
    person.hold(lambda: person.states[-1].intervention, "takeover", up=-0.2)
    person.graph.wait(lambda: not person.states[-1].intervention, 5.0, "end of the takeover")


def test_a_person_comes_before_the_policy_and_what_they_did_is_kept_as_an_intervention(person, folder):
    thing = person.graph.client.scene().objects[0].name
    goal = person.begin("put", thing)  # its hand-made expert stands still
    person.graph.wait(lambda: person.states[-1].state == 0)
    began = person.height
    person.hold(lambda: person.height > began + 0.05, "motion upwards", up=0.7)
    kept = person.graph.wait(
        lambda: int(person.graph.client.health.get("policy_node", {}).get("interventions", 0)) or None, 10.0
    )
    assert kept > 0
    person.says(False)
    person.graph.wait(lambda: not person.states[-1].intervention and person.states[-1].state == 0)
    goal.cancel_goal_async()
    person.graph.kill("policy_node")
    with Replay(folder / FILE, OBSERVATION.size, ACTION.size) as replay:
        rows = replay.interventions()
        assert len(rows) == len(replay) >= kept and set(replay.tasks()) == {"put"}
    up = rows.action[:, 2]
    assert up.max() > 0.2 and not np.any(up < -1e-3)  # not of the hold, nor of the policy
    climbed = rows.following[:, 2] - rows.observation[:, 2]
    assert climbed.max() > 0.002  # m in a control period


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (["axis_x:=0"], "axis_y and axis_x are both 0; each needs its own"),
        (["button_deadman:=64"], "parameter 'button_deadman' is 64; valid is a int from 0 to 63"),
        (["axis_w:=1"], "no parameter 'axis_w'; known: autostart"),
    ],
)
def test_a_mapping_that_is_none_keeps_the_node_from_starting_and_says_why(parameters, words):
    command = [sys.executable, "-P", "-m", "legion_ros.nodes.intervention_node", "--ros-args"]
    for word in parameters:
        command += ["-p", word]
    environment = os.environ | {"ROS_DOMAIN_ID": str(free_domain())}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert ended.returncode == 1 and words in ended.stderr + ended.stdout
