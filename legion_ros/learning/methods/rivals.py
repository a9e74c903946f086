"""Components that were mistaken for each other, and which of them worked last."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from legion_ros.learning.methods.method import MethodError

__all__ = ["Rivals", "alike"]

TOLD = 1.5  # as many times likelier an episode is under its own component, to be told from another's
ALIKE = 3.0  # as many times likelier one of two rivals may be for an episode, and still both may be meant


def alike(
    component: int, failed: Sequence[int], ids: Sequence[int], likelihood: np.ndarray
) -> dict[int, bool]:
    """Which that failed can't be told from `component` by its lesson's episodes, likelihood (N, K)."""
    own = likelihood[:, list(ids).index(component)]
    return {i: bool((own > TOLD * likelihood[:, list(ids).index(i)]).mean() < 0.5) for i in failed}


class Rivals:
    """Pairs of components one of which failed at a task that another one does.

    Where words and looks can't tell two of them apart (the world has changed: the same words, another
    expert), the one that worked last in a lesson is meant. Where they can, this changes nothing.
    """

    def __init__(self) -> None:
        """None yet."""
        self._pairs: dict[tuple[int, int], bool] = {}  # whether words and looks can't tell them apart
        self._latest: list[int] = []  # ids, the one that worked last at the end

    def of(self, component: int) -> tuple[int, ...]:
        """Its rivals."""
        return tuple(sorted({a + b - component for a, b in self._pairs if component in (a, b)}))

    def met(self, component: int, failed: Mapping[int, bool], worked: bool) -> None:
        """A lesson was `component`'s, after `failed` were tried in vain; it `worked` better than these.

        Of each that failed it is said whether words and looks can't tell it from `component`.
        """
        self._pairs |= {(min(component, i), max(component, i)): alike for i, alike in failed.items()}
        if worked:
            self._latest = [*(i for i in self._latest if i != component), component]

    def chosen(self, ids: Sequence[int], shares: np.ndarray, mass: np.ndarray) -> np.ndarray:
        """(N,) id of the component that is meant, of `ids: (K,)`, by `shares: (N, K)` and `mass: (K,)`."""
        best = shares.argmax(1)
        if not any(self._pairs.values()):
            return np.asarray(ids)[best]
        likelihood = shares / mass
        place = {component: column for column, component in enumerate(ids)}
        order = {component: number for number, component in enumerate(self._latest)}
        for column in np.unique(best).tolist():
            rows = np.flatnonzero(best == column)
            later = [i for i in self._twins(ids[column]) if order.get(i, -1) > order.get(ids[column], -1)]
            for rival in sorted((i for i in later if i in place), key=lambda i: order[i]):
                alike = likelihood[rows, place[rival]] * ALIKE >= likelihood[rows, column]
                best[rows[alike]] = place[rival]
        return np.asarray(ids)[best]

    def _twins(self, component: int) -> list[int]:
        return [i for i in self.of(component) if self._pairs[min(component, i), max(component, i)]]

    def facts(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "pairs": [[a, b, alike] for (a, b), alike in self._pairs.items()],
            "latest": list(self._latest),
        }

    @classmethod
    def of_facts(cls, facts: Any) -> "Rivals":
        """What `facts` gave, or none where that is None. MethodError on anything else."""
        rivals = cls()
        if facts is None:  # of a checkpoint from before there were any
            return rivals
        named: Mapping[str, Any] = facts if isinstance(facts, Mapping) else {}
        pairs: Any = named.get("pairs")
        latest: Any = named.get("latest")
        lists = isinstance(pairs, list) and isinstance(latest, list)
        if not lists or any(not isinstance(p, list) or len(p) != 3 for p in pairs):
            raise MethodError(f"{facts!r:.80} are no rivals: pairs and a list of components are expected")
        ids = [*latest, *(i for pair in pairs for i in pair[:2])]
        if any(type(i) is not int or i < 0 for i in ids) or any(
            a >= b or type(alike) is not bool for a, b, alike in pairs
        ):
            raise MethodError(
                f"{facts!r:.80} are no rivals: components are whole numbers from 0, each pair of two"
            )
        rivals._pairs, rivals._latest = {(a, b): alike for a, b, alike in pairs}, list(latest)
        return rivals
