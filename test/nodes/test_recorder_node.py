"""The recorder in the graph, over real DDS: what was said is in the bag, and can be said again."""

import os
import signal
import subprocess
import sys

import pytest
from running_graph import RunningGraph

from legion_ros.nodes.domain import free_domain
from legion_ros.nodes.graph import Simulation
from legion_ros.recording import Recording

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def recorded(knowledge, tmp_path_factory):
    """A bag of a few seconds of a robot that stands still and is told something, and what was heard."""
    from std_msgs.msg import String

    from legion_ros.msg import ToolState
    from legion_ros.nodes.qos import GOAL, SENSOR

    folder = tmp_path_factory.mktemp("runs")
    names = ("sim_node", "safety_node", "recorder_node")
    with RunningGraph(knowledge, names, record=str(folder), rate=1.0, seed=3) as running:
        states = running.collect(ToolState, "/legion/tool_state", SENSOR)
        goals = running.node.create_publisher(String, "/legion/goal", GOAL)
        running.wait(lambda: goals.get_subscription_count() == 1, what="recorder that listens")
        for words in ("press the button", "x" * 300_000, "open the drawer"):
            goals.publish(String(data=words))
        running.wait(lambda: len(states) > 40, what="states")
        running.wait(
            lambda: running.client.health.get("recorder_node", {}).get("dropped") == "1", what="drop"
        )
        health = running.client.health["recorder_node"]
    (bag,) = folder.iterdir()
    return bag, health, [running.lines, running.exits]


def test_the_bag_holds_the_streams_and_every_goal_but_the_one_that_was_too_long(recorded):
    bag, health, said = recorded
    with Recording(bag) as recording:
        entries = list(recording.entries())
        goals = [recording.decode(e).data for e in entries if e.topic == "/legion/goal"]
    assert goals == ["press the button", "open the drawer"], said
    assert recording.cut_off == ""  # the node ended the bag when it was told to end itself
    count = {topic: sum(e.topic == topic for e in entries) for topic in {e.topic for e in entries}}
    for topic in ("/clock", "/joint_states", "/legion/scene", "/legion/tool_state", "/legion/command"):
        assert count[topic] > 30, count
    assert count["/legion/safety_state"] >= 1 and count["/diagnostics"] >= 3
    assert int(health["messages"]) > 100


def test_a_bag_is_published_again_to_another_process_as_it_was(recorded, monkeypatch):
    bag, *_ = recorded
    domain = free_domain()
    for name, value in Simulation(domain=str(domain)).environment().items():
        monkeypatch.setenv(name, value)
    from std_msgs.msg import String

    from legion_ros.msg import SafetyState, Scene
    from legion_ros.nodes.client import GraphClient
    from legion_ros.nodes.qos import SENSOR, STATE

    command = [sys.executable, "-P", "-m", "legion_ros.cli.main", "replay", str(bag), "--publish"]
    command += ["--rate", "4", "--domain", str(domain)]
    with GraphClient("listener", domain=domain) as client:
        scenes, safety = [], []
        client.node.create_subscription(Scene, "/legion/scene", scenes.append, SENSOR)
        client.node.create_subscription(SafetyState, "/legion/safety_state", safety.append, STATE)
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            client.wait(lambda: process.poll() is not None, 60.0, "end of legion replay")
            text = process.stdout.read()
        assert process.returncode == 0, text
        assert "press the button" in text and "Traceback" not in text
        with Recording(bag) as recording:
            sent = [recording.decode(e) for e in recording.entries(("/legion/scene",))]
        assert len(scenes) > len(sent) // 2
        stamps = [(s.header.stamp.sec, s.header.stamp.nanosec) for s in sent]
        assert {(s.header.stamp.sec, s.header.stamp.nanosec) for s in scenes} <= set(stamps)
        assert [o.name for o in scenes[-1].objects] == [o.name for o in sent[-1].objects]
        assert safety
        # and where somebody listens to goals, nothing is published
        client.node.create_subscription(String, "/legion/goal", lambda _: None, 10)
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert ended.returncode == 1
        assert "a robot is there: somebody uses /legion/goal" in ended.stderr


def test_without_a_folder_the_node_says_what_it_needs():
    command = [sys.executable, "-m", "legion_ros.nodes.recorder_node"]
    environment = dict(os.environ, ROS_DOMAIN_ID=str(free_domain()))
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert ended.returncode == 1
    assert "set the parameter 'folder'" in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


def test_a_recorder_killed_with_9_leaves_a_bag_that_can_be_read_and_begins_another(knowledge, tmp_path):
    names = ("sim_node", "safety_node", "recorder_node")
    with RunningGraph(knowledge, names, record=str(tmp_path), respawns=3, rate=0.0, seed=3) as running:

        def written():
            return int(running.client.health.get("recorder_node", {}).get("messages", 0))

        running.wait(lambda: written() > 200, what="recorded messages")
        acknowledged = written()
        running.client.health.clear()
        os.kill(running.supervisor.pids["recorder_node"], signal.SIGKILL)
        running.wait(lambda: len(list(tmp_path.iterdir())) == 2, 30.0, "second bag")
        running.wait(lambda: written() > 20, 30.0, "recorded messages")
    killed, second = sorted(tmp_path.iterdir())
    for bag, cut_off in ((killed, True), (second, False)):
        with Recording(bag) as recording:
            entries = list(recording.entries())
            assert len(entries) >= (acknowledged if cut_off else 20)
            assert sum(entry.topic == "/legion/tool_state" for entry in entries) > 5
            assert bool(recording.cut_off) is cut_off
