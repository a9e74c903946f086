"""A-GEM: no step may undo, to first order, what is remembered (Chaudhry et al. 2019, arXiv:1812.00420)."""

from collections.abc import Sequence

import torch

from legion_ros.learning.methods.method import Encode
from legion_ros.learning.methods.rehearsal import Rehearsal, RehearsalConfig
from legion_ros.learning.methods.reservoir import KEPT
from legion_ros.learning.methods.shared import SharedConfig, SharedMethod
from legion_ros.policy import Expert

__all__ = ["AGEM", "Projection", "project"]


def project(gradient: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """The nearest (P,) to `gradient: (P,)` that does not point against `reference: (P,)`.

    g - (g.r / r.r) r where g.r < 0, else g (Eq. 11 of the paper).
    """
    along = torch.dot(gradient, reference)
    square = torch.dot(reference, reference)
    if along >= 0 or square == 0:
        return gradient
    return gradient - along / square * reference


class Projection(Rehearsal):
    """Uses the memory not as a loss but as a limit on the gradient.

    The reference is the gradient of the rehearsal loss: an on-policy learner's own loss is not defined on
    what another policy saw.
    """

    _reference: torch.Tensor | None = None

    def loss(self, policy: Expert) -> torch.Tensor | None:
        """Adds nothing; takes the reference gradient where the policy stands."""
        rehearsed = self.rehearsed(policy)
        if rehearsed is None:
            self._reference = None
        else:
            gradients = torch.autograd.grad(rehearsed, list(policy.network.parameters()))
            self._reference = torch.cat([gradient.flatten() for gradient in gradients])
        return None

    def gradient(self, parameters: Sequence[torch.nn.Parameter]) -> None:
        """Project the gradient of all parameters, taken as one vector."""
        if self._reference is None:
            return
        gradients = [_gradient(parameter) for parameter in parameters]
        flat = project(torch.cat([gradient.flatten() for gradient in gradients]), self._reference)
        parts = flat.split([gradient.numel() for gradient in gradients])
        for parameter, part in zip(parameters, parts, strict=True):
            parameter.grad = part.view_as(parameter).clone()


def _gradient(parameter: torch.nn.Parameter) -> torch.Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad


class AGEM(SharedMethod):
    """Keeps what `reservoir` keeps."""

    name = "agem"

    def __init__(self, encode: Encode | None = None, config: SharedConfig | None = None) -> None:
        """A network that has learned nothing."""
        super().__init__(lambda: Projection(RehearsalConfig(share=KEPT)), encode, config)
