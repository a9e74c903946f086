"""Programs in their notation, as sequences, varied: nothing is lost, and nothing else can come out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legion_ros.core import LegionError
from legion_ros.language.rephrasing import notation, sequence
from legion_ros.language.rephrasing.notation import VERBS, Example, Request, parse, plain, write
from legion_ros.language.rephrasing.sequence import END, SYMBOLS
from legion_ros.language.rephrasing.variation import joined, varied
from legion_ros.share import share

BIN_IT = "Before you hit the button, bin both cans. => put [both cans] bin ; press"


def test_a_program_is_read_as_requests_about_pieces_of_the_sentence():
    example = parse(BIN_IT)
    assert example.requests == (Request("put", ((31, 40),), "bin"), Request("press"))
    assert example.sentence[31:40] == "both cans"
    assert write(example) == "put [both cans] bin ; press"


def test_a_piece_that_stands_twice_is_the_next_one():
    example = parse("the can left, the can right => push [the can] left ; push [the can] right")
    assert [request.things for request in example.requests] == [((0, 7),), ((14, 21),)]


def test_refuse_is_a_program_without_requests():
    assert parse("wash the mug => refuse") == Example("wash the mug", ())
    assert write(Example("wash the mug", ())) == "refuse"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("bin the mug", "no example"),
        ("bin the mug => bin [the mug]", "no clause; verbs: put, push"),
        ("bin the mug => put [the mug] shelf", "put takes bin or drawer"),
        ("bin the mug => put bin", "put is said of things"),
        ("open it => open [it]", "open is said of nothing"),
        ("bin the mug => put [the cup] bin", r"\[the cup\] is no piece"),
        ("bin the mugs => put [the mug] bin", r"\[the mug\] is no piece"),  # half a word
        ("reach all but it => reach [all] except [it]", "reach has no exceptions"),
    ],
)
def test_what_is_no_program_is_refused_with_the_reason(line, message):
    with pytest.raises(LegionError, match=message):
        parse(line)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (BIN_IT, "put both cans in the bin, then press the button"),
        ("all but the mug, bin => put [all] bin except [the mug]", "put all except the mug in the bin"),
        ("mug can left => push [mug] [can] left", "push mug and can to the left"),
        ("ball to you => push [ball] near", "push ball to the near side"),
        ("empty it, not the can => clear bin ; leave [the can]",
         "put everything in the bin, then do not touch the can"),
        ("shut it, not the button => close ; leave button",
         "close the drawer, then do not touch the button"),
        ("all, not the mug in the bin => tidy drawer ; keepout [the mug] bin",
         "tidy up the table into the drawer, then do not put the mug in the bin"),
        ("touch the box => reach [the box]", "reach for the box"),
        ("sing => refuse", ""),
    ],
)  # fmt: skip
def test_requests_are_said_in_plain_words(line, said):
    assert plain(parse(line)) == said


COLORS = ("red", "green", "blue", "yellow", "orange", "purple", "white", "black")
SENTENCE = "please take the red mug and both cans , then the ball"
SPANS = sequence.words(SENTENCE)


@st.composite
def pieces(draw, least):
    found = []
    for _ in range(draw(st.integers(least, 3))):
        begin = draw(st.integers(0, len(SPANS) - 1))
        end = draw(st.integers(begin, min(len(SPANS) - 1, begin + 4)))
        found.append((SPANS[begin][0], SPANS[end][1]))
    return tuple(found)


@st.composite
def requests(draw):
    verb = draw(st.sampled_from(list(VERBS)))
    named, aims = VERBS[verb]
    aim = draw(st.sampled_from(aims))
    things = draw(pieces(1)) if named and not (verb == "leave" and aim) else ()
    excepted = draw(pieces(0)) if verb in notation.QUANTIFIED else ()
    return Request(verb, things, aim, excepted)


@given(st.lists(requests(), max_size=4))
def test_a_sequence_gives_back_the_program_and_each_symbol_of_it_may_follow(asked):
    example = Example(SENTENCE, tuple(asked))
    found = sequence.encode(example, SPANS)
    assert sequence.decode(found, SENTENCE, SPANS) == example
    for place, token in enumerate(found):
        assert sequence.following(found[:place], len(SPANS))[token]


@given(st.integers(0, 2**32))
def test_whatever_follows_by_the_rules_is_a_program(seed):
    rng, found = np.random.default_rng(seed), []
    while (not found or found[-1] != END) and len(found) < 80:
        allowed = np.flatnonzero(sequence.following(found, len(SPANS)))
        ends = END in allowed and len(found) > 30
        found.append(END if ends else int(rng.choice(allowed)))
    if found[-1] == END:
        example = sequence.decode(found, SENTENCE, SPANS)
        assert all(piece[0] < piece[1] for r in example.requests for piece in (*r.things, *r.excepted))
        for request in example.requests:
            assert request.aim in VERBS[request.verb][1]
        assert [r.verb for r in parse(f"{SENTENCE} => {write(example)}").requests] == [
            r.verb for r in example.requests
        ]


def test_a_piece_of_half_a_word_has_no_sequence():
    with pytest.raises(LegionError, match="no few whole words"):
        sequence.encode(Example("the mug", (Request("reach", ((0, 5),)),)), sequence.words("the mug"))


def test_words_are_counted_up_to_a_limit():
    assert len(sequence.words("a " * 300)) == sequence.WORDS


EXAMPLES = [
    e for file in sorted(share("config", "language", "examples").glob("*.txt")) for e in notation.load(file)
]


@settings(max_examples=200)
@given(st.integers(0, len(EXAMPLES) - 1), st.integers(0, 2**32))
def test_variations_ask_for_the_like_of_whole_pieces(index, seed):
    example = EXAMPLES[index]
    other = varied(example, np.random.default_rng(seed))
    assert [r.verb for r in other.requests] == [r.verb for r in example.requests]
    for request, was in zip(other.requests, example.requests, strict=True):
        assert len(request.things) == len(was.things)
        for begin, end in (*request.things, *request.excepted):
            assert 0 <= begin < end <= len(other.sentence)


def test_left_becomes_right_in_the_sentence_and_in_the_program():
    example = parse("slide the mug to the left => push [the mug] left")
    seen = {varied(example, np.random.default_rng(seed)) for seed in range(60)}
    sides = {
        (" right" in e.sentence, e.requests[0].aim)
        for e in seen
        if "left" in e.sentence or "right" in e.sentence
    }
    assert sides == {(False, "left"), (True, "right")}


def test_a_colour_is_exchanged_everywhere_it_stands():
    example = parse("the red mug and the red can, bin => put [the red mug] [the red can] bin")
    for seed in range(40):
        other = varied(example, np.random.default_rng(seed))
        said = [other.sentence[begin:end].split() for begin, end in other.requests[0].things]
        if all(piece[1:2] and piece[1] in COLORS for piece in said):  # no letter was lost
            assert said[0][1] == said[1][1]


def test_what_is_joined_is_asked_for_in_turn_and_caveats_come_last():
    first = parse("bin the mug, not the can => put [the mug] bin ; leave [the can]")
    both = joined(first, parse("Press the button. => press"), np.random.default_rng(0))
    assert [r.verb for r in both.requests] == ["put", "press", "leave"]
    assert both.sentence[slice(*both.requests[2].things[0])] == "the can"
    refused = joined(first, parse("wash it => refuse"), np.random.default_rng(0))
    assert refused.requests == ()


def test_every_example_that_ships_is_a_sequence_of_whole_words():
    assert len(EXAMPLES) > 5000
    for example in EXAMPLES:
        spans = sequence.words(example.sentence)
        if example.requests:
            assert sequence.decode(sequence.encode(example, spans), example.sentence, spans) == example


def test_symbols_have_places_of_their_own():
    assert len(set(SYMBOLS)) == len(SYMBOLS)
