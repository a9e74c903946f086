"""An instruction cut into clauses, each one request in the imperative with its politeness taken off."""

import re
from dataclasses import dataclass, replace

from legion_ros.language import lexicon
from legion_ros.language.caveats import MARK
from legion_ros.language.guard import EXAMPLES, Rejected
from legion_ros.language.lexicon import ACQUIRE, DISCARD, PRONOUNS
from legion_ros.language.noun_phrases import STARTS, begins_with_name, is_statement, names_thing
from legion_ros.language.order import stretches
from legion_ros.language.politeness import imperative
from legion_ros.language.verbless import with_verb

__all__ = ["Clause", "split"]


@dataclass(frozen=True)
class Clause:
    """One request, or a remark that only mentions things."""

    text: str  # plain words, commas between coordinated things
    remark: bool = False  # a statement before a request: what it names can be "it", nothing is done
    taken: str = ""  # what a clause before took hold of on the way to this one: "it" of this clause
    rank: int = 0  # what has a lower one comes true earlier
    caveat: int | None = None  # number of the caveat that was said here (see legion_ros.language.caveats)


def split(sentence: str) -> list[Clause]:
    """The clauses of a sentence that the guard let through, in the order in which they are said.

    "put the mug and the can in the bin, then close it" -> "put the mug and the can in the bin", "close it"

    Args:
        sentence: plain text, with marks where caveats were taken off.

    Raises:
        Rejected: nothing in it asks for anything.
    """
    clauses = _merge_taking(_put_first([_clause(text, rank) for text, rank in _texts(sentence)]))
    if not any(clause.caveat is None and not clause.remark for clause in clauses):
        what = f"{sentence!r} is a statement" if clauses else f"{sentence!r} asks for nothing"
        raise Rejected(f"{what}; give an instruction", EXAMPLES, "for example")
    said = [clause for clause in clauses if clause.caveat is None]
    for clause, following in zip(said, [*said[1:], None], strict=True):
        asks = clause.remark and _ASKS.match(clause.text) and _TELLING.search(clause.text)
        if asks and not (following and _PRONOUN.search(following.text)):
            raise Rejected(f"{clause.text!r} is a statement; give an instruction", EXAMPLES, "for example")
    latest = said[-1]
    if clauses[-1].remark and _TELLING.search(latest.text):  # it may ask for something that is not understood
        raise Rejected(f"{latest.text!r} is a statement; give an instruction", EXAMPLES, "for example")
    return clauses


def _texts(sentence: str) -> list[tuple[str, int]]:
    """What each clause says, and its rank."""
    texts: list[tuple[str, int]] = []
    sentence = _EXCEPTED_END.sub(r"\1 ", _EXCEPT.sub(r" \1 ", _PAIRS.sub(" ", sentence)))
    for stretch in stretches(sentence):
        if MARK.fullmatch(stretch.text):
            texts.append((stretch.text, stretch.rank))
            continue
        said = (i for i in reversed(range(len(texts))) if not _asks_nothing(texts[i][0]))
        at = next(said, None)
        before = texts[at][0] if at is not None else ""
        shares = bool(before) and not _FIXTURE.search(_AIMED.sub("", before))
        more = _coordinated(stretch.text, shares)
        if at is not None and before and more:
            before, more[0] = _shared(before, more[0], shares)
            texts[at] = (before, texts[at][1])
        texts += [(text, stretch.rank) for text in more]
    return texts


def _asks_nothing(text: str) -> bool:
    return bool(MARK.fullmatch(text)) or is_statement(text)


def _shared(before: str, text: str, shares: bool) -> tuple[str, str]:
    """A clause and what was said after it, each with what it takes from the other: the verb, or where to.

    `shares`: the verb of the clause before may do for a thing.
    """
    same = _SAME.match(text)
    aim = _AIMED.search(text)
    if shares and aim and names_thing(text) and not _has_aim(before) and not DISCARD.search(before):
        before += aim.group()  # "push the ball and then the box to the left"
    if same or names_thing(text):
        # "reach for the mug, then the ball", "..., then do the same with the ball"
        return before, _like(before, same.group(1) if same else text)
    if _AIM.match(text):  # "push the box to the left, then to the right"
        return before, f"{_AIMED.sub('', before)} {text}"
    return before, text


