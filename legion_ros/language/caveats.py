"""What an instruction says is to be left alone, taken off before the rest is read.

"clear the table but do not touch the mug" -> "clear the table", and the mug is not to be touched
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from legion_ros.language.lexicon import COLORS, KINDS
from legion_ros.language.noun_phrases import lists

__all__ = ["MARK", "Caveat", "take_off"]

MARK = re.compile(r"@(\d+)@")  # stands in a text where a caveat was; the guard lets no "@" through


@dataclass(frozen=True)
class Caveat:
    """Things that are to stay as they are."""

    said: str  # the words that say so
    phrases: tuple[str, ...]  # what names the things
    container: str = ""  # they are only not to be put in there
    state: str = ""  # "open" or "closed": how they are to be left; "" for untouched


def take_off(text: str) -> tuple[str, tuple[Caveat, ...]]:
    """Find what is to be left alone.

    Args:
        text: what `legion_ros.language.guard.plain` returned.

    Returns:
        The text with a mark (`MARK`, by number) in the place of each caveat, and the caveats. Exceptions
        ("but not the mug", "everything that is not red") are written with "except" and stay in the text.
        What is negated in any other way stays too, for the guard to reject.
    """
    text = _EITHER.sub(_every, text)
    text = _EXCEPTION.sub(_except, text)
    text = _BUT_NOT.sub(" except ", text)
    caveats: list[Caveat] = []
    position = 0
    while found := _first(text, position):
        start, end, caveat = found
        mark = f"@{len(caveats)}@"
        caveats.append(caveat)
        if _GOES_ON.match(text, end) and text[:start].strip():  # "put the can, without ..., in the bin"
            rest = text[end:].lstrip(" ,")
            text = f"{text[:start].rstrip(' ,')} {rest} ; {mark}"
            position = start
        else:
            text = f"{text[:start].rstrip(' ,')} ; {mark} ; {text[end:].lstrip(' ,.;')}".strip(" ;")
            position = text.index(mark) + len(mark)
    return text, tuple(caveats)


def _any(words: str) -> str:
    return "|".join(words.split(", "))


_LEAD = (
    r"(?:(?<=^)|(?<=[\s,.;!?:]))(?:(?:and|but|so|just|only|please|i (?:would like|want|need|prefer)"
    "(?: you)? to|also|while|though|although|yet|"
    "however|you|"
    r"whatever you do,?|make sure(?: that)?|be sure(?: that)?|then|always),? )*"
)
_NOT = (
    r"(?:(?:you )?(?:do|must|should|may|can|are) not(?: to)?(?: ever)?|never|"
    r"(?:do not|never) (?:you )?dare(?: to)?|"
    "(?:be |being |take |taking |be very |very )?care(?:ful)? (?:not to|to not|you do not|that "
    "you do not)|"
    "(?:try|make sure|making sure|taking care|be sure|remember|mind|ensuring)(?: that)? (?:not to|"
    "to not|you do not|that you do not)|without(?: ever)?|avoid(?:ing)?|"
    r"refrain(?:ing)? from|no(?= \w+ing\b)|not)"
)
_VERB = _any(
    "(?:even )?(?:lay|put)(?:ing|ting)? (?:a|one|your) (?:finger|hand|claw|gripper)s? on, "
    "lay(?:ing)? hands on, "
    "(?:even )?(?:go|come|get)(?:t?ing)? anywhere (?:near|close to), (?:even )?look(?:ing)? at, "
    "touch(?:ing)?, mov(?:e|ing), disturb(?:ing)?, knock(?:ing)?(?: over| into| against)?, "
    "bump(?:ing)?(?: into)?, hit(?:ting)?, grab(?:bing)?, tak(?:e|ing)(?: away| out)?, "
    "pick(?:ing)?(?: up)?, lift(?:ing)?(?: up)?, "
    "push(?:ing)?, pull(?:ing)?, shift(?:ing)?, handl(?:e|ing), remov(?:e|ing), clear(?:ing)?(?: "
    "away| up)?, "
    "throw(?:ing)?(?: away| out)?, discard(?:ing)?, bin(?:ning)?, trash(?:ing)?, tip(?:ping)?(?: "
    "over)?, "
    "harm(?:ing)?, damag(?:e|ing), break(?:ing)?, topp?l(?:e|ing), interfer(?:e|ing) with, "
    "mess(?:ing)? with, (?:go|come|get)(?:t?ing)? (?:near|close)(?: to)?, approach(?:ing)?, "
    "reach(?:ing)?(?: for)?, put(?:ting)?(?: away)?, plac(?:e|ing), drop(?:ping)?, open(?:ing)"
    "?(?: up)?, "
    "clos(?:e|ing), shut(?:ting)?, press(?:ing)?(?: on| down)?"
)
_WHERE = r"(?:right |exactly |just )?where (?:it|they) (?:is|are|stands?|lies?|sits?)"
_AS = r"(?:just |exactly )?as (?:it is|they are)"
_NOUNS = "|".join(name for names in KINDS.values() for name in names)
_KINDS = rf"(?:(?:{'|'.join(sorted(COLORS))}) )?(?:{_NOUNS})s?"
_STAYING = (
    rf"{_WHERE}|{_AS}|there|here|put|untouched|in (?:its |their )?(?:place|peace)|"
    r"on (?:the (?:table|desk)|it)"
)
_BE = r"stays?|remains?|(?:must|should|shall|can|may|has to|have to|is to|are to) (?:stay|remain)"
_BE_NOT = (
    "(?:must|should|may|can|shall|will) not be|(?:is|are) not to be|(?:do|does) not (?:get|want "
    "to be)|(?:is|are) not"
)
_DONE = _any(
    "touched, moved, disturbed, removed, cleared(?: away)?, picked up, knocked(?: over)?, bumped, "
    "thrown (?:away|out), "
    "binned, taken(?: away)?, pushed, harmed, damaged, to be (?:touched|moved|disturbed)"
)
_TAIL_NOT = re.compile(
    "(?: (?:at all|up|over|away|in(?: it| there)?|with (?:it|them|that)|either|though|anywhere|"
    "again|"
    r"(?:off|from) the table|while you are at it|in the process|doing (?:so|that|it)))*"
)
_INTO = re.compile(r" (?:in|into|inside|to) (?=(?:the|that|your) )")
_TAIL_LEAVE = re.compile(
    rf",? (?:alone|be|out(?: of (?:it|this))?|standing|lying|{_STAYING})(?: (?:{_STAYING}))?"
    r"(?: please)?(?![\w])"
)
_TAIL_STATE = re.compile(
    " (open|closed|shut)(?:ed)?(?: (?:afterwards|after that|at the end|in the end|when you are "
    r"done|for (?:me|us|him|her|them|now)))?(?![\w])"
)
_TAIL_STAY = re.compile(
    f" (?:(?:{_BE})(?: (?:{_STAYING}))?|(?:should|must|can|may|has to|have to|is to|are to|needs? to) "
    rf"(?:be|get) left (?:alone|{_STAYING})|(?:{_BE_NOT}) (?:{_DONE})|(?:do|does) not (?:move|go "
    "anywhere|get touched)|"
    r"(?:is|are) (?:strictly )?(?:off limits|off-limits|taboo|forbidden|not yours))(?![\w])"
)
_ENDS = re.compile(r" *(?:$|[.;!?:,]|\b(?:and|but|then|while|yet|so|though|please|after|before)\b)")
_GOES_ON = re.compile(r",? (?:in|into|inside|to|toward|towards|onto)\b")
# where something is forbidden: "either of the cans", "either the can or the mug", "either can"
_EITHER = re.compile(rf"(\b{_NOT} (?:{_VERB})) either (of |(?=(?:the|my|our|that|this) ))?")
_EITHER_MEANS = {"of ": "all of ", "": "", None: "every "}
_EXCEPTION = re.compile(
    r"\b(everything|all|anything|(?:all |all the |every )?(?:things?|objects?|items?)) "
    r"(?:that|which) (?:is|are) not "
    r"((?:a |an |the )?)([a-z]+(?: [a-z]+)?)(?= (?:in|into|to|away|from|off|on)\b|[.,;!?]|$| and\b)"
)
_BUT_NOT = re.compile(
    r"(?<=\w),? (?:(?:but|and|just|only|though|yet|however),? )*not (?:for )?"
    r"(?=(?:the|my|that|those|these|any) )"
)


def _every(match: re.Match[str]) -> str:
    forbidden, of = match.groups()
    return f"{forbidden} {_EITHER_MEANS[of]}"


def _except(match: re.Match[str]) -> str:
    whole, article, name = match.groups()
    if name in COLORS:
        return f"{whole} except all the {name} things"
    return f"{whole} except {'the' if article == 'the ' else 'every'} {name}"


def _first(text: str, position: int) -> tuple[int, int, Caveat] | None:
    """The first caveat from `position` on, and where it begins and ends."""
    candidates = [
        (match.start(), number, match, read)
        for number, (pattern, read) in enumerate(_FORMS)
        for match in pattern.finditer(text, position)
    ]
    for start, _, match, read in sorted(candidates, key=lambda entry: entry[:2]):
        for phrases, end in lists(text, match.end()):
            if (read_on := read(text, end, match)) and _ENDS.match(text, read_on[0]):
                stop, container, state = read_on
                said = text[start:stop].strip(" ,")
                return start, stop, Caveat(said, tuple(map(_all, phrases)), container, state)
    return None


def _all(phrase: str) -> str:
    """What "any" means where something is forbidden."""
    phrase = re.sub(r"^(?:anything|nothing|whatever)\b", "everything", phrase)
    return re.sub(r"^any of ", "all of ", re.sub(r"^any (?!of )", "every ", phrase))


_Read = tuple[int, str, str] | None  # where it ends, the container, the state


def _not(text: str, end: int, match: re.Match[str]) -> _Read:
    into = _INTO.match(text, end)
    if into:
        phrases, stop = next(lists(text, into.end()), ((), 0))
        return (stop, phrases[0], "") if len(phrases) == 1 else None
    return _TAIL_NOT.match(text, end).end(), "", ""


def _leave(text: str, end: int, match: re.Match[str]) -> _Read:
    if state := _TAIL_STATE.match(text, end):
        return state.end(), "", "open" if state.group(1) == "open" else "closed"
    tail = _TAIL_LEAVE.match(text, end)
    if tail or re.search("leav|keep", match.group()):  # "clear all that, but leave the mug"
        return (tail.end() if tail else end), "", ""
    return None


def _stay(text: str, end: int, match: re.Match[str]) -> _Read:
    tail = _TAIL_STAY.match(text, end)
    return (tail.end(), "", "") if tail else None


def _plain(text: str, end: int, match: re.Match[str]) -> _Read:
    return end, "", ""


_FORMS: tuple[tuple[re.Pattern[str], Callable[..., _Read]], ...] = (
    (re.compile(rf"{_LEAD}{_NOT} (?:{_VERB}) (?=\w)"), _not),
    (re.compile(rf"{_LEAD}avoid(?:ing)? (?=\w)"), _not),
    (re.compile(rf"{_LEAD}(?:touch|mov)(?:e|ing)? (?=nothing else)"), _plain),
    (re.compile(rf"{_LEAD}(?:touch|move|disturb) neither (?=\w)"), _plain),
    (re.compile(rf"{_LEAD}(?:leave|leaving|keep|keeping|let) (?:only |just )?(?=\w)"), _leave),
    (re.compile(rf"{_LEAD}leav(?:e|ing) alone (?=\w)"), _plain),
    (
        re.compile(
            rf"{_LEAD}(?:keep|keeping|stay|staying) (?:your \w+ )?(?:well |far )?"
            r"(?:away from|off(?: of)?|clear of|out of the way of) (?=\w)"
        ),
        _plain,
    ),
    (
        re.compile(
            f"{_LEAD}(?:hands off(?: of)?|mind(?: out for)?|watch out for|look out for|steer clear of) "
            r"(?=\w)"
        ),
        _plain,
    ),
    (re.compile(rf"{_LEAD}spar(?:e|ing) (?=\w)"), _plain),
    (
        re.compile(
            r"(?:(?<=^)|(?<=[.;!?:,] )|(?<= but )|(?<= and ))(?:only )?"
            rf"(?=(?:the|that|my|all|both|those|these|everything) |{_KINDS}\b)"
        ),
        _stay,
    ),
    # "put it in the bin, but it has to stay on the table"
    (re.compile(r"(?<= but )(?=(?:it|they) (?:\w+ ){1,4}on the (?:table|desk))"), _stay),
)
