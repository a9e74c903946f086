"""Sentences as people say them, with slots in the place of the things that they name."""

import re

from legion_ros.language.lexicon import COLORS, DETERMINERS, FIXTURES, KINDS, QUANTIFIERS

__all__ = ["named_kinds", "slotted"]


def _any(words: object) -> str:
    return "|".join(sorted(words, key=len, reverse=True))  # type: ignore[call-overload]


_KIND_OF = {name: kind for kind, names in KINDS.items() for name in names}
_FIXTURE_OF = {name: kind for kind, names in FIXTURES.items() for name in names}
_BEFORE = rf"(?:(?:{_any(DETERMINERS | QUANTIFIERS)}) )*(?:(?:{_any(COLORS)}) )?"
_THING = re.compile(rf"(?<![{{\w]){_BEFORE}({_any(_KIND_OF)})(e?s)?(?![\w}}])")
_FIXTURE = re.compile(rf"(?<![{{\w]){_BEFORE}({_any(_FIXTURE_OF)})(?![\w}}])")


def slotted(sentence: str) -> str:
    """The sentence with slots: "stack the red block on a box" -> "stack {object} on {object}".

    Slots that stand there already stay.
    """
    text = " ".join(sentence.lower().rstrip(".!").split())
    text = _FIXTURE.sub(lambda match: f"{{{_FIXTURE_OF[match.group(1)]}}}", text)
    return _THING.sub(lambda match: "{objects}" if match.group(2) else "{object}", text)


def named_kinds(sentence: str) -> tuple[str, ...]:
    """The kinds of things that a sentence names, in its order: "stack the cubes" -> ("block",)."""
    text = _FIXTURE.sub(" ", sentence.lower())
    return tuple(dict.fromkeys(_KIND_OF[match.group(1)] for match in _THING.finditer(text)))
