"""One new skill, beside those that are known: learned, measured on unseen scenes, made a component.

Shown: the demonstrations are cloned and, where a scripted teacher can be asked, refined by DAgger; where none
can, by careful practice. With its reward alone: every known expert tries it, and the best goes on practising.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from legion_ros.core import LegionError
from legion_ros.core.attempt import Attempt
from legion_ros.core.declaration import Declaration
from legion_ros.evaluation.attempting import try_skills
from legion_ros.evaluation.practice import Practice, Tensors
from legion_ros.evaluation.starting import best_start
from legion_ros.evaluation.success import Success, measure_skills
from legion_ros.evaluation.training import Progress, TrainingConfig, train_experts
from legion_ros.knowledge import Component, Knowledge, TrainingRecord, fit
from legion_ros.knowledge.component import Encoder
from legion_ros.knowledge.key import Key
from legion_ros.knowledge.operator import Operator
from legion_ros.knowledge.operator_learning import learn_operator
from legion_ros.learning import Demonstrations
from legion_ros.policy import Expert

__all__ = [
    "Taught",
    "TeachingConfig",
    "TeachingError",
    "has_teacher",
    "learn_skill",
    "with_component",
]

_PRACTICE = 4  # first word of the seeds of practice: no other stream opens them
_SAME = 0.9  # cosine from which a sentence of the background asks for the new skill


class TeachingError(LegionError):
    """Nothing was learned that would be worth keeping."""


@dataclass(frozen=True, kw_only=True)
class TeachingConfig:
    """How much to practise, to measure, and what has to come of it."""

    training: TrainingConfig = field(default_factory=lambda: TrainingConfig(rounds=2, episodes=100))
    practice: int = 200_000  # control periods of reinforcement learning, where there is no teacher to ask
    worlds: int = 8  # that reinforcement learning practises in at once
    evaluate: int = 100  # unseen scenes
    attempts: int = 200  # at anything, for the operator
    trials: int = 24  # episodes that each known expert gets, where nothing was shown
    promising: float = 0.3  # success in them from which practice stays near the expert that it began with
    least: float = 0.5  # success below which it is not kept


@dataclass(frozen=True)
class Taught:
    """What came of the lesson."""

    expert: Expert
    operator: Operator
    success: Success
    steps: int  # gradient steps
    how: str  # in words, such as "demonstrations and practice" or "practice from put (9 of 24 at it)"


def has_teacher(skill: str) -> bool:
    """Whether a scripted expert can be asked what it would do."""
    from legion_sim.experts.tabletop import EXPERTS

    return skill in EXPERTS


def learn_skill(
    declaration: Declaration,
    store: Demonstrations | None,
    known: Sequence[Component],
    practice: Practice,
    config: TeachingConfig,
    seed: int,
    command: str,
    progress: Progress,
) -> Taught:
    """Learn a declared skill, measure it, and learn what it needs and brings about.

    Args:
        declaration: registered, and known to `practice` too.
        store: with successful demonstrations of it; None where its reward is all there is.
        known: whose experts practice may begin with where nothing was shown; the first of them win a draw.
        practice: processes.
        config: how much.
        seed: of everything drawn.
        command: the command line that does this.
        progress: called as it goes on.

    Raises:
        DemonstrationError: nothing in `store` succeeds at it.
        TeachingError: what was learned is not worth keeping, or too little to know what it is for.
    """
    name = declaration.name
    if store is None:
        progress("trials", 0, 1)
        start = best_start(practice, name, known, config.trials, seed)
        progress("trials", 1, 1)
        good = start.rate >= config.promising
        expert, steps = _practised(practice, name, start.component.expert, good, config, seed, progress)
        how = f"practice from {start}"
    elif has_teacher(name):
        expert = train_experts(practice, store, (name,), seed, config.training, progress)[name]
        steps, how = config.training.gradient_steps, "demonstrations and their teacher"
    else:
        alone = replace(config.training, rounds=0)
        cloned = train_experts(practice, store, (name,), seed, alone, progress)[name]
        expert, steps = _practised(practice, name, cloned, True, config, seed, progress)
        steps, how = steps + alone.gradient_steps, "demonstrations and practice"
    tensors = {name: expert.tensors()}
    attempts: list[Attempt] = []
    ((_, success),) = measure_skills(practice, tensors, config.evaluate, seed, keep=attempts.extend)
    progress("measuring", 1, 1)
    if success.rate < config.least:
        raise TeachingError(
            f"{name} was learned from {how} and succeeds in {success}; at least {config.least:g} is asked"
            " for, so it is not kept: show it more often, or practise longer"
        )
    return Taught(
        expert,
        _operator(practice, name, tensors, attempts, config, seed, command, progress),
        success,
        steps,
        how,
    )


def with_component(knowledge: Knowledge, component: Component) -> Knowledge:
    """The knowledge with one component more, or anew; every other one is the same object.

    The mixture is fitted again: which sentence asks for what depends on all of them. Sentences of the
    background that ask for the new skill are no background any more.
    """
    others = [c for c in knowledge.components if c.name != component.name]
    components = (*others, component)
    background = knowledge.mixture.background
    if background is not None:
        alike = (background.embeddings @ component.key.embeddings.T).max(1) >= _SAME
        background = Key(background.embeddings[~alike]) if not alike.all() else None
    return Knowledge(components, fit([c.key for c in components], background))


def _operator(
    practice: Practice,
    name: str,
    tensors: dict[str, Tensors],
    attempts: list[Attempt],
    config: TeachingConfig,
    seed: int,
    command: str,
    progress: Progress,
) -> Operator:
    """What it needs and brings about: from the attempts that measured it, and more at whatever is allowed."""
    total = len(attempts) + config.attempts
    for _, made in try_skills(practice, tensors, config.attempts, seed):
        attempts += made
        progress("attempts", min(len(attempts), total), total)
    return learn_operator(name, attempts, command=command)


@dataclass(frozen=True)
class _Practice:
    """Reinforcement learning of one skill, done by one process."""

    skill: str
    start: Tensors
    good: bool  # the start can do it, more or less: stay near it, and keep it unless practice does better
    config: TeachingConfig
    seed: tuple[int, ...]


def _practised(
    practice: Practice,
    name: str,
    start: Expert,
    good: bool,
    config: TeachingConfig,
    seed: int,
    progress: Progress,
) -> tuple[Expert, int]:
    work = _Practice(name, start.tensors(), good, config, (_PRACTICE, seed))
    progress("practice", 0, 1)
    ((_, (tensors, steps)),) = practice.each(_practise, [work])
    progress("practice", 1, 1)
    return Expert.from_tensors(tensors), steps


def _practise(work: _Practice) -> tuple[Tensors, int]:
    import torch

    from legion_ros.learning.apprenticeship import ApprenticeshipConfig, refine
    from legion_ros.learning.ppo import practise
    from legion_sim.tabletop import TabletopEnvironment
    from legion_sim.tabletop.environment import PracticeConfig

    torch.set_num_threads(1)
    rng = np.random.default_rng(np.random.SeedSequence(work.seed))
    config = ApprenticeshipConfig()
    environment = TabletopEnvironment((work.skill,), work.config.worlds, config=PracticeConfig(delay=2))
    start = Expert.from_tensors(work.start)
    quiet: Callable[[int, int], None] = lambda done, total: None  # noqa: E731
    try:
        if work.good:
            done = refine(start, environment, rng, config, steps=work.config.practice, progress=quiet)
            return done.policy.tensors(), done.gradient_steps
        learned = practise(environment, start, rng, config.refine, steps=work.config.practice)
        return learned.policy.tensors(), learned.gradient_steps
    finally:
        environment.close()


def component(
    declaration: Declaration,
    taught: Taught,
    sentences: Sequence[str],
    seed: int,
    command: str,
    encoder: Encoder,
) -> Component:
    """The lesson's component, keyed by the sentences that ask for it."""
    record = TrainingRecord(
        command=command,
        seed=seed,
        steps=taught.steps,
        episodes=taught.success.episodes,
        success=taught.success.rate,
        interval=taught.success.interval,
    )
    return Component.learn(
        declaration.name,
        skill=declaration.name,
        sentences=sentences,
        expert=taught.expert,
        record=record,
        encoder=encoder,
        operator=taught.operator,
        declaration=declaration,
    )
