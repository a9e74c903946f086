"""Whether people say of bin, drawer and button what the network takes them to say.

There are few things to do with a button or a drawer, so the network takes a verb that it has hardly seen
beside one for the usual thing: "rewire that button" pressed it. Embeddings are no better: "raise the button"
lies next to "press the button". What is done with a can is safe from this: it takes an aim besides. But
then "behind the drawer" is as good as in it.
"""

import re
from collections.abc import Collection

from legion_ros.language.guard import Rejected
from legion_ros.language.lexicon import FIXTURES, words
from legion_ros.language.plain.parts import KINDS

__all__ = ["check", "strange_place", "strange_verb"]

_CUT = re.compile(r"[.,;:!?]+ ?|\b(?:and|then|before|after|once|but)\b")
_OTHER = re.compile(rf"\b(?:{KINDS})(?:e?s)?\b|\b(?:everything|all|things?|stuff|table|desk)\b")
_NAMED = (
    r"(?P<before>[\w'-]+)?,? ?(?:\b(?:the|that|this|your|my|our|ye|yon|a|big|red|little|wee|bloody|damn|old|"
    r"same|top|push|said) )*\b(?:{})\b"
)
# Words that may stand before it in a request without a verb, or with one that says nothing of itself.
_SMALL = words(
    "the teh a that and then of with at after before want wants need needs needed first last next now for "
    "please like on in into inside to is have has do does get gets getting goes finally lastly also just so "
    "ok okay it too by up out off over would could let let's plus afterwards once see from near all no save "
    "saving call"
)


def _inflected(stems: str, endings: str) -> str:
    return rf"\b(?:{stems.replace(' ', '|')})(?:{endings.replace(' ', '|')})?\b"


_PRESS = re.compile(
    _inflected(
        "press push hit ring poke touch tap depress click activate activat whack jab boop smack punch "
        "trigger slap actuate actuat buzz mash smash fire fir prod bop operate operat engage engag thump "
        "bash bang knock thumb strike strik pound stab nudge nudg squash dab beep switch toggle toggl stamp "
        "rap bump flick pop shove shov",
        "s es d ed ped ing ping ting bing",
    )
    + r"|\ba (?:go|try|turn|shove|squeeze)\b|\bset off\b|\busing\b|\buse\b"
)
_MOVE = re.compile(
    _inflected(
        "open clos close shut unshut pull push slid slide slam extend return jerk ram nudge nudg shove shov "
        "bump draw yank tug drag ease eas retract roll bang knock wrench fling crack pop whip swing "
        "kick thrust prise pris pry press slip ajar wide tidy stow",
        "s es d n ed ped ging ged ing ping ting ming med",
    )
    + r"(?! (?:down|off)\b)| in$"
)
_SAID_OF = (
    (
        frozenset({"press"}),
        re.compile(_NAMED.format("button|switch|buzzer|bell|doorbell|knob|btn|buton")),
        _PRESS,
    ),
    (frozenset({"open", "close"}), re.compile(_NAMED.format("drawers?|cabinet|drw|drawr")), _MOVE),
)


def strange_verb(text: str, asked: Collection[str]) -> str:
    """The verb that stands before a button or drawer and that nobody says who wants it pressed, or moved.

    The whole text, where it is not about the one that the network thinks of.

    Args:
        text: what `legion_ros.language.guard.plain` returned.
        asked: verbs of the network's program.

    Returns:
        "" where there is none, or where what is asked for is said in other words as well ("see that button?
        press it").
    """
    pieces = _CUT.split(text)
    for verbs, named, sayings in _SAID_OF:
        if verbs.isdisjoint(asked):
            continue
        if any(sayings.search(p) and (named.search(p) or not _OTHER.search(p)) for p in pieces):
            continue
        mentions = list(filter(None, map(named.search, pieces)))
        if not mentions:
            return text
        for found in mentions:
            if (word := found["before"]) and word not in _SMALL:
                return word
    return ""


_ANOTHER = re.compile(
    r"\b(?:second|third|fourth|bottom|lower|upper|middle|other|another) (?:drawer|bin|trash can)s?\b"
)
_AWAY = re.compile(
    r"\b(?:throw|toss|chuck|fling|sling)\w*\b.*\b(?:away|out)\b|"
    r"\b(?:rid of|dispos|discard|junk|scrap|dump|ditch|sling)"
)
_MENTION = {
    aim: re.compile(
        r"(?P<beside>\b(?:on|onto|on top of|upon|behind|under|underneath|beneath|below|beside|next to|"
        r"against|around|in front of) (?:(?:the|that|this|my|your|our) )?(?:\w+ )?)?"
        rf"\b(?:{'|'.join(sorted(FIXTURES[aim], key=len, reverse=True))})\b"
    )
    for aim in ("bin", "drawer")
}


def check(text: str) -> None:
    """Raise Rejected where a plain text is about one of several bins or drawers: there is one of each."""
    if found := _ANOTHER.search(text):
        raise Rejected(f"there is no {found.group()!r}, only one drawer and one bin")


def strange_place(text: str, aims: Collection[str]) -> str:
    """Where a thing is to be put that is beside, on or under what the network takes it to be put in.

    Args:
        text: what `legion_ros.language.guard.plain` returned.
        aims: "bin", "drawer": where its program puts things.

    Returns:
        "" where there is none, or where the container, or to throw something away, is named besides.
    """
    for aim in sorted(set(aims) & _MENTION.keys()):
        mentions = list(_MENTION[aim].finditer(text))
        thrown = aim == "bin" and _AWAY.search(text)
        if mentions and not thrown and all(found["beside"] for found in mentions):
            return mentions[0].group()
    return ""
