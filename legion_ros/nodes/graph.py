"""Which processes make the graph, with what parameters: the one description of it.

`launch/simulation.launch.py` and `legion up` both start what stands here; an arm's is in robot_graph.py.
Each node configures and activates itself (parameter `autostart`, true unless set otherwise): nothing has to
lead it through its lifecycle.
"""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from importlib import metadata
from pathlib import Path
from typing import Any

from legion_ros.core.errors import LegionError
from legion_ros.nodes.realtime import ARM, POLICY, SAFETY
from legion_ros.nodes.security import check_security
from legion_ros.share import share

__all__ = ["NODES", "Process", "Simulation", "check_places", "environment", "parsed"]

NODES = ("sim_node", "safety_node", "policy_node", "composer_node", "teacher_node")
PERCEPTION = ("camera", "truth")
LAST_DOMAIN = 101  # beyond it the ports of a ROS domain meet those that Linux hands out


@dataclass(frozen=True)
class Process:
    """One node in a process of its own."""

    name: str  # of the node and of its executable
    parameter_file: Path  # config/<name>.yaml
    parameters: Mapping[str, bool | int | float | str]  # what the arguments decide: stronger than the file
    respawns: int = 5  # how often in a row it is started again after it died
    respawn_delay: float = 0.2  # s

    def command(self) -> list[str]:
        """What starts it with this Python, without `ros2 run`."""
        # -P: a checkout that happens to be the working directory is not the installed package
        words = [sys.executable, "-P", "-m", f"legion_ros.nodes.{self.name}", "--ros-args"]
        words += ["-r", f"__node:={self.name}", "--params-file", str(self.parameter_file)]
        for name, value in self.parameters.items():
            words += ["-p", f"{name}:={json.dumps(value)}"]
        return words


def _argument(default: Any, text: str) -> Any:
    return field(default=default, metadata={"help": text})


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """The tabletop's graph. Each field is an argument of the launch file and an option of `legion up`."""

    headless: bool = _argument(True, "false opens the simulator's window")
    seed: int = _argument(0, "of the scene: the same seed gives the same objects in the same poses")
    rate: float = _argument(1.0, "simulated seconds in a second; 0: as fast as it goes")
    knowledge: str = _argument("", "folder of what was learned; empty: the knowledge that ships")
    perception: str = _argument("camera", "what /legion/scene is: seen by the camera, or the truth")
    camera: bool = _argument(False, "publish the camera's images, also where perception does not need them")
    record: str = _argument(
        "", "folder to record the run into, for `legion replay`; empty: it is not recorded"
    )
    joystick: bool = _argument(
        False, "start intervention_node: a person with a joystick, /joy, may take over"
    )
    interventions: str = _argument("", "folder to keep what such a person did in, to learn from; empty: none")
    domain: str = _argument("", "ROS domain, 0 to 101; empty: ROS_DOMAIN_ID")
    network: bool = _argument(False, "be found by other machines too, as ROS_AUTOMATIC_DISCOVERY_RANGE says")

    def __post_init__(self) -> None:
        if not self.rate >= 0:
            raise LegionError(f"rate {self.rate} is not valid: 0 is as fast as it goes, 1 is real time")
        check_places(self.domain, self.knowledge, self.record)
        if self.perception not in PERCEPTION:
            raise LegionError(f"perception {self.perception!r} is not valid: {' or '.join(PERCEPTION)}")

    @classmethod
    def parse(cls, words: Mapping[str, str]) -> "Simulation":
        """From arguments as they are typed. Raises LegionError on an unknown one, or a wrong value."""
        return parsed(cls, words)

    def processes(self) -> tuple[Process, ...]:
        """What is to be started."""
        folder = (
            Path(self.knowledge).resolve() if self.knowledge else share("config", "knowledge", "tabletop")
        )
        knowledge = {"knowledge": str(folder)}
        simulator = {name: getattr(self, name) for name in ("headless", "seed", "rate", "perception")}
        simulator["camera"] = self.camera or self.perception == "camera"
        # at the pace of the wall clock, what moves the arm goes before everything else, where permitted
        paced = 0 < self.rate <= 1
        # Slower than the wall clock, states are farther apart than an arm's would be. Without a clock all
        # wait for one another: what comes of it must not depend on what else the machine has to do.
        wait = 0.5 if self.rate == 0 else 0.15
        patience = {} if self.rate >= 1 else {"command_timeout": wait, "state_timeout": wait}
        if self.rate == 0:
            simulator["answer_timeout"] = wait
        kept = {"interventions": str(Path(self.interventions).resolve())} if self.interventions else {}
        given = {
            "sim_node": simulator | {"realtime_priority": ARM if paced else 0},
            "safety_node": {"realtime_priority": SAFETY if paced else 0} | patience,
            # the control period is the robot's: on /clock, so that it holds at every pace
            "policy_node": knowledge
            | kept
            | {"realtime_priority": POLICY if paced else 0, "use_sim_time": True},
            "composer_node": knowledge,
            "teacher_node": knowledge,
            "recorder_node": {"folder": str(Path(self.record).resolve())},
        }
        return tuple(
            Process(name, share("config", f"{name}.yaml"), given.get(name, {})) for name in self.nodes
        )

    @property
    def nodes(self) -> tuple[str, ...]:
        """Names of the nodes that are to be started."""
        seeing = ("perception_node",) if self.perception == "camera" else ()
        joystick = ("intervention_node",) if self.joystick else ()
        return (*NODES, *seeing, *joystick, *(("recorder_node",) if self.record else ()))

    def environment(self) -> dict[str, str]:
        """Environment variables of all its processes, and of whoever wants to talk to them."""
        return environment(self.domain, self.network)


