"""One arm's back end as processes of their own, driven over real DDS as the safety gate drives it."""

import os
import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from running_graph import RunningGraph

from legion_ros.nodes.domain import free_domain
from legion_ros.nodes.graph import Process, Simulation
from legion_ros.nodes.robot_graph import RobotGraph
from legion_ros.nodes.supervision import Supervisor

FAKE = Process("fake_controller", Path(), {}, respawns=0)
BACK_ENDS = {"mujoco": "sim_node", "franka": "franka_node", "ros2_control": "ros2_control_node"}
CONTROLLERS = {
    "franka": "franka_sim_node",
    "ros2_control": "fake_controller",
}  # a process beside the back end
PERIOD = 0.04  # s between two commands


def start_command(process):
    if process is FAKE:
        return [sys.executable, str(Path(__file__).with_name("fake_controller.py"))]
    return process.command()


def processes_of(back_end, domain):
    """What an arm needs, without the nodes that would command it."""
    if back_end == "mujoco":
        graph = Simulation(domain=domain, perception="truth")
        return graph, [p for p in graph.processes() if p.name == "sim_node"]
    if back_end == "franka":
        graph = RobotGraph(robot="franka", host=f"127.0.{domain}.7", domain=domain)
        return graph, [p for p in graph.processes() if p.name.startswith("franka")]
    graph = RobotGraph(robot="fr3_ros2_control", domain=domain)
    return graph, [FAKE, *(p for p in graph.processes() if p.name == "ros2_control_node")]


class RunningArm(RunningGraph):
    """A back end, and its newest state: `tool`, `stamp` and everything `heard`."""

    def __init__(self, back_end):
        self.domain = free_domain()
        graph, processes = processes_of(back_end, str(self.domain))
        os.environ.update(graph.environment())
        from legion_ros.nodes.client import GraphClient

        self.names = [p.name for p in processes if p is not FAKE]
        self.name, self.controller = BACK_ENDS[back_end], CONTROLLERS.get(back_end)
        self.supervisor = Supervisor(processes, graph.environment(), command=start_command)
        self._wait_until_active = True
        self.exits, self.lines = [], []
        self.client = GraphClient("test_arm", domain=self.domain, idle=self.look_after)
        self.node = self.client.node
        self._listen()

    def _listen(self):
        from sensor_msgs.msg import JointState

        from legion_ros.msg import ToolCommand, ToolState
        from legion_ros.nodes.qos import COMMAND, SENSOR

        self.states = self.collect(ToolState, "/legion/tool_state", SENSOR)
        self.joints = self.collect(JointState, "/joint_states", SENSOR)
        self.commands = self.node.create_publisher(ToolCommand, "/legion/command", COMMAND)
        self._sent = 0.0

    @property
    def stamp(self):
        """s, of the newest state."""
        from legion_ros.nodes.conversions import seconds

        return seconds(self.states[-1].header.stamp)

    @property
    def tool(self):
        from legion_ros.nodes.conversions import tool_from

        return tool_from(self.states[-1])

    def health(self):
        """What the back end last said of itself."""
        return self.client.health.get(self.name, {}).get("message", "")

    @contextmanager
    def interrupted(self, begin=signal.SIGSTOP, end=signal.SIGCONT):
        """The controller of the arm hangs meanwhile."""
        os.kill(self.supervisor.pids[self.controller], begin)
        try:
            yield
        finally:
            os.kill(self.supervisor.pids[self.controller], end)

    def reset(self):
        """What a person calls after a fault; asked for until the arm answers that it is ready."""
        from std_srvs.srv import Trigger

        service = self.node.create_client(Trigger, "/legion/reset_arm")

        def ready():
            asked = service.call_async(Trigger.Request())
            self.wait(asked.done, 30.0, "answer of /legion/reset_arm")
            return asked.result().success

        self.wait(service.service_is_ready, 30.0, "/legion/reset_arm")
        self.wait(ready, 60.0, "arm that is ready")

    def send(self, velocity=(0.0, 0.0, 0.0), opening=0.06, yaw_rate=0.0):
        """A command that answers the newest state, if one is due."""
        from legion_ros.core.command import ToolCommand
        from legion_ros.nodes.conversions import command_message

        if time.monotonic() - self._sent < PERIOD:
            return
        self._sent = time.monotonic()
        command = ToolCommand(np.array(velocity, float), yaw_rate, opening)
        self.commands.publish(command_message(command, self.stamp))

    def drive(self, condition, what, timeout=60.0, **command):
        """Send a command again and again until `condition()`."""

        def done():
            self.send(**command)
            return condition()

        return self.wait(done, timeout, what)

    def rest(self, timeout=60.0):
        """Wait until the tool has not moved for .3 s of its own time; where it is, (3,) m."""
        since, place = self.stamp, self.tool.position

        def still():
            nonlocal since, place
            if np.abs(self.tool.position - place).max() > 1e-3:
                since, place = self.stamp, self.tool.position
            return self.stamp - since > 0.3

        self.wait(still, timeout, "rest")
        return self.tool.position
