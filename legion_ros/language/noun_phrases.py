"""Whether words begin like the name of a thing, and where in a text a list of things ends."""

import re
from collections.abc import Iterator

from legion_ros.language import lexicon
from legion_ros.language.lexicon import (
    COLORS,
    DETERMINERS,
    FINITE,
    FIXTURES,
    KINDS,
    NUMBERS,
    PRONOUNS,
    QUANTIFIERS,
)
from legion_ros.language.phrases import phrase_end

__all__ = ["STARTS", "begins_with_name", "is_statement", "lists", "names_thing"]

_SINGLE = frozenset(name for names in (*KINDS.values(), *FIXTURES.values()) for name in names)
_NAMES = _SINGLE | {f"{name}s" for name in _SINGLE} | {"boxes"}
STARTS = DETERMINERS | QUANTIFIERS | COLORS | NUMBERS.keys() | lexicon.VAGUE
_SUBJECTS = frozenset(
    ("i", "you", "he", "she", "we", "they", "it", "there", "this", "that", "everybody", "somebody")
)
_JOINT = re.compile(r"(?:,? (?:and|or|nor) |, ?)")
_WORD = re.compile(r"[\w'-]+")
_ANYTHING = frozenset(("everything", "anything", "nothing", "whatever"))
# Words that end a noun phrase of a list, other than those that end one anywhere.
_ENDS = lexicon.words(
    "then while until when or nor so yet please without stay stays remain remains alone where as be put "
    "untouched standing lying"
)


def names_thing(text: str) -> bool:
    """It begins with a thing and goes on without a verb: "the red can in the bin", "" too."""
    words = text.split()
    if not words or words[0] in STARTS:
        return not is_statement(text)
    return begins_with_name(words) and not (len(words) > 1 and words[1] in STARTS | PRONOUNS)


def begins_with_name(words: list[str]) -> bool:
    """Whether the first word, or the first two, are what something is called."""
    return any(" ".join(words[:count]).rstrip(",") in _NAMES for count in (1, 2))


def is_statement(text: str) -> bool:
    """It begins with what it is about and says something of it: "the table is clear", "i like the can"."""
    words = text.split()
    if not words or not (words[0] in STARTS or words[0] in _SUBJECTS):
        return False
    return words[0] in _SUBJECTS - DETERMINERS or any(word in FINITE for word in words[1:])


def lists(text: str, start: int) -> Iterator[tuple[tuple[str, ...], int]]:
    """Things named from `start` on, joined by commas, "and", "or": with where they end, the longest first.

    Of "the mug, the red can and press it" it gives ("the mug", "the red can") and then ("the mug",).
    """
    phrases: list[str] = []
    found: list[tuple[tuple[str, ...], int]] = []
    position = start
    while span := _phrase(text, position):
        phrases.append(text[span[0] : span[1]])
        found.append((tuple(phrases), span[1]))
        joint = _JOINT.match(text, span[1])
        if not joint:
            break
        position = joint.end()
    yield from reversed(found)


def _phrase(text: str, start: int) -> tuple[int, int] | None:
    """Where the noun phrase at `start` begins and ends, None where there is none."""
    stop = re.compile(r"[.;!?:,]|$").search(text, start).start()
    spans = [match.span() for match in _WORD.finditer(text, start, stop)]
    words = [text[a:b] for a, b in spans]
    if not words or words[0] in ("and", "or", "nor", "not"):
        return None
    if not (words[0] in STARTS | PRONOUNS | _ANYTHING or begins_with_name(words)):
        return None
    if words[0] in PRONOUNS:
        end = 1
    elif words[0] in _ANYTHING:  # "anything else", "everything red"
        end = 2 if words[1:2] and words[1] in COLORS | {"else"} else 1
    else:
        end = phrase_end(words, 0)
    end = next((i for i in range(1, end) if words[i] in _ENDS), end)
    return (spans[0][0], spans[end - 1][1]) if end else None
