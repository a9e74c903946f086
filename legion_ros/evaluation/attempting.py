"""Attempts at skills in simulation, kept as facts: what operators are learned from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from legion_ros.core import Environment, GroundedSkill, StepResult
from legion_ros.core.attempt import Attempt
from legion_ros.core.facts import Fact, facts
from legion_ros.evaluation.practice import Practice, Tensors

__all__ = ["SHARES", "AttemptJob", "Watched", "attempt", "attempt_jobs", "try_skills"]

_BACKING_OFF = 0.1  # m/s upwards, for the second after an attempt
SHARES = 4  # parts that the attempts at a skill are made in
_ATTEMPTS = 3  # first word of the seeds of attempts; see success._EVALUATION


@dataclass(frozen=True, kw_only=True)
class AttemptJob:
    """A share of attempts at one skill that one process makes."""

    skill: str
    attempts: int
    seed: tuple[int, ...]  # of numpy's SeedSequence: the same job gives the same attempts
    expert: Tensors  # who acts
    anything: bool = True  # whatever the arguments allow, possible or not; else what can be done
    chain: float = 0.5  # chance that an attempt goes on in the scene that the last one left
    delay: int = 2  # control periods: commands arrive up to that much later
    num_envs: int = 4


class Watched(Environment):
    """A tabletop whose attempts are kept: the facts at the start, at the end, and a second after.

    In that second the arm backs off, straight up, as it would for whatever comes next: what holds only while
    the arm presses is then gone.
    """

    def __init__(self, environment, quota: int) -> None:  # noqa: ANN001
        """Watch a TabletopEnvironment, which is closed with this one; keep `quota` attempts of each world.

        As many of each, or those that end soon (successes) would count for more.
        """
        self.environment = environment
        self.num_envs = environment.num_envs
        self.observation_layout = environment.observation_layout
        self.action_layout = environment.action_layout
        self.control_period = environment.control_period
        self.horizon = environment.horizon
        self.kept: list[list[Attempt]] = [[] for _ in range(self.num_envs)]
        self._quota = quota
        self._before: list[tuple[GroundedSkill, frozenset[Fact]]] = []

    @property
    def instructions(self) -> tuple[str, ...]:
        """As the environment's."""
        return self.environment.instructions

    @property
    def attempts(self) -> list[Attempt]:
        """All that were kept, world by world."""
        return [kept for world in self.kept for kept in world]

    def reset(self, rng: np.random.Generator, where: np.ndarray | None = None) -> np.ndarray:
        """As the environment's."""
        observation = self.environment.reset(rng, where)
        begun = list(zip(self.environment.skills, self.environment.worlds, strict=True))
        again = np.ones(self.num_envs, bool) if where is None else where
        self._before = [
            (skill, facts(world.scene())) if again[i] else self._before[i]
            for i, (skill, world) in enumerate(begun)
        ]
        return observation

    def step(self, action: np.ndarray) -> StepResult:
        """As the environment's; what ends is kept."""
        result = self.environment.step(action)
        for i in np.flatnonzero(result.terminated | result.truncated):
            if len(self.kept[i]) < self._quota:
                self.kept[i].append(self._ended(int(i), bool(result.success[i])))
        return result

    def close(self) -> None:
        """Close the environment."""
        self.environment.close()

    def _ended(self, i: int, success: bool) -> Attempt:
        from legion_ros.core.command import ToolCommand

        world = self.environment.worlds[i]
        after = facts(world.scene())
        away = ToolCommand(np.array([0.0, 0.0, _BACKING_OFF]), 0.0, world.tool().opening)
        for _ in range(round(1.0 / self.control_period)):
            world.step(away)
        skill, before = self._before[i]
        return Attempt(skill, success, before, after, facts(world.scene()))


def attempt(job: AttemptJob) -> list[Attempt]:
    """Do the job, in this process."""
    import torch

    from legion_ros.learning.rollout import rollout
    from legion_ros.policy import Expert
    from legion_sim.tabletop import TabletopEnvironment
    from legion_sim.tabletop.environment import PracticeConfig

    torch.set_num_threads(1)
    config = PracticeConfig(chain=job.chain, delay=job.delay, anything=job.anything)
    count = min(job.num_envs, job.attempts)
    environment = Watched(TabletopEnvironment((job.skill,), count, config=config), -(-job.attempts // count))
    rng = np.random.default_rng(np.random.SeedSequence(job.seed))
    rollout(environment, Expert.from_tensors(job.expert).act, job.attempts, rng)
    environment.close()
    return environment.attempts


def attempt_jobs(skill: str, expert: Tensors, attempts: int, seed: int) -> list[AttemptJob]:
    """Attempts at anything, in parts with seeds of their own."""
    word = int.from_bytes(skill.encode(), "big")  # the same whatever other skills there are
    size = -(-attempts // SHARES)
    return [
        AttemptJob(skill=skill, attempts=size, seed=(_ATTEMPTS, seed, word, share), expert=expert)
        for share in range(SHARES)
    ]


def try_skills(
    practice: Practice, experts: Mapping[str, Tensors], attempts: int, seed: int
) -> Iterable[tuple[str, list[Attempt]]]:
    """Let each expert attempt whatever its arguments allow: (skill, attempts) as the shares finish."""
    work = [job for skill, expert in experts.items() for job in attempt_jobs(skill, expert, attempts, seed)]
    for job, made in practice.each(attempt, work):
        yield job.skill, made
