"""Asides with a negation that may be left out where a second opinion finds the same without them.

What people tell of themselves beside a request takes more words than `remarks` knows: "my eyes are not what
they were; point to the mug", "push it over here so that Mia can't reach it". Such an aside is of one of a
few kinds: how somebody fares, what he is not able to or does not have on him, what is to be spared
somebody else. And nothing in it refers to the request or to a thing, speaks to the robot, judges, permits,
doubts, puts off or takes back. As neither list is ever complete, the rest alone has to be taken for the same
request, and surely: see `legion_ros.skills.second_opinion.Opinion.repeats`.
"""

import re

from legion_ros.language import guard
from legion_ros.language.plain.parts import COLORS, FIXTURES, KINDS
from legion_ros.language.remarks import NOBODY, OPENERS, PERSON, WEIGHTY, pieces

__all__ = ["without_asides"]

_MY = rf"(?:my|our|his|her)(?: (?!(?:{COLORS}|{KINDS}|{FIXTURES}|table|desk|not)\b)[a-z-]+){{1,2}}?"
_FIT = (
    r"(?:tall|strong|young|fit|steady|quick|fast|awake|nimble|mobile|flexible|spry|agile|well|healthy|sharp|"
    r"patient)"
)
_WERE = r"(?:(?:once|ever) )?(?:used to be|were|was)"
_FARES = (
    rf"(?:what (?:they|it|i|we|he|she) {_WERE}|as {_FIT} as (?:they|it|i|we|he|she) {_WERE}|"
    rf"the (?:man|woman|boy|girl|lad|lass) (?:i|he|she) {_WERE}|(?:(?:very|too|quite|really) )?{_FIT})"
)
_ABLE = (
    r"(?:(?:even|really|quite) )?(?:(?:see|read|hear|find|make out|smell)"
    r"(?: (?:a thing|much|well|properly|far|clearly|from here))+|"
    r"(?:walk|bend|kneel|stoop|stretch|lean|climb|get up|stand up|sit down|straighten up|breathe|sleep)\b"
    r"(?P<manner>.*))"
)
_ON = r"(?: on(?: me)?| with (?:me|us|him|her)| handy| (?:to|at) hand)"
_BELONGING = rf"(?P<thing>(?:my|our|his|her|any|a) (?:\w+ )?\w+){_ON}"
# How somebody fares, what he is not able to, what he does not have on him.
_ASIDE = re.compile(
    rf"(?:i|we|he|she|(?P<mine>{_MY})) (?:"
    rf"(?:am|is|are|was|were) (?:not|no longer|hardly) {_FARES}|"
    rf"can (?:not|never|hardly|no longer) {_ABLE}|"
    rf"(?:(?:do|does|did) not have|(?:have|has|had) not(?: got)?) {_BELONGING})"
)
# What is asked for before it is done for this, which is about somebody else than the robot.
_OTHER = rf"(?!(?:you|they|it|there|this|that|these|those|every\w+) ){PERSON}"
_PURPOSE = re.compile(
    rf"so (?:that )?(?:{NOBODY} (?:can|will|has|(?!is |was )[a-z]+s)|"
    rf"{_OTHER} (?:can|will|do|does|is|are) (?:not|never|no longer)) (?P<rest>.+)"
)
# A thing, what may refer to the request, or what may be a will, a judgement, a permission: a reason against.
_WORDS = re.compile(
    rf"\b(?:it|its|that|this|them|those|these|ones?|so|such|and|things|table|desk|{COLORS}|{KINDS}(?:e?s)?|"
    rf"{FIXTURES}s?)\b"
)
_REASONS = re.compile(
    r"\b(?:and|this|that|these|those|so|such|have|(?:wish|want|will|plan|inten|deci|mind|opinion|think|know|"
    r"believ|idea|answer|word|bless|consent|author|accept|tolerat|refus|forgiv|heart|nerve|reason|chance|doubt|"
    r"trust|feel|happ|care|caring|stand|bear|lik|lov|need|hop|expect|support)\w*)\b"
)
# What goes on with a clause that an insertion interrupted: "i am not in bed, dear, for you to ..."
_GOES_ON = re.compile(r"(?:at|for|to|of|that|who|whom|which|when|in|on|with|about|any|either|nor|as|not)\b")
_WITHOUT = re.compile(rf"(?<=\w) without (?:my|our|his|her) (?!(?:\w+ )?{KINDS})[a-z-]+$")


def without_asides(text: str) -> str:
    """The text without what may be mere asides with a negation.

    "my eyes are not what they were; point to the mug" -> "point to the mug"

    Args:
        text: what `legion_ros.language.remarks.without_remarks` returned.

    Returns:
        The text as it was where there are none, or where they are all that is said.
    """
    said = pieces(text, purposes=True)
    kept = [piece + sign for index, (piece, sign) in enumerate(said) if not _aside(said, index)]
    if len(kept) == len(said) or not re.search(r"[a-z]", "".join(kept)):
        return text
    return " ".join(" ".join(kept).split()).strip(" ,;:")


def _aside(said: list[tuple[str, str]], index: int) -> bool:
    """Whether a clause may be such an aside, where it stands."""
    before = said[index - 1][1] if index else ""
    follows = said[index + 1][0].strip() if index + 1 < len(said) else ""
    if "?" in before + said[index][1] or _GOES_ON.match(follows):
        return False  # "bin the mug? i have not got my glasses on"
    bare = _WITHOUT.sub("", OPENERS.sub("", said[index][0].strip()))
    if guard.negations(bare) != 1 or WEIGHTY.search(bare):
        return False  # no more than one: "so that she can't reach it and don't press the button"
    if index and (purpose := _PURPOSE.fullmatch(bare)):
        return not _REASONS.search(purpose["rest"])
    found = _ASIDE.fullmatch(bare)
    if not found:
        return False
    free = " ".join(filter(None, (found["manner"], found["thing"])))  # any words may be here
    return not _WORDS.search(free) and not _REASONS.search(f"{free} {found['mine'] or ''}")
