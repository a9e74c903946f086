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
    PLACES,
    PREPOSITIONS,
    QUANTIFIERS,
    SELECTORS,
    TABLE,
    VAGUE,
)
from legion_ros.language.template import SLOTS

__all__ = ["Phrase", "Pattern", "patterns"]


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
        """The words to embed: each phrase by its slot (key of SLOTS), or left out where that is ""."""
        words: list[str] = []
        for part in self.parts:
            if isinstance(part, str):
                words.append(part)
            elif not part.joined and not part.excepted and (slot := slots.get(part, "object")):
                words += [part.preposition, SLOTS[slot]]
        return " ".join(word for word in words if word)


def patterns(clause: str) -> list[Pattern]:
    """The ways to read a clause, the plainest first.

    "push the box back" may aim at the far side of the table, or, of a drawer, may not: both are returned.
    """
    clause = _plain_modifiers(clause)
    guess, bare = bool(_AMBIGUOUS.search(clause)), _chunk(clause, "")
    found = [replace(_chunk(rest, place), guess=guess) for place, rest in _places(clause)]
    if guess or not found:
        return [bare, *found]
    return [*found, replace(bare, guess=True)]


_SIDE = {word: place for place, words in PLACES.items() for word in words}
_TABLE = rf"(?: of (?:the|this|that|your|my) (?:{'|'.join(sorted(TABLE, key=len, reverse=True))}))?"
_WHOSE = r"(?:the|your|my|its) "
_PART = r"(?:[ -]?hand)?(?: (?:side|end|edge|part|half|portion|region|area|corner))?"
_END = r"(?= *(?:$|,| and\b))"
_YOU = r"(?:you|yourself|the robot|the robot base|the arm|your base|your side|the base)"
_AIM = r"(?:over to|to|toward|towards|on to|onto|on|at|into|in|over on)"
_PLACE_FORMS: tuple[tuple[re.Pattern[str], str | None], ...] = (
    (re.compile(rf" (?:over |further |all the way |more )*{_AIM} {_WHOSE}(?:very |far )?({'|'.join(_SIDE)}){_PART}{_TABLE}{_END}"), None),
    (re.compile(rf" (?:over )?(?:further |farther |more )?(?:to |towards |toward )?(left|right)(?:wards?)?{_END}"), None),
    (re.compile(rf" (?:further |farther )?away from {_YOU}{_END}"), "far"),
    (re.compile(rf" (?:further|farther)(?: away| back| out| off)?{_END}"), "far"),
    (re.compile(rf" (?:a bit )?(?:closer|nearer)(?: to {_YOU})?{_END}"), "near"),
    (re.compile(rf" (?:close|near)(?: to)? {_YOU}{_END}"), "near"),
    (re.compile(rf" (?:back )?(?:to|toward|towards) {_YOU}{_END}"), "near"),
    (re.compile(rf" backwards?{_END}"), "near"),
    (re.compile(rf" forwards?{_END}"), "far"),
    (re.compile(rf" (?:back|away){_END}"), "far"),
)  # fmt: skip
# Words that may be a place or just go with the verb: "throw away", "push back".
_AMBIGUOUS = re.compile(rf" (?:back|away){_END}")


def _places(clause: str) -> list[tuple[str, str]]:
    """(place, clause with the place's words standing for any place) for each form that is found."""
    for form, place in _PLACE_FORMS:
        if match := form.search(clause):
            place = place or _SIDE[match.group(1)]
            return [(place, f"{clause[: match.start()]} @place {clause[match.end() :]}".strip())]
    return []


def _plain_modifiers(clause: str) -> str:
    """Put what follows a noun and says which one is meant before it: "the can that is red" -> "the red can"."""
    colors, sides = "|".join(COLORS), "|".join(SELECTORS)
    is_ = r"(?:(?:that|which)(?: is| are|'s) )"
    forms = (
        (rf"\b(the|that|this|those|these|all|both|every|each) ((?:\w+ ){{1,3}}){is_}({colors})\b", r"\1 \3 \2"),
        (rf"\b(the|that) ((?:\w+ ){{1,3}}?){is_}?(?:on|at|to) the ({sides})(?: side)? (?=(?:in|into|inside|to|toward|towards)\b)",
         r"\1 \3 \2"),
        (rf"\b{is_}(?:(?:lying|standing|sitting|left|still) )?(?=(?:on|in) )", ""),
    )  # fmt: skip
    clause = _DEGREE.sub(" ", clause)
    for pattern, replacement in forms:
        clause = re.sub(pattern, replacement, clause)
    return " ".join(clause.split())


_OPENERS = DETERMINERS | QUANTIFIERS | NUMBERS.keys() | VAGUE | {"of"}
# How much or how fast: nothing that a skill could be told.
_DEGREE = re.compile(
    r"\b(?:a (?:little )?bit|all the way|slightly|gently|carefully|quickly|slowly|somewhat|straight)\b|"
    r"\ba little(?= (?:to|toward|towards|left|right|further|closer|nearer|back|away|forward))"
)
_STOPS = FINITE | PREPOSITIONS | ADVERBS | {",", "and", "@place", "except", "but", "that", "which"}
_EXCEPT = re.compile(r" (?:except(?: for)?|but(?: for)?|apart from|aside from|besides|other than|save for) ")


def _chunk(clause: str, place: str) -> Pattern:
    """Verb first, then phrases between prepositions, adverbs and commas."""
    clause, *excepted = _EXCEPT.split(clause, maxsplit=1)
    tokens = clause.replace(",", " , ").split()
    parts: list[str | Phrase] = tokens[:1]
    parts += _phrases(tokens[1:])
    if excepted:
        rest = excepted[0].replace(",", " , ").split()
        first, *others = _phrases(rest) or [Phrase(tuple(rest))]
        left_out = [part for part in (first, *others)]
        ends = next(
            (i for i, part in enumerate(left_out) if isinstance(part, str) or part.preposition), len(left_out)
        )
        parts += [Phrase(part.words, excepted=True) for part in left_out[:ends] if isinstance(part, Phrase)]
        parts += left_out[ends:]
    parts = [SLOTS["place"] if part == "@place" else part for part in parts]
    return Pattern(tuple(parts), place)


def _phrases(tokens: list[str]) -> list["str | Phrase"]:
    parts: list[str | Phrase] = []
    preposition, joint = "", False
    index = 0
    while index < len(tokens):
        token = tokens[index]
        end = _phrase_end(tokens, index)
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


def _phrase_end(tokens: list[str], start: int) -> int:
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
        elif token in _STOPS or (index > start and token in DETERMINERS and not starts_only):
            break
        else:
            index += 1
    return index
