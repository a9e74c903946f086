"""PackNet: each task gets weights of its own in one network (Mallya & Lazebnik 2018, arXiv:1711.05769)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch

from legion_ros.learning.methods.method import Encode, MethodError
from legion_ros.learning.methods.shared import SharedConfig, SharedMethod
from legion_ros.learning.methods.task_rule import Finished, TaskRule
from legion_ros.policy import Expert

__all__ = ["FREE", "Packing", "PackNet", "PackNetConfig", "prune"]

FREE = 0  # the owner of a weight that no task has kept; visits are counted from 1


@dataclass(frozen=True, kw_only=True)
class PackNetConfig:
    """How the network is shared out. No number of tasks is known: a task takes a share of what is free."""

    kept: float = 0.1  # of the free weights of each layer that a task keeps
    retraining: float = 0.25  # of a lesson's budget, spent after pruning
    rehearsed: int = 20_000  # observations of the task at hand, on which the pruned network is retrained ...
    consolidation: float = 0.01  # ... for so many gradient steps a control period, where nothing was shown


def prune(
    weight: torch.Tensor, owner: torch.Tensor, visit: int, kept: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Give the largest of a layer's free weights to a visit and set the other free ones to zero.

    Args:
        weight: (out, in).
        owner: (out, in) int64: which visit each weight belongs to, or FREE.
        visit: who keeps them.
        kept: share of the free weights, rounded up.

    Returns:
        The new weight and the new owner.
    """
    free = owner == FREE
    count = math.ceil(round(kept * int(free.sum()), 6))
    size = torch.where(free, weight.abs(), -1.0).flatten()
    chosen = torch.zeros_like(free).flatten()
    chosen[size.topk(count).indices] = True
    chosen = chosen.view_as(free)
    return torch.where(free & ~chosen, 0.0, weight), torch.where(chosen, visit, owner)


