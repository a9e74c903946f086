"""Variations of examples for training: other colours, kinds and places, joined requests, slips of the pen.

What a sentence asks for must not hang on which thing it is about, so that things are exchanged at random.
"""

import re
from collections.abc import Sequence

import numpy as np

from legion_ros.language.rephrasing.notation import Example, Request, Span

__all__ = ["joined", "varied"]


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_COLORS = _listed("red green blue yellow orange purple white black")
_MORE_COLORS = _listed("pink brown grey gray silver violet turquoise beige")
_SINGULAR = _listed(
    "box mug ball bottle block cup cube carton flask tin package brick jug sphere tumbler beaker parcel "
    "crate globe packet soda"
)
_PLURAL = _listed(
    "boxes mugs balls bottles blocks cups cubes cartons flasks tins packages bricks jugs spheres tumblers "
    "cans parcels crates sodas"
)
_STRANGE = _listed("teapot banana phone stapler wrench sponge spoon candle hat lamp book pen plate key shoe")
_CAN = re.compile(
    r"(?<=\bthe )can\b|(?<=\ba )can\b|(?<=\bthat )can\b|(?<=\bthis )can\b|(?<=\bmy )can\b|"
    + "|".join(rf"(?<=\b{color} )can\b" for color in _COLORS),
    re.IGNORECASE,
)
_BINS = ("bin", "trash", "garbage", "rubbish bin", "wastebasket", "trash can", "waste bin")
_JOINTS = (
    *(", and then ", " and then ", ". Then ", ", then ", "; then ", ". After that, ", " and after that "),
    *(". Next, ", " and ", ". ", "; ", ", and finally ", ", and when that is done "),
)
_BEFORE = (
    "please ",
    "hey robot, ",
    "robot, ",
    "ok, ",
    "okay so ",
    "well, ",
    "now ",
    "um, ",
    "alright, ",
    "hi, ",
    "hello, ",
)
_AFTER = (
    " please",
    ", please",
    " now",
    ", thanks",
    ", thank you",
    ", would you?",
    ", ok?",
    " for me",
    ", if you would",
)


def varied(example: Example, rng: np.random.Generator) -> Example:
    """A variation of an example that asks for the like."""
    if rng.random() < 0.6:
        example = _exchanged(example, rng)
    if rng.random() < 0.4:
        example = _other_side(example, rng)
    if rng.random() < 0.3:
        example = _other_container(example, rng)
    if rng.random() < 0.12:
        example = _around(example, rng)
    if rng.random() < 0.10:
        example = _slipped(example, rng)
    return example


def joined(first: Example, second: Example, rng: np.random.Generator) -> Example:
    """Both, one after the other; refused where one is."""
    joint = _JOINTS[rng.integers(len(_JOINTS))]
    head, tail = first.sentence.rstrip(" .!"), second.sentence
    if not joint.endswith(". ") and not re.match(r"I\b", tail):
        tail = tail[:1].lower() + tail[1:]
    sentence = f"{head}{joint}{tail}"
    if not first.requests or not second.requests:
        return Example(sentence, ())
    ahead = len(head) + len(joint)
    moved = tuple(
        _map(request, lambda span: (span[0] + ahead, span[1] + ahead)) for request in second.requests
    )
    return Example(sentence, _caveats_last((*first.requests, *moved)))


def _caveats_last(requests: Sequence[Request]) -> tuple[Request, ...]:
    return tuple(sorted(requests, key=lambda request: request.verb in ("leave", "keepout")))


def _map(request: Request, of) -> Request:  # noqa: ANN001  (Span -> Span)
    return Request(
        request.verb, tuple(map(of, request.things)), request.aim, tuple(map(of, request.excepted))
    )


def _replaced(example: Example, found: Sequence[tuple[int, int, str]]) -> Example:
    """The example with pieces [begin, end) of its sentence replaced; those of its spans move along."""
    found = sorted(found)
    sentence, after = "", 0
    for begin, end, text in found:
        sentence += example.sentence[after:begin] + text
        after = end
    sentence += example.sentence[after:]

    def moved(place: int) -> int:
        return place + sum(len(text) - (end - begin) for begin, end, text in found if end <= place)

    return Example(sentence, tuple(_map(r, lambda s: (moved(s[0]), moved(s[1]))) for r in example.requests))


