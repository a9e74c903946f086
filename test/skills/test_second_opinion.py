"""The rephraser's part in reading instructions, with one that answers what it is told to."""

import numpy as np
import pytest

from legion_ros.core.facts import facts
from legion_ros.knowledge import Knowledge
from legion_ros.language.guard import NotUnderstood, Rejected
from legion_ros.language.rephrasing import Rephrased
from legion_ros.share import share
from legion_ros.skills.goal_text import write
from legion_ros.skills.interpreter import Interpreter

from .scenes import scene


class FakeRephraser:
    """Says what it was made to say, and keeps what it was asked."""

    def __init__(self, text="", probability=0.0, refuse=0.0):
        self.answer = Rephrased(text, probability, refuse)
        self.asked = []

    def rephrase(self, sentence):
        self.asked.append(sentence)
        return self.answer


class Remembering:
    """An encoder that embeds each text once: an interpreter is made for each test."""

    def __init__(self, encoder):
        self.encoder, self.known = encoder, {}

    def encode(self, texts):
        if new := [text for text in dict.fromkeys(texts) if text not in self.known]:
            self.known |= dict(zip(new, self.encoder.encode(new), strict=True))
        return np.array([self.known[text] for text in texts])


@pytest.fixture(scope="module")
def with_both(encoder):
    knowledge = Knowledge.load(share("config", "knowledge", "tabletop"), expert=dict)
    known = Remembering(encoder)
    return lambda rephraser, reader: Interpreter(
        knowledge, known, share("config", "goals.yaml"), reader, rephraser
    )


@pytest.fixture(scope="module")
def interpreter(with_both):
    return lambda rephraser: with_both(rephraser, None)


ODD = "farewell to the mug"


def goal(interpreter, instruction):
    return interpreter.goal(instruction, scene())


def written(found):
    return write(found, scene(), facts(scene()))


def test_what_the_grammar_refuses_is_read_as_it_is_said_again(interpreter):
    with pytest.raises(Rejected):
        goal(interpreter(None), ODD)
    found = goal(interpreter(FakeRephraser("put the mug in the bin", 0.99)), ODD)
    assert written(found) == "in(white_mug, bin)"
    assert found.instruction == ODD
    assert found.notes[0] == "understood as: put the mug in the bin"


def test_what_is_said_again_without_certainty_is_not_taken(interpreter):
    with pytest.raises(Rejected, match="no learned skill fits 'farewell"):
        goal(interpreter(FakeRephraser("put the mug in the bin", 0.2)), ODD)


def test_a_thing_that_is_not_here_is_told_of_where_the_grammar_was_at_a_loss(interpreter):
    with pytest.raises(Rejected, match="teapot"):
        goal(interpreter(FakeRephraser("put the teapot in the bin", 0.99)), "farewell to the teapot, then")


def test_what_is_said_again_in_odd_words_leaves_the_first_reason(interpreter):
    with pytest.raises(NotUnderstood, match="farewell"):
        goal(interpreter(FakeRephraser("polish the mug", 0.99)), ODD)


@pytest.mark.parametrize(
    "text", ["rm -rf /; put the mug in the bin", "", "put the mug in the bin" * 40, "\x07"]
)
def test_nobody_is_asked_about_what_is_no_text_for_a_robot(interpreter, text):
    rephraser = FakeRephraser("put the mug in the bin", 0.99)
    with pytest.raises(Rejected):
        goal(interpreter(rephraser), text)
    assert rephraser.asked == []


def test_doubts_refuse_what_the_grammar_only_just_understood(interpreter):
    said = "shut that drawer on his fingers"
    with pytest.raises(NotUnderstood, match="does not read like anything"):
        goal(interpreter(FakeRephraser(refuse=0.99)), said)


def test_what_was_dropped_beside_a_taught_sentence_is_doubted(interpreter):
    with pytest.raises(NotUnderstood, match="does not read like anything"):
        goal(interpreter(FakeRephraser(refuse=0.99)), "once it gets dark outside, close the drawer")


