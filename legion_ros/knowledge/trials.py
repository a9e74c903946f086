"""Left-out families and sentences: what a mixture says of them, block by block of the knowledge space."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from legion_ros.core.layout import Layout
from legion_ros.knowledge.families import Family, fit_maps, points
from legion_ros.knowledge.ledger import Ledger
from legion_ros.knowledge.normal_gamma import Posterior
from legion_ros.knowledge.space import EARLY, KnowledgeSpace
from legion_ros.knowledge.statistics import Statistics

__all__ = ["Trials", "cross_fitted", "held_out"]

FOLDS = 3  # of families to fit the maps without, and of sentences to leave out
SEEN = (
    (1, 0, 0, 0),
    (1, 1, 0, 0),
    (1, 1, 1, 0),
    (1, 1, 1, 1),
)  # language, start, moved, rewards: what is there
ABSENT = -1e9  # log probability of what is not there
EPISODES = 6  # of a family that are tried


@dataclass(frozen=True, eq=False)
class Trials:
    """T questions: which of at most K components, or new (the last column)? Rows of fewer are padded."""

    blocks: (
        np.ndarray
    )  # (T, K + 1, 3) log predictive densities of language, start, early; weights not taken in
    new: np.ndarray  # (K + 1,) 1 in the last column: where log concentration is added
    absent: np.ndarray  # (T, K + 1) ABSENT where there is no such component, else 0
    truth: np.ndarray  # (T,) int column
    weight: np.ndarray  # (T,) how much a question counts: every sentence left out counts once

    @classmethod
    def joined(cls, parts: Sequence["Trials"]) -> "Trials":
        """All of these, padded to the widest."""
        width = max(part.blocks.shape[1] for part in parts)
        blocks, absent, truth = [], [], []
        for part in parts:
            pad, own = width - part.blocks.shape[1], part.blocks.shape[1]
            blocks.append(np.pad(part.blocks, ((0, 0), (pad, 0), (0, 0))))
            absent.append(np.pad(part.absent, ((0, 0), (pad, 0)), constant_values=ABSENT))
            truth.append(part.truth + width - own)
        return cls(
            np.concatenate(blocks),
            np.eye(width)[-1],
            np.concatenate(absent),
            np.concatenate(truth),
            np.concatenate([part.weight for part in parts]),
        )


def cross_fitted(families: Sequence[Family], layout: Layout, rng: np.random.Generator) -> Trials:
    """Trials on each third of the families in a space whose maps were fitted on the other two thirds.

    In the space fitted on a family itself its sentences lie closer together than those of the next one will.
    """
    shuffled = rng.permutation(len(families))
    parts = []
    for fold in range(FOLDS):
        tried = [families[i] for i in shuffled[fold::FOLDS]]
        rest = [families[i] for i in np.setdiff1d(shuffled, shuffled[fold::FOLDS])]
        parts.append(held_out(fit_maps(rest, layout), tried))
    return Trials.joined(parts)


def held_out(space: KnowledgeSpace, families: Sequence[Family]) -> Trials:
    """For every third of the sentences: each family with it known, and each with it not known at all."""
    plain = replace(space, prior=replace(space.prior, weight=np.ones(space.size)))
    return Trials.joined([trial for fold in range(FOLDS) for trial in _questions(plain, families, fold)])


def _questions(space: KnowledgeSpace, families: Sequence[Family], fold: int) -> Iterator[Trials]:
    """Those of one third of the sentences."""
    told = [_part(family, fold, left_out=False) for family in families]
    rows = Statistics.stacked([_learned(space, family) for family in told])
    for index, family in enumerate(families):
        left = _part(family, fold, left_out=True)
        asked = np.resize(np.arange(len(left.embeddings)), len(left.observation))
        values, _ = space.point(left.embeddings[asked], left.observation, left.early, left.reward)
        weight = len(left.embeddings) / len(values)
        without = rows[np.arange(len(families)) != index]
        for seen in SEEN:
            yield _trial(space, rows, values, seen, index, weight)
            yield _trial(space, without, values, seen, len(without), weight)


def _part(family: Family, fold: int, *, left_out: bool) -> Family:
    """The sentences of a fold or the rest; episodes to try, or those to learn from."""
    chosen = np.arange(len(family.embeddings)) % FOLDS == fold
    episodes = slice(None, EPISODES) if left_out else slice(EPISODES, None)
    return Family(
        family.embeddings[chosen == left_out],
        family.observation[episodes],
        family.early[episodes],
        family.reward[episodes],
    )


def _learned(space: KnowledgeSpace, family: Family) -> Statistics:
    """(1,) after one visit to it."""
    values, observed = points(space, family)
    centred = np.where(observed, values - space.prior.mean, 0.0)
    every = Statistics.of(centred, observed, np.ones((len(values), 1)))
    return Statistics(np.ones(1), np.zeros(1), every.count, every.first, every.second)


def _trial(
    space: KnowledgeSpace,
    rows: Statistics,
    values: np.ndarray,
    seen: Sequence[int],
    truth: int,
    weight: float,
) -> Trials:
    known, new = Ledger(space.prior, rows), Posterior(space.prior, Statistics.none(1, space.size))
    sizes = (space.language.shape[1], len(space.columns), 1, len(EARLY) - 1)
    centred = values - space.prior.mean
    parts = []
    for part, there in enumerate(seen):
        columns = np.repeat(np.arange(len(sizes)) == part, sizes) & bool(there)
        observed = np.broadcast_to(columns, values.shape)
        parts.append(np.c_[known.predictive(centred, observed), new.predictive(centred, observed)])
    blocks = np.stack([parts[0], parts[1], parts[2] + parts[3]], axis=2)
    count = len(values)
    return Trials(
        blocks,
        np.eye(len(rows) + 1)[-1],
        np.zeros(blocks.shape[:2]),
        np.full(count, truth),
        np.full(count, weight),
    )