def _clause(text: str, rank: int) -> Clause:
    if mark := MARK.fullmatch(text):
        return Clause(text, caveat=int(mark.group(1)), rank=rank)
    if is_statement(text):
        if _BACK.search(text):
            raise Rejected(f"{text!r} is a statement; give an instruction", EXAMPLES, "for example")
        return Clause(text, remark=True, rank=rank)
    if names_thing(text):
        raise Rejected(f"{text!r} names a thing, but not what to do with it", EXAMPLES, "for example")
    return Clause(text, rank=rank)


# Two verbs of which the first says nothing.
_PAIRS = re.compile(
    r"\b(?:go ahead and|go on and|go and|come and|try and|be so kind and|do me a favor and)\b"
)
# An exception goes on with what it is an exception to.
_EXCEPT = re.compile(r", ?(except(?: for)?|apart from|aside from|besides|other than|save for) ")
_EXCEPTED_END = re.compile(r"( except [^,.;:!?]*), ?(?=(?:in|into|inside|to|toward|towards)\b)")
_SOFT = r", and |, | and |,"
_MOVING = ("put ", "push ")  # what becomes of the things may be said by the verb before
_ASKS = re.compile(  # somebody to do something
    r"^(?!i |we ).*\b(?:should|must|goes|go|belongs?|needs?|ought|shall)\b|"
    r"^(?:i|we) (?:would (?:like|love|prefer)|want|wish|prefer|need)\b"
    r"(?! to (?:see|look|know|find|check|get|work|leave))"
)
_FIXTURE = re.compile(rf"\b(?:{'|'.join(n for names in lexicon.FIXTURES.values() for n in names)})\b")
_BACK = re.compile(  # what takes a request back
    r"\b(?:kidding|joking|joke|wrong|mistake|mistaken|take (?:that|it|this) back|changed? (?:my|"
    r"our) mind|cancel|never mind|forget)\b"
)
_TELLING = re.compile(
    rf"\b(?:{'|'.join(n for names in (*lexicon.KINDS.values(), *lexicon.FIXTURES.values()) for n in names)})"
    r"(?:e?s)?\b|"
    r"\b(?:first|last|next|then|not)\b"
)
_AIM = re.compile(r"^(?:(?:back|over) )*(?:to|into|toward|towards|left|right|in)\b(?! it\b)")
_AIMED = re.compile(
    " (?:(?:back|over) )*(?:in|into|inside|to|toward|towards|left|right|back|away|over|closer|"
    r"nearer)\b.*"
)
# "do the same with the can"
_SAME = re.compile(r"^do (?:the same|likewise|this|that) (?:with|to|for) (.+)$")


def _coordinated(stretch: str, shares: bool = False) -> list[str]:
    """Clauses joined by commas and "and": what begins like a thing goes on with the clause before.

    `shares`: there is a clause before the stretch whose verb may do for its first thing.
    """
    stretch = imperative(stretch)
    stated = with_verb(stretch)
    if not shares or not stated.startswith(_MOVING):
        stretch = stated
    texts: list[str] = []
    things: list[str] = []  # named since the last verb, and not told yet what becomes of them
    for piece in [*re.split(_SOFT, stretch), None]:
        text = imperative(piece) if piece else ""
        stated = with_verb(text) if texts else text
        if not stated.startswith(_MOVING) or stated.split()[0] in text.split():
            text = stated  # "have the drawer shut and the button pressed"
        naming = bool(texts) and names_thing(text) and bool(text)
        if naming:
            things.append(text)
        if things and (piece is None or not naming or _has_aim(text)):
            joined = ", ".join(things)
            things = []
            *_, left_out = texts[-1].partition(" except ")
            excepts = left_out and not _has_aim(left_out) and not _has_aim(joined)
            if excepts or not _has_aim(texts[-1]):  # "put the can | and the mug in the bin"
                texts[-1] += f", {joined}"
            elif _has_aim(joined):  # "put the can in the bin | and the mug in the drawer"
                texts.append(f"{_verb(texts[-1])} {joined}")
            else:  # "put the can in the bin | and the mug, too"
                texts.append(_like(texts[-1], joined))
        if text and not naming:
            same = _SAME.match(text)
            texts.append(_like(texts[-1], same.group(1)) if same and texts else text)
    return texts


