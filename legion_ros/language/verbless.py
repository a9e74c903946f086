"""Requests that say what is to be, with no verb in front: "bottle in the drawer", "drawer shut"."""

import re

from legion_ros.language.lexicon import ADVERBS, COLORS, FIXTURES, PREPOSITIONS
from legion_ros.language.noun_phrases import STARTS, begins_with_name, names_thing

__all__ = ["with_verb"]

_HAVE = re.compile(r"^(?:have|get|see|need|want|like) (?=\w+ )")
# The state of a thing, and who brings it about: "the drawer shut", "the table clear".
_STATE = re.compile(r"(?:(?:all|nice|nicely|completely|fully|properly|firmly|wide) )*(?:and \w+ )?")
_STATES = {
    "open": "open", "opened": "open", "closed": "close", "shut": "shut", "pressed": "press",
    "pushed in": "push in", "clear": "clear", "cleared": "clear", "empty": "clear", "emptied": "clear",
    "clean": "clean up", "cleaned": "clean up", "cleaned up": "clean up", "tidy": "tidy up",
    "tidied": "tidy up", "tidied up": "tidy up", "gone": "get rid of", "thrown": "throw",
}  # fmt: skip
_ALONE = frozenset(("everything", "all", "both", "these", "those", "that", "this"))
_INTO = re.compile(
    r"(?:(?:off|from|on)(?: of)? (?:the|this|my) \w+,? (?:and )?)?"
    r"(?:(?:back|straight|right|over|safely|away|down) )*(?:in|into|inside|to|toward|towards)\b"
)
_PLACE = re.compile(
    r"(?:(?:over|further|a bit|more) )*"
    r"(?:on|at|left|right|away|back|out of the way|closer|nearer|forwards?)\b"
)


def with_verb(text: str) -> str:
    """The clause with a verb in front, unchanged where there is one already or none can be told.

    "bottle in the drawer" -> "put bottle in the drawer"

    Args:
        text: a clause without politeness.
    """
    bare = _HAVE.sub("", text)
    if not names_thing(bare) or bare.startswith(("a ", "an ")):
        return text
    words = bare.split()
    if bare in FIXTURES["button"]:
        return f"press {bare}"  # there is nothing else to do with it
    for at in range(1, len(words)):
        name, rest = " ".join(words[:at]).rstrip(","), " ".join(words[at:])
        if (
            not words[at].endswith(",")
            and words[at] not in PREPOSITIONS
            and begins_with_name(words[at + 1 :])
        ) or words[at - 1] in STARTS - _ALONE:
            continue  # "the open drawer", "the left can"
        if words[at] == "and" and not names_thing(" ".join(words[at + 1 :])):
            break  # "get the can and drop it in the bin"
        rest = _STATE.sub("", rest, count=1)
        if _INTO.match(rest):
            return f"put {name} {rest}"
        if _PLACE.match(rest):
            return f"push {name} {rest}"
        for state in sorted(_STATES, key=len, reverse=True):
            if rest == state or rest.startswith((f"{state} ", f"{state},")):
                return f"{_STATES[state]} {name}{rest.removeprefix(state)}"
        done, _, where = rest.partition(" ")
        if (
            done.endswith("ed") or done in ("put", "thrown", "taken", "set", "brought")
        ) and done not in COLORS:
            return f"{done} {name} {where}".strip()
        if words[at] in PREPOSITIONS | ADVERBS and words[at] != "of":
            break
    return text
