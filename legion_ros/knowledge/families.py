"""Fits the maps of the knowledge space on task families that are in no stream."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from legion_ros.core.layout import Layout
from legion_ros.knowledge.errors import KnowledgeError
from legion_ros.knowledge.key import Key
from legion_ros.knowledge.normal_gamma import Prior
from legion_ros.knowledge.space import EARLY, KnowledgeSpace
from legion_ros.knowledge.whitening import Whitening

__all__ = ["Family", "fit_maps", "moments", "points"]

LANGUAGE = 48  # dimensions that whitened embeddings are reduced to
FIELDS = ("hand", "object", "object_quaternion", "other_object", "other_quaternion", "goal", "object_to_goal")
KNOWN_TO = {"m": 0.005, "1": 0.02}  # what a number of an observation is known to, by its unit
EARLY_KNOWN_TO = 0.05  # the same for logarithms of rewards and distances
WEIGHTS = (0.3, 0.5, 0.5)  # of language, start and early, before anything was calibrated


@dataclass(frozen=True, eq=False)
class Family:
    """Episodes of one task, and what people say when they ask for it."""

    embeddings: np.ndarray  # (n, D) of its sentences
    observation: np.ndarray  # (N, O) the first of each episode
    early: np.ndarray  # (N, H, O) the next ones
    reward: np.ndarray  # (N, H)

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not len(value) or not np.isfinite(value).all():
                raise KnowledgeError(f"{field.name} of a family has shape {value.shape} or holds a NaN")


def fit_maps(families: Sequence[Family], layout: Layout) -> KnowledgeSpace:
    """The space that these families suggest, with a prior by moments; `calibrate` gives it a better one."""
    if len(families) < 3:
        raise KnowledgeError(f"{len(families)} families say nothing about the next one; give three or more")
    centre, language = _language([family.embeddings.astype(float) for family in families])
    chosen = [field for field in layout.fields if field.name in FIELDS]
    columns = np.concatenate([np.arange(layout.size)[layout.slices[field.name]] for field in chosen])
    known_to = np.concatenate([np.full(field.size, KNOWN_TO[field.unit]) for field in chosen])
    starts = [family.observation[:, columns].astype(float) for family in families]
    scale = np.maximum(np.sqrt(np.mean([start.var(0) for start in starts], axis=0)), known_to)
    size = language.shape[1] + len(columns) + len(EARLY)
    raw = KnowledgeSpace(
        prior=Prior.vague(size),
        centre=centre,
        language=language,
        layout=layout,
        columns=columns,
        offset=np.mean([start.mean(0) for start in starts], axis=0),
        scale=scale,
        object=np.arange(layout.size)[layout.slices["object"]],
        early_offset=np.zeros(len(EARLY)),
        early_scale=np.ones(len(EARLY)),
        facts={},
    )
    early = [points(raw, family)[0][:, -len(EARLY) :] for family in families]
    spread = np.maximum(np.sqrt(np.mean([each.var(0) for each in early], axis=0)), EARLY_KNOWN_TO)
    space = replace(raw, early_offset=np.mean([e.mean(0) for e in early], axis=0), early_scale=spread)
    known = np.concatenate([known_to / scale, EARLY_KNOWN_TO / spread]) ** 2
    return replace(space, prior=moments(space, families, np.append(np.zeros(language.shape[1]), known)))


def moments(space: KnowledgeSpace, families: Sequence[Family], noise: np.ndarray) -> Prior:
    """A prior with the mean, the spread and the scatter that families have, dimension by dimension.

    All dimensions of the language share one prior: rotated whitened axes have no meaning of their own.
    """
    taken = [points(space, family) for family in families]
    means = np.array([np.mean(v, axis=0, where=o) for v, o in taken])
    within = np.array([np.var(v, axis=0, where=o) for v, o in taken]) + noise
    between, mean = means.var(0), means.mean(0)
    language = slice(0, space.language.shape[1])
    count = np.mean([len(family.embeddings) for family in families])
    within[:, language] = within[:, language].mean() * count / (count - 1)
    between[language], mean[language] = between[language].mean(), 0.0
    shape = np.full(space.size, 1.5)  # scatter differs by its square between one family and the next
    shape[language] = 10.0  # whitened: alike for all
    weight = np.repeat(WEIGHTS, (language.stop, len(space.columns), len(EARLY)))
    return Prior(
        concentration=1.0,
        mean=mean,
        strength=np.clip(np.exp(np.log(within).mean(0)) / np.maximum(between, 1e-6), 1e-4, 1.0),
        shape=shape,
        rate=shape * np.exp(np.log(np.maximum(within, 1e-9)).mean(0)),
        weight=weight,
        noise=noise,
    )


def _language(embeddings: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Centre (D,) and map (D, L): whitened within families, then principal directions."""
    whitening = Whitening.fit([Key(each) for each in embeddings])
    centre = whitening.centre.astype(float)
    white = np.concatenate([(each - centre) @ whitening.matrix for each in embeddings])
    _, _, directions = np.linalg.svd(white - white.mean(0), full_matrices=False)
    return centre, whitening.matrix @ directions[:LANGUAGE].T


def points(space: KnowledgeSpace, family: Family) -> tuple[np.ndarray, np.ndarray]:
    """All episodes of a family (N, d), the sentences given to as many of them as there are; and observed."""
    count = len(family.observation)
    told = np.resize(np.arange(len(family.embeddings)), count)
    values, observed = space.point(family.embeddings[told], family.observation, family.early, family.reward)
    observed[len(family.embeddings) :, : space.language.shape[1]] = False  # each sentence once
    return values, observed