def _has_aim(text: str) -> bool:
    return bool(
        re.search(r" (?:in|into|inside|to|toward|towards|onto|on|over|left|right|away|back|closer)\b", text)
    )


def _verb(text: str) -> str:
    words = text.replace(",", " ,").split()
    end = next(
        (
            i
            for i, word in enumerate(words)
            if i and (word in STARTS | PRONOUNS or begins_with_name(words[i:]))
        ),
        1,
    )
    return " ".join(words[:end])


def _like(text: str, thing: str) -> str:
    """The clause `text` said of another thing."""
    verb = _verb(text)
    aim = re.search(r" (?:in|into|inside|to|toward|towards) .*", text[len(verb) :])
    return f"{verb} {thing}{aim.group() if aim and not _has_aim(thing) else ''}"


def _put_first(clauses: list[Clause]) -> list[Clause]:
    """What a later clause names as first gets its rank: "..., but do the bottle first"."""
    kept: list[Clause] = []
    for clause in clauses:
        match = _DO.match(clause.text)
        same = [other for other in kept if match and _names(other.text, match.group(1))]
        if same:
            kept = [replace(other, rank=clause.rank) if other is same[-1] else other for other in kept]
        else:
            kept.append(clause)
    return kept


_DO = re.compile(r"^(?:do|start with|begin with|handle|deal with) ((?:the|both|all) .+)$")


def _merge_taking(clauses: list[Clause]) -> list[Clause]:
    """Leave out "pick up the can" where a clause after it says what to do with it."""
    merged: list[Clause] = []
    taken, taker = "", -1
    for index, clause in enumerate(clauses):
        match = None if clause.remark or clause.caveat is not None else _TAKING.match(clause.text)
        user = _user(clauses, index, match.group(1)) if match else None
        if user is not None:
            taken, taker = match.group(1), user
            continue
        text = clause.text
        if index == taker and not (_PRONOUN.search(text) or _names(text, taken)):
            verb, _, rest = text.partition(" ")
            text = f"{verb} it {rest}"  # "grab the ball and toss into the bin"
        merged.append(replace(clause, text=text, taken=taken if index == taker else ""))
    return merged


def _user(clauses: list[Clause], index: int, thing: str) -> int | None:
    """Which clause after `index` says what to do with the thing that is taken there."""
    later = [i for i in range(index + 1, len(clauses)) if clauses[i].caveat is None]
    if not later or clauses[later[0]].remark:
        return None
    text = clauses[later[0]].text
    if _about_it(text) or _names(text, thing):
        return later[0]
    if len(later) > 1 and _INTO_IT.search(clauses[later[1]].text):
        return later[1]  # "take the mug, open the drawer and put it in"
    return None


def _names(text: str, thing: str) -> bool:
    """Whether the text names one of the things as well."""
    nouns = {part.split()[-1] for part in thing.split(",") if part.split()}
    return not nouns.isdisjoint(text.replace(",", "").split())


_TAKING = re.compile(
    rf"^{ACQUIRE} (?!rid\b)((?:(?! in | into | to | over | off ).)+?)(?: up| from the table| off "
    "the table)?$"
)


_INTO_IT = re.compile(r"\b(?:put|place|drop|throw|toss|stow|set|lay) (?:it|them) (?:in|into|inside)\b")
_PRONOUN = re.compile(r"\b(?:it|them)\b")


def _about_it(text: str) -> bool:
    words = text.split()
    if _PRONOUN.search(text):
        return True
    return (
        not any(word in STARTS for word in words[1:2])
        and not begins_with_name(words[1:])
        and len(words) > 1
        and _has_aim(text)
    )