def test_doubts_do_not_count_against_sentences_that_the_robot_was_taught(interpreter):
    found = goal(interpreter(FakeRephraser(refuse=0.99)), "put the mug in the bin")
    assert written(found) == "in(white_mug, bin)"


def test_two_that_disagree_go_by_the_rephraser_where_it_is_very_sure(interpreter):
    said = "put the mug in the bin"
    certain = goal(interpreter(FakeRephraser("put the mug in the drawer", 0.95)), said)
    assert written(certain) == "in(white_mug, drawer)"
    assert certain.notes[0] == "understood as: put the mug in the drawer"
    assert (
        written(goal(interpreter(FakeRephraser("put the mug in the drawer", 0.85)), said))
        == "in(white_mug, bin)"
    )


def test_what_is_to_be_left_alone_stays_so_whatever_is_said_again(interpreter):
    found = goal(
        interpreter(FakeRephraser("put everything in the bin", 0.99)),
        "clear the table but do not touch the mug",
    )
    assert found.untouched == {"white_mug"}


def test_two_that_agree_keep_the_words_of_the_person(interpreter):
    found = goal(interpreter(FakeRephraser("put the mug in the bin", 0.99)), "bin the mug")
    assert found.notes == ()


@pytest.mark.parametrize(
    "said",
    [
        "i forbid you to put the mug in the bin",
        "nobody should push the mug to the left",
        "if the mug is dirty, put it in the bin",
        "put the mug or the ball in the bin",
        "press the button twice",
        "may the mug go in the bin?",
    ],
)
def test_nothing_is_said_again_of_what_a_word_marks_as_not_to_be_done(interpreter, said):
    with pytest.raises(Rejected):
        goal(interpreter(FakeRephraser("put the mug in the bin", 0.99)), said)


def test_a_negation_that_is_accounted_for_may_be_said_again(interpreter):
    said = "neither can is to be touched, farewell to the mug"
    with pytest.raises(Rejected):
        goal(interpreter(FakeRephraser("put the mug in the bin", 0.99)), said)
    text = "put the mug in the bin, then do not touch both cans"
    rephraser = FakeRephraser(text, 0.99)
    rephraser.answer = Rephrased(text, 0.99, 0.0, (("put", "bin"), ("leave", "")))
    assert goal(interpreter(rephraser), said).untouched == {"red_can", "blue_can"}


@pytest.mark.parametrize(
    "said", ["open", "push the mug to", "push the mug to the", "put the mug in the bi", "farewell to"]
)
def test_nothing_is_said_again_of_what_was_cut_off(interpreter, said):
    with pytest.raises(Rejected):
        goal(interpreter(FakeRephraser("put the mug in the bin", 0.99)), said)


def test_a_network_that_only_wavers_is_believed_where_it_has_no_doubt_that_something_can_be_done(interpreter):
    def of(probability, refuse):
        return interpreter(FakeRephraser("put the mug in the bin", probability, refuse))

    assert written(goal(of(0.56, 0.04), ODD)) == "in(white_mug, bin)"
    for probability, refuse in ((0.56, 0.06), (0.54, 0.0)):
        with pytest.raises(Rejected):
            goal(of(probability, refuse), ODD)


class Says(FakeRephraser):
    """Says something else of each sentence: {sentence: (what, its verbs with their aims)}."""

    def __init__(self, answers, refuse=0.0):
        super().__init__()
        self.answers = {said: (*answer, 0.99, refuse) for said, answer in answers.items()}
        self.otherwise = ("", (), 0.99, refuse)

    def rephrase(self, sentence):
        self.asked.append(sentence)
        text, asks, probability, refuse = self.answers.get(sentence, self.otherwise)
        return Rephrased(text, probability, refuse, asks)


BIN = (("put", "bin"),)


def test_a_remark_with_a_negation_is_no_prohibition(interpreter):
    said = "nobody drinks from that mug any more, so bin it"
    assert written(goal(interpreter(None), said)) == "in(white_mug, bin)"
    assert written(goal(interpreter(Says({said: ("put that mug in the bin", BIN)})), said)) == (
        "in(white_mug, bin)"
    )


