"""How well a mixture tells known tasks from new ones, and one task from another."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from legion_ros.evaluation import metrics
from legion_ros.evaluation.measurement import Probe
from legion_ros.learning.methods.method import HasMixture

__all__ = ["LOOKS", "in_other_words", "looked_at", "mixture_figures", "paraphrase_accuracy"]

LOOKS = (0, 1, 2, 5, 10)  # control periods of random actions that were seen before p(new) is asked for


def looked_at(method: HasMixture, probes: Sequence[Probe], seen: set[int]) -> dict[str, Any]:
    """What the mixture says of probes of every task, (K * M) episodes in the order of the tasks.

    Args:
        method: after some visit.
        probes: M episodes of each of K tasks.
        seen: the tasks visited so far.
    """
    new = [method.novelty(*_evidence(probes, look)) for look in LOOKS]
    found = {
        name: [int(component) for component in method.assigned(*_evidence(probes, look))]
        for name, look in (("assigned_at_once", 0), ("assigned", LOOKS[-1]))
    }
    return {
        "tasks": np.repeat(np.arange(len(probes)), [len(p.instructions) for p in probes]).tolist(),
        "seen": sorted(seen),
        "looks": list(LOOKS),
        "p_new": [[round(float(p), 4) for p in row] for row in new],
        **found,
    }


def in_other_words(method: HasMixture, probes: Sequence[Probe]) -> list[float]:
    """p(new) after the last look, of probes of known tasks in words that nothing learned from."""
    if not probes:
        return []
    return [round(float(p), 4) for p in method.novelty(*_evidence(probes, LOOKS[-1]))]


def _evidence(probes: Sequence[Probe], look: int) -> tuple:
    """After `look` periods: an action counts once what followed it was seen, a row later."""
    instructions = [words for p in probes for words in p.instructions]
    observation = np.concatenate([p.observation for p in probes])
    early = np.concatenate([p.early for p in probes])[:, : look + 1] if look else None
    reward = np.concatenate([p.reward for p in probes])[:, : look + 1] if look else None
    return instructions, observation, early, reward


def mixture_figures(events: Sequence[Mapping[str, Any]], visits: Sequence[int]) -> dict[str, Any]:
    """The mixture's figures over a run's task events; all None where a method has no mixture."""
    looks = [event["novelty"] for event in events]
    if not looks or any(look is None for look in looks):
        names = (
            "components",
            "ari",
            "ari_at_once",
            "novelty_auroc",
            "novelty_auroc_at_once",
            "novelty_auroc_paraphrased",
        )
        more = ("novelty_calibration_error", "detection_delay", "undetected", "false_births", "missed_births")
        return dict.fromkeys((*names, *more))
    new = np.concatenate([~np.isin(look["tasks"], look["seen"]) for look in looks])
    p_new = np.concatenate([np.array(look["p_new"]) for look in looks], axis=1)  # (looks, episodes)
    last, born = looks[-1], [event["born"] for event in events]
    delay = metrics.detection_delay(p_new[:, new].T)
    periods = np.array(last["looks"])[delay[~np.isnan(delay)].astype(int)]
    return {
        "components": events[-1]["components"],
        "ari": metrics.adjusted_rand(last["tasks"], last["assigned"]),
        "ari_at_once": metrics.adjusted_rand(last["tasks"], last["assigned_at_once"]),
        "novelty_auroc": metrics.novelty_auroc(new, p_new[-1]),
        "novelty_auroc_at_once": metrics.novelty_auroc(new, p_new[0]),  # words and first observation
        "novelty_auroc_paraphrased": _paraphrased(looks),
        "novelty_calibration_error": metrics.calibration_error(new, p_new[-1]),
        "detection_delay": float(periods.mean()) if len(periods) else None,  # control periods
        "undetected": float(np.isnan(delay).mean()) if len(delay) else None,  # share of new episodes
        "false_births": metrics.false_births(born, visits),
        "missed_births": metrics.missed_births(born, visits),
    }


def _paraphrased(looks: Sequence[Mapping[str, Any]]) -> float | None:
    """The AUROC with known tasks asked for in other words; None for runs from before that was looked at."""
    if any("p_new_paraphrased" not in look for look in looks):
        return None
    new = [
        p
        for look in looks
        for t, p in zip(look["tasks"], look["p_new"][-1], strict=True)
        if t not in look["seen"]
    ]
    known = [p for look in looks for p in look["p_new_paraphrased"]]
    return metrics.novelty_auroc([True] * len(new) + [False] * len(known), [*new, *known])


def paraphrase_accuracy(
    look: Mapping[str, Any], assigned: Mapping[str, Sequence[int]], names: Sequence[str]
) -> float:
    """Share of paraphrased episodes that go to the component which holds their task.

    Args:
        look: what `looked_at` gave after the last visit; a task is held where most of its probes went.
        assigned: {task: components that its paraphrases were assigned to}.
        names: of the tasks, in their order.
    """
    went: dict[str, Counter[int]] = {name: Counter() for name in names}
    tasks: Sequence[int] = look["tasks"]
    for task, component in zip(tasks, look["assigned"], strict=True):
        went[names[task]][component] += 1
    right = [c == went[name].most_common(1)[0][0] for name, found in assigned.items() for c in found]
    return float(np.mean(right))
