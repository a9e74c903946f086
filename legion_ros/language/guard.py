"""What is turned away before any meaning is looked for: what is no text, no instruction, or a prohibition.

Embeddings can't do this ("do not clear the table" lies next to "clear the table"); a small grammar can.
"""

import re
import unicodedata
from collections.abc import Sequence

from legion_ros.core import LegionError

__all__ = [
    "LIMIT",
    "Marked",
    "NotUnderstood",
    "Rejected",
    "check",
    "encoded",
    "negations",
    "plain",
    "sentence",
]

LIMIT = 512  # bytes of UTF-8


class Rejected(LegionError):  # noqa: N818  (what happens to a goal, not a fault)
    """An instruction that no plan is made for; the message tells the user why, and what would do."""

    def __init__(
        self, reason: str, nearest: Sequence[str] = (), label: str = "nearest known", offer: str = ""
    ) -> None:
        """The message: the reason, the nearest things that are known, under that label, what can be done."""
        self.reason = reason
        self.nearest = tuple(nearest)
        known = f"{label}: {', '.join(nearest)}" if nearest else ""
        super().__init__("; ".join(filter(None, (reason, known, offer))))


class NotUnderstood(Rejected):
    """Nothing speaks against the instruction; it is only not understood."""


class Marked(Rejected):
    """A word in it says not just to do it: a negation, a condition, a choice, a question."""

    negation = False  # whether that is what it is


def sentence(instruction: object) -> str:
    """Check an instruction and write it plainly: `plain`, then `check`. Raises Rejected."""
    text = plain(instruction)
    check(text)
    return text


def plain(instruction: object) -> str:
    """Write an instruction plainly.

    Args:
        instruction: what was received, of whatever kind.

    Returns:
        Lower case, single spaces, plain apostrophes, contractions written out, polite idioms that look like a
        negation taken off; the punctuation is kept.

    Raises:
        Rejected: no text, empty, too long, with characters or words of no instruction, or code.
    """
    text = _text(instruction)
    written = _plain(text)
    if not re.search(r"[a-z]", written):
        raise _rejected(f"{_quote(text)} has no words")
    if match := _LOOSENED.search(written):
        raise _rejected(f"{_quote(text)} is about the robot's limits ({match.group().strip(' ,.;:')!r})")
    if match := _CODE.search(written):
        raise _rejected(
            f"{_quote(text)} reads like a command for a computer ({match.group().strip(' ,.;')!r})"
        )
    if match := _AJAR.search(written):
        raise _rejected(
            f"{_quote(text)} asks for a part of it ({match.group(1)!r}), which is not understood yet"
        )
    return written


def check(text: str) -> None:
    """Raise Rejected where a plain text says what not to do, sets a condition, asks or leaves a choice."""
    for pattern, reason in _REASONS:
        if match := pattern.search(text):
            reason = f"{_quote(text)} {reason.format(match.group().strip(' ,.;'))}"
            marked = Marked(reason, EXAMPLES, "for example")
            marked.negation = pattern.pattern == _NEGATION
            raise marked


def encoded(instruction: str) -> bytes:
    """An instruction as UTF-8. Raises Rejected where it is no valid unicode, and so has no words."""
    try:
        return instruction.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _rejected(f"the instruction is no valid unicode (at character {error.start})") from error


def negations(text: str) -> int:
    """How many words of a plain text mark a negation."""
    return len(re.findall(_NEGATION, text))


EXAMPLES = ("clear the table", "put the can in the bin", "open the drawer")


def _rejected(reason: str) -> Rejected:
    return Rejected(reason, EXAMPLES, "for example")


_CONTRACTIONS = (
    (r"\b(do|does|did|is|are|was|were|would|could|should|must|have|has|had|need)n ?'? ?t\b", r"\1 not"),
    (r"\bwon ?'? ?t\b", "will not"),
    (r"\bcan't\b|\bcannot\b|\bcant\b", "can not"),
    (r"\blet'?s\b(?= \w)", "let us"),
    (r"\b(i|you|we|they|it|that)'d\b", r"\1 would"),
    (r"\b(i|you|we|they)'ll\b", r"\1 will"),
    (r"\b(i)'m\b", r"\1 am"),
    (r"\b(you|we|they)'re\b", r"\1 are"),
    (r"\b(i|you|we|they)'ve\b", r"\1 have"),
    (r"\b(it|that|there|what|where|who|how|he|she|here)'s\b", r"\1 is"),
)


