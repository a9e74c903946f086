import pytest
from skills.scenes import scene

from legion_ros.core.skill import PLACES as SKILL_PLACES
from legion_ros.language import lexicon
from legion_ros.language.grounding import Discourse, Grounder, Reference, UnknownThing, on_table
from legion_ros.language.guard import Rejected
from legion_ros.language.phrases import Phrase, patterns

from .fakes import FakeEncoder


def ground(words, scene=None, discourse=None, alike=(), preposition=""):
    grounder = Grounder(FakeEncoder(alike))
    phrase = Phrase(tuple(words.split()), preposition)
    return grounder.ground(phrase, scene or globals()["scene"](), discourse or Discourse())


@pytest.mark.parametrize(
    ("words", "objects"),
    [
        ("the mug", ["white_mug"]),
        ("that cup", ["white_mug"]),
        ("the red can", ["red_can"]),
        ("the blue soda can", ["blue_can"]),
        ("the red one", ["red_can"]),
        ("the white", ["white_mug"]),
        ("the can of soda", ["red_can"]),
        ("one of the cans", ["red_can"]),
        ("the cans", ["red_can", "blue_can"]),
        ("both cans", ["red_can", "blue_can"]),
        ("all of the cans", ["red_can", "blue_can"]),
        ("the farthest can", ["blue_can"]),
        ("the rightmost can", ["blue_can"]),
        ("the leftmost object", ["green_block"]),
        ("the orange thing", ["orange_bottle"]),
    ],
)
def test_words_are_taken_to_objects(words, objects):
    assert list(ground(words)[0].objects) == objects


@pytest.mark.parametrize("words", ["everything", "all", "all the objects", "the things", "this mess"])
def test_everything_is_all_on_the_table(words):
    (found,) = ground(words)
    assert (found.every, len(found.objects)) == (True, 7)


@pytest.mark.parametrize(
    ("words", "fixture"),
    [("the bin", "bin"), ("the trash can", "bin"), ("the basket", "bin"), ("that drawer", "drawer"),
     ("the red button", "button"), ("the switch", "button")],
)  # fmt: skip
def test_words_are_taken_to_fixtures(words, fixture):
    assert ground(words) == [Reference(fixture, fixture=fixture)]


def test_of_several_the_nearest_is_taken_and_said():
    # red_can at (0.38, 0.10), blue_can at (0.55, -0.08): 0.39 m and 0.56 m from the base
    (found,) = ground("the can")
    assert found.objects == ("red_can",)
    assert found.note == "'the can': took red_can, the nearest; there is also blue_can"


def test_things_on_the_table_come_before_those_in_the_bin():
    assert ground("the can", scene(inside={"red_can"}))[0].objects == ("blue_can",)
    assert ground("the red can", scene(inside={"red_can"}))[0].objects == ("red_can",)


@pytest.mark.parametrize("words", ["the piano", "the green mug", "the can opener", "a", "the turquoise ball"])
def test_what_is_not_here_is_named_with_what_is(words):
    with pytest.raises(UnknownThing, match="seen: red can, blue can, white mug"):
        ground(words)


def test_an_unknown_noun_that_means_nearly_the_same_is_taken_and_said():
    (found,) = ground("the goblet", alike={"goblet": "mug"})
    assert found.objects == ("white_mug",)
    assert found.note == "took 'goblet' for a mug"


def test_a_known_noun_needs_no_embedding():
    encoder = FakeEncoder()
    Grounder(encoder).ground(Phrase(("the", "cup")), scene(), Discourse())
    assert encoder.asked == []


@pytest.mark.parametrize(
    ("words", "reason"),
    [("three cans", "asks for 3, but there are 2"), ("some cans", "can't be told from 'some'"),
     ("the thing", "which thing is meant"), ("both mugs", "asks for 2, but there are 1")],
)  # fmt: skip
def test_how_many_or_which_must_be_clear(words, reason):
    with pytest.raises(Rejected, match=reason):
        ground(words)


def test_two_of_three_are_the_nearest_two():
    spots = {"red_can": (0.5, 0.0), "blue_can": (0.4, 0.0), "green_can": (0.6, 0.0)}
    (found,) = ground("two cans", scene(spots))
    assert found.objects == ("blue_can", "red_can")
    assert "took the nearest" in found.note


def test_it_is_what_was_named_last_and_in_it_the_container():
    can, drawer = Reference("object", ("red_can",)), Reference("drawer", fixture="drawer")
    discourse = Discourse([can, drawer])
    assert ground("it", discourse=discourse) == [drawer, can]
    assert ground("it", discourse=discourse, preposition="in") == [drawer]
    with pytest.raises(Rejected, match="nothing was named before that 'them'"):
        ground("them", discourse=discourse)


def test_everything_else_is_what_was_not_named():
    (found,) = ground("everything else", discourse=Discourse([Reference("object", ("red_can",))]))
    assert "red_can" not in found.objects
    assert found.excepted == ("red_can",)


def test_on_the_table_is_whatever_is_in_no_container_nearest_first():
    names = [thing.name for thing in on_table(scene(inside={"purple_box"}))]
    assert "purple_box" not in names
    assert names[0] == "red_can"


@pytest.mark.parametrize(
    ("clause", "place"),
    [
        ("push the mug left", "left"),
        ("push the mug to the right hand side of the table", "right"),
        ("push the mug towards the center", "middle"),
        ("push the mug away from you", "far"),
        ("push the mug further back", "far"),
        ("push the mug closer to you", "near"),
        ("put the left mug in the bin", ""),
        ("put the mug in the bin", ""),
    ],
)
def test_places_are_found_in_a_clause(clause, place):
    assert patterns(clause)[0].place == place


def test_back_may_be_a_place_or_not():
    bare, aimed = patterns("push the drawer back")
    assert (bare.place, aimed.place, aimed.guess) == ("", "far", True)


def test_on_the_left_may_choose_a_thing():
    assert [str(phrase) for phrase in patterns("put the can on the left in the bin")[0].phrases] == [
        "the left can", "the bin",
    ]  # fmt: skip


def test_every_place_of_the_skills_has_words():
    assert lexicon.PLACES.keys() == SKILL_PLACES.keys()


def test_what_is_excepted_is_told_apart():
    (pattern,) = patterns("put everything except the mug and the can in the bin")
    assert [(str(p), p.preposition, p.excepted) for p in pattern.phrases] == [
        ("everything", "", False), ("the mug", "", True), ("the can", "", True), ("the bin", "in", False),
    ]  # fmt: skip
