"""Which known component is the task of a lesson? Words and looks say which it may be; a try says if it is.

What is recognised wrongly must cost nothing that was learned. So a component counts as recognised when its
expert does what it could do before; one that fails is left as it is, and the next plausible one is tried.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from legion_ros.core.episode import Episode
from legion_ros.policy import Expert

__all__ = ["Recognised", "Recognition", "Tried", "Verdict", "agrees", "recognise"]

SURE = 0.05  # so improbable must a result be, at the old success, to count as worse


class Verdict(Enum):
    """What a try says of a component."""

    WORKS = "it is the task, and mastered"
    UNFINISHED = "it never could do more than this: it may be practised on, in place"
    FAILS = "it could do more than this elsewhere: another task, or a world that changed"


@dataclass(frozen=True, kw_only=True)
class Recognition:
    """What is tried, and what is made of it."""

    plausible: float = 1e-3  # share of a visit from which on a component is tried ...
    tries: int = 3  # ... and so many at most, the most probable first
    part: int = 4  # of the budget: no more than 1 / part of it goes into tries, but for the first
    decline: float = 0.1  # by so much less success than it had, and surely less, an expert fails
    mastered: float = 0.3  # an expert with less has nothing to lose, and may be replaced by a better one
    agreement: float = 0.5  # of the variance of what is shown, explained by an expert that does the same

    def verdict(
        self, before: float | None, success: np.ndarray, shown: Sequence[Episode], expert: Expert
    ) -> Verdict:
        """Of an expert that had success `before` (None: never measured) and has `success: (N,)` now."""
        now = float(success.mean())
        if before is None:
            if now >= 1 - self.decline:
                return Verdict.WORKS
            same = bool(shown) and agrees(expert, shown, self.agreement)
            return Verdict.UNFINISHED if same else Verdict.FAILS
        if now < before - self.decline and (now < before / 2 or _worse(before, success)):
            return Verdict.FAILS
        return Verdict.UNFINISHED if max(before, now) < self.mastered else Verdict.WORKS


@dataclass(frozen=True)
class Tried:
    """What came of a component's expert at the task."""

    verdict: Verdict
    success: float
    expected: bool = True  # it was the most probable, or mistaken before for one that failed


@dataclass(frozen=True)
class Recognised:
    """What the tries came to."""

    component: int | None  # that the task is; None: it is new
    finished: bool  # nothing is left to learn
    tried: Mapping[int, Tried]

    @property
    def failed(self) -> tuple[int, ...]:
        """Components that were expected to be the task, and are not."""
        return tuple(i for i, t in self.tried.items() if t.expected and t.verdict is Verdict.FAILS)

    def best(self, shares: Mapping[int, float]) -> int:
        """The known component to set out from: the one that did best, or else the most probable."""
        done = {i: tried.success for i, tried in self.tried.items()}
        return max(shares, key=lambda i: (done.get(i, 0.0), shares[i], -i))


def recognise(
    shares: Mapping[int, float],
    new: float,
    rivals: Callable[[int], Sequence[int]],
    attempt: Callable[[int], Tried],
    config: Recognition,
    most: int,
) -> Recognised:
    """Try the plausible components, the most probable first, until one works.

    One that nobody expected to be the task has to do it nearly always: of two unfinished experts each may get
    somewhere with the task of the other.

    Args:
        shares: of the lesson's first evidence, by component.
        new: the share of what is not known.
        rivals: components that were mistaken for this one before: plausible as soon as it has failed.
        attempt: tries a component's expert.
        config: what is plausible.
        most: tries.
    """
    expected = {i for i, share in shares.items() if share >= max([new, *shares.values()])}
    plausible = {i for i, share in shares.items() if share >= config.plausible}
    tried: dict[int, Tried] = {}
    while (waiting := plausible - tried.keys()) and len(tried) < most:
        i = max(waiting, key=lambda i: (shares[i], -i))
        tried[i] = replace(attempt(i), expected=i in expected)
        likely = tried[i].expected or tried[i].success >= 1 - config.decline
        if likely and tried[i].verdict is Verdict.WORKS:
            return Recognised(i, True, tried)
        mistaken = {rival for rival in rivals(i) if i in expected and rival in shares}
        plausible, expected = plausible | mistaken, expected | mistaken
    unfinished = [i for i, t in tried.items() if t.expected and t.verdict is Verdict.UNFINISHED]
    return Recognised(unfinished[0] if unfinished else None, False, tried)


def agrees(expert: Expert, shown: Sequence[Episode], agreement: float = Recognition.agreement) -> bool:
    """Whether the expert does what is shown, where it is shown: of its variance, so much is explained."""
    wanted = np.concatenate([episode.label for episode in shown])
    does = expert.act(np.concatenate([episode.observation for episode in shown]))
    left, all_of_it = ((wanted - does) ** 2).sum(), ((wanted - wanted.mean(0)) ** 2).sum()
    return bool(left <= (1 - agreement) * all_of_it)


def _worse(before: float, success: np.ndarray) -> bool:
    """Whether so few successes are improbable for an expert that once had `before` in as many episodes."""
    from scipy.stats import betabinom

    count, then = len(success), before * len(success)
    return bool(betabinom.cdf(int(success.sum()), count, 1 + then, 1 + count - then) < SURE)
