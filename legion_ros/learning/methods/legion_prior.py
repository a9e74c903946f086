"""LEGION's prior over z: a Dirichlet-process mixture of diagonal Gaussians, fitted anew to fresh latents.

The published code fits with bnpy (memoised variational Bayes, births, merges; Hughes & Sudderth 2013). Here
the mixture of `legion_ros.knowledge` does so, with bnpy's priors: concentration gamma0, expected variance sF,
d + 2 degrees of freedom, strength of the mean 1e-4.
"""

from collections.abc import Mapping

import numpy as np
import torch

from legion_ros.knowledge.dirichlet import DirichletMixture
from legion_ros.knowledge.normal_gamma import Posterior, Prior

__all__ = ["LatentPrior", "divergence"]

_STRENGTH = 1e-4  # bnpy's kappa


class LatentPrior:
    """Components over z; N(0, I) until the first fit."""

    def __init__(self, size: int, concentration: float, variance: float) -> None:
        """Over z of `size` numbers; `variance` is what is expected of a component (sF)."""
        one = np.ones(size)
        freedom = size + 2
        self._prior = Prior(
            concentration=concentration,
            mean=0 * one,
            strength=_STRENGTH * one,
            shape=0.5 * freedom * one,
            rate=0.5 * variance * (freedom - 2) * one,
            weight=one,
            noise=0 * one,
        )
        self.mixture: DirichletMixture | None = None
        self._use(None)

    def __len__(self) -> int:
        """Components; none before the first fit."""
        return 0 if self.mixture is None else len(self.mixture)

    def fit(self, latents: np.ndarray) -> None:
        """Replace the components by those of `latents: (N, Z)`."""
        mixture = DirichletMixture(self._prior)
        mixture.absorb(latents.astype(np.float64))
        self._use(mixture)

    def responsibilities(self, latents: np.ndarray) -> np.ndarray:
        """(N, K + 1) of each component for each latent; the last is "new", all there is before a fit."""
        if self.mixture is None:
            return np.ones((len(latents), 1))
        return self.mixture.responsibilities(latents.astype(np.float64))

    def divergence(self, z: torch.Tensor, mean: torch.Tensor, log_variance: torch.Tensor) -> torch.Tensor:
        """Mean over rows of sum_k r_k(z) KL(N(mean, variance) || N_k); r has no gradient."""
        if self.mixture is None:
            shares = torch.ones(len(z), 1)
        else:
            shares = torch.from_numpy(self.responsibilities(z.detach().numpy())[:, :-1]).float()
            shares = shares / shares.sum(1, keepdim=True).clamp_min(1e-12)
        apart = divergence(mean[:, None], log_variance[:, None], self._mean, self._variance)
        return (shares * apart).sum(1).mean()

    def tensors(self) -> dict[str, np.ndarray]:
        """The mixture's; empty before the first fit."""
        return {} if self.mixture is None else self.mixture.tensors()

    def restore(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Become what `tensors()` came from. KnowledgeError on what is no mixture."""
        self._use(DirichletMixture.from_tensors(tensors) if tensors else None)

    def _use(self, mixture: DirichletMixture | None) -> None:
        """Take a mixture, and each component's mean and expected variance, (K, Z) each."""
        self.mixture = mixture
        if mixture is None:
            self._mean, self._variance = torch.zeros(1, self._prior.size), torch.ones(1, self._prior.size)
            return
        posterior = Posterior(mixture.prior, mixture.statistics)
        self._mean = torch.from_numpy(posterior.mean + mixture.prior.mean).float()
        self._variance = torch.from_numpy(posterior.rate / (posterior.shape - 1)).float()


def divergence(
    mean: torch.Tensor, log_variance: torch.Tensor, other_mean: torch.Tensor, other: torch.Tensor
) -> torch.Tensor:
    """KL(N(mean, exp(log_variance)) || N(other_mean, other)) of diagonal Gaussians, over the last axis."""
    squares = (log_variance.exp() + (mean - other_mean).square()) / other
    return 0.5 * (squares - 1 + other.log() - log_variance).sum(-1)
