"""The places of the table that a clause can aim at, as the robot sees it: left, right, far, near, middle."""

import re
from dataclasses import dataclass

from legion_ros.language.lexicon import PLACES, SELECTORS, TABLE

__all__ = ["MARK", "Aim", "aims", "selecting"]

MARK = "@place"  # stands in a clause where the place was


@dataclass(frozen=True)
class Aim:
    """A place that a clause names."""

    place: str  # key of PLACES in legion_ros.core.skill
    clause: str  # with MARK for the words of the place
    doubtful: bool = False  # the words may as well go with the verb: "throw away", "push back"


def aims(clause: str) -> list[Aim]:
    """The place that the clause names, if any."""
    for form, place in _FORMS:
        if match := form.search(clause):
            rest = f"{clause[: match.start()]} {MARK} {clause[match.end() :]}".strip()
            named = place or _SIDE[match.group(1)]
            return [Aim(named, rest, doubtful=match.group().strip() in ("back", "away"))]
    return []


def selecting(clause: str) -> str:
    """The clause with its place read as choosing a thing: "the can on the left" -> "the left can"."""
    return _AFTER_NOUN.sub(r"\1 \3 \2", clause)


def _any(words: tuple[str, ...] | frozenset[str] | dict[str, str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_SIDE = {word: place for place, words in PLACES.items() for word in words}
_TOWARD = r"(?:over to|to|toward|towards|on to|onto|on|at|into|in|over on)"
_PART = r"(?:[ -]?hand)?(?: (?:side|end|edge|part|half|portion|region|area|corner))?"
_OF_TABLE = rf"(?: of (?:the|this|that|your|my) (?:{_any(TABLE)}))?"
_YOU = r"(?:you|yourself|the robot|the robot base|the arm|your base|your side|the base)"
_END = r"(?= *(?:$|,| and\b))"
_FARTHER = r"(?:further|farther)"
_PATTERNS = (
    # "over to the left side of the table"
    (
        rf"(?:over |further |more )*{_TOWARD} (?:the|your|my|its) (?:very |far )?"
        rf"({_any(_SIDE)}){_PART}{_OF_TABLE}",
        None,
    ),
    # "left", "to the right", "further leftwards"
    (rf"(?:over )?(?:{_FARTHER} |more )?(?:to |towards |toward )?(left|right)(?:wards?)?", None),
    (rf"(?:{_FARTHER} )?away from {_YOU}", "far"),
    (rf"{_FARTHER}(?: away| back| out| off)?", "far"),
    (r"forwards?", "far"),
    (r"(?:back|away)", "far"),
    (rf"(?:closer|nearer)(?: to {_YOU})?", "near"),
    (rf"(?:close|near)(?: to)? {_YOU}", "near"),
    (rf"(?:back )?(?:to|toward|towards) {_YOU}", "near"),
    (r"backwards?", "near"),
)
_FORMS = tuple((re.compile(rf" {pattern}{_END}"), place) for pattern, place in _PATTERNS)
_AFTER_NOUN = re.compile(
    r"\b(the|that|a|an|any) ((?:\w+ ){1,3}?)(?:(?:that|which) is )?(?:on|at|to) (?:the|your) "
    rf"({_any(SELECTORS)})(?: hand)?(?: (?:side|end|edge))?(?= (?:in|into|inside|to|toward|towards)\b|$)"
)