def _any(phrases: str) -> str:
    return "|".join(phrases.split(", "))


# Signs of notes: "mug + ball -> drawer", "1) open it 2) close it".
_SIGNS = (
    (re.compile(r"(?<=\w) [&+] (?=\w)"), " and "),
    (re.compile(r"(?<=\w) (?:->|=>|\u2192) (?=\w)"), " to "),
    (re.compile(r"(?<=\w) / (?=\w)"), ", "),
    (re.compile(r"(?:^|(?<=[ .,;]))[1-9]\) ?(?=\w)"), "; "),
)

# Idioms with a negative or conditional word that ask for something all the same.
_IF = _any(
    "you would not mind, you do not mind, you can, possible, you could, you please, you like, "
    "it is not too much (?:trouble|bother|work|to ask), it is (?:no|not a) (?:trouble|bother|"
    "problem), it is (?:ok|okay|all right), "
    "you have a (?:moment|second|minute|sec), you would be so kind, you would like, you would, "
    "that is ok, that is okay, that is all right"
)
_WHEN = _any("you are ready, you have time, you can, you get a chance, you like, you have a moment")
_IDIOMS = re.compile(
    r"\b(?:(?:do not|never) forget to|do not hesitate to|why do not you|no problem|"
    rf"while you are (?:at it|there)|if (?:{_IF})|when(?:ever)? (?:{_WHEN}))\b"
)
# What only says that something comes next, though it looks like a condition.
_SEQUELS = (
    (
        re.compile(
            r"\b(?:when|once|as soon as|after) (?:you are|that is|this is|it is|you have) (?:all )?"
            r"(?:done|finished|through)(?: with (?:that|this|it|them))?\b(?! \w+ing\b)"
        ),
        "then",
    ),
    (
        re.compile(r"\b(?:once|when|as soon as) you have (?=\w+ (?:the|all|both|every|each|it|them|that)\b)"),
        "after you have ",
    ),
)
_NOT = _any(
    "not, never, no, none, nothing, nobody, nowhere, neither, nor, without, avoid, avoiding, "
    "refrain, "
    "refuse, forbid, forbidden, prohibited, banned, void, revoked, withdrawn, rescinded, retracted, "
    "prevent, ignore, hardly, instead of, rather than, under no, far be it, "
    "hold(?:ing)? off, hold(?:ing)? back, abstain, desist, "
    "the last thing (?:i|we) (?:want|need|would like)(?: to see)? is (?!(?:for )?(?:you|to)\\b)"
)
_STOP = _any(
    "stop, quit, cease, halt, abort, cancel, skip, leave, forget, undo, keep"
)  # as the verb of a clause
_NEGATION = rf"\b(?:{_NOT})\b|(?:^|[,.;] ?|\b(?:and|then|please|you|to) )(?:{_STOP})\b"
_CONDITION = r"\b(?:if|unless|until|till|while|when|whenever|once|because)\b(?! (?:more|again))"
_QUESTION = (
    r"^(?:(?:please|hey|hi|ok|okay|so|robot|and|well|tell me|do you know|i wonder)[, ]+)*"
    "(?:what|where|who|whom|whose|why|how|which|when|is|are|am|was|were|does|did|has|had|may|"
    "might|shall|should|"
    r"must|do (?:you|we|i|they|it)|have (?:you|we|i|they)|"
    r"(?:can|could|would|will) (?:i|we|they|he|she|it|the|there|anyone))\b(?! (?:mind|you mind))"
)
_CODE = re.compile(
    r"[<>{}\[\]|\\=$#@^~`*_/%+()&§°€£]|--|\w\.\w|\bfor \w+ in\b|^def |\blambda\b|"
    r"\b(?:drop|create|alter|truncate) (?:table|database|schema|index|view)\b(?! (?:off|up))|"
    r"\bselect .+ from\b|\binsert into \w+ (?:values|select)\b|\bdelete from\b|\bupdate \w+ set\b|"
    r"\b(?:sudo|import|chmod|wget|curl|eval|exec|https?|www)\b|^(?:print|echo)\b"
)
# Words that are to make a machine forget what holds for it: no person talks so to a robot about a table.
_LIMITS = r"(?:safety|limits?|restrictions?|rules|guardrails?|checks?|filters?|protections?|safeguards?)"
_LOOSENED = re.compile(
    r"^system\b[^.,;!?]*:|\boverrid(?:e|ing|den)\b|\b(?:developer|debug|admin|administrator|god|root) mode\b|"
    rf"\b{_LIMITS}(?: \w+)? (?:is|are|was|were|has been|have been) "
    r"(?:now |all |turned |switched )*(?:off|disabled|gone|lifted|removed|suspended|over)\b|"
    r"\b(?:bypass|disable|ignore|circumvent|deactivate|forget|turn off|switch off|"
    r"pretend that there are no)"
    rf"(?: \w+){{0,3}} (?:{_LIMITS}|instructions)\b|\b(?:unrestricted|jailbreak|jailbroken)\b"
)
# Before politeness takes "just a little bit" off: a drawer is open or closed. "open it a bit" is only mild.
_AJAR = re.compile(
    r"(?<!is )(?<!are )\b(?:open|close|shut)\b[^.,;:!?]* "
    r"((?:just|only) (?:slightly|an? (?:(?:little|tiny|wee) )?bit)|"
    r"an? (?:(?:little|tiny|wee) )?(?:crack|fraction|inch|cm|centimet(?:er|re)))\b(?! \w+er\b)"
)
_REASONS = tuple(
    (re.compile(pattern), reason)
    for pattern, reason in (
        (_NEGATION, "says what not to do ({!r}); say what to do"),
        (
            r"\b(?:any|every)thing (?:but|except) (?=(?:open|clos|shut|press|push|put|clear|tidy|touch|mov|"
            r"throw|bin)\w* (?:the|that|this|my|it|all|both)\b)",
            "says only what not to do ({!r}); say what to do",
        ),
        (
            r"\b(?:almost|nearly|half ?way|partly|partially|half)\b",
            "asks for a part of it ({!r}), which is not understood yet",
        ),
        (
            r"\b(?:after|before|as soon as|by the time) (?:i|we|he|she|they|somebody|someone|anybody|noon|"
            r"midnight)\b",
            "sets a condition ({!r}), which is not understood yet",
        ),
        (_CONDITION, "sets a condition ({!r}), which is not understood yet"),
        (
            r"\b(?:twice|thrice|\w+ times|repeatedly|forever|over and over)\b",
            "asks to repeat it ({!r}), which is not understood yet",
        ),
        (
            r"\b(?:at the same time|simultaneously|at once and|in parallel)\b",
            "asks for two things at once ({!r}); say which comes first",
        ),
        (
            r"\b(?:wonder(?:ing)?|unsure|undecided) whether (?:to|i|we)\b",
            "leaves open what to do ({!r})",
        ),
        (r"\bor\b", "leaves a choice ({!r}); say which"),
        (_QUESTION, "is a question; give an instruction"),
    )
)


