"""The state of optimisers and random generators, to the bit: what besides weights a resumed learner needs."""

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from legion_ros.learning.checkpoint import CheckpointError

if TYPE_CHECKING:
    import torch

__all__ = ["optimiser_tensors", "restore_optimiser", "restore_rng", "rng_facts"]


def optimiser_tensors(optimiser: "torch.optim.Optimizer") -> dict[str, np.ndarray]:
    """Moments and step counts ("state/<parameter>/exp_avg"), rates and their like ("group/<number>/lr")."""
    tensors: dict[str, np.ndarray] = {}
    for number, group in enumerate(optimiser.param_groups):
        for name, value in group.items():
            if _is_numeric(value):
                tensors[f"group/{number}/{name}"] = np.asarray(value, np.float64)
    for number, parameter in enumerate(_parameters(optimiser)):
        for name, value in optimiser.state.get(parameter, {}).items():
            tensors[f"state/{number}/{name}"] = value.detach().cpu().numpy().copy()
    return tensors


def restore_optimiser(optimiser: "torch.optim.Optimizer", tensors: Mapping[str, np.ndarray]) -> None:
    """Give `optimiser` the state that `optimiser_tensors` took from one of the same parameters.

    Raises:
        CheckpointError: a tensor is missing, belongs to nothing or has another shape; nothing was changed.
    """
    import torch

    groups, parameters = optimiser.param_groups, _parameters(optimiser)
    rates = {
        f"group/{number}/{name}": (number, name, type(value))
        for number, group in enumerate(groups)
        for name, value in group.items()
        if _is_numeric(value)
    }
    if missing := rates.keys() - tensors.keys():
        raise CheckpointError(f"an optimiser needs {sorted(missing)}; there are {sorted(tensors)[:5]}")
    states: dict[int, dict[str, torch.Tensor]] = {}
    for path in tensors.keys() - rates.keys():
        kind, number, name = _parts(path)
        if kind != "state" or not number < len(parameters):
            raise CheckpointError(
                f"{path} belongs to no parameter of the optimiser; it has {len(parameters)}"
            )
        expected = () if name == "step" else tuple(parameters[number].shape)
        if tensors[path].shape != expected:
            raise CheckpointError(f"{path} of an optimiser has shape {tensors[path].shape}, not {expected}")
        states.setdefault(number, {})[name] = torch.from_numpy(np.array(tensors[path]))
    for path, (number, name, kind) in rates.items():
        value = tensors[path].tolist()
        groups[number][name] = kind(value)
    optimiser.state.clear()
    for number in sorted(states):
        optimiser.state[parameters[number]] = dict(sorted(states[number].items()))


def rng_facts(rng: "np.random.Generator | torch.Generator") -> dict[str, Any]:
    """The state of a random generator, as JSON."""
    if isinstance(rng, np.random.Generator):
        return {"numpy": _plain(rng.bit_generator.state)}
    return {"torch": base64.b64encode(rng.get_state().numpy().tobytes()).decode()}


def restore_rng(rng: "np.random.Generator | torch.Generator", facts: Mapping[str, Any]) -> None:
    """Set `rng`, of the same kind, to the state that `rng_facts` took. CheckpointError on what can't be."""
    try:
        if isinstance(rng, np.random.Generator):
            rng.bit_generator.state = facts["numpy"]
        else:
            import torch

            rng.set_state(torch.frombuffer(bytearray(base64.b64decode(facts["torch"])), dtype=torch.uint8))
    except (KeyError, TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise CheckpointError(f"no state of a {type(rng).__name__}: {error}") from error


def _parameters(optimiser: "torch.optim.Optimizer") -> "list[torch.nn.Parameter]":
    return [parameter for group in optimiser.param_groups for parameter in group["params"]]


def _is_numeric(value: object) -> bool:
    """Whether it is a number, or numbers such as Adam's betas: the rest is how the optimiser was made."""
    parts = value if isinstance(value, tuple) and value else (value,)
    return all(type(part) in (int, float) for part in parts)


def _parts(path: str) -> tuple[str, int, str]:
    kind, _, rest = path.partition("/")
    number, _, name = rest.partition("/")
    return (kind, int(number), name) if number.isdecimal() and name else ("", 0, "")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value
