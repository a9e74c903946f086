"""Where a continual-learning rule takes hold of ordinary gradient learning."""

from collections.abc import Sequence
from typing import Protocol

import torch

from legion_ros.policy import Expert

__all__ = ["Rule"]


class Rule(Protocol):
    """Called by every learner here (cloning, PPO) around each optimiser step on the policy."""

    def loss(self, policy: Expert) -> torch.Tensor | None:
        """A term added to the learner's loss: a penalty, rehearsal. None for none."""
        ...

    def gradient(self, parameters: Sequence[torch.nn.Parameter]) -> None:
        """Change `.grad` of the policy's parameters in place, after backward, before the step."""
        ...

    def stepped(self, parameters: Sequence[torch.nn.Parameter]) -> None:
        """Put right what the optimiser's step must not have changed (its momentum knows no masks)."""
        ...
