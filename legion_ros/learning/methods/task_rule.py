"""What tells one shared-network method from another: a rule that knows where tasks begin and end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch

from legion_ros.learning.methods.method import Encode, MethodError
from legion_ros.learning.methods.sample import Seen
from legion_ros.policy import Expert

__all__ = ["Finished", "TaskRule"]


@dataclass(frozen=True)
class Finished:
    """What a rule is given when a task ends."""

    policy: Expert  # as it is now
    seen: Seen  # a uniform sample of the lesson's transitions, as large as the rule wanted
    transitions: int  # how many there were: demonstrated and practised
    encode: Encode
    rng: np.random.Generator

    def act(self, told: np.ndarray) -> np.ndarray:
        """What the network does now for `told: (N, O + D)`."""
        return self.policy.act(told)


class TaskRule:
    """A `Rule` with a life from task to task. This one does nothing: plain fine-tuning."""

    retraining = 0.0  # share of a lesson's budget that is left for after `compress`
    consolidation = (
        0.0  # gradient steps on its own actions after `compress`, for each control period practised
    )

    def wanted(self, transitions: int) -> int:
        """How many of a lesson's transitions, at most `transitions`, must be at hand when it ends."""
        return 0

    def begin_task(self, policy: Expert, task_id: int | None, rng: np.random.Generator) -> None:
        """A lesson begins with this policy; draws until the lesson's end come from `rng`."""

    def loss(self, policy: Expert) -> torch.Tensor | None:
        """A term added to the learner's loss."""
        return None

    def gradient(self, parameters: Sequence[torch.nn.Parameter]) -> None:
        """Change the gradients, before the step."""

    def stepped(self, parameters: Sequence[torch.nn.Parameter]) -> None:
        """Put right what the step must not have changed."""

    def compress(self, policy: Expert) -> None:
        """Make room in the policy, in place; what is left of the budget is then spent on retraining it."""

    def end_task(self, finished: Finished) -> None:
        """A lesson is over: consolidate."""

    def view(self, policy: Expert, task_id: int | None) -> Expert:
        """The policy as it acts on a task."""
        return policy

    @property
    def kept_transitions(self) -> int:
        """Transitions kept from finished lessons."""
        return 0

    def tensors(self) -> dict[str, np.ndarray]:
        """The rule's own numbers."""
        return {}

    def facts(self) -> dict[str, Any]:
        """Everything else of it, as JSON."""
        return {}

    def restored(self, tensors: Mapping[str, np.ndarray], facts: Mapping[str, Any], policy: Expert) -> Self:
        """The rule that `tensors()` and `facts()` came from; this one stays. MethodError on what can't be."""
        self._expect(tensors, (), facts, ())
        return type(self)()

    def _expect(
        self,
        tensors: Mapping[str, np.ndarray],
        names: Sequence[str],
        facts: Mapping[str, Any],
        facts_names: Sequence[str],
    ) -> None:
        """MethodError unless tensors and facts have exactly these names."""
        for kind, there, expected in (("tensors", tensors, names), ("facts", facts, facts_names)):
            if set(there) != set(expected):
                raise MethodError(
                    f"{type(self).__name__} needs {kind} {sorted(expected)}; these are {sorted(there)}"
                )
