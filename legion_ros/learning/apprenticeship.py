"""How one task is learned: shown, if anybody shows it; practised; the better of the two is kept."""

from dataclasses import dataclass, field, replace

import numpy as np

from legion_ros.core import Environment
from legion_ros.learning.cloning import CloningConfig, clone
from legion_ros.learning.lesson import Lesson
from legion_ros.learning.methods.method import Progress
from legion_ros.learning.ppo import Anchor, PPOConfig, fresh_policy, practise
from legion_ros.learning.rule import Rule
from legion_ros.learning.trial import paired, trial
from legion_ros.policy import Expert

__all__ = ["Apprenticed", "ApprenticeshipConfig", "Refined", "apprentice", "refine"]


@dataclass(frozen=True, kw_only=True)
class ApprenticeshipConfig:
    """From scratch: the dense reward, wide noise. After a clone: success alone, narrow noise, an anchor."""

    cloning: CloningConfig = field(default_factory=lambda: CloningConfig(batch=256))  # but for its `steps`
    scratch: PPOConfig = field(default_factory=PPOConfig)
    refine: PPOConfig = field(
        default_factory=lambda: PPOConfig(
            deviation=0.15,
            fixed_deviation=True,
            learning_rate=1e-4,
            reward="success",
            reward_scale=0.1,
            warm_up=3,
            enough=0.995,
        )
    )
    anchor: float = 0.1  # weight of the distance from the clone, at the start ...
    half_life: int = 10  # ... halved every so many rollouts
    rounds: int = 2  # of `num_envs` episodes each, in which clone and refined policy are compared
    promising: float = 0.3  # success at which another task's expert is worth starting from, without a clone


@dataclass(frozen=True)
class Apprenticed:
    """What was learned, and what it cost."""

    policy: Expert
    practice: int  # control periods
    gradient_steps: int
    started: str  # "clone", "nearest" or "scratch": where practice set out from
    refined: bool  # False where the clone, or the nearest expert as it was, did best


def apprentice(
    lesson: Lesson,
    environment: Environment,
    nearest: Expert | None,
    rng: np.random.Generator,
    config: ApprenticeshipConfig,
    progress: Progress,
) -> Apprenticed:
    """Learn the task of `lesson` in `environment`, in an expert of its own.

    Args:
        lesson: demonstrations and budget.
        environment: of the lesson; reset here, not closed.
        nearest: the expert of the nearest known task; copied, never changed.
        rng: of everything drawn.
        config: how.
        progress: called with the control periods spent and allowed.
    """
    if lesson.demonstrations:
        return _shown(lesson, environment, rng, config, progress)
    spent, start, started = 0, None, "scratch"
    if nearest is not None and lesson.budget.practice > 2 * environment.num_envs * environment.horizon:
        tried = trial(environment, nearest.act, rng)
        spent += tried.steps
        if tried.success.mean() >= config.promising:
            start, started = Expert.from_tensors(nearest.tensors()), "nearest"
        if start is not None and tried.success.mean() >= config.scratch.enough:
            return Apprenticed(start, spent, 0, started, False)
    policy = start or fresh_policy(
        environment.observation_layout.size, environment.action_layout.size, rng, config.scratch
    )
    done = practise(
        environment,
        policy,
        rng,
        config.scratch,
        steps=lesson.budget.practice - spent,
        settled=start is not None,
        progress=lambda steps, _: progress(spent + steps, lesson.budget.practice),
    )
    return Apprenticed(done.policy, spent + done.steps, done.gradient_steps, started, True)


def _shown(
    lesson: Lesson,
    environment: Environment,
    rng: np.random.Generator,
    config: ApprenticeshipConfig,
    progress: Progress,
) -> Apprenticed:
    """Clone, then refine with what the budget allows."""
    cloning = replace(config.cloning, steps=lesson.budget.cloning)
    cloned = clone(lesson.demonstrations, cloning, rng)
    done = refine(
        cloned,
        environment,
        rng,
        config,
        steps=lesson.budget.practice,
        progress=lambda steps, _: progress(steps, lesson.budget.practice),
    )
    return Apprenticed(done.policy, done.practice, cloning.steps + done.gradient_steps, "clone", done.better)


@dataclass(frozen=True)
class Refined:
    """A clone, or what became of it, and what that cost."""

    policy: Expert
    practice: int  # control periods, those of the comparison among them
    gradient_steps: int
    better: bool  # False where the clone did no worse, and was kept


def refine(
    cloned: Expert,
    environment: Environment,
    rng: np.random.Generator,
    config: ApprenticeshipConfig,
    *,
    steps: int,
    progress: Progress,
    rule: Rule | None = None,
    hidden: tuple[int, ...] | None = None,
) -> Refined:
    """Practise carefully, and keep the clone unless the refined policy does better in the same episodes.

    Args:
        cloned: never changed.
        environment: reset here, not closed.
        rng: of everything drawn.
        config: of the practice and the comparison.
        steps: control periods that may be spent, on the comparison too; too few leave the clone as it is.
        progress: called with the control periods practised and allowed.
        rule: of a continual-learning method.
        hidden: units of the critic's hidden layers; those of `config` when None.
    """
    rollout = environment.num_envs * environment.horizon
    left = steps - 2 * config.rounds * rollout
    if left < rollout:
        return Refined(cloned, 0, 0, False)
    done = practise(
        environment,
        Expert.from_tensors(cloned.tensors()),
        rng,
        config.refine if hidden is None else replace(config.refine, hidden=hidden),
        steps=left,
        rule=rule,
        anchor=Anchor(policy=cloned, weight=config.anchor, half_life=config.half_life),
        progress=progress,
    )
    success, compared = paired(environment, (cloned.act, done.policy.act), rng, config.rounds)
    better = bool(success[1].mean() > success[0].mean())
    return Refined(done.policy if better else cloned, done.steps + compared, done.gradient_steps, better)
