"""Programs as sequences of symbols and pointers to words, and which may come next.

put [the red mug] drawer ; press   ->   put (2 (4 drawer ; press end       ("(2": the word with index 2)

A pointer is the number of symbols plus the index of a word; a piece is its first and its last word.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from legion_ros.core import LegionError
from legion_ros.language.rephrasing.notation import AIMS, QUANTIFIED, REFUSE, VERBS, Example, Request, Span

__all__ = ["END", "LONGEST", "START", "SYMBOLS", "WORDS", "decode", "encode", "following", "words"]

SYMBOLS = ("start", "end", REFUSE, ";", "except", *VERBS, *AIMS)
START, END = SYMBOLS.index("start"), SYMBOLS.index("end")
WORDS = 110  # of a sentence, at most; 512 bytes have fewer, but for letters set apart
LONGEST = 64  # of a sequence
_PIECE = 16  # words of a piece, at most
_INDEX = {symbol: index for index, symbol in enumerate(SYMBOLS)}
_WORD = re.compile(r"\w+|[^\w\s]")


def words(sentence: str) -> list[Span]:
    """Where the words and signs of a sentence stand, the first `WORDS` of them."""
    return [match.span() for match in _WORD.finditer(sentence)][:WORDS]


def encode(example: Example, spans: Sequence[Span]) -> list[int]:
    """The sequence of an example, after START. Raises LegionError where a piece is no whole words."""
    begins = {begin: index for index, (begin, _) in enumerate(spans)}
    ends = {end: index for index, (_, end) in enumerate(spans)}

    def pointers(pieces: tuple[Span, ...]) -> list[int]:
        found = []
        for begin, end in pieces:
            if begin not in begins or end not in ends or ends[end] - begins[begin] >= _PIECE:
                raise LegionError(f"[{example.sentence[begin:end]}] is no few whole words")
            found += [len(SYMBOLS) + begins[begin], len(SYMBOLS) + ends[end]]
        return found

    found: list[int] = []
    for request in example.requests:
        found += [_INDEX[";"]] if found else []
        found += [_INDEX[request.verb], *pointers(request.things)]
        found += [_INDEX[request.aim]] if request.aim else []
        found += [_INDEX["except"], *pointers(request.excepted)] if request.excepted else []
    return [*(found or [_INDEX[REFUSE]]), END]


def decode(sequence: Sequence[int], sentence: str, spans: Sequence[Span]) -> Example:
    """The example that a sequence (without START, up to END) stands for."""
    requests = []
    for clause in _clauses(sequence):
        if clause.verb == REFUSE:
            return Example(sentence, ())
        pieces = [
            tuple((spans[a][0], spans[b][1]) for a, b in group) for group in (clause.things, clause.excepted)
        ]
        requests.append(Request(clause.verb, pieces[0], clause.aim, pieces[1]))
    return Example(sentence, tuple(requests))


@dataclass
class _Clause:
    verb: str
    things: list[tuple[int, int]]
    aim: str = ""
    excepting: bool = False
    excepted: list[tuple[int, int]] = field(default_factory=list)
    open: int | None = None  # first word of a piece that has no last one yet


def _clauses(sequence: Sequence[int]) -> list[_Clause]:
    found: list[_Clause] = []
    for token in sequence:
        if token == END:
            break
        symbol = SYMBOLS[token] if token < len(SYMBOLS) else ""
        if symbol == ";":
            found.append(_Clause("", []))
        elif not found or not found[-1].verb:
            found = found or [_Clause("", [])]
            found[-1].verb = symbol
        elif symbol == "except":
            found[-1].excepting = True
        elif symbol:
            found[-1].aim = symbol
        elif found[-1].open is None:
            found[-1].open = token - len(SYMBOLS)
        else:
            group = found[-1].excepted if found[-1].excepting else found[-1].things
            group.append((found[-1].open, token - len(SYMBOLS)))
            found[-1].open = None
    return found


def following(sequence: Sequence[int], count: int) -> np.ndarray:
    """(symbols + count,) bool: what may come after `sequence` where the sentence has `count` words."""
    allowed = np.zeros(len(SYMBOLS) + count, bool)
    clauses = _clauses(sequence)
    pointers = allowed[len(SYMBOLS) :]
    if not clauses or not clauses[-1].verb:
        allowed[[_INDEX[verb] for verb in VERBS]] = True
        allowed[_INDEX[REFUSE]] = not clauses
        return allowed
    clause = clauses[-1]
    if clause.verb == REFUSE:
        allowed[END] = True
        return allowed
    if clause.open is not None:
        pointers[clause.open : clause.open + _PIECE] = True
        return allowed
    named, aims = VERBS[clause.verb]
    lacks_aim = not clause.aim and "" not in aims
    if clause.excepting:
        pointers[:] = True
        complete = bool(clause.excepted)
    else:
        pointers[:] = named and not clause.aim
        complete = not lacks_aim and (not named or bool(clause.things) or bool(clause.aim))
        if not clause.aim and not (clause.verb == "leave" and clause.things):
            allowed[
                [
                    _INDEX[aim]
                    for aim in aims
                    if aim and (clause.things or not named or clause.verb == "leave")
                ]
            ] = True
        allowed[_INDEX["except"]] = complete and clause.verb in QUANTIFIED
    allowed[[_INDEX[";"], END]] = complete
    return allowed
