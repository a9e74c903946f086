"""From nothing to experts: record demonstrations, clone them, refine the clones.

Refinement is DAgger (Ross, Gordon and Bagnell 2011): the clone acts, the teacher says in every state what it
would have done, and the clone is fitted again to all that was said.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from legion_ros.core.episode import Episode
from legion_ros.evaluation.practice import Job, Practice, Tensors, jobs
from legion_ros.learning import CloningConfig, Demonstrations, clone
from legion_ros.policy import Expert

__all__ = ["Progress", "TrainingConfig", "record_demonstrations", "train_experts"]

Progress = Callable[[str, int, int], None]  # what, how far, of how much

_DEMONSTRATION, _REFINEMENT = 0, 1  # first words of seeds
_CORRECTED = (
    0.1  # share of the rows that are people's corrections, at least: they are few, and about failures
)


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """How much to practise and to learn."""

    rounds: int = 3  # of refinement
    episodes: int = 100  # of each skill in each round, on average
    noise: float = 0.5  # in demonstrations, of a full action: shows how to recover
    chain: float = 0.7  # in refinement: how often an episode goes on where the last one ended
    cloning: CloningConfig = CloningConfig(steps=4000)
    last_cloning: CloningConfig = CloningConfig(steps=10000)

    @property
    def gradient_steps(self) -> int:
        """Of each expert, over all rounds."""
        return self.rounds * self.cloning.steps + self.last_cloning.steps


def record_demonstrations(
    practice: Practice,
    store: Demonstrations,
    skills: tuple[str, ...],
    episodes: int,
    seed: int,
    config: TrainingConfig,
    progress: Progress,
) -> None:
    """Let the scripted experts show each skill `episodes` times, and keep it in `store`."""
    work = [
        part
        for skill in skills
        for part in jobs(
            Job(
                skills=(skill,), episodes=episodes, seed=(_DEMONSTRATION, seed), noise=config.noise, chain=0.3
            ),
            4,
        )
    ]
    for done, (_, by_skill) in enumerate(practice.run(work), start=1):
        for skill, shown in by_skill.items():
            store.add(skill, shown)
        progress("demonstrations", done, len(work))


def train_experts(
    practice: Practice,
    store: Demonstrations,
    skills: tuple[str, ...],
    seed: int,
    config: TrainingConfig,
    progress: Progress,
    known: Mapping[str, Tensors] = MappingProxyType({}),
    corrections: Mapping[str, Episode] = MappingProxyType({}),
) -> dict[str, Expert]:
    """Clone the demonstrations of each skill and refine the clones; the last fit is what counts.

    Experts of other skills that are `known` take part where skill follows skill, and learn nothing. People's
    `corrections` are labels like a teacher's, said again until they are a tenth of all.
    """
    seen = {skill: list(store.successes(skill)) for skill in skills}
    experts: dict[str, Tensors] = {}
    for turn in range(config.rounds + 1):
        if turn:
            for skill, tried in _refine(practice, experts, known, seed, turn, config, progress):
                seen[skill] += tried
        cloning = config.last_cloning if turn == config.rounds else config.cloning
        work = [
            _Fit(
                skill,
                _corrected(seen[skill], corrections.get(skill)),
                cloning,
                (_REFINEMENT, seed, turn, n),
                experts.get(skill),
            )
            for n, skill in enumerate(skills)
        ]
        for done, (fit, tensors) in enumerate(practice.each(_fit, work), start=1):
            experts[fit.skill] = tensors
            progress(f"cloning {turn + 1} of {config.rounds + 1}", done, len(work))
    return {skill: Expert.from_tensors(tensors) for skill, tensors in experts.items()}


def _corrected(seen: list[Episode], correction: Episode | None) -> list[Episode]:
    if correction is None:
        return seen
    rows = sum(map(len, seen)) / len(correction)
    return [*seen, *[correction] * max(1, round(rows * _CORRECTED / (1.0 - _CORRECTED)))]


@dataclass(frozen=True)
class _Fit:
    """One expert to be fitted."""

    skill: str
    episodes: list[Episode]
    config: CloningConfig
    seed: tuple[int, ...]
    start: Tensors | None


def _fit(work: _Fit) -> Tensors:
    import torch

    torch.set_num_threads(1)
    start = Expert.from_tensors(work.start) if work.start else None
    return clone(work.episodes, work.config, np.random.default_rng(work.seed), start).tensors()


def _refine(
    practice: Practice,
    experts: dict[str, Tensors],
    known: Mapping[str, Tensors],
    seed: int,
    turn: int,
    config: TrainingConfig,
    progress: Progress,
) -> Iterable[tuple[str, list[Episode]]]:
    """What the clones did, labelled: half of it skill after skill in one scene, as in the graph."""
    half = config.episodes // 2
    alone = [
        Job(skills=(skill,), episodes=half, seed=(_REFINEMENT, seed, turn, n), experts=experts)
        for n, skill in enumerate(experts)
    ]
    everyone = {**experts, **known}
    together = Job(
        skills=tuple(everyone),
        episodes=half * len(everyone),
        seed=(_REFINEMENT, seed, turn, len(experts)),
        experts=everyone,
        chain=config.chain,
    )
    work = [*alone, *jobs(together, len(everyone))]
    for done, (_, by_skill) in enumerate(practice.run(work), start=1):
        progress(f"refinement {turn} of {config.rounds}", done, len(work))
        yield from ((skill, tried) for skill, tried in by_skill.items() if skill in experts)
