import pytest

from legion_ros.language.fixture_verbs import strange_verb
from legion_ros.language.guard import plain


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


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        ("Whack the button for us, mate.", "press"),
        ("See that button? Press it.", "press"),
        ("Find the drawer and shut it.", "close"),
        ("Give the button a good thump.", "press"),
        ("Red can: bin. Button.", "press"),
        ("The cans go in the drawer, and then close up.", "close"),
        ("Seal the drawer.", "put"),  # nobody takes it for opening or closing
        ("Stroke the button.", "reach"),
    ],
)
def test_other_ways_to_say_it_are_let_be(sentence, asked):
    assert strange_verb(plain(sentence), [asked]) == ""
