"""The rooms of docs/architecture.md: who may import whom."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
INTERFACES = {"msg", "srv", "action"}  # generated: ROS at the edge
BELOW_KNOWLEDGE = {"core", "share", "language", "policy"}
BELOW_SKILLS = BELOW_KNOWLEDGE | {"knowledge"}
BELOW_EVALUATION = BELOW_SKILLS | {"learning", "skills", "perception", "safety", "recording", "robots"}
EVERYTHING = BELOW_EVALUATION | {"evaluation", "nodes", "cli", "legion_sim"}
MAY_IMPORT = {
    "core": set(),
    "share": {"core"},
    "language": {"core", "share"},
    "policy": {"core", "share"},
    "perception": {"core", "share"},
    "safety": {"core", "share"},
    "robots": {"core", "share"},
    "recording": {"core", "share"},
    "knowledge": BELOW_KNOWLEDGE,
    "learning": BELOW_SKILLS,
    "skills": BELOW_SKILLS | {"safety"},
    "evaluation": BELOW_EVALUATION | {"legion_sim"},
    "nodes": BELOW_EVALUATION | {"evaluation"} | INTERFACES,
    "cli": EVERYTHING,
    "legion_sim": {"core", "robots"},
}
ROS = {
    "rclpy",
    "launch",
    "launch_ros",
    "std_msgs",
    "sensor_msgs",
    "geometry_msgs",
    "lifecycle_msgs",
    "std_srvs",
}


def modules():
    """{path: room} of everything that is ours and not generated."""
    found = {path: "legion_sim" for path in (ROOT / "sim").rglob("*.py")}
    for path in (ROOT / "legion_ros").rglob("*.py"):
        room = path.relative_to(ROOT / "legion_ros").parts[0].removesuffix(".py")
        if room not in INTERFACES and room != "__init__":
            found[path] = room
    return found


def imports(path):
    """The modules that a file names in its import statements, wherever they stand in it."""
    package = path.relative_to(ROOT).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: -node.level]) if node.level else ""
            name = ".".join(filter(None, (base, node.module)))
            if name == "legion_ros":
                yield from (f"{name}.{alias.name}" for alias in node.names)
            else:
                yield name


def room_of(name):
    parts = name.split(".")
    if parts[0] in ("legion_sim", "sim"):
        return "legion_sim"
    return parts[1] if parts[0] == "legion_ros" and len(parts) > 1 else None


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_lies_below_it(path):
    room = modules()[path]
    assert room in MAY_IMPORT, (
        f"{room} is a new room: say in docs/architecture.md and here what it may import"
    )
    allowed = MAY_IMPORT[room] | {room}
    if path.name in ("sim_node.py", "franka_sim_node.py"):
        allowed |= {"legion_sim"}
    wrong = [name for name in imports(path) if (other := room_of(name)) and other not in allowed]
    assert not wrong, f"{room} must not import {wrong}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_nodes_know_ros(path):
    wrong = [name for name in imports(path) if name.split(".")[0] in ROS]
    assert not wrong or modules()[path] == "nodes"
