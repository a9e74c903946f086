"""Behaviour cloning: an expert that does what its teacher did."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from legion_ros.core.episode import Episode
from legion_ros.learning.rule import Rule
from legion_ros.policy import Expert

__all__ = ["CloningConfig", "clone"]


@dataclass(frozen=True, kw_only=True)
class CloningConfig:
    """How long and how fast to learn."""

    steps: int = 4000  # gradient steps
    batch: int = 512  # rows a step
    learning_rate: float = 1e-3  # at the start; falls to a hundredth by a cosine
    weight_decay: float = 1e-5


def clone(
    episodes: Sequence[Episode],
    config: CloningConfig,
    rng: np.random.Generator,
    start: Expert | None = None,
    stepped: Callable[[int], None] = lambda steps: None,
    rule: Rule | None = None,
) -> Expert:
    """Fit an expert to the labels of episodes by mean squared error.

    Args:
        episodes: at least one; every step counts alike.
        config: how long and how fast.
        rng: draws the batches and the first weights.
        start: an expert to go on from (a copy: it stays as it is); its observation statistics are kept.
        stepped: called with the number of gradient steps done since the last call.
        rule: of a continual-learning method.
    """
    if not episodes:
        raise ValueError("no episodes to clone")
    observation = torch.from_numpy(np.concatenate([episode.observation for episode in episodes]))
    label = torch.from_numpy(np.concatenate([episode.label for episode in episodes]))
    torch.manual_seed(int(rng.integers(2**31)))
    if start is None:
        mean, deviation = observation.mean(0).numpy(), observation.std(0).numpy()
        # a field that hardly varies carries nothing: dividing by its noise would blow it up
        expert = Expert(mean, np.maximum(deviation, 0.01), label.shape[1])
    else:
        expert = Expert.from_tensors(start.tensors())
    parameters = list(expert.network.parameters())
    optimiser = torch.optim.AdamW(parameters, lr=config.learning_rate, weight_decay=config.weight_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, config.steps, config.learning_rate / 100)
    for step in range(config.steps):
        rows = torch.from_numpy(rng.integers(len(observation), size=config.batch))
        loss = torch.nn.functional.mse_loss(expert(observation[rows]), label[rows])
        if rule is not None and (term := rule.loss(expert)) is not None:
            loss = loss + term
        optimiser.zero_grad()
        loss.backward()
        if rule is not None:
            rule.gradient(parameters)
        optimiser.step()
        if rule is not None:
            rule.stepped(parameters)
        schedule.step()
        if (step + 1) % 100 == 0:
            stepped(100)
    stepped(config.steps % 100)
    return expert
