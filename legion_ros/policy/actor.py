"""An expert that acts and does not learn: numpy alone, so that a node has it without torch's seconds."""

from collections.abc import Mapping

import numpy as np

from legion_ros.core import LegionError

__all__ = ["Actor", "PolicyError"]


class PolicyError(LegionError):
    """Tensors that are no expert, or an observation that is not its own."""


class Actor:
    """What `Expert` does, from the same tensors, equal to rounding.

    Args:
        mean: (observation size,) of the observations.
        deviation: (observation size,) > 0, likewise.
        layers: (weight (outputs, inputs), bias (outputs,)) of each, the last one's outputs through tanh.
    """

    def __init__(
        self, mean: np.ndarray, deviation: np.ndarray, layers: tuple[tuple[np.ndarray, np.ndarray], ...]
    ) -> None:
        self.mean, self.deviation, self.layers = mean, deviation, layers

    @property
    def hidden(self) -> tuple[int, ...]:
        """Units of each hidden layer."""
        return tuple(len(bias) for _, bias in self.layers[:-1])

    @property
    def action_size(self) -> int:
        """Length of an action."""
        return len(self.layers[-1][1])

    def act(self, observation: np.ndarray) -> np.ndarray:
        """Actions (N, action size) float32 in [-1, 1] for observations (N, observation size).

        Raises:
            PolicyError: the observation has another shape, or holds a NaN or an infinity.
        """
        values = (checked(observation, len(self.mean)) - self.mean) / self.deviation
        for weight, bias in self.layers[:-1]:
            values = np.maximum(values @ weight.T + bias, 0.0)
        weight, bias = self.layers[-1]
        return np.tanh(values @ weight.T + bias)

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, np.ndarray]) -> "Actor":
        """The actor of `Expert.tensors()`. PolicyError on missing, surplus, misshapen or non-finite ones."""
        for name, value in tensors.items():
            if not np.isfinite(value).all():
                raise PolicyError(f"tensor {name} of an expert holds a NaN or an infinity")
        numbers = sorted(
            int(name.removesuffix(".weight"))
            for name in tensors
            if name.endswith(".weight") and name.removesuffix(".weight").isdecimal()
        )
        known = {"mean", "deviation"} | {f"{n}.{part}" for n in numbers for part in ("weight", "bias")}
        if not numbers or tensors.keys() != known:
            raise PolicyError(f"an expert needs tensors {sorted(known)}; these are {sorted(tensors)}")
        mean, deviation = (np.asarray(tensors[name], np.float32) for name in ("mean", "deviation"))
        if mean.ndim != 1 or not len(mean) or deviation.shape != mean.shape:
            raise PolicyError(
                f"mean and deviation of an expert have shapes {mean.shape} and {deviation.shape}; "
                "(observation size,) is meant, the same for both"
            )
        layers, inputs = [], len(mean)
        for place, number in enumerate(numbers):
            weight, bias = (
                np.asarray(tensors[f"{number}.{part}"], np.float32) for part in ("weight", "bias")
            )
            fits = weight.ndim == 2 and weight.shape[1] == inputs and weight.shape[0] > 0
            for part, value, right in (
                ("weight", weight, fits and number == 2 * place),
                ("bias", bias, bias.shape == weight.shape[:1]),
            ):
                if not right:
                    raise PolicyError(
                        f"tensor {number}.{part} of an expert has shape {value.shape}, "
                        "which does not fit the others"
                    )
            layers.append((weight, bias))
            inputs = len(bias)
        if not (deviation > 0).all():
            raise PolicyError("the deviation of an expert's observations must be positive")
        return cls(mean, deviation, tuple(layers))


def checked(observation: np.ndarray, size: int) -> np.ndarray:
    """Observations (N, size) float32. PolicyError on another shape, a NaN or an infinity."""
    observation = np.asarray(observation, np.float32)
    if observation.ndim != 2 or observation.shape[1] != size:
        raise PolicyError(f"observation of shape {observation.shape}; valid: (N, {size})")
    if not np.isfinite(observation).all():
        raise PolicyError("the observation holds a NaN or an infinity")
    return observation
