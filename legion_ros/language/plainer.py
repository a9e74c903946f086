"""Ways of saying it that are said again in the plain way, with a verb in front, before anything is read."""

import re

from legion_ros.language.plain import asking, naming, ordering, stating, verbs

__all__ = ["plainer"]

_RULES = tuple(
    (re.compile(pattern), plain)
    for table in (asking, ordering, naming, stating, verbs)
    for pattern, plain in table.RULES
)


def plainer(sentence: str) -> str:
    """The sentence in plain words, unchanged where it is plain already.

    "the can goes in the bin" -> "put the can in the bin"

    Args:
        sentence: what `legion_ros.language.guard.plain` returned.
    """
    for pattern, plain in _RULES:
        sentence = " ".join(pattern.sub(plain, sentence).split())
    return sentence.strip(" ,;.:")
