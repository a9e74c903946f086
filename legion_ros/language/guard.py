"""What is turned away before any meaning is looked for: what is no text, no instruction, or a prohibition.

Embeddings can't do this ("do not clear the table" lies next to "clear the table"); a small grammar can.
"""

import re
import unicodedata
from collections.abc import Sequence

from legion_ros.core import LegionError

__all__ = ["LIMIT", "Rejected", "sentence"]

LIMIT = 512  # bytes of UTF-8


class Rejected(LegionError):
    """An instruction that no plan is made for; the message tells the user why, and what would do."""

    def __init__(self, reason: str, nearest: Sequence[str] = (), label: str = "nearest known") -> None:
        """The message is the reason, then the nearest things that are known, under that label."""
        self.reason = reason
        self.nearest = tuple(nearest)
        super().__init__(f"{reason}; {label}: {', '.join(nearest)}" if nearest else reason)


def sentence(instruction: object) -> str:
    """Check an instruction and write it plainly.

    Args:
        instruction: what was received, of whatever kind.

    Returns:
        Lower case, single spaces, plain apostrophes, contractions written out, polite idioms that look like a
        negation taken off; the punctuation is kept.

    Raises:
        Rejected: no text, empty, too long, with characters or words that no instruction has, negated, or
        code.
    """
    text = _text(instruction)
    plain = _plain(text)
    if not re.search(r"[a-z]", plain):
        raise Rejected(f"{_quote(text)} has no words", EXAMPLES, "for example")
    if match := _CODE.search(plain):
        raise Rejected(
            f"{_quote(text)} reads like a command for a computer ({match.group().strip()!r})", EXAMPLES
        )
    if match := _NEGATION.search(plain):
        raise Rejected(
            f"{_quote(text)} says what not to do ({match.group().strip()!r}); say what to do", EXAMPLES
        )
    if match := _CONDITION.search(plain):
        raise Rejected(
            f"{_quote(text)} sets a condition ({match.group().strip()!r}), which is not understood yet"
        )
    if match := re.search(r"\b(?:twice|thrice|\w+ times|repeatedly|forever|over and over)\b", plain):
        raise Rejected(f"{_quote(text)} asks to repeat it ({match.group()!r}), which is not understood yet")
    if re.search(r"\bor\b", plain):
        raise Rejected(f"{_quote(text)} leaves a choice ('or'); say which", EXAMPLES, "for example")
    if _QUESTION.search(plain):
        raise Rejected(f"{_quote(text)} is a question; give an instruction", EXAMPLES, "for example")
    return plain


EXAMPLES = ("clear the table", "put the can in the bin", "open the drawer")

_CONTRACTIONS = (
    (r"\b(do|does|did|is|are|was|were|would|could|should|must|have|has|had|need)n ?'? ?t\b", r"\1 not"),
    (r"\bwon ?'? ?t\b", "will not"),
    (r"\bcan't\b|\bcannot\b|\bcant\b", "can not"),
    (r"\blet'?s\b(?= \w)", "let us"),
    (r"\b(i|you|we|they)'d\b", r"\1 would"),
    (r"\b(i|you|we|they)'ll\b", r"\1 will"),
    (r"\b(i)'m\b", r"\1 am"),
    (r"\b(you|we|they)'re\b", r"\1 are"),
    (r"\b(i|you|we|they)'ve\b", r"\1 have"),
    (r"\b(it|that|there|what|where|who|how|he|she|here)'s\b", r"\1 is"),
)

# Idioms with a negative word that ask for something all the same.
_IDIOMS = re.compile(
    r"\bif you (?:would|do) not mind\b|\bwhy do not you\b|\b(?:do not|never) forget to\b|\bdo not hesitate to\b|"
    r"\bif (?:you can|possible|you could|you please|you like|you would|that is ok|that is okay|that is all right)\b|"
    r"\bwhen(?:ever)? (?:you are ready|you have time|you can|you get a chance|you like|you have a moment)\b|"
    r"\bno problem\b"
)

