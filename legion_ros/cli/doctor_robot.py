"""What `legion doctor` looks at of an arm: its yaml against its model, and whether it answers."""

import os
import socket
from importlib.util import find_spec

from legion_ros.cli.doctor_finding import Finding
from legion_ros.core.errors import LegionError
from legion_ros.robots import RobotConfig, load_robot
from legion_ros.robots.checking import checked_kinematics
from legion_ros.robots.config import Ros2Control

__all__ = ["arm_file", "arm_reached"]

PORT = 1337  # of a Franka arm, where libfranka's protocol begins
PATIENCE = 2.0  # s that an arm may take to answer
FILE = "robot's yaml"
REACHED = "robot"


def arm_file(robot: str) -> Finding:
    """The arm's yaml is read and held against its model, as its driver does before anything moves."""
    if not robot:
        fix = "legion doctor --robot NAME_OR_YAML checks an arm's file against its model (docs/robots.md)"
        return Finding(FILE, "absent", "no arm is named; the simulated FR3 is used", fix)
    try:
        config = load_robot(robot)
        checked_kinematics(config)
    except LegionError as error:
        fix = (
            "mend it: legion_ros/robots/config.py says what each key means, docs/robots.md how to measure it"
        )
        return Finding(FILE, "bad", f"{robot}: {error}", fix)
    found = f"{robot} fits its model: {config.back_end}, {len(config.joints)} joints"
    return Finding(FILE, "good", f"{found}, payload {config.payload:g} kg, speeds x {config.speed_scale:g}")


def arm_reached(robot: str, host: str) -> Finding:
    """Whether the arm answers.

    Args:
        robot: name or yaml; the Franka's where it is empty and a host is named.
        host: of a Franka arm's control box; the yaml's where it is empty.
    """
    if not robot and not host:
        fix = "legion doctor --robot NAME_OR_YAML [--host ADDRESS], or LEGION_ROBOT_HOST, names an arm"
        return Finding(REACHED, "absent", "none is named; the simulated FR3 is used", fix)
    try:
        config = load_robot(robot or "franka")
    except LegionError as error:
        return Finding(REACHED, "bad", f"not looked for: {error}", "mend its yaml, or name another")
    if config.back_end == "franka":
        return _franka(config, host)
    if host:
        fix = "leave --host and LEGION_ROBOT_HOST out: this arm is found through its topics"
        return Finding(REACHED, "bad", f"{robot} has no address of its own, but {host} is given", fix)
    return _controllers(config.ros2_control)


def _franka(config: RobotConfig, host: str) -> Finding:
    if find_spec("franky") is None:
        fix = "pip install -e '.[franka]'"
        return Finding(REACHED, "bad", "franky-control, which speaks to a Franka arm, is not installed", fix)
    named = host or config.franka.host
    try:
        with socket.create_connection((named, PORT), timeout=PATIENCE):
            return Finding(REACHED, "good", f"{named} answers on port {PORT}, where a Franka arm listens")
    except OSError as error:
        if not host and named.startswith("127."):  # as the yaml that ships has it
            fix = "`legion up --robot franka` starts franky-sim there; --host names a physical arm"
            return Finding(REACHED, "absent", f"nobody is at {named}, port {PORT} yet", fix)
        fix = "look at cable and address; on the arm's desk page, switch the Franka Control Interface on"
        return Finding(REACHED, "bad", f"{named}, port {PORT}: {error}", fix)


def _controllers(topics: Ros2Control) -> Finding:
    """Who publishes joint states, and who takes trajectories, as the graph would find them."""
    from legion_ros.nodes.graph import environment
    from legion_ros.nodes.hearing import ends_of

    states, takers = ends_of(topics.joint_states, topics.trajectory, environment(), PATIENCE)
    domain = os.environ.get("ROS_DOMAIN_ID", "0")
    lacking = []
    if not states:
        lacking.append(f"nobody publishes {topics.joint_states}")
    if not takers:
        lacking.append(f"nobody takes {topics.trajectory}")
    if not lacking:
        found = f"{topics.joint_states} is published, {topics.trajectory} is taken, in domain {domain}"
        return Finding(REACHED, "good", found)
    fix = (
        "start the controllers (ros2 control list_controllers says which are active) in the same"
        " ROS_DOMAIN_ID; remap joint_state_broadcaster's /joint_states to the name in the yaml"
    )
    return Finding(REACHED, "bad", f"{', '.join(lacking)} within {PATIENCE:g} s, in domain {domain}", fix)
