"""DDS security: where it is asked for, it is there, or nothing starts."""

import mmap
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from legion_ros.core.errors import LegionError

__all__ = ["check_security"]

_LIBRARIES = ("libfastrtps.so*", "libfastdds.so*")  # of Fast DDS 2, and of 3
_BUILTIN = b"PKI-DH"  # the name of its authentication plugin, which is only in a library that has one


def check_security(
    variables: Mapping[str, str] = os.environ, libraries: Iterable[Path] | None = None
) -> None:
    """Refuse to go on where ROS_SECURITY_ENABLE asks for what can't be had.

    With ROS_SECURITY_STRATEGY=Permissive, ROS would go on unprotected without a word.

    Args:
        variables: of the environment.
        libraries: Fast DDS; found in AMENT_PREFIX_PATH and this Python's prefix when None.

    Raises:
        LegionError: says what is missing.
    """
    if variables.get("ROS_SECURITY_ENABLE", "false").lower() != "true":
        return
    advice = "unset ROS_SECURITY_ENABLE, or use a ROS 2 that was built with it"
    found = list(_installed(variables) if libraries is None else libraries)
    if not found:
        raise LegionError(
            f"ROS_SECURITY_ENABLE is true, but no Fast DDS was found that could do it; {advice}"
        )
    if not any(_has_plugins(path) for path in found):
        raise LegionError(
            f"ROS_SECURITY_ENABLE is true, but {found[0].name} was built without DDS security: the graph"
            f" would be unprotected; {advice}"
        )
    keystore = variables.get("ROS_SECURITY_KEYSTORE", "")
    if not Path(keystore).is_dir() or not keystore:
        raise LegionError(
            f"ROS_SECURITY_ENABLE is true, but ROS_SECURITY_KEYSTORE is {keystore!r}, which is no folder;"
            " `ros2 security create_keystore` makes one"
        )


def _installed(variables: Mapping[str, str]) -> Iterable[Path]:
    prefixes = [p for p in variables.get("AMENT_PREFIX_PATH", "").split(os.pathsep) if p]
    for prefix in dict.fromkeys([*prefixes, sys.prefix]):
        for pattern in _LIBRARIES:
            yield from sorted(Path(prefix, "lib").glob(pattern))


def _has_plugins(path: Path) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return data.find(_BUILTIN) >= 0