_NEGATION = re.compile(
    r"\b(?:not|never|no|none|nothing|nobody|nowhere|neither|nor|without|avoid|avoiding|refrain|refuse|forbid|"
    r"prevent|ignore|hardly|n't|can't)\b|\binstead of\b|\brather than\b|\bunder no\b|"
    r"(?:^|[,.;] ?|\b(?:and|then|please|you|to) )(?:stop|quit|cease|halt|abort|cancel|skip|leave|forget|undo|keep)\b"
)

_CONDITION = re.compile(r"\b(?:if|unless|until|till|while|when|whenever|once|because)\b(?! (?:more|again))")

_WH = r"(?:what|where|who|whom|whose|why|how|which|when)"
_AUXILIARY = (
    r"(?:is|are|am|was|were|does|did|has|had|may|might|shall|should|must|do (?:you|we|i|they|the|it)|"
    r"have (?:you|we|i|they)|(?:can|could|would|will) (?!you\b)(?:i|we|they|he|she|it|the|there|anyone))"
)
_QUESTION = re.compile(
    rf"^(?:(?:please|hey|hi|ok|okay|so|robot|and|well|tell me|do you know|i wonder)[, ]+)*(?:{_WH}|{_AUXILIARY})\b"
    r"(?! (?:mind|you mind))"
)

_CODE = re.compile(
    r"[<>{}\[\]|\\=$#@^~`*_/%+()&§°€£]|--|"
    r"\b(?:drop|create|alter|truncate) (?:table|database|schema|index|view)\b(?! (?:off|up))|"
    r"\bselect .+ from\b|\binsert into \w+ (?:values|select)\b|\bdelete from\b|\bupdate \w+ set\b|"
    r"\b(?:sudo|import|chmod|wget|curl|eval|exec|https?|www)\b|^(?:print|echo)\b|\bfor \w+ in\b|^def |\blambda\b|\w\.\w"
)


def _text(instruction: object) -> str:
    if not isinstance(instruction, str):
        raise Rejected(f"an instruction must be text, not {type(instruction).__name__}", EXAMPLES, "for example")
    try:
        size = len(instruction.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise Rejected(
            f"the instruction is no valid unicode (at character {error.start})", EXAMPLES
        ) from error
    if size > LIMIT:
        raise Rejected(f"the instruction has {size} bytes; at most {LIMIT} are taken, a sentence or two")
    if not instruction.strip():
        raise Rejected("the instruction is empty", EXAMPLES, "for example")
    for index, character in enumerate(instruction):
        category = unicodedata.category(character)
        if category.startswith("C") and character not in "\t\n\r":
            raise Rejected(
                f"the instruction has a control character (U+{ord(character):04X}, at {index})", EXAMPLES
            )
        if category.startswith("L") and not unicodedata.name(character, "").startswith(
            ("LATIN", "FULLWIDTH LATIN")
        ):
            raise Rejected(
                f"the letter {character!r} (U+{ord(character):04X}) is not of the English alphabet", EXAMPLES
            )
        if category in ("So", "Sk", "Mn", "Me", "Mc", "Co"):
            raise Rejected(
                f"the character {character!r} (U+{ord(character):04X}) is no part of a sentence", EXAMPLES
            )
    return instruction


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = re.sub(r"[\u2018\u2019\u02bc\u00b4]", "'", plain)
    plain = re.sub(r"[\u201c\u201d\u00ab\u00bb\"]", " ", plain)
    plain = re.sub(r"[\u2013\u2014]", ", ", plain)
    plain = " ".join(plain.split())
    for pattern, written_out in _CONTRACTIONS:
        plain = re.sub(pattern, written_out, plain)
    return " ".join(_IDIOMS.sub(" ", plain).split()).strip(" ,")


def _quote(text: str) -> str:
    short = text if len(text) <= 60 else text[:57] + "..."
    return repr(" ".join(short.split()))
