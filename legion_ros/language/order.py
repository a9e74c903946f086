"""In which order the parts of an instruction are to come true, which may not be how they are said."""

import re
from dataclasses import dataclass

from legion_ros.language.caveats import MARK
from legion_ros.language.guard import EXAMPLES, Rejected
from legion_ros.language.noun_phrases import names_thing

__all__ = ["Stretch", "stretches"]


@dataclass(frozen=True)
class Stretch:
    """A part of an instruction between words that tell the order: one request or several."""

    text: str
    rank: int  # what has a lower one comes true earlier


def stretches(sentence: str) -> list[Stretch]:
    """The parts of a sentence as they are said, each with its rank.

    "press the button before you open the drawer": as said.
    "before you close the drawer, put the can in it", "push the can left after pressing the button",
    "put the can in the bin, but press the button first": the second part comes first.

    Raises:
        Rejected: where a part that begins with "before" or "after" ends can't be told.
    """
    said: list[str] = []
    order: list[int] = []  # indices into `said`, what comes true first at the front
    latest: list[int] = []  # of the group that was said before
    last = bool(_LAST.match(sentence))  # "finally close it, but first press the button and then open it"
    for text in re.split(_NEXT, _LAST.sub("", sentence)):
        for part, earlier in _parts(text.strip(" ,"), any(said)):
            said.append(part)
            if MARK.fullmatch(part):
                order.append(len(said) - 1)
                continue
            at = order.index(latest[0]) if earlier and latest else len(order)
            if last and len(order) and at == len(order):
                at = order.index(0)
            order.insert(at, len(said) - 1)
            latest = [len(said) - 1]
    rank = {index: place for place, index in enumerate(order)}
    return [Stretch(text, rank[index]) for index, text in enumerate(said) if text]


# What says that what follows comes next.
_NEXT = (
    r"[.;!?:]+|,? ?\b(?:and then|then|and after that|after that|afterwards|after which|and finally|finally|"
    r"lastly|and last(?: of all)?|and next|next up|followed by)\b,?"
)
_LAST = re.compile(r"^(?:finally|lastly|last of all|at the (?:very )?end|in the end),? ")
_YOU = (
    r"(?:(?:you )?(?:are |have )?(?:done|finished|finish)(?: with)? (?=\w+ing\b)|"
    r"you (?:have )?|having |(?=\w+ing\b))"
)
_OPENING = re.compile(rf"^(?:(?:but|and|so|please|just|right|only),? )*(before|after|prior to) {_YOU}")
_EARLIER = re.compile(
    rf",? (?:but |and |only |and only |but only |right |just )*after {_YOU}|"
    r"(?:^|,? )(?:but |and )?(?:before|prior to) (?:that|this|doing (?:that|so|this)),? |"
    r",? but (?:first(?: of all)?|beforehand),? "
)
_AND = re.compile(r"^,? ?and\b")
_LATER = re.compile(rf",? (?:but |and |right |just )*(?:before|prior to) {_YOU}")
# "..., but press the button first"
_FIRST = re.compile(r"^(.*\S),? but (?:please )?([^,]+?) (?:first|beforehand)$")


def _parts(text: str, others: bool = False) -> list[tuple[str, bool]]:
    """The parts of a text, and whether each comes true before the part said before it.

    `others`: something was said before this text.
    """
    if opening := _OPENING.match(text):
        head, comma, rest = text[opening.end() :].partition(",")
        if not comma and others:
            return [(head, opening.group(1) == "after")]
        if not comma:
            where = (
                f"where the part with {opening.group(1)!r} ends in {text!r} can't be told; put a comma there"
            )
            raise Rejected(where, EXAMPLES, "for example")
        (first, _), *later = _parts(rest.strip(" ,"))
        return [(head, False), (first, opening.group(1) != "after"), *later]
    if last := _FIRST.match(text):
        return [*_parts(last.group(1).rstrip(" ,")), (last.group(2), True)]
    if earlier := _EARLIER.search(text):
        before, after = text[: earlier.start()], text[earlier.end() :]
        head, _, rest = (part.strip() for part in after.partition(","))
        following = _AND.sub("", rest).strip()
        if before and following and not names_thing(following):
            # "open it, and after you have pressed it, close it": as said
            # "open it after pressing it, and close it": only the pressing is earlier
            as_said = _AND.match(earlier.group()) and following == rest
            return [*_parts(before), (head, not as_said), *_parts(following)]
        if before:
            return [*_parts(before), (after, True)]
        (first, _), *further = _parts(after)  # "before that open it, but first press it"
        return [(first, True), *further]
    if later := _LATER.search(text):
        return [*_parts(text[: later.start()]), *_parts(text[later.end() :])]
    return [(text, False)]
