"""`legion say` as a user runs it, against the whole graph."""

import os
import signal
import subprocess
import sys

import pytest

from legion_ros.nodes.domain import free_domain


@pytest.fixture(scope="module")
def graph(whole_graph):
    return whole_graph


class Said:
    """A `legion say` that runs beside the graph."""

    def __init__(self, graph, words):
        self.graph = graph
        command = [sys.executable, "-m", "legion_ros.cli.main", "say", words, "--domain", str(graph.domain)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def end(self, timeout=30.0):
        """Exit code and everything it printed."""
        self.graph.wait(lambda: self.process.poll() is not None, timeout, "end of legion say")
        return self.process.returncode, self.process.stdout.read()


def test_what_works_is_followed_step_by_step_and_exits_with_0(graph):
    graph.new_scene(3)
    code, text = Said(graph, "press the button").end()
    assert code == 0
    assert text.splitlines()[:2] == ["plan press(button)", "1/1 press(button)"]
    assert text.splitlines()[-1].startswith("done")


def test_what_is_rejected_exits_with_1_and_the_reason(graph):
    code, text = Said(graph, "do not press the button").end()
    assert code == 1
    assert "not done" in text and "says what not to do" in text


def test_ctrl_c_cancels_the_task_and_exits_with_1(graph):
    thing = graph.new_scene(3)[0]
    said = Said(graph, f"put the {thing.replace('_', ' ')} in the bin")
    graph.wait(lambda: graph.client.health["policy_node"]["skill"].startswith("put"), 30.0, "the skill")
    said.process.send_signal(signal.SIGINT)
    code, text = said.end()
    assert code == 1 and text.splitlines()[-1] == "not done canceled"
    graph.wait(lambda: graph.client.health["policy_node"]["skill"] == "none", 5.0, "end of the skill")


def test_without_a_graph_it_says_how_to_start_one():
    command = [sys.executable, "-m", "legion_ros.cli.main", "say", "hello", "--domain", str(free_domain())]
    ended = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ), timeout=60)
    assert ended.returncode == 1
    assert "start the robot with `legion up`" in ended.stderr and "Traceback" not in ended.stderr
