"""The graph as a person starts it: by `ros2 launch` and by `legion up`, for real."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from test_graph import gone

from legion_ros.nodes.client import GraphClient
from legion_ros.nodes.domain import free_domain
from legion_ros.nodes.graph import Simulation, environment
from legion_ros.nodes.readiness import wait_until_active
from legion_ros.nodes.robot_graph import RobotGraph
from legion_ros.share import share

ARM = RobotGraph(robot="franka", host="127.0.0.1")
READY = 150.0  # s, on a loaded machine
LAUNCH = """
import sys
from launch import LaunchDescription, LaunchService
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import AnyLaunchDescriptionSource

path, *words = sys.argv[1:]
service = LaunchService(noninteractive=True)
source = AnyLaunchDescriptionSource(path)
arguments = [tuple(word.split(":=")) for word in words]
service.include_launch_description(
    LaunchDescription([IncludeLaunchDescription(source, launch_arguments=arguments)])
)
sys.exit(service.run())
"""

pytestmark = pytest.mark.slow


def launched(file, *words):
    pytest.importorskip("launch", reason="launch is in no package registry: it comes with a ROS installation")
    pytest.importorskip("launch_ros", reason="launch_ros comes with a ROS installation")
    return [sys.executable, "-c", LAUNCH, str(share("launch", file)), *words]


def launch_command(domain):
    return launched("simulation.launch.py", f"domain:={domain}", "rate:=0", "seed:=5")


def up_command(domain, *options):
    options = options or ("--rate", "0", "--seed", "5")
    return [sys.executable, "-P", "-m", "legion_ros.cli.main", "up", "--domain", domain, *options]


def launch_arm_command(domain):
    return launched("robot.launch.py", f"domain:={domain}", "robot:=franka", "host:=127.0.0.1", "seed:=3")


def up_arm_command(domain):
    return up_command(domain, "--robot", "franka", "--host", "127.0.0.1", "--seed", "3")


def nodes_of(parent):
    """{node: process id} of the nodes among the descendants of a process."""
    found, todo = {}, [parent]
    while todo:
        pid = todo.pop()
        try:
            words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            todo += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        except FileNotFoundError:
            continue
        node = next((w.removeprefix("__node:=") for w in words if w.startswith("__node:=")), None)
        if node:
            found[node] = pid
    return found


@pytest.fixture(params=[launch_command, up_command], ids=["launch", "up"])
def graph(request, monkeypatch):
    """A graph started one way or the other and active, in a domain of its own that this process is in too."""
    with running(request.param, Simulation().nodes, monkeypatch) as process:
        yield process


@pytest.fixture(params=[launch_arm_command, up_arm_command], ids=["launch", "up"])
def arm_graph(request, monkeypatch):
    """The same on an arm: franky-sim, driven through the libfranka protocol."""
    pytest.importorskip("franky", reason="franky-control is an extra: pip install 'legion_ros[franka]'")
    with running(request.param, ARM.nodes, monkeypatch) as process:
        yield process


@contextmanager
def running(command_for, nodes, monkeypatch):
    domain = str(free_domain())
    for name, value in environment(domain).items():
        monkeypatch.setenv(name, value)
    command = command_for(domain)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, text=True, start_new_session=True, **pipes) as process:
        try:
            waiting = wait_until_active(nodes, lambda: process.poll() is None, READY)
            if waiting:
                process.send_signal(signal.SIGINT)
                pytest.fail(f"{waiting} not active:\n{process.communicate(timeout=60)[0]}")
            yield process
        finally:
            if process.poll() is None:
                left = nodes_of(process.pid).values()  # once it is dead they are nobody's
                process.kill()
                for pid in left:
                    os.kill(pid, signal.SIGKILL)


def stop(process, number, expected=None):
    """Ask it to end; returns its output. Fails where a node of it lives on."""
    nodes = nodes_of(process.pid)
    assert nodes.keys() == set(expected or Simulation().nodes)
    process.send_signal(number)
    output = process.communicate(timeout=60)[0]
    assert all(gone(pid) for pid in nodes.values())
    return output


def test_the_whole_graph_becomes_active_and_ends_cleanly_on_ctrl_c(graph):
    output = stop(graph, signal.SIGINT)
    assert graph.returncode == 0, output
    assert "Traceback" not in output


def test_the_graph_on_an_arm_becomes_active_moves_it_and_ends_cleanly(arm_graph):
    with GraphClient() as client:
        assert client.graph_is_up(READY)
        said = client.execute("press the button")
        result = client.follow(said, lambda task: None, lambda: False, patience=120.0)
        assert result.success, result.reason
    output = stop(arm_graph, signal.SIGINT, ARM.nodes)
    assert arm_graph.returncode == 0, output
    assert "Traceback" not in output


def test_a_node_killed_with_9_comes_back_and_becomes_active(graph):
    first = nodes_of(graph.pid)["safety_node"]
    os.kill(first, signal.SIGKILL)
    assert gone(first)
    end = time.monotonic() + READY
    while (again := nodes_of(graph.pid).get("safety_node", first)) == first and time.monotonic() < end:
        time.sleep(0.02)
    assert again != first
    assert not wait_until_active(["safety_node"], lambda: graph.poll() is None, READY)
    stop(graph, signal.SIGINT)


def test_legion_up_says_when_it_is_ready_and_ends_cleanly_when_asked_to_terminate():
    command = up_command(str(free_domain()))
    with subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        said = []
        for line in process.stdout:
            said.append(line)
            if "ready after" in line:
                break
        assert process.poll() is None, said
        output = stop(process, signal.SIGTERM)
        assert process.returncode == 0, output
