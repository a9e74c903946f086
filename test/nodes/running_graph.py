"""Nodes as processes of their own, over real DDS, and a client among them."""

import os
import signal
import time
from dataclasses import replace

from legion_ros.nodes.domain import free_domain
from legion_ros.nodes.graph import Simulation
from legion_ros.nodes.supervision import Exit, Supervisor


class RunningGraph:
    """The simulation's graph, or some of its nodes, started and stopped with a `with` block.

    Nothing is started again that died, unless `respawns`.
    """

    def __init__(self, knowledge, names=None, parameters=None, respawns=0, wait=True, **arguments):
        self.domain = domain = free_domain()
        arguments = {"perception": "truth", **arguments}  # what is tested here needs no camera
        simulation = Simulation(knowledge=str(knowledge), domain=str(domain), **arguments)
        os.environ.update(simulation.environment())
        from legion_ros.nodes.client import GraphClient

        processes = [
            replace(p, respawns=respawns, parameters={**p.parameters, **(parameters or {}).get(p.name, {})})
            for p in simulation.processes()
            if names is None or p.name in names
        ]
        self.names = [p.name for p in processes]
        self.supervisor = Supervisor(processes, simulation.environment())
        self._wait_until_active = wait
        self.exits = []
        self.lines = []
        self.client = GraphClient("test_client", domain=domain, idle=self.look_after)
        self.node = self.client.node

    def __enter__(self):
        from legion_ros.nodes.readiness import Readiness

        readiness = Readiness(self.node, self.names if self._wait_until_active else [])
        try:
            self.wait(lambda: not readiness.poll(), 150.0, f"active nodes of {self.names}")
            if "composer_node" in self.names:
                self.wait(lambda: self.client.graph_is_up(0.1), 30.0, "answer of composer_node")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for happening in self.supervisor.stop():
            self._note(happening)
        self.client.__exit__()

    def wait(self, condition, timeout=10.0, what="event"):
        """Spin and look after the processes until `condition()` is true; returns it."""
        deadline = time.monotonic() + timeout
        while not (value := condition()):
            said = "\n".join(self.lines[-20:])
            assert time.monotonic() < deadline, f"no {what} within {timeout} s; the nodes said:\n{said}"
            self.client.spin(0.02)
        return value

    def look_after(self):
        """Take note of what the processes said; start again what died, where that was asked for."""
        for happening in self.supervisor.poll(0.0):
            self._note(happening)

    def spin_for(self, seconds):
        """Let `seconds` go by: for tests that something does not happen."""
        end = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > end, seconds + 10.0)

    def new_scene(self, seed, objects=3):
        """Names of the objects of a new scene, once every node has had time to see it."""
        names = self.client.reset_scene(seed, objects, objects)
        assert self.client.await_seen(names)
        self.spin_for(0.2)  # the others hear of it in a moment of their own
        return names

    def kill(self, name):
        os.kill(self.supervisor.pids[name], signal.SIGKILL)
        self.wait(lambda: any(e.process == name for e in self.exits), 5.0, f"end of {name}")

    @property
    def alive(self):
        return set(self.supervisor.pids)

    def collect(self, kind, topic, qos):
        """A list that grows by every message on the topic."""
        heard = []
        self.node.create_subscription(kind, topic, heard.append, qos)
        return heard

    def _note(self, happening):
        if isinstance(happening, Exit):
            self.exits.append(happening)
        else:
            self.lines.append(f"{happening.process}: {happening.text}")
