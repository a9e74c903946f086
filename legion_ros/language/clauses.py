"""An instruction cut into clauses, each one request in the imperative with its politeness taken off."""

import re
from dataclasses import dataclass

from legion_ros.language import lexicon
from legion_ros.language.guard import EXAMPLES, Rejected
from legion_ros.language.lexicon import (
    ACQUIRE,
    COLORS,
    DETERMINERS,
    FINITE,
    FIXTURES,
    KINDS,
    NUMBERS,
    QUANTIFIERS,
)
from legion_ros.language.politeness import imperative

__all__ = ["Clause", "split"]


@dataclass(frozen=True)
class Clause:
    """One request, or a remark that only mentions things."""

    text: str  # plain words, commas between coordinated things
    remark: bool = False  # a statement before a request: what it names can be "it", nothing is done
    taken: str = ""  # what a clause before took hold of on the way to this one: "it" of this clause


def split(sentence: str) -> list[Clause]:
    """The clauses of a sentence that the guard let through.

    "put the mug and the can in the bin, then close it" -> "put the mug and the can in the bin", "close it"

    Raises:
        Rejected: nothing in it asks for anything.
    """
    texts: list[str] = []
    for stretch in re.split(_HARD, _PAIRS.sub(" ", sentence)):
        more = _coordinated(stretch)
        if texts and more and (_names_thing(more[0]) or _SAME.match(more[0])):
            same = _SAME.match(
                more[0]
            )  # "reach for the mug, then the ball", "..., then do the same with the ball"
            more[0] = _like(texts[-1], same.group(1) if same else more[0])
        texts += more
    clauses: list[Clause] = []
    for text in texts:
        if _is_statement(text):
            clauses.append(Clause(text, remark=True))
        elif _names_thing(text):
            raise Rejected(f"{text!r} names a thing, but not what to do with it", EXAMPLES, "for example")
        else:
            clauses.append(Clause(text))
    clauses = _merge_taking(clauses)
    if not clauses or clauses[-1].remark:
        what = f"{sentence!r} is a statement" if clauses else f"{sentence!r} asks for nothing"
        raise Rejected(f"{what}; give an instruction", EXAMPLES, "for example")
    return clauses


# What parts one request from the next for certain, and two verbs of which the first says nothing.
_HARD = (
    r"[.;!?:]+|,? ?\b(?:and then|then|and after that|after that|afterwards|after which|and finally|finally|"
    r"followed by|before you)\b,?"
)
_PAIRS = re.compile(
    r"\b(?:go ahead and|go on and|go and|come and|try and|be so kind and|do me a favor and)\b"
)
_SOFT = r", and |, | and |,"
# "do the same with the can"
_SAME = re.compile(r"^do (?:the same|likewise|this|that) (?:with|to|for) (.+)$")

_NAMES = frozenset(name for names in (*KINDS.values(), *FIXTURES.values()) for name in names)
_STARTS = DETERMINERS | QUANTIFIERS | COLORS | NUMBERS.keys() | lexicon.VAGUE
_SUBJECTS = frozenset(
    ("i", "you", "he", "she", "we", "they", "it", "there", "this", "that", "everybody", "somebody")
)


def _coordinated(stretch: str) -> list[str]:
    """Clauses joined by commas and "and": what begins like a thing goes on with the clause before."""
    texts: list[str] = []
    things: list[str] = []  # named since the last verb, and not told yet what becomes of them
    for piece in [*re.split(_SOFT, stretch), None]:
        text = imperative(piece) if piece else ""
        naming = bool(texts) and _names_thing(text) and bool(text)
        if naming:
            things.append(text)
        if things and (piece is None or not naming or _has_aim(text)):
            joined = ", ".join(things)
            things = []
            if not _has_aim(texts[-1]):  # "put the can | and the mug in the bin"
                texts[-1] += f", {joined}"
            elif _has_aim(joined):  # "put the can in the bin | and the mug in the drawer"
                texts.append(f"{_verb(texts[-1])} {joined}")
            else:  # "put the can in the bin | and the mug, too"
                texts.append(_like(texts[-1], joined))
        if text and not naming:
            same = _SAME.match(text)
            texts.append(_like(texts[-1], same.group(1)) if same and texts else text)
    return texts


def _names_thing(text: str) -> bool:
    words = text.split()
    if not words or words[0] in _STARTS:
        return not _is_statement(text)
    return _begins_with_name(words) and not (len(words) > 1 and words[1] in _STARTS | lexicon.PRONOUNS)


def _begins_with_name(words: list[str]) -> bool:
    return any(" ".join(words[:count]) in _NAMES for count in (1, 2))


def _has_aim(text: str) -> bool:
    return bool(
        re.search(r" (?:in|into|inside|to|toward|towards|onto|on|over|left|right|away|back|closer)\b", text)
    )


def _verb(text: str) -> str:
    words = text.split()
    end = next(
        (i for i, word in enumerate(words) if i and (word in _STARTS or _begins_with_name(words[i:]))), 1
    )
    return " ".join(words[:end])


def _like(text: str, thing: str) -> str:
    """The clause `text` said of another thing."""
    verb = _verb(text)
    aim = re.search(r" (?:in|into|inside|to|toward|towards) .*", text[len(verb) :])
    return f"{verb} {thing}{aim.group() if aim and not _has_aim(thing) else ''}"


def _is_statement(text: str) -> bool:
    """It begins with what it is about and says something of it: "the table is clear", "i like the can"."""
    words = text.split()
    if not words or not (words[0] in _STARTS or words[0] in _SUBJECTS):
        return False
    return words[0] in _SUBJECTS - DETERMINERS or any(word in FINITE for word in words[1:])


def _merge_taking(clauses: list[Clause]) -> list[Clause]:
    """Leave out "pick up the can" where the next clause says what to do with it."""
    merged: list[Clause] = []
    taken = ""
    for index, clause in enumerate(clauses):
        match = None if clause.remark else _TAKING.match(clause.text)
        following = clauses[index + 1] if index + 1 < len(clauses) else None
        if match and following and not following.remark and _about_it(following.text):
            taken = match.group(1)
            continue
        text = clause.text
        if taken and not _PRONOUN.search(text):  # "grab the ball and toss into the bin"
            verb, _, rest = text.partition(" ")
            text = f"{verb} it {rest}"
        merged.append(Clause(text, clause.remark, taken))
        taken = ""
    return merged


_TAKING = re.compile(
    rf"^{ACQUIRE} (?!rid\b)((?:(?! in | into | to | over | off ).)+?)(?: up| from the table| off the table)?$"
)


_PRONOUN = re.compile(r"\b(?:it|them)\b")


def _about_it(text: str) -> bool:
    words = text.split()
    if _PRONOUN.search(text):
        return True
    return (
        not any(word in _STARTS for word in words[1:2])
        and not _begins_with_name(words[1:])
        and len(words) > 1
        and _has_aim(text)
    )
