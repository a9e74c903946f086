"""Rehearsal: going over what was seen in finished tasks while a new one is learned."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch

from legion_ros.learning.methods.method import MethodError
from legion_ros.learning.methods.sample import Memory
from legion_ros.learning.methods.task_rule import Finished, TaskRule
from legion_ros.policy import Expert

__all__ = ["Rehearsal", "RehearsalConfig"]


@dataclass(frozen=True, kw_only=True)
class RehearsalConfig:
    """How much is kept, and how hard it is rehearsed."""

    share: float  # of the transitions seen in a finished task that are kept
    batch: int = 512  # rows rehearsed at each gradient step
    weight: float = 1.0  # of one finished task, where the task at hand weighs 1


class Rehearsal(TaskRule):
    """Clones, beside whatever is learned, the actions that the network gave when earlier tasks ended.

    A memory row is an observation and the network's own action there at the end of its task: the reward and
    the critic of a finished task are of no use to an on-policy learner, its policy is. The rows are a uniform
    sample of all that was seen in the task, demonstrated and practised.
    """

    def __init__(self, config: RehearsalConfig) -> None:
        """Nothing is remembered yet."""
        self.config = config
        self.memory: Memory | None = None
        self.tasks = 0
        self._rng = np.random.default_rng(0)  # replaced at each beginning

    def wanted(self, transitions: int) -> int:
        """The share of them that is kept."""
        return int(self.config.share * transitions)

    def begin_task(self, policy: Expert, task_id: int | None, rng: np.random.Generator) -> None:
        """Draw from this lesson's generator."""
        self._rng = rng

    def rehearsed(self, policy: Expert) -> torch.Tensor | None:
        """Mean squared distance from what is remembered, on a batch; None while nothing is."""
        if not self.memory:
            return None
        told, action = self.memory.batch(self.config.batch, self._rng)
        return torch.nn.functional.mse_loss(policy(told), action)

    def loss(self, policy: Expert) -> torch.Tensor | None:
        """Each finished task counts as the one at hand does."""
        rehearsed = self.rehearsed(policy)
        return None if rehearsed is None else self.config.weight * self.tasks * rehearsed

    def end_task(self, finished: Finished) -> None:
        """Remember the share of the task, labelled by what the network does now."""
        policy = finished.policy
        seen = finished.seen.some(self.wanted(finished.transitions), finished.rng)
        if self.memory is None:
            told = policy.observation_size
            observation = seen.observation.shape[1]
            self.memory = Memory.empty(observation, told - observation, policy.action_size)
        self.memory = self.memory.extended(seen, finished.encode, finished.act)
        self.tasks += 1

    @property
    def kept_transitions(self) -> int:
        """Rows in memory."""
        return len(self.memory or ())

    def tensors(self) -> dict[str, np.ndarray]:
        """The memory."""
        return {} if self.memory is None else self.memory.tensors()

    def facts(self) -> dict[str, Any]:
        """How many tasks are finished."""
        return {"tasks": self.tasks}

    def restored(self, tensors: Mapping[str, np.ndarray], facts: Mapping[str, Any], policy: Expert) -> Self:
        """The same rule with this memory."""
        self._expect(tensors, tuple(Memory.__dataclass_fields__), facts, ("tasks",))
        if type(facts["tasks"]) is not int or facts["tasks"] < 0:
            raise MethodError(f"{type(self).__name__} was told of {facts['tasks']!r} finished tasks")
        rule = type(self)(self.config)
        rule.memory = Memory.from_tensors(tensors, policy.observation_size, policy.action_size)
        rule.tasks = facts["tasks"]
        return rule
