"""EWC: weights that mattered are held by springs (Kirkpatrick et al. 2017, arXiv:1612.00796)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from torch import nn

from legion_ros.learning.methods.method import Encode, MethodError
from legion_ros.learning.methods.shared import SharedConfig, SharedMethod
from legion_ros.learning.methods.task_rule import Finished, TaskRule
from legion_ros.policy import Expert

__all__ = ["EWC", "EWCConfig", "Springs", "fisher"]


@dataclass(frozen=True, kw_only=True)
class EWCConfig:
    """How stiff the springs are: as in Continual World (arXiv:2105.10919), and confirmed here.

    Tuned by cloning 20 demonstrations of push-wall, faucet-close and handle-press-side (none of them in
    legion10) one after the other; see docs/decisions.md.
    """

    strength: float = 1e4  # lambda
    least: float = 1e-5  # importance of any weight, of a unit that a task never switched on too
    deviation: float = 1.0  # of the Gaussian policy whose Fisher information is taken
    samples: int = 4096  # observations of a finished task that it is averaged over


def fisher(policy: Expert, told: torch.Tensor, deviation: float) -> dict[str, torch.Tensor]:
    """Diagonal of the Fisher information of the policy N(mu(s), deviation^2), by the weights' names.

    Equals the mean over s of sum_a (d mu_a / d theta)^2 / deviation^2. The squared gradient of each sample
    comes in closed form from what flows into and back out of a linear layer: (d W_ij)^2 = delta_i^2 x_j^2.

    Args:
        policy: its mean action is mu.
        told: (M, O + D) observations of the task.
        deviation: of the actions.
    """
    flow, inputs, outputs = policy.standardised(told), {}, {}
    for name, layer in policy.network.named_children():
        before, flow = flow, layer(flow)
        if isinstance(layer, nn.Linear):
            inputs[name], outputs[name] = before.detach().square(), flow
    action = torch.tanh(flow)
    total = {name: torch.zeros_like(value) for name, value in policy.network.state_dict().items()}
    for number in range(action.shape[1]):
        deltas = torch.autograd.grad(action[:, number].sum(), list(outputs.values()), retain_graph=True)
        for name, delta in zip(outputs, deltas, strict=True):
            total[f"{name}.weight"] += delta.square().T @ inputs[name] / len(told)
            total[f"{name}.bias"] += delta.square().mean(0)
    return {name: value / deviation**2 for name, value in total.items()}


class Springs(TaskRule):
    """The penalty lambda / 2 sum_k sum_i F_ki (theta_i - theta*_ki)^2 over the finished tasks k.

    A sum of parabolas is one parabola: only sum_k F_k and the mean of the theta*_k weighted by it are kept,
    which changes the penalty by a constant, and no array grows with the tasks.
    """

    def __init__(self, config: EWCConfig | None = None) -> None:
        """Nothing is held yet."""
        self.config = config or EWCConfig()
        self.importance: dict[str, torch.Tensor] = {}  # sum_k F_k, by the weights' names
        self.centre: dict[str, torch.Tensor] = {}  # where the parabola has its vertex

    def wanted(self, transitions: int) -> int:
        """What the information is averaged over; let go when the task is over."""
        return self.config.samples

    def loss(self, policy: Expert) -> torch.Tensor | None:
        """The penalty."""
        if not self.importance:
            return None
        parts = [
            (self.importance[name] * (value - self.centre[name]).square()).sum()
            for name, value in policy.network.named_parameters()
        ]
        return 0.5 * self.config.strength * torch.stack(parts).sum()

    def hold(self, weights: Mapping[str, torch.Tensor], information: Mapping[str, torch.Tensor]) -> None:
        """Add one task's parabola: its vertex at `weights`, its stiffness `information`."""
        for name, more in information.items():
            here = weights[name].detach()
            before = self.importance.get(name, torch.zeros_like(here))
            total = before + more
            moved = (here - self.centre.get(name, here)) * more / total.clamp(min=1e-30)
            self.centre[name] = self.centre.get(name, here) + moved
            self.importance[name] = total

    def end_task(self, finished: Finished) -> None:
        """Hold what mattered for the task that is over."""
        seen = finished.seen.some(self.config.samples, finished.rng)
        if not len(seen):
            return
        told = torch.from_numpy(seen.told(finished.encode(seen.sentences)))
        information = fisher(finished.policy, told, self.config.deviation)
        # A unit that is off in this task has no information, but the next task may switch it on here too.
        least = {name: value.clamp(min=self.config.least) for name, value in information.items()}
        self.hold(finished.policy.network.state_dict(), least)

    def tensors(self) -> dict[str, np.ndarray]:
        """Both halves of the parabola."""
        parts = {"importance": self.importance, "centre": self.centre}
        return {
            f"{kind}/{name}": value.numpy() for kind, part in parts.items() for name, value in part.items()
        }

    def restored(self, tensors: Mapping[str, np.ndarray], facts: Mapping[str, Any], policy: Expert) -> Self:
        """The same rule with these springs."""
        weights = policy.network.state_dict()
        names = [f"{kind}/{name}" for kind in ("importance", "centre") for name in weights]
        self._expect(tensors, names if tensors else (), facts, ())
        rule = type(self)(self.config)
        for path, value in tensors.items():
            kind, name = path.split("/")
            if value.shape != tuple(weights[name].shape) or not np.isfinite(value).all():
                raise MethodError(f"{path} of EWC has shape {value.shape} or holds a NaN")
            if kind == "importance" and (value < 0).any():
                raise MethodError(f"{path} of EWC holds a negative importance")
            getattr(rule, kind)[name] = torch.from_numpy(np.array(value, np.float32))
        return rule


class EWC(SharedMethod):
    """Keeps no transitions: two numbers a weight instead."""

    name = "ewc"

    def __init__(self, encode: Encode | None = None, config: SharedConfig | None = None) -> None:
        """A network that has learned nothing."""
        super().__init__(Springs, encode, config)
