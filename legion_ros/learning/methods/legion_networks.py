"""The networks of the published LEGION: the encoder and its two decoders, the trunks of actor and critics.

Layers and losses follow the code released with Meng et al., "Preserving and combining knowledge in robotic
lifelong reinforcement learning", Nature Machine Intelligence 2025. There the critics have four hidden
layers, as the actor has, whatever its configuration says of three.
"""

import torch
from torch import nn

__all__ = ["Autoencoder", "trunk"]


class Autoencoder(nn.Module):
    """Observation and sentence to a Gaussian over z; z back to the sentence and to the next observation."""

    def __init__(
        self,
        observation_size: int,
        embedding_size: int,
        action_size: int,
        latent_size: int,
        width: int,
        generator: torch.Generator,
    ) -> None:
        """Three hidden layers each; Xavier-uniform weights drawn from `generator`."""
        super().__init__()
        inputs = observation_size + embedding_size
        self.encoder = _perceptron(inputs, width, 2 * latent_size)
        self.sentence = _perceptron(latent_size, width, embedding_size)
        self.dynamics = _perceptron(latent_size + observation_size + action_size, width, observation_size)
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                _initialise(layer, generator)

    def encode(self, observation: torch.Tensor, embedding: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and log variance of z, (N, Z) each."""
        mean, log_variance = self.encoder(torch.cat((observation, embedding), -1)).chunk(2, dim=-1)
        return mean, log_variance

    def reconstruction(
        self,
        z: torch.Tensor,
        observation: torch.Tensor,
        action: torch.Tensor,
        following: torch.Tensor,
        embedding: torch.Tensor,
    ) -> torch.Tensor:
        """0.5 mean squared error of the next observation + summed squared error of the embedding."""
        guess = self.dynamics(torch.cat((observation, action, z), -1))
        told = torch.tanh(self.sentence(z))
        return 0.5 * (guess - following).square().mean() + (told - embedding).square().sum()


def trunk(inputs: int, outputs: int, width: int, generator: torch.Generator) -> nn.Sequential:
    """Four hidden layers, the first one normalised: actor (obs + z -> 2 A) and critics (obs + z + a -> 1)."""
    layers: list[nn.Module] = [nn.Linear(inputs, width), nn.LayerNorm(width), nn.Tanh()]
    for _ in range(3):
        layers += [nn.Linear(width, width), nn.LeakyReLU()]
    network = nn.Sequential(*layers, nn.Linear(width, outputs))
    for layer in network:
        if isinstance(layer, nn.Linear):
            _initialise(layer, generator)
    return network


def _perceptron(inputs: int, width: int, outputs: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for size in (inputs, width, width):
        layers += [nn.Linear(size, width), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(width, outputs))


def _initialise(layer: nn.Linear, generator: torch.Generator) -> None:
    nn.init.xavier_uniform_(layer.weight, generator=generator)
    nn.init.zeros_(layer.bias)