def _whole(word: str, sentence: str) -> list[Span]:
    return [match.span() for match in re.finditer(rf"\b{re.escape(word)}\b", sentence, re.IGNORECASE)]


def _like(text: str, old: str) -> str:
    return text.capitalize() if old[:1].isupper() else text


def _exchanged(example: Example, rng: np.random.Generator) -> Example:
    """With other colours and kinds, the same for the same."""
    found: list[tuple[int, int, str]] = []
    colors = [*_COLORS, *([_MORE_COLORS[rng.integers(len(_MORE_COLORS))]] if rng.random() < 0.2 else [])]
    strange = [_STRANGE[rng.integers(len(_STRANGE))]] if rng.random() < 0.12 else []
    for old, new in (
        (_COLORS, colors),
        (_SINGULAR, [*_SINGULAR, "can", "can", *strange]),
        (_PLURAL, _PLURAL),
    ):
        drawn = rng.permutation(len(new))
        for word, index in zip(old, drawn, strict=False):
            found += [
                (*span, _like(new[index], example.sentence[span[0] :]))
                for span in _whole(word, example.sentence)
            ]
    if re.search(r"\b(?:trash|garbage|rubbish|waste) can\b", example.sentence, re.IGNORECASE) is None:
        kind = _SINGULAR[rng.integers(len(_SINGULAR))]
        found += [(*match.span(), kind) for match in _CAN.finditer(example.sentence)]
    return _replaced(example, found)


def _other_side(example: Example, rng: np.random.Generator) -> Example:
    """Left for right and the other way round, where each is said once."""
    sides = {request.aim for request in example.requests} & {"left", "right"}
    places = {side: _whole(side, example.sentence) for side in ("left", "right")}
    for side, other in (("left", "right"), ("right", "left")):
        if sides == {side} and len(places[side]) == 1 and not places[other]:
            turned = _replaced(example, [(*places[side][0], other)])
            return Example(turned.sentence, tuple(_aimed(r, side, other) for r in turned.requests))
    return example


def _aimed(request: Request, old: str, new: str) -> Request:
    return Request(request.verb, request.things, new if request.aim == old else request.aim, request.excepted)


def _other_container(example: Example, rng: np.random.Generator) -> Example:
    """Things that go into the drawer go into the bin, where nothing else is said of the drawer; and back."""
    verbs = {request.verb for request in example.requests}
    aims = {request.aim for request in example.requests if request.verb == "put"}
    if not verbs <= {"put", "push", "press", "leave", "reach"} or len(aims) != 1:
        return example
    (aim,) = aims
    named = _whole("drawer" if aim == "drawer" else "bin", example.sentence)
    unnamed = re.search(r"cabinet|drawers|bins|bin it|binn", example.sentence, re.IGNORECASE)
    if (
        len(named) != 1
        or unnamed
        or not re.search(r"\b(?:the|a|that|your)\s$", example.sentence[: named[0][0]])
    ):
        return example
    new = _BINS[rng.integers(len(_BINS))] if aim == "drawer" else "drawer"
    turned = _replaced(example, [(*named[0], new)])
    other = "bin" if aim == "drawer" else "drawer"
    return Example(turned.sentence, tuple(_aimed(r, aim, other) for r in turned.requests))


def _around(example: Example, rng: np.random.Generator) -> Example:
    """With small words before or after."""
    if rng.random() < 0.5:
        return _replaced(example, [(0, 0, _BEFORE[rng.integers(len(_BEFORE))])])
    end = len(example.sentence.rstrip(" .!?"))
    return _replaced(example, [(end, len(example.sentence), _AFTER[rng.integers(len(_AFTER))])])


def _slipped(example: Example, rng: np.random.Generator) -> Example:
    """Without its signs, or with a letter lost."""
    if rng.random() < 0.6:
        signs = [match.span() for match in re.finditer(r"[,;:.!?]", example.sentence)]
        return _replaced(example, [(begin, end, "") for begin, end in signs if rng.random() < 0.7])
    letters = [match.start() for match in re.finditer(r"(?<=\w)\w(?=\w)", example.sentence)]
    if not letters:
        return example
    place = letters[rng.integers(len(letters))]
    return _replaced(example, [(place, place + 1, "")])
