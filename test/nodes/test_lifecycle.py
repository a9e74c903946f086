"""The life of a node: started by itself or by hand, wrong parameters, ended by signals."""

import os
import signal
import subprocess
import sys

import pytest
from running_graph import RunningGraph

from legion_ros.nodes.domain import free_domain


def run_node(name, *parameters, timeout=60):
    command = [sys.executable, "-m", f"legion_ros.nodes.{name}", "--ros-args"]
    for parameter in parameters:
        command += ["-p", parameter]
    environment = dict(os.environ, ROS_DOMAIN_ID=str(free_domain()))
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=environment)


@pytest.mark.parametrize(
    ("name", "parameter", "words"),
    [
        ("safety_node", "speed:=3.0", "safety_node: no parameter 'speed'; known: autostart, "),
        ("safety_node", "watch_rate:=0.0", "'watch_rate' is 0.0; valid is a float from 1 to 1000"),
        ("sim_node", "rate:=0.1", "rate 0.1 is not valid: 0, or at least 0.5"),
        ("sim_node", "headless:=maybe", "'headless' is 'maybe'; valid is a bool"),
        ("policy_node", "knowledge:=/nowhere", "/nowhere"),
    ],
)
def test_a_node_with_a_wrong_parameter_ends_with_1_and_says_what_is_right(name, parameter, words):
    ended = run_node(name, parameter)
    assert ended.returncode == 1
    assert words in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


HANGS = """
import time
from legion_ros.nodes.lifecycle import LegionNode, NodeConfig, run

class Hanging(LegionNode):
    def __init__(self):
        super().__init__("hanging", NodeConfig)

    def activate(self):
        self.every(2.5, self.hang_here)

    def hang_here(self):
        time.sleep(120)

raise SystemExit(run(Hanging))
"""


def test_a_node_that_hangs_says_where_and_ends_so_that_it_can_be_started_again():
    command = [sys.executable, "-c", HANGS, "--ros-args", "-p", "watchdog:=2.0"]
    environment = dict(os.environ, ROS_DOMAIN_ID=str(free_domain()))
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert ended.returncode == -signal.SIGALRM and "in hang_here" in ended.stderr


@pytest.mark.parametrize("hung", ["configure", "activate"])
def test_a_node_that_hangs_before_it_is_active_ends_too(hung):
    code = HANGS.replace("self.every(2.5, self.hang_here)", "pass").replace("hang_here", hung)
    command = [sys.executable, "-c", code, "--ros-args", "-p", "start_timeout:=3.0"]
    environment = dict(os.environ, ROS_DOMAIN_ID=str(free_domain()))
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert ended.returncode == -signal.SIGALRM and f"in {hung}" in ended.stderr


def test_a_node_that_took_its_time_to_start_is_left_alone_then():
    code = HANGS.replace("time.sleep(120)", "time.sleep(3), rclpy.shutdown()")
    code = code.replace("import time", "import rclpy, time")
    command = [sys.executable, "-c", code, "--ros-args", "-p", "start_timeout:=4.0"]
    environment = dict(os.environ, ROS_DOMAIN_ID=str(free_domain()))
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert ended.returncode == 0 and "most recent call first" not in ended.stderr


@pytest.fixture(scope="module")
def passive(tmp_path_factory):
    """safety_node, left unconfigured."""
    folder = tmp_path_factory.mktemp("none")
    parameters = {"safety_node": {"autostart": False}}
    with RunningGraph(folder, ("safety_node",), parameters, wait=False) as running:
        yield running


def test_a_node_is_led_through_its_life_by_hand(passive):
    from lifecycle_msgs.msg import Transition
    from lifecycle_msgs.srv import ChangeState, GetState
    from std_srvs.srv import Trigger

    change = passive.node.create_client(ChangeState, "/safety_node/change_state")
    ask = passive.node.create_client(GetState, "/safety_node/get_state")
    passive.wait(change.service_is_ready)
    passive.wait(ask.service_is_ready)

    def call(client, request):
        answer = client.call_async(request)
        passive.wait(answer.done)
        return answer.result()

    def state_after(transition):
        assert call(change, ChangeState.Request(transition=Transition(id=transition))).success
        return call(ask, GetState.Request()).current_state.label

    def commands():
        return passive.node.count_publishers("/legion/command")

    assert call(ask, GetState.Request()).current_state.label == "unconfigured"
    assert commands() == 0
    for _ in range(2):  # and again: what was cleaned up can be configured anew
        assert state_after(Transition.TRANSITION_CONFIGURE) == "inactive"
        passive.wait(commands)
        assert state_after(Transition.TRANSITION_ACTIVATE) == "active"
        stop = passive.node.create_client(Trigger, "/legion/stop")
        passive.wait(stop.service_is_ready)
        assert call(stop, Trigger.Request()).success
        assert state_after(Transition.TRANSITION_DEACTIVATE) == "inactive"
        assert state_after(Transition.TRANSITION_CLEANUP) == "unconfigured"
        passive.wait(lambda: not commands())
        passive.node.destroy_client(stop)
    assert state_after(Transition.TRANSITION_UNCONFIGURED_SHUTDOWN) == "finalized"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_node_that_is_told_to_end_ends_with_0_and_without_complaint(tmp_path, number):
    with RunningGraph(tmp_path, ("sim_node", "safety_node")) as running:
        for pid in running.supervisor.pids.values():
            os.kill(pid, number)
        running.wait(lambda: len(running.exits) == 2)
        assert [e.code for e in running.exits] == [0, 0], running.lines
        assert not any("Traceback" in line for line in running.lines)
