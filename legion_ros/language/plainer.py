"""Ways of saying it that are said again in the plain way, with a verb in front, before anything is read."""

import re

from legion_ros.language import lexicon

__all__ = ["plainer"]

_KINDS = "|".join(re.escape(name) for names in lexicon.KINDS.values() for name in names)
_SELECTORS = "|".join(sorted(lexicon.SELECTORS, key=len, reverse=True))
_STARTS = "the|all|both|every|each|that|this|these|those|my|one|two|three|any"
_NAMED = rf"(?:everything(?: [^.;:!?]*?)?|(?:{_STARTS}) \w[^.;:!?]*?)"
_THROWN = "ditch|scrap|junk|(?:chuck|toss|fling) (?:out|away)"

_PLAINER = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        # "put two of these things in the bin: the can and the bottle"
        (
            r"\b(?:(?:one|two|three|four|five|all|both|each) of )?(?:these|those|the following)"
            r"(?: (?:things?|objects?|items?|ones?))?\b([^.;:!?]*): ?([^.;:!?]+)",
            r"\2\1",
        ),
        # "open the drawer so that i can look inside": what it is good for is nothing to do
        (r",? (?:so(?: that)?|because|as) (?:i|we) [^.,;:!?]*", ""),
        # "get it off the table and into the trash"
        (r"\b((?:off|from)(?: of)? (?:the|my|your|this) \w+),? and (?=into?\b|to\b)", r"\1 "),
        # "one ball in the bin and the other in the drawer"
        (r"\bthe other(?=,? (?:in|into|to|toward|towards|away)\b|[.;!,]|$)", "the other one"),
        # "ditch the can", "chuck out the can"
        (
            rf"\b(?:{_THROWN})(?= (?:everything|it|them|{_STARTS})\b)",
            "trash",
        ),
        # "the mug that is farther away"
        (
            rf"\bthe ((?:\w+ )?(?:{_KINDS})) (?:that|which) is (?:the )?({_SELECTORS})(?: away)?"
            r"(?: (?:to|from) (?:you|me|yourself|the robot))?\b",
            r"the \2 \1",
        ),
        # "the can goes in the bin", "both mugs go in the bin", "all the rest can go in the drawer"
        (
            rf"(^|[.;:!?,] ?(?:and |then |but )?|\band |\bthen )({_NAMED})"
            r"(?: (?:can|may|should|must|has to|have to) (?:go|belong)| goes| belongs| go| belong)"
            r" (?=in\b|into\b|inside\b)",
            r"\1put \2 ",
        ),
        # "all the balls into the drawer"
        (rf"^({_NAMED}) (?=into\b)", r"put \1 "),
    )
)


def plainer(sentence: str) -> str:
    """The sentence in plain words, unchanged where it is plain already.

    "the can goes in the bin" -> "put the can in the bin"

    Args:
        sentence: lower case, without contractions, as the guard lets it through.
    """
    for pattern, plain in _PLAINER:
        sentence = pattern.sub(plain, sentence)
    return sentence
