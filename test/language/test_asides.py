import pytest

from legion_ros.language.asides import without_asides
from legion_ros.language.guard import plain


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("My eyes are not what they were; point to the mug", "point to the mug"),
        ("I'm not as young as I was, press the button", "press the button"),
        ("My husband isn't the man he was, press it", "press it"),
        ("Point to the mug, I can't see a thing without my glasses", "point to the mug"),
        ("I can't bend down any more, open it", "open it"),
        ("Point to the mug, I haven't got my glasses on.", "point to the mug"),
        ("Push the mug here so that Mia can't reach it", "push the mug here"),
        ("Shut the drawer so nobody bangs into it", "shut the drawer"),
    ],
)
def test_an_aside_with_a_negation_is_left_out(said, left):
    assert without_asides(plain(said)) == left


@pytest.mark.parametrize(
    "said",
    [
        "open the drawer, then press the button",  # none
        "my eyes are not what they were",  # nothing else
        "clear the table? i haven't got my glasses on",  # an answer
        "clear the table. no, don't",
        "clear the table, i don't think so",
        "clear the table, i do not",
        "clear the table, i'm not serious",  # takes it back
        "clear the table, i am not as sure as i was",
        "clear the table, i haven't got permission",
        "clear the table, i haven't got my blessing on me",
        "clear the table, i can't bend to that wish",
        "clear the table, i can't see the point",
        "clear the table, we can't",
        "clear the table, you are not well",  # the robot
        "clear the table, my mug is not what it was",  # a thing
        "clear the table, i'm not well yet",  # not now
        "i'm not well, for you to clear the table",  # it goes on
        "i can't bend down and never clear the table",
        "clear the table so that mia can't reach it and don't press the button",
        "so that mia can't reach it, clear the table",  # for what is not said yet
        "clear the table, so you do not trip",
        "clear the table, so mum does not want that",
        "do not clear the table",
        "do not, and i repeat, not, clear the table",
        "i forbid you to clear the table",
        "never mind what i said, clear the table isn't what i want",
        "my knees aren't what they were and don't clear the table",
    ],
)
def test_whatever_else_is_negated_stays(said):
    assert without_asides(plain(said)) == plain(said)
