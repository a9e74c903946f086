"""Practice on the tabletop: several worlds, each with a skill to carry out, stepped together."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from legion_ros.core import SKILLS, Environment, GroundedSkill, LegionError, StepResult
from legion_ros.core.command import ACTION, ToolCommand
from legion_ros.core.observation import OBSERVATION, observe
from legion_sim.tabletop.attempts import draw_attempt, draw_next_attempt
from legion_sim.tabletop.practice import draw_episode, draw_skill
from legion_sim.tabletop.world import CONTROL_PERIOD, TabletopWorld

__all__ = ["PracticeConfig", "TabletopEnvironment"]


@dataclass(frozen=True, kw_only=True)
class PracticeConfig:
    """What an episode may be like."""

    chain: float = 0.0  # chance that an episode goes on in the scene that the last one left
    delay: int = 0  # control periods: commands arrive up to that much later, drawn per episode
    anything: bool = False  # whatever the skill's arguments allow, possible or not (see attempts.py)


class TabletopEnvironment(Environment):
    """`num_envs` tabletops; every episode draws one of the given skills.

    The reward is 1 in each step in which the success test holds, 0 otherwise; success ends the episode.
    """

    observation_layout = OBSERVATION
    action_layout = ACTION
    control_period = CONTROL_PERIOD

    def __init__(
        self,
        skills: tuple[str, ...] = tuple(SKILLS),
        num_envs: int = 1,
        threads: int = 1,
        config: PracticeConfig | None = None,
    ) -> None:
        unknown = [skill for skill in skills if skill not in SKILLS]
        if unknown or not skills:
            raise LegionError(f"no skill {', '.join(unknown) or '(none given)'}; known: {', '.join(SKILLS)}")
        self.num_envs = num_envs
        self.worlds = [TabletopWorld() for _ in range(num_envs)]
        self.skills = [GroundedSkill("press", target="button")] * num_envs  # until the first reset
        self._names = skills
        self.horizon = round(max(SKILLS[name].time_limit for name in skills) / CONTROL_PERIOD)
        self._config = config or PracticeConfig()
        self._steps = np.zeros(num_envs, int)
        self._delays = np.zeros(num_envs, int)
        self._queues: list[list[np.ndarray]] = [[] for _ in range(num_envs)]
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    @property
    def instructions(self) -> tuple[str, ...]:
        """What each world's skill is, in words."""
        return tuple(_sentence(skill) for skill in self.skills)

    def reset(self, rng: np.random.Generator, where: np.ndarray | None = None) -> np.ndarray:
        """New episodes where `where` is true; see core.Environment."""
        chosen = range(self.num_envs) if where is None else np.flatnonzero(where)
        for i in chosen:
            self._start(int(i), rng, may_chain=where is not None)
        return self._observe()

    def step(self, action: np.ndarray) -> StepResult:
        """Advance 50 ms; see core.Environment."""
        action = np.asarray(action)
        if action.shape != (self.num_envs, ACTION.size) or not np.isfinite(action).all():
            raise ValueError(
                f"actions must be ({self.num_envs}, {ACTION.size}) finite numbers, not {action.shape}"
            )
        self._each(self._advance, action)
        self._steps += 1
        scenes = [world.scene() for world in self.worlds]
        holds = np.array([skill.succeeded(scene) for skill, scene in zip(self.skills, scenes, strict=True)])
        limit = np.array([SKILLS[skill.skill].time_limit for skill in self.skills])
        observation = np.stack([observe(s, k) for s, k in zip(scenes, self.skills, strict=True)])
        return StepResult(
            observation=observation,
            reward=holds.astype(np.float32),
            terminated=holds,
            truncated=~holds & (self._steps * CONTROL_PERIOD >= limit),
            success=holds,
        )

    def close(self) -> None:
        """Release the worlds; safe to call twice."""
        if self._pool:
            self._pool.shutdown()
        for world in self.worlds:
            world.close()

    def _start(self, i: int, rng: np.random.Generator, may_chain: bool) -> None:
        world = self.worlds[i]
        skill = None
        following, beginning = draw_skill, draw_episode
        if self._config.anything:
            following, beginning = draw_next_attempt, draw_attempt
        if may_chain and self._config.chain and rng.random() < self._config.chain:
            skill = following(rng, world.scene(), self._names)
        if skill is None:
            skill = beginning(rng, world, self._names[int(rng.integers(len(self._names)))])
        self.skills[i] = skill
        self._steps[i] = 0
        self._delays[i] = rng.integers(self._config.delay + 1)
        hold = world.limits.action(ToolCommand(np.zeros(3), 0.0, world.tool().opening))
        self._queues[i] = [hold] * int(self._delays[i])

    def _advance(self, i: int, action: np.ndarray) -> None:
        self._queues[i].append(action)
        world = self.worlds[i]
        world.step(world.limits.command(self._queues[i].pop(0)))

    def _each(self, work, rows: np.ndarray) -> None:  # noqa: ANN001
        if self._pool is None:
            for i, row in enumerate(rows):
                work(i, row)
        else:
            list(self._pool.map(work, range(self.num_envs), rows))

    def _observe(self) -> np.ndarray:
        return np.stack(
            [observe(w.scene(), skill) for w, skill in zip(self.worlds, self.skills, strict=True)]
        )


def _sentence(skill: GroundedSkill) -> str:
    """A plain instruction for a grounded skill."""
    thing = skill.object.replace("_", " ")
    return {
        "reach": f"reach for the {thing}",
        "put": f"put the {thing} in the {skill.target}",
        "push": f"push the {thing} to the {skill.target}",
        "open": f"open the {skill.target}",
        "close": f"close the {skill.target}",
        "press": f"press the {skill.target}",
    }.get(skill.skill, f"{skill.skill} {thing} {skill.target}".strip())
