import pytest

from legion_ros.language.caveats import MARK, Caveat, take_off
from legion_ros.language.guard import plain


def taken(sentence):
    """The rest of the sentence, and the caveats."""
    text, caveats = take_off(plain(sentence))
    return " ".join(MARK.sub(" ", text).replace(";", " ").split()), caveats


@pytest.mark.parametrize(
    ("sentence", "rest", "phrases"),
    [
        ("clear the table but do not touch the mug", "clear the table", ["the mug"]),
        ("clear the table and don't move the mug", "clear the table", ["the mug"]),
        (
            "don't touch the mug or the red can. clear the table",
            "clear the table",
            ["the mug", "the red can"],
        ),
        ("without touching the bottle, clear the table", "clear the table", ["the bottle"]),
        ("clear the table, leaving the mug where it is", "clear the table", ["the mug"]),
        ("leave the mug alone and press the button", "and press the button", ["the mug"]),
        ("keep your hands off the mug and tidy up", "and tidy up", ["the mug"]),
        ("push the box left; the mug must stay on the table", "push the box left", ["the mug"]),
        ("put the can, without touching the mug, in the bin", "put the can in the bin", ["the mug"]),
        ("bin the can and don't touch anything else", "bin the can", ["everything else"]),
        ("clear the table but spare the two cans", "clear the table", ["the two cans"]),
        ("without touching either box, press the button", "press the button", ["every box"]),
        ("tidy up without touching either of the cans", "tidy up", ["all of the cans"]),
        ("tidy up but touch neither the can nor the mug", "tidy up", ["the can", "the mug"]),
        ("bin the can, but it has to stay on the table", "bin the can, but", ["it"]),
    ],
)
def test_what_is_to_be_left_alone_is_taken_off(sentence, rest, phrases):
    text, caveats = taken(sentence)
    assert (text, [phrase for caveat in caveats for phrase in caveat.phrases]) == (rest, phrases)


def test_what_is_not_to_go_into_a_container_keeps_out_of_that_one_only():
    _, (caveat,) = taken("clear the table but don't put the mug in the bin")
    assert caveat == Caveat("but do not put the mug in the bin", ("the mug",), container="the bin")


def test_a_drawer_may_be_left_open_for_somebody():
    text, (caveat,) = taken("put the can in the drawer and leave the drawer open for me")
    assert (text, caveat.phrases, caveat.state) == ("put the can in the drawer", ("the drawer",), "open")


def test_what_is_to_be_left_open_is_a_state():
    _, (caveat,) = taken("put the can in the drawer and leave it open")
    assert (caveat.phrases, caveat.state) == (("it",), "open")


@pytest.mark.parametrize(
    ("sentence", "rest"),
    [
        ("clear the table but not the mug", "clear the table except the mug"),
        ("bin everything that isn't red", "bin everything except all the red things"),
        ("bin everything that is not a can", "bin everything except every can"),
    ],
)
def test_exceptions_are_written_with_except(sentence, rest):
    assert taken(sentence) == (rest, ())


@pytest.mark.parametrize(
    "sentence",
    [
        "don't touch the mug until the drawer is open",
        "do not sing",
        "don't put the mug in the bin, the drawer or the bag",
        "leave me alone",
        "clear the table without the mug",
    ],
)
def test_other_negations_stay_for_the_guard(sentence):
    assert take_off(plain(sentence)) == (plain(sentence), ())