class Packing(TaskRule):
    """Who owns which weight; what is owned does not change any more, to the byte.

    After pruning, the kept weights learn to do again what the whole network did (the paper retrains on the
    task's data, Continual World on its replay; an on-policy learner keeps none), then practise on.

    A task acts with its own weights and those of the tasks before it. Biases are not pruned: the first task
    learns them, and they are frozen with its pruning, as in the paper and in Continual World. A task that
    comes again is a new visit: it takes further weights, and acts with them from then on.
    """

    def __init__(self, config: PackNetConfig | None = None) -> None:
        """All is free."""
        self.config = config or PackNetConfig()
        self.retraining = self.config.retraining
        self.consolidation = self.config.consolidation
        self.owner: dict[str, torch.Tensor] = {}  # by the names of the layers' weights, (out, in) int64
        self.visits: dict[int, int] = {}  # {task id: its last visit}
        self.count = 0  # visits that are over
        self._task_id = 0
        self._pruned: dict[str, torch.Tensor] = {}  # the owners once this lesson is over
        self._frozen: list[tuple[torch.Tensor, torch.Tensor]] = []  # (where, what), one for each parameter

    def wanted(self, transitions: int) -> int:
        """What the pruned network learns to do again; let go when the task is over."""
        return min(transitions, self.config.rehearsed)

    def begin_task(self, policy: Expert, task_id: int | None, rng: np.random.Generator) -> None:
        """Freeze what is owned, and the biases, once there was a task."""
        if task_id is None:
            raise MethodError("packnet needs the id of the task")
        self._task_id, self._frozen = task_id, []
        if self.owner:
            self._freeze(policy, {name: owner != FREE for name, owner in self.owner.items()})

    def gradient(self, parameters: Sequence[torch.nn.Parameter]) -> None:
        """Nothing flows into what is frozen."""
        for parameter, (where, _) in zip(parameters, self._frozen, strict=bool(self._frozen)):
            if parameter.grad is not None:
                parameter.grad.masked_fill_(where, 0.0)

    @torch.no_grad()
    def stepped(self, parameters: Sequence[torch.nn.Parameter]) -> None:
        """Momentum and weight decay know no masks: put back what is frozen."""
        for parameter, (where, value) in zip(parameters, self._frozen, strict=bool(self._frozen)):
            parameter.copy_(torch.where(where, value, parameter))

    @torch.no_grad()
    def compress(self, policy: Expert) -> None:
        """Prune; from here on, only the weights that this task keeps learn."""
        for name, weight in policy.network.named_parameters():
            if name.endswith("weight"):
                owner = self.owner.get(name, torch.full(weight.shape, FREE))
                pruned, self._pruned[name] = prune(weight, owner, self.count + 1, self.config.kept)
                weight.copy_(pruned)
        self._freeze(policy, {name: owner != self.count + 1 for name, owner in self._pruned.items()})

    def end_task(self, finished: Finished) -> None:
        """The owners are settled."""
        self.count += 1
        self.owner, self._pruned, self._frozen = self._pruned, {}, []
        self.visits[self._task_id] = self.count

    def view(self, policy: Expert, task_id: int | None) -> Expert:
        """The policy with the weights of later visits than the task's set to zero."""
        if task_id not in self.visits:
            raise MethodError(f"packnet has not learned a task {task_id!r}; known: {sorted(self.visits)}")
        visit = self.visits[task_id]
        tensors = policy.tensors()
        for name, owner in self.owner.items():
            tensors[name] = np.where((owner.numpy() <= visit) & (owner.numpy() != FREE), tensors[name], 0.0)
        return Expert.from_tensors(tensors)

    def tensors(self) -> dict[str, np.ndarray]:
        """The owner of each weight."""
        return {f"owner/{name}": owner.numpy() for name, owner in self.owner.items()}

    def facts(self) -> dict[str, Any]:
        """The last visit of each task, and how many there were."""
        return {"visits": {str(task): visit for task, visit in self.visits.items()}, "count": self.count}

    def restored(self, tensors: Mapping[str, np.ndarray], facts: Mapping[str, Any], policy: Expert) -> Self:
        """The same rule with these owners."""
        weights = {
            name: value for name, value in policy.network.named_parameters() if name.endswith("weight")
        }
        self._expect(tensors, [f"owner/{name}" for name in weights], facts, ("visits", "count"))
        rule = type(self)(self.config)
        rule.count, rule.visits = facts["count"], _visits(facts["visits"], facts["count"])
        for name, weight in weights.items():
            owner = tensors[f"owner/{name}"]
            if owner.shape != tuple(weight.shape) or owner.dtype.kind != "i":
                raise MethodError(f"owner/{name} of packnet has shape {owner.shape}, type {owner.dtype}")
            if owner.min() < FREE or owner.max() > rule.count:
                raise MethodError(f"owner/{name} of packnet names a visit beyond the {rule.count} there were")
            rule.owner[name] = torch.from_numpy(owner.astype(np.int64))
        return rule

    def _freeze(self, policy: Expert, where: Mapping[str, torch.Tensor]) -> None:
        """Hold weights where it is said, and all biases, at what they are."""
        self._frozen = [
            (where.get(name, torch.ones_like(value, dtype=torch.bool)), value.detach().clone())
            for name, value in policy.network.named_parameters()
        ]


def _visits(facts: Any, count: Any) -> dict[int, int]:
    """{task id: visit} of JSON's. MethodError on what is none."""
    try:
        visits = {int(task): visit for task, visit in facts.items()}
        if type(count) is int and all(type(visit) is int and 0 < visit <= count for visit in visits.values()):
            return visits
    except (AttributeError, TypeError, ValueError):
        pass
    raise MethodError(f"packnet's visits {facts!r} of {count!r} make no sense")


class PackNet(SharedMethod):
    """Keeps no transitions: one owner a weight instead. Needs to be told which task it is at."""

    name = "packnet"
    needs_task_id = True

    def __init__(self, encode: Encode | None = None, config: SharedConfig | None = None) -> None:
        """A network that has learned nothing."""
        super().__init__(Packing, encode, config)
