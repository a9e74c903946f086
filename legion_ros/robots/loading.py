"""`config/robot/<name>.yaml` to a RobotConfig: no unknown key, no missing one, no wrong type."""

import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import yaml

from legion_ros.core.robot import RobotError
from legion_ros.robots.config import RobotConfig
from legion_ros.share import share

__all__ = ["load_robot", "robot_file", "robot_names"]


def robot_names() -> tuple[str, ...]:
    """The arms that ship."""
    return tuple(sorted(path.stem for path in share("config", "robot").glob("*.yaml")))


def robot_file(name: str) -> Path:
    """The file of an arm: one that ships, by its name, or a .yaml of one's own. RobotError: neither."""
    if name.endswith(".yaml"):
        if Path(name).is_file():
            return Path(name).resolve()
        raise RobotError(f"robot {name!r} is not a file")
    if name not in robot_names():
        raise RobotError(f"no robot {name!r}; there are: {', '.join(robot_names())}, or a .yaml of your own")
    return share("config", "robot", f"{name}.yaml")


def load_robot(name: str) -> RobotConfig:
    """The arm of that name, or file, as its file has it; `robots.checking` holds it against its model.

    Raises:
        RobotError: no such robot, or what is wrong in its file and what would be valid.
    """
    path = robot_file(name)
    try:
        given = yaml.safe_load(path.read_text())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RobotError(f"{path.name} is not YAML: {error}") from error
    return _section(RobotConfig, given, path.name)


def _section(kind: Any, given: Any, where: str) -> Any:
    """A dataclass from a mapping."""
    if not isinstance(given, Mapping):
        raise RobotError(f"{where}: {given!r} is no section of keys and values")
    known = {field.name: field for field in dataclasses.fields(kind)}
    odd = sorted(str(key) for key in given.keys() - known.keys())
    if odd:
        raise RobotError(f"{where}: no key {', '.join(odd)}; known: {', '.join(known)}")
    absent = [
        name
        for name, f in known.items()
        if name not in given and f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    if absent:
        raise RobotError(f"{where}: {', '.join(absent)} is missing")
    hints = get_type_hints(kind)
    return kind(**{name: _value(hints[name], value, f"{where}: {name}") for name, value in given.items()})


def _value(kind: Any, given: Any, where: str) -> Any:
    if dataclasses.is_dataclass(kind):
        return _section(kind, given, where)
    if get_origin(kind) is dict:
        if not isinstance(given, Mapping):
            raise RobotError(f"{where}: {given!r} is no section of keys and values")
        inner = get_args(kind)[1]
        return {str(key): _section(inner, value, f"{where}: {key}") for key, value in given.items()}
    if get_origin(kind) is tuple:
        if not isinstance(given, list):
            raise RobotError(f"{where}: {given!r} is no list")
        return tuple(_value(get_args(kind)[0], value, where) for value in given)
    return _plain(kind, given, where)


def _plain(kind: type, given: Any, where: str) -> Any:
    if kind is float and isinstance(given, (int, float)) and not isinstance(given, bool):
        if math.isfinite(given):
            return float(given)
    elif type(given) is kind:
        return given
    noun = {float: "a finite number", int: "a whole number", str: "a word", bool: "true or false"}[kind]
    raise RobotError(f"{where}: {given!r} is not {noun}")