def _text(instruction: object) -> str:
    if not isinstance(instruction, str):
        raise _rejected(f"an instruction must be text, not {type(instruction).__name__}")
    size = len(encoded(instruction))
    if size > LIMIT:
        raise Rejected(f"the instruction has {size} bytes; at most {LIMIT} are taken, a sentence or two")
    if not instruction.strip():
        raise _rejected("the instruction is empty")
    for index, character in enumerate(instruction):
        code = f"U+{ord(character):04X}"
        category = unicodedata.category(character)
        if category.startswith("C") and character not in "\t\n\r":
            raise _rejected(f"the instruction has a control character ({code}, at {index})")
        if category.startswith("L") and not unicodedata.name(character, "").startswith(_LATIN):
            raise _rejected(f"the letter {character!r} ({code}) is not of the English alphabet")
        if category in ("So", "Sk", "Mn", "Me", "Mc"):
            raise _rejected(f"the character {character!r} ({code}) is no part of a sentence")
    return instruction


_LATIN = ("LATIN", "FULLWIDTH LATIN")


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = re.sub(r"[\u2018\u2019\u02bc\u00b4]", "'", plain)
    plain = re.sub(r"[\u201c\u201d\u00ab\u00bb\"]", " ", plain)
    plain = re.sub(r"[\u2013\u2014]", ", ", plain)
    plain = " ".join(plain.split())
    for pattern, simpler in _SIGNS:
        plain = pattern.sub(simpler, plain)
    for pattern, written_out in _CONTRACTIONS:
        plain = re.sub(pattern, written_out, plain)
    for pattern, simpler in _SEQUELS:
        plain = pattern.sub(simpler, plain)
    return " ".join(_IDIOMS.sub(" ", plain).split()).strip(" ,")


def _quote(text: str) -> str:
    short = text if len(text) <= 60 else text[:57] + "..."
    return repr(" ".join(short.split()))
