"""A second opinion on instructions: a network that was trained on sentences, beside the grammar.

Where the grammar refuses, the network may say the sentence again in plain words, which the grammar then
reads as if they had been said. Where the grammar understands, the network may doubt that the robot can do
such a thing, or, if it is very sure, take it for something else.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from legion_ros.knowledge import Component
from legion_ros.language import guard
from legion_ros.language.fixture_words import strange_place, strange_verb
from legion_ros.language.guard import Marked, NotUnderstood, Rejected
from legion_ros.language.lexicon import COLORS
from legion_ros.language.rephrasing import Rephrased
from legion_ros.skills.intents import Choice

__all__ = ["Opinion", "Rephrasing", "Second"]

SURE = 0.7  # probability of what it says again from which that is taken, where the grammar refuses
# likewise, where it only wavers between ways to do it: that nothing can be done has this probability at most
WAVERS, DOUBTLESS = 0.55, 0.05
TWICE, UNDOUBTED = 0.85, 0.02  # likewise, of both, where it has to find the same without an aside
SURER = 0.9  # likewise, where the grammar understands something else
DOUBTS = 0.98  # probability that nothing can be done from which an instruction is refused
DOUBTS_REMARK = 0.5  # likewise, where the grammar took a negation for a mere remark
_MODIFIERS = 3  # words that may be more than in the taught sentence: "put the [big red] mug in the bin"
# What its examples are about; of what was taught or declared since, it knows nothing.
_KNOWN = frozenset(("put", "push", "reach", "open", "close", "press", "clear_table", "tidy_up"))

# "the red one": of what, the rest of the sentence tells, which what is said again may have left out
_ONE = re.compile(rf"\b(?:the|that|this|other|{'|'.join(sorted(COLORS))}) ones?\b")
# "not the blue mug, the red one"; "in the bin, not the drawer"
_COLOR = f"({'|'.join(sorted(COLORS))})"
_NOT_THAT = re.compile(rf"\bnot (?:the|that) {_COLOR} \w+,? (?:but |rather )?(?:the|that) {_COLOR}\b")
_NOT_THERE = re.compile(r", not (?:in(?:to)? |to )?the (drawer|bin|left|right)(?=[.,;!?]|$)")
# Ends with a word that something has to follow, or with a stump of one (a name, "Jo", is none), and without
# what ends a sentence.
_CUT_OFF = re.compile(
    r"(?<!')\b(?:(?i:to|in|into|inside|onto|on|at|from|of|with|for|under|toward|towards|the|an|and|then)|"
    r"(?!(?:it|up|me|us|so|ok|go|no|is|be|do|he|we|am|pm|ya|eh|ta|oi|yo|oh|ah|ha)\b)[a-z]{1,2})[^\w.!?]*$"
)


class Rephrasing(Protocol):
    """Says sentences again, as `legion_ros.language.rephrasing.Rephraser` does."""

    def rephrase(self, sentence: str) -> Rephrased:
        """What a sentence was taken to ask for."""
        ...


@dataclass(frozen=True)
class Opinion:
    """What the network thinks of one instruction."""

    text: str  # what it says again; empty where it is not sure, or knows of nothing to do
    certain: bool  # whether it is as sure of that as it takes to contradict the grammar
    doubts: bool  # whether it is sure that nothing can be done
    inclined: bool = False  # whether it takes that for likelier than not
    asks: tuple[tuple[str, str], ...] = ()  # verb and aim of each request
    sure: bool = False  # whether it is sure enough to be asked a second time, without what may be an aside

    @property
    def verbs(self) -> frozenset[str]:
        """Of its requests."""
        return frozenset(verb for verb, _ in self.asks)

    @property
    def leaves(self) -> bool:
        """Whether something is to be left alone or kept out."""
        return not self.verbs.isdisjoint(("leave", "keepout"))

    def answers(self, refused: Rejected, instruction: str, written: str) -> bool:
        """Whether what it says again may stand for what the grammar refused.

        Not for a single word, or what ends in the middle, as what was cut off does; not where a word marks
        a condition, a choice, a question; and where one marks a negation only if it is accounted for: "I
        forbid you to open it" lies next to "I want you to open it". It is where something is left alone for
        it, or where all that is negated is said again, with what is named ("that mug that is not red"). Not
        where something else is said of the button or the drawer ("rewire that button", "put it behind
        the drawer").

        Args:
            refused: why the grammar refused it.
            instruction: as it came.
            written: plainly, without remarks.
        """
        shouted = instruction == instruction.upper()
        cut_off = _CUT_OFF.search(instruction.lower() if shouted else instruction.replace("\u2019", "'"))
        if not self.text or len(instruction.split()) < 2 or cut_off:
            return False
        if isinstance(refused, Marked) and not refused.negation:
            return False
        aims = {aim for verb, aim in self.asks if verb == "put"}
        if strange_verb(written, self.verbs) or strange_place(written, aims):
            return False
        # not only where it refused for it: "i don't need it opened" is a mere statement to the grammar
        said = guard.plain(self.text)
        if self.leaves or " except " in self.text:
            return True
        return guard.negations(said) + _contrasts(written, said) >= guard.negations(written)

    def agrees(self, rest: "Opinion") -> bool:
        """Whether it takes the instruction to ask for just what it takes its `rest` to ask for.

        The rest is the instruction without remarks that have a negation: what only they ask for is not to be
        done.
        """
        return bool(rest.text) and self.asks == rest.asks

    def repeats(self, rest: "Opinion") -> bool:
        """Whether it is sure that the instruction, and its `rest` without an aside, ask for the same.

        That is the same requests of the same things, with the same left alone.
        """
        if not (self.sure and rest.sure):
            return False
        return self.asks == rest.asks and guard.plain(self.text) == guard.plain(rest.text)

    def contradicts(self, meant: Sequence[Choice]) -> bool:
        """Whether it may contradict a grammar that understood this: only what it knows about."""
        return self.certain and bool(self.text) and _known(meant) and not _ONE.search(self.text)

    def check(self, instruction: str, meant: Sequence[Choice]) -> None:
        """Raise NotUnderstood where it doubts what the grammar understood of things that it knows about.

        What is just a sentence that a skill was taught with is not doubted.
        """
        taught = len(meant) == 1 and meant[0].said
        if taught and len(instruction.split()) <= len(meant[0].reading.text.split()) + _MODIFIERS:
            return
        if self.doubts and _known(meant):
            raise _doubted(instruction)

    def check_remarks(self, instruction: str, caveats: bool) -> None:
        """Raise NotUnderstood where it may not take for a remark what the grammar took for one.

        Args:
            instruction: as it came, with a negation in a remark.
            caveats: whether the grammar found something besides that is to be left alone.
        """
        if self.inclined or (self.leaves and not caveats):
            raise _doubted(instruction)


class Second:
    """Asks the network."""

    def __init__(self, rephraser: Rephrasing) -> None:
        """Args: rephraser: whom to ask."""
        self._rephraser = rephraser

    def opinion(self, instruction: str) -> Opinion:
        """What it thinks."""
        found = self._rephraser.rephrase(instruction)
        wavers = found.probability >= WAVERS and found.refuse <= DOUBTLESS
        text = found.text if found.probability >= SURE or wavers else ""
        return Opinion(
            text,
            certain=found.probability >= SURER,
            doubts=found.refuse >= DOUBTS,
            inclined=found.refuse >= DOUBTS_REMARK,
            asks=found.asks,
            sure=bool(found.text) and found.probability >= TWICE and found.refuse <= UNDOUBTED,
        )


def _contrasts(written: str, said: str) -> int:
    """How many negations only say what is not meant, where what is said again is about something else."""
    colors = sum(
        not re.search(rf"\b{other}\b", said) and bool(re.search(rf"\b{color}\b", said))
        for other, color in _NOT_THAT.findall(written)
    )
    return colors + sum(not re.search(rf"\b{place}\b", said) for place in _NOT_THERE.findall(written))


def _doubted(instruction: str) -> NotUnderstood:
    reason = f"{instruction!r} does not read like anything that the robot can do"
    return NotUnderstood(reason, guard.EXAMPLES, "for example")


def _known(meant: Sequence[Choice]) -> bool:
    """Whether all of it is what the network's examples are about."""
    intents = [choice.intent for choice in meant]
    return all((i.skill if isinstance(i, Component) else i.name) in _KNOWN for i in intents)
