"""The rephraser's part in reading instructions, with one that answers what it is told to."""

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
        self.answer = Rephrased(text, frozenset(), probability, refuse)
        self.asked = []

    def rephrase(self, sentence):
        self.asked.append(sentence)
        return self.answer


@pytest.fixture(scope="module")
def interpreter(encoder):
    knowledge = Knowledge.load(share("config", "knowledge", "tabletop"), expert=dict)
    return lambda rephraser: Interpreter(
        knowledge, encoder, share("config", "goals.yaml"), rephraser=rephraser
    )


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
    rephraser.answer = Rephrased(text, frozenset({"put", "leave"}), 0.99, 0.0)
    assert goal(interpreter(rephraser), said).untouched == {"red_can", "blue_can"}


@pytest.mark.parametrize(
    "said", ["open", "push the mug to", "push the mug to the", "put the mug in the bi", "farewell to"]
)
def test_nothing_is_said_again_of_what_was_cut_off(interpreter, said):
    with pytest.raises(Rejected):
        goal(interpreter(FakeRephraser("put the mug in the bin", 0.99)), said)
