"""Requests in a small notation: what is to happen, in order, about pieces copied from the sentence.

"Before you hit the button, bin both cans." is `put [both cans] bin ; press`.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from legion_ros.core import LegionError

__all__ = ["AIMS", "QUANTIFIED", "REFUSE", "VERBS", "Example", "Request", "load", "parse", "plain", "write"]

REFUSE = "refuse"  # the whole program of what asks for nothing that the robot can do
_CONTAINERS = ("bin", "drawer")
_PLACES = ("left", "right", "middle", "near", "far")
# {verb: (whether things are named, the aims it may have; "" for none)}
VERBS: dict[str, tuple[bool, tuple[str, ...]]] = {
    "put": (True, _CONTAINERS),
    "push": (True, _PLACES),
    "reach": (True, ("",)),
    "open": (False, ("",)),
    "close": (False, ("",)),
    "press": (False, ("",)),
    "clear": (False, _CONTAINERS),
    "tidy": (False, _CONTAINERS),
    "leave": (True, ("", "drawer", "button")),  # a thing, or one of these
    "keepout": (True, _CONTAINERS),
}
AIMS = tuple(dict.fromkeys(aim for _, aims in VERBS.values() for aim in aims if aim))
QUANTIFIED = ("put", "push", "clear", "tidy")  # what may leave things out

Span = tuple[int, int]  # characters [begin, end) of the sentence


@dataclass(frozen=True)
class Request:
    """One clause of a program."""

    verb: str  # of VERBS
    things: tuple[Span, ...] = ()
    aim: str = ""
    excepted: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Example:
    """A sentence and what it asks for: no requests where it is to be refused."""

    sentence: str
    requests: tuple[Request, ...]


def parse(line: str) -> Example:
    """Read "sentence => program". Raises LegionError where the program is none of this notation."""
    sentence, arrow, program = line.rpartition("=>")
    sentence, program = sentence.strip(), program.strip()
    if not arrow or not sentence:
        raise LegionError(f"{line!r} is no example; one looks like: bin the mug => put [the mug] bin")
    if program == REFUSE:
        return Example(sentence, ())
    found, after = [], 0
    for part in program.split(" ; "):
        request, after = _request(part.strip(), sentence, after)
        found.append(request)
    return Example(sentence, tuple(found))


def write(example: Example) -> str:
    """The program of an example, as `parse` reads it."""
    return " ; ".join(_clause(example.sentence, request) for request in example.requests) or REFUSE


def _clause(sentence: str, request: Request) -> str:
    def copied(spans: tuple[Span, ...]) -> list[str]:
        return [f"[{sentence[begin:end]}]" for begin, end in spans]

    words = [request.verb, *copied(request.things), request.aim]
    words += ["except", *copied(request.excepted)] if request.excepted else []
    return " ".join(filter(None, words))


_PARTS = re.compile(r"(?P<verb>[a-z]+)(?P<things>(?: \[[^\]]+\])*)(?: (?P<aim>(?!except)[a-z]+))?"
                    r"(?: except(?P<excepted>(?: \[[^\]]+\])+))?")  # fmt: skip


def _request(text: str, sentence: str, after: int) -> tuple[Request, int]:
    match = _PARTS.fullmatch(text)
    if match is None or match["verb"] not in VERBS:
        raise LegionError(f"{text!r} is no clause; verbs: {', '.join(VERBS)}")
    verb, aim = match["verb"], match["aim"] or ""
    named, aims = VERBS[verb]
    if aim not in aims:
        raise LegionError(f"{text!r}: {verb} takes {' or '.join(aim or 'no aim' for aim in aims)}")
    spans: list[tuple[Span, ...]] = []
    for group in (match["things"], match["excepted"] or ""):
        found = []
        for piece in re.findall(r"\[([^\]]+)\]", group):
            span = _find(piece, sentence, after)
            after = max(after, span[1])
            found.append(span)
        spans.append(tuple(found))
    if bool(spans[0]) != (named and not (verb == "leave" and aim)):
        raise LegionError(f"{text!r}: {verb} is said {'of things' if named else 'of nothing'}")
    if spans[1] and verb not in QUANTIFIED:
        raise LegionError(f"{text!r}: {verb} has no exceptions")
    return Request(verb, spans[0], aim, spans[1]), after


def _find(piece: str, sentence: str, after: int) -> Span:
    """Where the piece stands: the next place, else the first one, where it is whole words."""
    places = [
        match.start()
        for match in re.finditer(re.escape(piece), sentence)
        if not re.search(r"\w$", sentence[: match.start()]) and not re.match(r"\w", sentence[match.end() :])
    ]
    if not places:
        raise LegionError(f"[{piece}] is no piece of {sentence!r}")
    begin = next((place for place in places if place >= after), places[0])
    return begin, begin + len(piece)


def plain(example: Example) -> str:
    """The requests as a sentence in the plain words of `config/instructions.yaml`; empty for none."""
    said = [_say(example.sentence, request) for request in example.requests]
    return ", then ".join(text for text in said if text)


def _say(sentence: str, request: Request) -> str:
    things = " and ".join(sentence[begin:end].strip(" ,.;:!?") for begin, end in request.things)
    left_out = " and ".join(sentence[begin:end].strip(" ,.;:!?") for begin, end in request.excepted)
    but = f" except {left_out}" if left_out else ""
    match request.verb:
        case "put":
            return f"put {things}{but} in the {request.aim}"
        case "push":
            return f"push {things}{but} to the {_TOWARDS[request.aim]}"
        case "reach":
            return f"reach for {things}"
        case "open" | "close":
            return f"{request.verb} the drawer"
        case "press":
            return "press the button"
        case "clear":
            return f"put everything{but} in the {request.aim}"
        case "tidy":
            return f"tidy up the table into the {request.aim}{but}"
        case "leave":
            return f"do not touch {things or 'the ' + request.aim}"
        case "keepout":
            return f"do not put {things} in the {request.aim}"
    raise AssertionError(request.verb)


_TOWARDS = {"left": "left", "right": "right", "middle": "middle", "near": "near side", "far": "far side"}


def load(file: Path) -> tuple[Example, ...]:
    """The examples of a file, one a line, "#" before remarks. Raises LegionError, naming the line."""
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise LegionError(f"can't read examples from {file}: {error}") from error
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("# "):
            try:
                found.append(parse(line))
            except LegionError as error:
                raise LegionError(f"{file}:{number}: {error}") from error
    return tuple(found)
