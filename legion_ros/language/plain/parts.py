"""Parts of regular expressions that the tables share."""

import re

from legion_ros.language import lexicon

__all__ = [
    "COLORS",
    "CONTAINERS",
    "END",
    "FIXTURES",
    "KINDS",
    "LISTED",
    "NAMED",
    "PART",
    "PLACES",
    "START",
    "STARTS",
    "any_of",
]


def any_of(phrases: str) -> str:
    """Any of the phrases between commas, which may be regular expressions without commas."""
    return "(?:" + "|".join(sorted(phrases.split(", "), key=len, reverse=True)) + ")"


def _names(*names: str) -> str:
    return (
        "(?:" + "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name))) + ")"
    )


COLORS = _names(*lexicon.COLORS)
KINDS = _names(*(name for names in lexicon.KINDS.values() for name in names))
CONTAINERS = _names(*lexicon.FIXTURES["bin"], *lexicon.FIXTURES["drawer"])
FIXTURES = _names(*(name for names in lexicon.FIXTURES.values() for name in names))
STARTS = (
    "(?:the|a|an|another|his|her|their|all|both|every|each|that|this|these|those|my|your|our|"
    "one|two|three|four|any)"
)
_FINITE = _names(*lexicon.FINITE, "may", "will", "then", "so", "stay", "stays", "remain", "remains")
_WORDS = rf"(?:(?!\b{_FINITE}\b)[^.;:!?@])*?"
# What is named, without a verb in it: "the can, the mug and the ball", "everything but the mugs".
NAMED = rf"(?:everything(?: {_WORDS})??|it|they|{STARTS} \w{_WORDS})"
# Likewise, the first article left out: "box", "red can and mugs".
LISTED = rf"(?:{NAMED}|(?:{COLORS} )?(?:{KINDS}|{FIXTURES})(?:e?s)?{_WORDS})"
PLACES = _names(*(name for names in lexicon.PLACES.values() for name in names))
# Where a part of a sentence begins and ends.
START = (
    "((?:^|[.;:!?,] ?)(?:(?:and|then|but|so|also|now|please|first|next|only|just|afterwards|after "
    "that|"
    r"later|finally|lastly),? )*|\band (?:then )?|\bthen |\bbut |\bso )"
)
PART = START.replace(r"|\band (?:then )?", r"|\band then ")  # a part that no mere "and" begins
END = r"(?= *(?:$|[.;:!?,]|\b(?:and|but|then|so|please)\b))"
