import pytest

from legion_ros.language.fixture_words import check, strange_place, strange_verb
from legion_ros.language.guard import Rejected, plain


@pytest.mark.parametrize(
    ("sentence", "asked", "verb"),
    [
        ("Rewire that button for us, mate.", "press", "rewire"),
        ("Could you fax the drawer, please?", "close", "fax"),
        ("Push the can to the left and repair the button.", "press", "repair"),
        ("Open the bottle, then lock the drawer.", "close", "lock"),
        ("Lift the big red button.", "press", "lift"),
    ],
)
def test_what_nobody_says_who_wants_it_pressed_or_moved_is_found(sentence, asked, verb):
    assert strange_verb(plain(sentence), [asked]) == verb


def test_what_is_not_about_the_drawer_does_not_close_it():
    text = plain("Point at the mug and shut down the computer.")
    assert strange_verb(text, ["reach", "close"]) == text


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        ("Whack the button for us, mate.", "press"),
        ("See that button? Press it.", "press"),
        ("Find the drawer and shut it.", "close"),
        ("Give the button a good thump.", "press"),
        ("Red can: bin. Button.", "press"),
        ("The cans go in the drawer, and then close up.", "close"),
        ("Stow the cups, then close up.", "close"),
        ("Seal the drawer.", "put"),  # nobody takes it for opening or closing
        ("Stroke the button.", "reach"),
    ],
)
def test_other_ways_to_say_it_are_let_be(sentence, asked):
    assert strange_verb(plain(sentence), [asked]) == ""


@pytest.mark.parametrize(
    ("sentence", "aim", "place"),
    [
        ("Put the green ball on the bin.", "bin", "on the bin"),
        ("The blue bottle goes behind the drawer.", "drawer", "behind the drawer"),
        ("Could you move it next to the trash can?", "bin", "next to the trash can"),
        ("I want the bottle under your drawer.", "drawer", "under your drawer"),
    ],
)
def test_beside_is_not_in(sentence, aim, place):
    assert strange_place(plain(sentence), [aim]) == place


@pytest.mark.parametrize(
    ("sentence", "aim"),
    [
        ("The mug beside the bin goes in the bin.", "bin"),
        ("See that can next to the bin? Throw it away.", "bin"),
        ("The mug under the drawer belongs in the bin.", "bin"),
        ("Bin the mug.", "bin"),
        ("Get rid of the can behind the bin.", "bin"),
    ],
)
def test_a_thing_beside_a_container_may_be_put_in_it(sentence, aim):
    assert strange_place(plain(sentence), [aim]) == ""


def test_there_is_one_drawer_and_one_bin():
    with pytest.raises(Rejected, match="no 'second drawer', only one drawer and one bin"):
        check(plain("Put the can in the second drawer."))
    with pytest.raises(Rejected, match="no 'other bin'"):
        check(plain("Put the can in the other bin."))
    check(plain("Put the can in the bin and the other one in the drawer."))
