"""An expert: the network that carries out one component's know-how."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from legion_ros.policy.actor import Actor, PolicyError, checked

__all__ = ["Expert", "ExpertConfig", "PolicyError"]


@dataclass(frozen=True, kw_only=True)
class ExpertConfig:
    """The shape of an expert's network."""

    hidden: tuple[int, ...] = (256, 256)  # units of each hidden layer


class Expert:
    """A multilayer perceptron with a tanh output, its observations standardised by fixed statistics."""

    def __init__(
        self, mean: np.ndarray, deviation: np.ndarray, action_size: int, config: ExpertConfig | None = None
    ) -> None:
        """A network with random weights (torch's generator).

        Args:
            mean: (observation size,) of the observations it will see.
            deviation: (observation size,) > 0, likewise.
            action_size: length of an action.
            config: the network's shape.
        """
        widths = (len(mean), *(config or ExpertConfig()).hidden)
        layers: list[nn.Module] = []
        for inputs, outputs in zip(widths[:-1], widths[1:], strict=True):
            layers += [nn.Linear(inputs, outputs), nn.ReLU()]
        self.network = nn.Sequential(*layers, nn.Linear(widths[-1], action_size))
        self.action_size = action_size  # length of an action
        self.mean = torch.as_tensor(mean, dtype=torch.float32)
        self.deviation = torch.as_tensor(deviation, dtype=torch.float32)

    @property
    def observation_size(self) -> int:
        """Length of an observation."""
        return len(self.mean)

    def standardised(self, observation: torch.Tensor) -> torch.Tensor:
        """Observations (..., observation size) as the network sees them."""
        return (observation - self.mean) / self.deviation

    def __call__(self, observation: torch.Tensor) -> torch.Tensor:
        """Actions (N, action size) in (-1, 1) for observations (N, observation size), with gradients."""
        return torch.tanh(self.network(self.standardised(observation)))

    @torch.inference_mode()
    def act(self, observation: np.ndarray) -> np.ndarray:
        """Actions (N, action size) float32 in [-1, 1] for observations (N, observation size).

        Raises:
            PolicyError: the observation has another shape, or holds a NaN or an infinity.
        """
        return self(torch.from_numpy(checked(observation, len(self.mean)))).numpy()

    def tensors(self) -> dict[str, np.ndarray]:
        """Everything that makes the expert, by name; `from_tensors` takes it back."""
        weights = {name: value.detach().cpu().numpy() for name, value in self.network.state_dict().items()}
        return {"mean": self.mean.numpy(), "deviation": self.deviation.numpy(), **weights}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, np.ndarray]) -> "Expert":
        """The expert of `tensors()`. PolicyError on missing, surplus, misshapen or non-finite ones."""
        actor = Actor.from_tensors(tensors)
        expert = cls(actor.mean, actor.deviation, actor.action_size, ExpertConfig(hidden=actor.hidden))
        expert.network.load_state_dict(
            {
                name: torch.from_numpy(np.array(tensors[name], np.float32))
                for name in expert.network.state_dict()
            }
        )
        return expert
