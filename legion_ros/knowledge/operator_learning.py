"""From attempts to an operator: which facts success needs, and which it begins and ends, by counting.

Of the attempts at a skill with one kind of target, facts about its arguments or the tool are lifted
(?object, ?target, ?other). Rates have Jeffreys' prior Beta(1/2, 1/2); "nearly always" means that the
posterior is sure enough of a rate that is high enough.

1. Purpose: what nearly every success begins, and what does not hold at the end of nearly every failure.
   Attempts in which it held from the start say nothing of what the skill needs or does; they are set aside.
2. Preconditions, one after the other (a greedy conjunction, as in CN2: Clark and Niblett 1989): the literal,
   a fact or its absence, that divides successes from failures most significantly by Fisher's exact test
   (one-sided, Bonferroni over the literals), if nearly all successes met it and success was much rarer
   without. The next one is judged by the attempts that met those before, so that of two that come together
   (open, not closed) one is taken. What held, or did not, in all attempts is never taken: nothing divides.
3. Effects, from the successes that met the preconditions: what began nearly always where it had not held;
   what ended more often than not where it had, because a plan must not count on what it may lose. What began
   and is gone a second later is momentary.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from legion_ros.core.attempt import Attempt
from legion_ros.core.facts import TABLE, TOOL, Fact
from legion_ros.core.skill import GroundedSkill
from legion_ros.knowledge.errors import KnowledgeError
from legion_ros.knowledge.operator import (
    OBJECT,
    OTHER,
    TARGET,
    Case,
    Effect,
    Operator,
    Precondition,
    target_kind,
)

__all__ = ["OperatorConfig", "learn_operator", "lifted"]

_DERIVED = ("clear",)  # follow from other facts (on, blocks): nothing of their own to learn


@dataclass(frozen=True, kw_only=True)
class OperatorConfig:
    """When counts are enough."""

    nearly: float = 0.85  # rate from which something happens nearly always
    loses: float = 0.5  # rate from which a fact that held can't be counted on after a success
    sure: float = 0.95  # posterior probability of such a rate
    agrees: float = 0.9  # share of failures that a purpose does not hold after
    significance: float = 0.001  # of Fisher's test, before it is divided by the number of literals
    rarer: float = 0.5  # success without a precondition, as a share of that with it, at most
    covers: float = 0.8  # share of the successes that met a precondition, at least


def learn_operator(
    skill: str, attempts: Sequence[Attempt], config: OperatorConfig | None = None, command: str = ""
) -> Operator:
    """What attempts at a skill tell of it: a case for each kind of target that enough is known of.

    Args:
        skill: a key of legion_ros.core.SKILLS.
        attempts: at it, those that could not succeed among them.
        config: when counts are enough.
        command: the command line that this is done by.

    Raises:
        KnowledgeError: there are too few successes to tell what the skill is for.
    """
    kinds = dict.fromkeys(target_kind(attempt.skill.target, skill) for attempt in attempts)
    found = []
    for kind in sorted(kinds):
        table = _Table([a for a in attempts if target_kind(a.skill.target, skill) == kind])
        case = _case(kind, table, config or OperatorConfig())
        found += [case] if any(effect.purpose for effect in case.effects) else []
    if not found:
        successes = sum(attempt.success for attempt in attempts)
        raise KnowledgeError(
            f"what {skill} is for can't be told from {successes} successes in {len(attempts)} attempts; "
            "about 15 successes and as many failures of each kind of target are needed"
        )
    return Operator(skill, tuple(found), command)


def lifted(fact: Fact, skill: GroundedSkill) -> Fact | None:
    """The fact with the skill's arguments as variables; None where it is about neither them nor the tool."""
    if fact.predicate in _DERIVED:
        return None
    names = {skill.object: OBJECT, skill.target: TARGET, TABLE: TABLE, TOOL: TOOL}
    words = tuple(names.get(name, OTHER) for name in fact.arguments)
    return Fact(fact.predicate, words) if {OBJECT, TARGET, TOOL}.intersection(words) else None


class _Table:
    """Attempts as rows, lifted facts as columns."""

    def __init__(self, attempts: Sequence[Attempt]) -> None:
        moments = [[_lifted(a, moment) for a in attempts] for moment in ("before", "after", "later")]
        self.facts = sorted(frozenset().union(*(held for moment in moments for held in moment)))
        self.before, self.after, self.later = (
            np.array([[fact in held for fact in self.facts] for held in moment], bool).reshape(
                len(attempts), len(self.facts)
            )
            for moment in moments
        )  # (N, F) each
        self.success = np.array([attempt.success for attempt in attempts], bool)  # (N,)
        self.open = np.array([OTHER in fact.arguments for fact in self.facts], bool)  # (F,) about ?other


def _lifted(attempt: Attempt, moment: str) -> frozenset[Fact]:
    return frozenset(filter(None, (lifted(fact, attempt.skill) for fact in getattr(attempt, moment))))


