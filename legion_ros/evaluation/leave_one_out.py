"""How well the knowledge space tells known from new: every task left out once, asked for in other words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from legion_ros.evaluation.metrics import calibration_error, novelty_auroc
from legion_ros.knowledge.families import Family
from legion_ros.knowledge.recall import Recall
from legion_ros.knowledge.space import KnowledgeSpace

__all__ = ["SEEN", "Judgement", "leave_one_out"]

SEEN = ("language", "start", "early", "rewards")  # what is known of an episode: each with all before it
BINS = 10  # of p(new), for the calibration error


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Figures of one stage of an episode, over all tasks."""

    seen: str  # one of SEEN
    questions: int  # episodes asked about: half of them of a known task, half of the one left out
    recognised: float  # of the known: the right component has the highest share, "new" among the others
    nearest: float  # of the known: the right component has the highest share of the components
    auroc: float | None  # of p(new)
    ece: float  # of p(new), BINS equal bins
    reliability: tuple[tuple[float, float, int], ...]  # (mean p(new), share of new, episodes) of each bin

    def row(self) -> dict:
        """For JSON, rounded."""
        return {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(self).items()}


def leave_one_out(
    space: KnowledgeSpace, tasks: Mapping[str, Family], unseen: Mapping[str, np.ndarray]
) -> list[Judgement]:
    """Learn from the first half of each task's episodes; ask about the second half in unseen sentences.

    Args:
        space: whose prior is judged.
        tasks: what is told and seen while a task is learned, one visit each.
        unseen: (M, D) embedded sentences that the tasks are asked for by.
    """
    names = list(tasks)
    everything = _learned(space, names, tasks)
    others = {name: _learned(space, [n for n in names if n != name], tasks) for name in names}
    judgements = []
    for stage, seen in enumerate(SEEN):
        shares, new = [], []
        for name in names:
            question = _question(tasks[name], unseen[name], stage)
            shares.append(everything.posterior(*question))
            new.append(others[name].posterior(*question)[:, -1])
        truth = np.repeat(np.arange(len(names)), [len(each) for each in new])
        judgements.append(_judge(seen, np.concatenate(shares), truth, np.concatenate(new)))
    return judgements


def _learned(space: KnowledgeSpace, names: list[str], tasks: Mapping[str, Family]) -> Recall:
    recall = Recall(space)
    for name in names:
        family = tasks[name]
        half = len(family.observation) // 2
        told = family.embeddings[np.resize(np.arange(len(family.embeddings)), half)]
        recall.learn(told, family.observation[:half], family.early[:half], family.reward[:half])
    return recall


def _question(
    family: Family, unseen: np.ndarray, stage: int
) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None, np.ndarray | None]:
    half = len(family.observation) // 2
    rest = slice(half, None)
    asked = unseen[np.resize(np.arange(len(unseen)), len(family.observation) - half)]
    episodes = (family.observation[rest], family.early[rest], family.reward[rest])
    observation, early, reward = (part if n <= stage else None for n, part in enumerate(episodes, start=1))
    return asked, observation, early, reward


def _judge(seen: str, shares: np.ndarray, truth: np.ndarray, new: np.ndarray) -> Judgement:
    # components are in the order that the tasks were learned in, unless two of them became one
    probability = np.concatenate([shares[:, -1], new])
    label = np.repeat([False, True], [len(shares), len(new)])
    place = np.minimum((probability * BINS).astype(int), BINS - 1)
    bins = [place == b for b in range(BINS) if (place == b).any()]
    return Judgement(
        seen=seen,
        questions=len(label),
        recognised=float((shares.argmax(1) == truth).mean()),
        nearest=float((shares[:, :-1].argmax(1) == truth).mean()),
        auroc=novelty_auroc(label.tolist(), probability.tolist()),
        ece=calibration_error(label.tolist(), probability.tolist(), BINS),
        reliability=tuple(
            (round(float(probability[b].mean()), 3), round(float(label[b].mean()), 3), int(b.sum()))
            for b in bins
        ),
    )