def check_places(domain: str, knowledge: str, record: str) -> None:
    """Raise LegionError where an argument that every graph has is not valid."""
    if domain and not (domain.isdecimal() and int(domain) <= LAST_DOMAIN):
        raise LegionError(f"domain {domain!r} is not a number from 0 to {LAST_DOMAIN}")
    if knowledge and not Path(knowledge).is_dir():
        raise LegionError(f"knowledge {knowledge!r} is not a folder; `legion train` makes one")
    if record and Path(record).exists() and not Path(record).is_dir():
        raise LegionError(f"record {record!r} is a file; name a folder, it is made where it is missing")


def parsed(kind: Any, words: Mapping[str, str]) -> Any:
    """A dataclass of arguments from what was typed. Raises LegionError on an unknown or a wrong one."""
    known = {argument.name: argument for argument in fields(kind)}
    odd = sorted(words.keys() - known.keys())
    if odd:
        raise LegionError(f"no argument {', '.join(odd)}; known: {', '.join(known)}")
    return kind(**{name: _parse(name, known[name].type, word) for name, word in words.items()})


def environment(domain: str = "", network: bool = False) -> dict[str, str]:
    """Environment variables that a process needs to meet the graph.

    Unless `network`, everything stays on this machine: sockets are bound to the loopback interface alone,
    which ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST by itself does not do. Set them before rclpy.init.

    Raises:
        LegionError: DDS security is asked for, and can't be had.
    """
    check_security()
    chosen = {"ROS_DOMAIN_ID": domain or os.environ.get("ROS_DOMAIN_ID", "0"), "PYTHONUNBUFFERED": "1"}
    if not network:
        # Jazzy (rclpy 7) has Fast DDS 2, Kilted (rclpy 9) has Fast DDS 3, which warns of the older name
        older = int(metadata.version("rclpy").split(".")[0]) < 8
        name = "FASTRTPS_DEFAULT_PROFILES_FILE" if older else "FASTDDS_DEFAULT_PROFILES_FILE"
        chosen |= {name: str(share("config", "fastdds.xml"))}
        chosen |= {"ROS_AUTOMATIC_DISCOVERY_RANGE": "SYSTEM_DEFAULT"}  # that is: as this file says
    return chosen


def _parse(name: str, kind: Any, word: str) -> Any:
    if kind is bool:
        truth = {"true": True, "1": True, "false": False, "0": False}
        if word.lower() not in truth:
            raise LegionError(f"{name} {word!r} is neither true nor false")
        return truth[word.lower()]
    try:
        return kind(word)
    except ValueError:
        noun = "a whole number" if kind is int else "a number"
        raise LegionError(f"{name} {word!r} is not {noun}") from None
