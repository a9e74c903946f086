"""A node's parameters, declared from a frozen dataclass: typed, described, in range, none unknown."""

from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import ParameterException
from rclpy.node import Node
from rclpy.parameter import Parameter

from legion_ros.core import LegionError

__all__ = ["declare_parameters", "parameter"]

Config = TypeVar("Config")

# Declared by rclpy itself, so not ours to know or to miss.
_OF_RCLPY = ("use_sim_time", "start_type_description_service", "qos_overrides")


@dataclass(frozen=True)
class _Spec:
    description: str
    low: float | None
    high: float | None
    live: bool


def parameter(
    default: Any, description: str, low: float | None = None, high: float | None = None, live: bool = False
) -> Any:
    """A dataclass field that is a parameter: default value, description with unit, valid range.

    One that is `live` can be set while the node runs; the node has to look at it again then.
    """
    return field(default=default, metadata={"spec": _Spec(description, low, high, live)})


def declare_parameters(node: Node, config: type[Config]) -> Config:
    """Declare every field of `config` as a parameter of `node` and return what they were set to.

    They are read-only, unless `live`.

    Raises:
        LegionError: a parameter was given that the node does not have, or a value that is not valid.
    """
    known = {entry.name: entry for entry in fields(config)}  # type: ignore[arg-type]
    given: dict[str, Parameter] = node._parameter_overrides  # rclpy has no public name for what was given
    strange = [name for name in given if name not in known and not name.startswith(_OF_RCLPY)]
    if strange:
        names = ", ".join(map(repr, sorted(strange)))
        raise LegionError(f"{node.get_name()}: no parameter {names}; known: {', '.join(known)}")
    values = {}
    for name, entry in known.items():
        assert entry.default is not MISSING, name
        if name in given and isinstance(entry.default, float) and isinstance(given[name].value, int):
            # `rate:=1` is meant as 1.0
            given[name] = Parameter(name, Parameter.Type.DOUBLE, 1.0 * (given[name].value or 0))
        try:
            descriptor = _descriptor(entry.metadata["spec"], entry)
            values[name] = node.declare_parameter(name, entry.default, descriptor).value
        except ParameterException as error:
            raise LegionError(f"{node.get_name()}: {_complaint(name, given[name], entry)}") from error
    return config(**values)


def _descriptor(spec: _Spec, entry: Any) -> ParameterDescriptor:
    descriptor = ParameterDescriptor(description=spec.description, read_only=not spec.live)
    if spec.low is not None and spec.high is not None:
        if isinstance(entry.default, float):
            descriptor.floating_point_range = [
                FloatingPointRange(from_value=float(spec.low), to_value=float(spec.high))
            ]
        else:
            span = IntegerRange(from_value=int(spec.low), to_value=int(spec.high), step=1)
            descriptor.integer_range = [span]
    return descriptor


def _complaint(name: str, given: Parameter, entry: Any) -> str:
    spec, kind = entry.metadata["spec"], type(entry.default).__name__
    span = f" from {spec.low:g} to {spec.high:g}" if spec.low is not None and spec.high is not None else ""
    return f"parameter {name!r} is {given.value!r}; valid is a {kind}{span} ({spec.description})"
