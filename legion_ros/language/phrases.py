"""A clause cut into its verb, what it is about, and where that is to go. No scene is known here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from legion_ros.language.lexicon import (
    ADVERBS,
    COLORS,
    DETERMINERS,
    FINITE,
    NUMBERS,
    PREPOSITIONS,
    QUANTIFIERS,
    VAGUE,
)
from legion_ros.language.places import MARK, aims, selecting
from legion_ros.language.template import SLOTS

__all__ = ["Pattern", "Phrase", "patterns", "phrase_end"]


@dataclass(frozen=True)
class Phrase:
    """A noun phrase, with the preposition that it follows."""

    words: tuple[str, ...]  # "the", "red", "can"
    preposition: str = ""  # "" for the direct object
    joined: bool = False  # goes with the phrase before: "the mug and THE CAN"
    excepted: bool = False  # "everything except THE MUG"

    def __str__(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True)
class Pattern:
    """One way to read a clause: plain words and phrases in their order, and the place it names."""

    parts: tuple["str | Phrase", ...]
    place: str = ""  # key of PLACES in legion_ros.core.skill
    guess: bool = False  # the place may be none: to be read so only where no other reading will do

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """The noun phrases alone."""
        return tuple(part for part in self.parts if isinstance(part, Phrase))

    def text(self, slots: Mapping[Phrase, str]) -> str:
        """The words to embed: each phrase by its slot, left out where that is "", itself if it has none."""
        words: list[str] = []
        for part in self.parts:
            if isinstance(part, str):
                words.append(part)
            elif not part.joined and not part.excepted and (slot := slots.get(part, "object")):
                words += [part.preposition, SLOTS.get(slot, str(part))]
        return " ".join(word for word in words if word)


def patterns(clause: str) -> list[Pattern]:
    """The ways to read a clause, those to be preferred first.

    "push the box back" may aim at the far side of the table, or, of a drawer, may not; "the can on the left"
    may be the left can, or a can that is to go there.
    """
    clause = _plain(clause)
    aimed = aims(clause)
    if not aimed:
        return [_chunk(clause, "")]
    found = [replace(_chunk(aim.clause, aim.place), guess=aim.doubtful) for aim in aimed]
    chosen = selecting(clause)
    if chosen != clause and not _TO_SIDE.search(clause):
        return [*found, *patterns(chosen)]
    if aimed[0].place in _SIDEWAYS:
        return found
    doubtful, bare = aimed[0].doubtful, _chunk(clause, "")
    return [bare, *found] if doubtful else [*found, replace(bare, guess=True)]


_TO_SIDE = re.compile(r" to (?:the|your) (?:left|right)$")  # where to, not which
_SIDEWAYS = ("left", "right", "middle")  # no drawer is opened or closed that way


def _plain(clause: str) -> str:
    """Say before a noun what follows it and tells which is meant: "the can that is red", "the red can"."""
    clause = _TOP.sub("on ", _DEGREE.sub(" ", clause))
    clause = _NEAREST_AFTER.sub(r"\1 \3 \2", clause)
    clause = _EVERYTHING_COLORED.sub(r"all the \1 things", clause)
    clause = _COLOR_AFTER.sub(r"\1 \3 \2", clause)
    if _AIM_AFTER.search(clause):
        clause = selecting(clause)
    return " ".join(_WHERE_AFTER.sub("", clause).split())


_IS = r"(?:that|which) (?:is|are) "
_COLOR_AFTER = re.compile(
    rf"\b(the|that|this|those|these|all|both|every|each) ((?:\w+ ){{1,3}}){_IS}({'|'.join(COLORS)})\b"
)
_EVERYTHING_COLORED = re.compile(
    rf"\b(?:everything|anything|all)(?: {_IS.strip()})? ({'|'.join(COLORS)})\b(?! \w+s\b)"
)
_NEAREST_AFTER = re.compile(
    rf"\b(the|that) ((?:\w+ ){{1,3}}?)(?:{_IS})?(nearest|closest|farthest|furthest)"
    r"(?: (?:to|from) (?:you|me|us|yourself|(?:the|your) (?:robot|base|arm|robot base|gripper)))"
)
_WHERE_AFTER = re.compile(rf"\b{_IS}(?:(?:lying|standing|sitting|left|still) )?(?=(?:on|in) )")
_AIM_AFTER = re.compile(r" (?:on|at|to) (?:the|your) \w+(?: \w+)? (?:in|into|inside|to|toward|towards)\b")
_OPENERS = DETERMINERS | QUANTIFIERS | NUMBERS.keys() | VAGUE | {"of"}
# How much or how fast: nothing that a skill could be told.
_DEGREE = re.compile(
    r"\b(?:a (?:little )?bit|all the way|slightly|gently|carefully|quickly|slowly|somewhat|straight)\b|"
    r"(?<!the )(?<!your )\b(?:right|just|directly)(?= (?:above|over|on top|in|out|down|up|shut|open)\b)|"
    r"\ba little(?= (?:to|toward|towards|left|right|further|closer|nearer|back|away|forward))"
)
# "on top of the box" is on the box
_TOP = re.compile(r"\b(?:on|on to|onto|to) (?:the )?top of ")
_STOPS = FINITE | PREPOSITIONS | ADVERBS | {",", "and", MARK, "except", "but", "that", "which"}
_EXCEPT = re.compile(r" (?:except(?: for)?|but(?: for)?|apart from|aside from|besides|other than|save for) ")


def _chunk(clause: str, place: str) -> Pattern:
    """Verb first, then phrases between prepositions, adverbs and commas."""
    clause, *excepted = _EXCEPT.split(clause, maxsplit=1)
    tokens = clause.replace(",", " , ").split()
    parts: list[str | Phrase] = [*tokens[:1], *_phrases(tokens[1:])]
    if excepted:
        rest = excepted[0].replace(",", " , ").split()
        first, *others = _phrases(rest) or [Phrase(tuple(rest))]
        left_out = [part for part in (first, *others)]
        ends = next(
            (i for i, part in enumerate(left_out) if isinstance(part, str) or part.preposition), len(left_out)
        )
        parts += [Phrase(part.words, excepted=True) for part in left_out[:ends] if isinstance(part, Phrase)]
        parts += left_out[ends:]
    parts = [SLOTS["place"] if part == MARK else part for part in parts]
    return Pattern(tuple(parts), place)


def _phrases(tokens: list[str]) -> list["str | Phrase"]:
    parts: list[str | Phrase] = []
    preposition, joint = "", False
    index = 0
    while index < len(tokens):
        token = tokens[index]
        end = phrase_end(tokens, index)
        if end > index:
            previous = parts[-1] if parts else None
            joined = joint and isinstance(previous, Phrase) and not preposition
            parts.append(Phrase(tuple(tokens[index:end]), preposition, joined))
            preposition, joint, index = "", False, end
            continue
        if token in PREPOSITIONS:
            if preposition:
                parts.append(preposition)
            preposition = token
        elif token in (",", "and"):
            joint = True
        else:
            parts.append(token)
        index += 1
    return parts + ([preposition] if preposition else [])


def _is_adverb(token: str) -> bool:
    return len(token) > 4 and token.endswith("ly")


def phrase_end(tokens: list[str], start: int) -> int:
    """Where the noun phrase that begins at `start` ends; `start` where none begins there."""
    index = start
    while index < len(tokens):
        token = tokens[index]
        starts_only = all(word in _OPENERS for word in tokens[start:index])
        follows = tokens[index + 1] if index + 1 < len(tokens) else ","
        if token == "of" and index > start:
            index += 1  # "all of the cans", "the can of soda"
        elif token == "that" and index == start and follows not in _STOPS:
            index += 1
        elif token in ADVERBS and index > start and starts_only and follows not in _STOPS:
            index += 1  # "the open drawer"
        elif _is_adverb(token) and index > start and starts_only and follows not in _STOPS:
            index += 1  # "that silly ball"
        elif (
            token in _STOPS
            or _is_adverb(token)
            or (index > start and token in DETERMINERS and not starts_only)
        ):
            break
        else:
            index += 1
    return index