def _case(kind: str, table: _Table, config: OperatorConfig) -> Case:
    purposes = _purposes(table, config)
    rows = np.ones(len(table.success), bool)
    if len(purposes):
        rows &= ~table.before[:, purposes].all(1)
    preconditions = []
    while len(preconditions) < len(table.facts):
        found = _precondition(table, rows, config)
        if found is None:
            break
        precondition, column = found
        preconditions.append(precondition)
        rows &= table.before[:, column] == precondition.holds
    shown = rows & table.success
    return Case(
        kind,
        int(shown.sum()),
        int(rows.sum()),
        tuple(preconditions),
        (*_begun(table, shown, purposes, config), *_ended(table, shown, config)),
    )


def _purposes(table: _Table, config: OperatorConfig) -> np.ndarray:
    """Columns of what the skill is for."""
    won, lost = table.success, ~table.success
    could = ~table.before & won[:, None]
    begins = _nearly((could & table.after).sum(0), could.sum(0), config)
    held = _nearly(table.after[won].sum(0), np.full(len(table.facts), won.sum()), config)
    absent = (~table.after[lost]).sum(0) >= config.agrees * lost.sum()
    found = np.flatnonzero(begins & held & absent & ~table.open)
    # near(?object, ?target) brings blocks(?object, ?target) with it: what merely follows is no purpose
    seen = np.concatenate((table.before, table.after, table.later))[:, found]
    follows = ~(seen[:, :, None] & ~seen[:, None, :]).any(0)  # [i, j]: wherever i holds, j does
    return found[~(follows & ~follows.T).any(0)]


def _precondition(table: _Table, rows: np.ndarray, config: OperatorConfig) -> tuple[Precondition, int] | None:
    """The literal that divides best, with its column; None where none divides well enough."""
    from scipy.stats import fisher_exact

    won = table.success[rows]
    literals = [(column, holds) for column in range(len(table.facts)) for holds in (True, False)]
    literals = [literal for literal in literals if not (literal[1] and table.open[literal[0]])]
    best: tuple[tuple, Precondition, int] | None = None
    for column, holds in literals:
        met = table.before[rows, column] == holds
        counts = [int(n) for n in ((met & won).sum(), met.sum(), (~met & won).sum(), (~met).sum())]
        if not _divides(counts, config):
            continue
        won_met, of_met, won_unmet, of_unmet = counts
        odds = [[won_met, of_met - won_met], [won_unmet, of_unmet - won_unmet]]
        chance = float(fisher_exact(odds, alternative="greater").pvalue)
        if chance <= config.significance / len(literals):
            rank = (chance, not holds, str(table.facts[column]))
            if best is None or rank < best[0]:
                best = rank, Precondition(table.facts[column], holds, *counts), column
    return None if best is None else best[1:]


def _divides(counts: Sequence[int], config: OperatorConfig) -> bool:
    """Whether nearly all successes met it and success was much rarer without."""
    won_met, of_met, won_unmet, of_unmet = counts
    if not of_met or not of_unmet or won_met < config.covers * (won_met + won_unmet):
        return False
    return (won_unmet + 0.5) / (of_unmet + 1) <= config.rarer * (won_met + 0.5) / (of_met + 1)


def _begun(table: _Table, shown: np.ndarray, purposes: np.ndarray, config: OperatorConfig) -> list[Effect]:
    could = ~table.before & shown[:, None]
    chances, begun = could.sum(0), (could & table.after).sum(0)
    lasted = (could & table.after & table.later).sum(0)
    found = np.flatnonzero(_nearly(begun, chances, config) & ~table.open)
    return [
        Effect(
            fact=table.facts[i],
            adds=True,
            shown=int(begun[i]),
            chances=int(chances[i]),
            momentary=bool(2 * lasted[i] < begun[i]),
            purpose=bool(i in purposes),
        )
        for i in found
    ]


def _ended(table: _Table, shown: np.ndarray, config: OperatorConfig) -> list[Effect]:
    could = table.before & shown[:, None]
    chances, ended = could.sum(0), (could & ~table.later).sum(0)
    found = np.flatnonzero(_sure(ended, chances, config.loses, config))
    return [Effect(table.facts[i], False, int(ended[i]), int(chances[i])) for i in found]


def _nearly(happened: np.ndarray, chances: np.ndarray, config: OperatorConfig) -> np.ndarray:
    """(F,) whether it is sure enough that this happens nearly always."""
    return _sure(happened, chances, config.nearly, config)


def _sure(happened: np.ndarray, chances: np.ndarray, rate: float, config: OperatorConfig) -> np.ndarray:
    """(F,) whether it is sure enough that this happens at this rate or more."""
    from scipy.stats import beta

    return beta.sf(rate, happened + 0.5, chances - happened + 0.5) >= config.sure
