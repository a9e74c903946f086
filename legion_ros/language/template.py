"""Sentences with slots: what an instruction looks like once the things it is about are left out.

Training sentences and the composer's queries pass through the same words, so that "put the mug in the bin"
and "put the can in the bin" are one sentence to a component's key.
"""

import re

from legion_ros.core import LegionError

__all__ = ["SLOTS", "embeddable"]

# What stands in a sentence for each slot when it is embedded.
SLOTS = {
    "object": "the object",
    "objects": "all the objects",
    "bin": "the bin",
    "drawer": "the drawer",
    "button": "the button",
    "table": "the table",
    "tool": "the gripper",
    "place": "to the left",
}

_SLOT = re.compile(r"\{(\w*)\}")


def embeddable(sentence: str) -> str:
    """The text to embed for a sentence with slots: "put {object} in {bin}" -> "put the object in the bin".

    Raises:
        LegionError: an unknown slot, listing the known.
    """

    def word(match: re.Match[str]) -> str:
        slot = match.group(1)
        if slot not in SLOTS:
            raise LegionError(f"{sentence!r} has the slot {slot!r}; known: {', '.join(SLOTS)}")
        return SLOTS[slot]

    return " ".join(_SLOT.sub(word, sentence.lower()).split())
