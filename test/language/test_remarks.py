import pytest

from legion_ros.language.guard import plain
from legion_ros.language.remarks import without_remarks


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Nobody drinks from that mug any more, so bin it.", "there is that mug. so bin it."),
        ("Nobody's going to use the can, chuck it.", "there is the can. chuck it."),
        ("I can't stand clutter: clear the table.", "clear the table."),
        ("Put one of the cans in the bin, I don't care which.", "put one of the cans in the bin"),
        ("I can't reach the button, would you press it?", "there is the button. would you press it?"),
        ("My wife can't stand an open drawer, close it", "there is the drawer. close it"),
        ("open the drawer, i do not need it anymore", "open the drawer"),
        ("I don't need the mug. Don't touch the can.", "there is the mug. do not touch the can."),
        ("I can't tell which one you mean by the block, point at it.", "there is the block. point at it."),
        ("Could you shut the drawer? I can't reach.", "could you shut the drawer?"),
        ("I never liked the box, into the bin with it", "there is the box. into the bin with it"),
        ("We no longer need the black things, so bin them.", "there is the black things. so bin them."),
        ("It's not as if anybody used the mug, bin it.", "there is the mug. bin it."),
        ("I don't have all day: clear the table.", "clear the table."),
        ("Clear the table, and don't make me say it twice.", "clear the table"),
        ("Clear the table, I don't care how you do it.", "clear the table"),
    ],
)
def test_a_remark_that_forbids_nothing_is_left_out_and_what_it_names_kept(said, left):
    assert without_remarks(plain(said)) == left


@pytest.mark.parametrize(
    "said",
    [
        "open the drawer, then press the button",  # none
        "1) open the drawer 2) close it",
        "nobody likes that box",  # nothing else
        "nobody should push the can, push the mug",  # what may be
        "nobody wants the drawer open, put the can in it",  # what could be done
        "i don't want the mug in the bin, clear the table",
        "i don't want anyone touching the mug, clear the table",
        "i can't bear to see the mug go, clear the table",
        "i don't want you near the mug, clear the table",  # the robot
        "i don't need the mug yet, put it away",  # not now
        "i don't want the mug, the can and the ball in the bin",  # a list that goes on
        "i don't want the mug, dear, in the bin",
        "i don't like the mug, nor the can, in the drawer",
        "bin the mug? nobody wants that mug",  # answers
        "press the button, i don't know",
        "press it. i don't want that",
        "open it, i don't want it",
        "put it away, i don't know where",
        "clear the table. i can't say i like it",
        "clear the table. i'm not serious",
        "the paint isn't dry yet, move the box",
        "the mug isn't rubbish, clear the table",
        "nobody uses the drawer except you, open it",
        "it is not as if anybody should clear the table, clear it",
        "i don't have all day to open the drawer, press it",
        "clear the table? don't make me say it twice",
        "don't make me clear the table, press it",
        "i don't care how you were told to do it, press it",
        "do not open the drawer",
        "never mind the drawer, press the button",
    ],
)
def test_whatever_else_is_negated_stays(said):
    assert without_remarks(plain(said)) == plain(said)
