"""What learns in LEGION: the encoder under its prior, and one soft actor-critic on what it sees and z."""

from dataclasses import dataclass

import numpy as np
import torch

from legion_ros.learning.methods.legion_networks import Autoencoder, trunk
from legion_ros.learning.methods.legion_prior import LatentPrior
from legion_ros.learning.sac import SAC, Batch, SACConfig
from legion_ros.learning.transitions import Transitions

__all__ = ["LegionConfig", "LegionLearner"]


@dataclass(frozen=True, kw_only=True)
class LegionConfig:
    """The published numbers, unless a comment says otherwise."""

    fields: tuple[str, ...] = ("hand", "object", "other_object", "goal")  # seen, where the layout has all
    latent: int = 10  # numbers of z
    encoder_width: int = 400  # units of the encoder's and the decoders' hidden layers
    width: int = 300  # units of the actor's and the critics' hidden layers
    batch: int = 512  # transitions of an update
    latents: int = 3000  # that the prior is fitted to
    autoencoder_every: int = 50  # updates for each step of the encoder and its decoders
    divergence_weight: float = 0.001  # of the KL in the encoder's loss
    concentration: float = 5.0  # gamma0
    variance: float = 1e-5  # sF
    first_fit: float = 0.01  # of a lesson's updates: when the prior is fitted first ...
    fit_every: float = 0.1  # ... and after which share of them again
    warm_up: int = 1500  # control periods of random actions that each lesson begins with
    updates_per_period: float = 1 / 16  # for each control period of each environment; published: 1
    most_updates: int = 2000  # of a lesson: three minutes of one core; published: 1,000,000
    environments: int = 16  # practised in at once; published: 1
    learner: SACConfig = SACConfig()  # discount .99, tau .005, rate 3e-4


class LegionLearner:
    """Everything that learns, made when the sizes are known."""

    def __init__(self, sizes: tuple[int, int, int], config: LegionConfig, generator: torch.Generator) -> None:
        """For sizes (observation, action, embedding)."""
        observation, action, embedding = sizes
        self.sizes, self.generator, self._config = sizes, generator, config

        def make(inputs: int, outputs: int, generator: torch.Generator) -> torch.nn.Module:
            return trunk(inputs, outputs, config.width, generator)

        self.autoencoder = Autoencoder(
            observation, embedding, action, config.latent, config.encoder_width, generator
        )
        self.prior = LatentPrior(config.latent, config.concentration, config.variance)
        self.sac = SAC(observation + config.latent, action, config.learner, generator, make, make)
        self.sac.log_temperature = torch.nn.Parameter(torch.zeros(0))  # one for each lesson, when it begins
        self.begin(generator)

    def begin(self, generator: torch.Generator) -> None:
        """A lesson: fresh optimisers, as published, and another source of noise."""
        self.generator = self.sac.generator = generator
        self.optimiser = torch.optim.Adam(
            self.autoencoder.parameters(), lr=self._config.learner.learning_rate
        )
        self.sac.start_optimisers()

    def add_temperature(self) -> None:
        """One for a lesson that begins, after those of the others."""
        start = torch.full((1,), float(np.log(self._config.learner.temperature)))
        known = self.sac.log_temperature.detach()
        self.sac.log_temperature = torch.nn.Parameter(torch.cat((known, start)))

    def latent(self, observation: torch.Tensor, embedding: torch.Tensor, drawn: bool = True) -> torch.Tensor:
        """Return z (N, Z) of observations (N, O) and embeddings (N, D): a draw, or its mean."""
        mean, log_variance = self.autoencoder.encode(observation, embedding)
        return self._drawn(mean, log_variance) if drawn else mean

    def update(self, rows: Transitions, embedding: torch.Tensor, which: torch.Tensor) -> None:
        """One update of SAC, z detached; every so often one step of the autoencoder before it."""
        observation, following, action = map(
            torch.from_numpy, (rows.observation, rows.following, rows.action)
        )
        if (self.sac.updates + 1) % self._config.autoencoder_every == 0:
            self._reconstruct(observation, action, following, embedding)
        with torch.no_grad():
            z, z_following = self.latent(observation, embedding), self.latent(following, embedding)
        self.sac.update(
            Batch(
                torch.cat((observation, z), -1),
                action,
                torch.from_numpy(rows.reward),
                torch.from_numpy(rows.terminated),
                torch.cat((following, z_following), -1),
                which,
            )
        )

    def _reconstruct(
        self,
        observation: torch.Tensor,
        action: torch.Tensor,
        following: torch.Tensor,
        embedding: torch.Tensor,
    ) -> None:
        mean, log_variance = self.autoencoder.encode(observation, embedding)
        z = self._drawn(mean, log_variance)
        loss = self.autoencoder.reconstruction(z, observation, action, following, embedding)
        loss = loss + self._config.divergence_weight * self.prior.divergence(z, mean, log_variance)
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()

    def _drawn(self, mean: torch.Tensor, log_variance: torch.Tensor) -> torch.Tensor:
        noise = torch.randn(mean.shape, generator=self.generator)
        return mean + (0.5 * log_variance).exp() * noise
