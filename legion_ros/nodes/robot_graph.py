"""The same graph on an arm, or on one that only looks like it: what `launch/robot.launch.py` starts."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from legion_ros.core.errors import LegionError
from legion_ros.nodes.graph import Process, check_places, environment, parsed
from legion_ros.nodes.realtime import ARM, POLICY, SAFETY
from legion_ros.robots import load_robot
from legion_ros.robots.loading import robot_file
from legion_ros.share import share

__all__ = ["RobotGraph"]

BACK_ENDS = {"franka": "franka_node", "ros2_control": "ros2_control_node"}
SIMULATED = ("auto", "true", "false")
DELAY = 0.25  # s that a state of an arm in the world may come later than others did: its clock is the wall's
PATIENCE = 1.0  # s of wall time that commands and states of franky-sim count for


def _argument(default: Any, text: str) -> Any:
    return field(default=default, metadata={"help": text})


@dataclass(frozen=True, kw_only=True)
class RobotGraph:
    """An arm's graph. Each field is an argument of the launch file and an option of `legion up`."""

    robot: str = _argument("franka", "which arm: a name in config/robot, or a .yaml of your own")
    host: str = _argument("", "address of the arm's control box; empty: the one in its yaml")
    simulated: str = _argument(
        "auto", "start franky-sim at the host: true, false; auto: where it is 127.x.y.z"
    )
    seed: int = _argument(0, "of the scene that a simulated arm stands in")
    speed_scale: float = _argument(0.0, "of all speeds, at most 1; 0: as the arm's yaml has it")
    knowledge: str = _argument("", "folder of what was learned; empty: the knowledge that ships")
    record: str = _argument("", "folder to record the run into; empty: it is not recorded")
    joystick: bool = _argument(False, "start intervention_node: a person with a joystick may take over")
    interventions: str = _argument("", "folder to keep what such a person did in; empty: none")
    domain: str = _argument("", "ROS domain, 0 to 101; empty: ROS_DOMAIN_ID")
    network: bool = _argument(False, "be found by other machines too")

    def __post_init__(self) -> None:
        check_places(self.domain, self.knowledge, self.record)
        config = load_robot(self.robot)
        if config.back_end not in BACK_ENDS:
            raise LegionError(f"back_end {config.back_end!r} is not valid: {' or '.join(BACK_ENDS)}")
        if self.simulated not in SIMULATED:
            raise LegionError(f"simulated {self.simulated!r} is not valid: {', '.join(SIMULATED)}")
        if not 0.0 <= self.speed_scale <= 1.0:
            raise LegionError(f"speed_scale {self.speed_scale:g} is not valid: 0 to 1")
        if self.simulated == "true" and config.back_end != "franka":
            raise LegionError(f"{self.robot} can't be simulated: franky-sim is a Franka arm (robot:=franka)")
        if self.simulated == "true" and not _is_loopback(self._host):
            raise LegionError(f"host {self._host!r} can't be simulated: 127.x.y.z is this machine alone")

    @classmethod
    def parse(cls, words: Mapping[str, str]) -> "RobotGraph":
        """From arguments as they are typed. Raises LegionError on an unknown one, or a wrong value."""
        return parsed(cls, words)

    @property
    def in_simulation(self) -> bool:
        """Whether the arm is franky-sim, started with the graph."""
        if load_robot(self.robot).back_end != "franka":
            return False
        return self.simulated == "true" or (self.simulated == "auto" and _is_loopback(self._host))

    @property
    def nodes(self) -> tuple[str, ...]:
        """Names of the nodes that are to be started."""
        arm = BACK_ENDS[load_robot(self.robot).back_end]
        world = "franka_sim_node" if self.in_simulation else "perception_node"
        names = (world, arm, "safety_node", "policy_node", "composer_node", "teacher_node")
        joystick = ("intervention_node",) if self.joystick else ()
        return (*names, *joystick, *(("recorder_node",) if self.record else ()))

    def processes(self) -> tuple[Process, ...]:
        """What is to be started."""
        folder = (
            Path(self.knowledge).resolve() if self.knowledge else share("config", "knowledge", "tabletop")
        )
        knowledge, config = {"knowledge": str(folder)}, load_robot(self.robot)
        file = str(robot_file(self.robot))
        kept = {"interventions": str(Path(self.interventions).resolve())} if self.interventions else {}
        given = {
            "franka_sim_node": {"realtime_priority": ARM, "host": self._host, "seed": self.seed},
            "franka_node": {"realtime_priority": ARM, "robot": file, "host": self._host},
            "ros2_control_node": {"realtime_priority": ARM, "robot": file},
            "perception_node": {"cameras": file} if config.cameras else {},
            "safety_node": {
                "realtime_priority": SAFETY,
                "robot": file,
                "speed_scale": self.speed_scale or config.speed_scale,
                "max_force": config.contact.max_force,
                "effort_force": config.contact.effort_force,
                "max_acceleration": config.workspace.max_acceleration,
                "max_yaw_acceleration": config.workspace.max_yaw_acceleration,
            },
            "policy_node": knowledge
            | kept
            | {"realtime_priority": POLICY, "max_force": config.contact.effort_force},
            "composer_node": knowledge,
            "teacher_node": knowledge,
            "recorder_node": {"folder": str(Path(self.record).resolve())},
        }
        if self.in_simulation:
            # its time is the graph's, and runs slower than the wall clock where the machine is busy
            for name in ("franka_node", "policy_node"):
                given[name] |= {"use_sim_time": True}
            given["safety_node"] |= {"command_timeout": PATIENCE, "state_timeout": PATIENCE}
        else:
            given["safety_node"] |= {"max_delay": DELAY}
        return tuple(
            Process(name, share("config", f"{name}.yaml"), given.get(name, {})) for name in self.nodes
        )

    def environment(self) -> dict[str, str]:
        """Environment variables of all its processes, and of whoever wants to talk to them."""
        return environment(self.domain, self.network)

    @property
    def _host(self) -> str:
        return self.host or load_robot(self.robot).franka.host


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