def test_what_only_a_remark_seems_to_ask_for_is_not_done(interpreter):
    said = "nobody uses the mug, so farewell to it"
    rest = "there is the mug. so farewell to it"
    text = "put the mug in the bin"
    with pytest.raises(Rejected):
        goal(interpreter(Says({said: (text, BIN)})), said)
    with pytest.raises(Rejected):
        goal(interpreter(Says({said: (text, BIN), rest: ("reach for the mug", (("reach", ""),))})), said)
    found = goal(interpreter(Says({said: (text, BIN), rest: (text, BIN)})), said)
    assert written(found) == "in(white_mug, bin)"


def test_the_network_may_doubt_that_a_negation_is_a_mere_remark(interpreter):
    said = "nobody likes the mug, so clear the table"
    assert len(goal(interpreter(None), said).stages) == 1
    with pytest.raises(NotUnderstood, match="does not read like"):
        goal(interpreter(Says({}, refuse=0.6)), said)
    text = "put everything in the bin, then do not touch the mug"
    with pytest.raises(NotUnderstood, match="does not read like"):
        goal(interpreter(Says({said: (text, (("clear", "bin"), ("leave", "")))})), said)


@pytest.mark.parametrize(
    "said",
    [
        "i do not need the mug put away into that bin",
        "i do not want the mug, dear, in the bin",
        "farewell to the mug? nobody wants that",
        "the mug and farewell, i never said that",
    ],
)
def test_a_negation_counts_wherever_the_grammar_stopped(interpreter, said):
    with pytest.raises(Rejected):
        goal(interpreter(FakeRephraser("put the mug in the bin", 0.99)), said)


def test_a_negation_that_is_said_again_with_the_thing_is_accounted_for(interpreter):
    said = "farewell to the can that isn't red, and not to any other"
    text = "put the can that isn't red in the bin"
    with pytest.raises(Rejected):  # one of two
        goal(interpreter(FakeRephraser(text, 0.99)), said)
    assert written(goal(interpreter(FakeRephraser(text, 0.99)), "farewell to the can that isn't red")) == (
        "in(blue_can, bin)"
    )


def test_what_is_not_meant_is_accounted_for_where_another_is(interpreter):
    said = "not the red can, the blue one: farewell to it"
    assert written(goal(interpreter(FakeRephraser("put the blue can in the bin", 0.99)), said)) == (
        "in(blue_can, bin)"
    )
    with pytest.raises(Rejected):
        goal(interpreter(FakeRephraser("put the red can in the bin", 0.99)), said)
    said = "farewell to the mug, into the bin, not the drawer"
    with pytest.raises(Rejected):
        goal(interpreter(FakeRephraser("put the mug in the drawer", 0.99)), said)


@pytest.mark.parametrize(
    "said",
    [
        "farewell to the mug, Jo",
        "farewell to the mug, wherever it is.",
        "farewell to the mug, Hoffmann's",
        "oi mate, farewell to the mug, will ya?",
        "there is the bin: farewell to the mug, in.",
    ],
)
def test_a_name_or_a_short_word_at_the_end_cuts_nothing_off(interpreter, said):
    found = goal(interpreter(FakeRephraser("put the mug in the bin", 0.99)), said)
    assert written(found) == "in(white_mug, bin)"


class Sure(Says):
    """Likewise, as sure as it is told to be: {sentence: (what, asks, probability, refuse)}."""

    def __init__(self, answers):
        super().__init__({})
        self.answers, self.otherwise = answers, ("", (), 0.0, 1.0)


GLASSES, WITHOUT = "farewell to the mug, i haven't got my glasses on.", "farewell to the mug"
MUG = ("put the mug in the bin", BIN, 0.85, 0.02)


def test_an_aside_is_none_of_it_where_the_network_finds_the_same_without_it(interpreter):
    rephraser = Sure({GLASSES: MUG, WITHOUT: MUG})
    assert written(goal(interpreter(rephraser), GLASSES)) == "in(white_mug, bin)"
    assert rephraser.asked == [GLASSES, WITHOUT]


@pytest.mark.parametrize(
    "other",
    [
        ("put the mug in the bin", BIN, 0.84, 0.02),  # not sure
        ("put the mug in the bin", BIN, 0.85, 0.03),
        ("put the ball in the bin", BIN, 0.99, 0.0),  # of something else
        ("put the mug in the drawer", (("put", "drawer"),), 0.99, 0.0),
        ("put the mug in the bin, then do not touch the ball", (*BIN, ("leave", "")), 0.99, 0.0),
        ("", (), 0.99, 0.0),
    ],
)
def test_an_aside_counts_where_the_network_is_not_as_sure_of_the_same(interpreter, other):
    for said, rest in ((MUG, other), (other, MUG)):
        if ("leave", "") in said[1]:
            continue  # that it was left alone accounts for the negation
        with pytest.raises(Rejected):
            goal(interpreter(Sure({GLASSES: said, WITHOUT: rest})), GLASSES)


class Always(FakeRephraser):
    """Takes whatever is said for the same, and is sure of it."""

    def __init__(self):
        super().__init__()
        self.answer = Rephrased("put everything in the bin", 1.0, 0.0, (("clear", "bin"),))


@pytest.mark.parametrize(
    "said",
    [
        "i forbid you to clear the table",
        "do not, and i repeat, not, clear the table",
        "clear the table. no, don't.",
        "clear the table, just kidding, don't do it",
        "never mind what i said, clear the table isn't what i want",
        "clear the table, not now",
        "clear the table, i don't think so",
        "clear the table? i haven't got my glasses on, no",
        "i haven't got my glasses on, so don't clear the table",
        "don't make me say it twice: never clear the table",
        "i don't have all day, so don't clear the table",
        "my knees are not what they used to be, stop, do not clear the table",
        "how many times do i have to say it, nobody is to clear the table",
    ],
)
def test_however_sure_a_network_is_a_prohibition_stays_one(interpreter, said):
    with pytest.raises(Rejected):
        goal(interpreter(Always()), said)


# -- with a language model besides -----------------------------------------------------------------------


class FakeReader:
    """A language model that answers with what it was made with."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def read(self, instruction, names, predicates):
        self.asked.append(instruction)
        return self.answer


def test_a_language_model_is_not_asked_about_what_the_network_says_again(with_both):
    reader = FakeReader("in(white_mug, drawer)")
    found = goal(with_both(FakeRephraser("put the mug in the bin", 0.99), reader), ODD)
    assert written(found) == "in(white_mug, bin)"
    assert reader.asked == []


@pytest.mark.parametrize("text", ["", "polish the mug"])
def test_a_language_model_is_asked_last_and_once_about_what_was_said(with_both, text):
    reader = FakeReader("in(white_mug, drawer)")
    found = goal(with_both(FakeRephraser(text, 0.99), reader), ODD)
    assert written(found) == "in(white_mug, drawer)"
    assert reader.asked == [ODD]


def test_what_a_language_model_answers_is_not_doubted(with_both):
    reader = FakeReader("in(white_mug, drawer)")
    assert written(goal(with_both(FakeRephraser(refuse=0.999), reader), ODD)) == "in(white_mug, drawer)"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("farewell to the teapot, then", "put the teapot in the bin"),
        ("i forbid you to open it", "open the drawer"),
    ],
)
def test_a_language_model_is_not_asked_about_what_is_not_here_or_forbidden(with_both, said, text):
    reader = FakeReader("in(white_mug, drawer)")
    with pytest.raises(Rejected):
        goal(with_both(FakeRephraser(text, 0.99), reader), said)
    assert reader.asked == []


def test_what_the_network_doubts_of_the_grammars_is_not_asked_either(with_both):
    reader = FakeReader("closed(drawer)")
    with pytest.raises(NotUnderstood, match="does not read like"):
        goal(with_both(FakeRephraser(refuse=0.99), reader), "shut that drawer on his fingers")
    assert reader.asked == []
