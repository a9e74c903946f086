import pytest

from legion_ros.language.clauses import Clause, split
from legion_ros.language.guard import Rejected
from legion_ros.language.politeness import imperative


def texts(sentence):
    return [clause.text for clause in split(sentence)]


@pytest.mark.parametrize(
    ("polite", "plain"),
    [
        ("could you please clear the table for me", "clear the table"),
        ("hey robot, i would like you to open the drawer now, thanks", "open the drawer"),
        ("would you mind clearing the table", "clearing the table"),
        ("let us tidy up", "tidy up"),
        ("go put the can away", "put the can away"),
        ("go over to the can", "go over to the can"),
        ("i want the table cleared", "have the table cleared"),
        ("make sure that the drawer is open", "have the drawer open"),
        ("give the button a push", "push the button"),
        ("please", ""),
    ],
)
def test_politeness_is_taken_off(polite, plain):
    assert imperative(polite) == plain


@pytest.mark.parametrize(
    ("sentence", "clauses"),
    [
        ("clear the table", ["clear the table"]),
        ("open the drawer and close it", ["open the drawer", "close it"]),
        ("open the drawer. then close it!", ["open the drawer", "close it"]),
        ("put the mug and the can in the bin", ["put the mug, the can in the bin"]),
        ("put the mug, the ball and the can in the bin", ["put the mug, the ball, the can in the bin"]),
        ("put the mug and can in the bin", ["put the mug, can in the bin"]),
        ("press the button and bin the mug", ["press the button", "bin the mug"]),
        (
            "put the mug in the bin and the can in the drawer",
            ["put the mug in the bin", "put the can in the drawer"],
        ),
        (
            "put the ball in the bin and the mug and the can in the drawer",
            ["put the ball in the bin", "put the mug, the can in the drawer"],
        ),
        ("put the mug in the bin, the can too", ["put the mug in the bin", "put the can in the bin"]),
        ("reach for the mug, then the ball", ["reach for the mug", "reach for the ball"]),
        ("push the mug left and then do the same with the can", ["push the mug left", "push the can"]),
        ("press the button before you clear the table", ["press the button", "clear the table"]),
    ],
)
def test_a_sentence_is_cut_where_another_request_begins(sentence, clauses):
    assert texts(sentence) == clauses


def test_taking_hold_on_the_way_is_one_request_with_what_follows():
    assert split("pick up the can and put it in the bin") == [Clause("put it in the bin", taken="the can")]
    assert split("grab the ball and toss into the bin") == [Clause("toss it into the bin", taken="the ball")]
    assert texts("pick up the can and press the button") == ["pick up the can", "press the button"]


def test_a_statement_before_a_request_is_a_remark():
    first, second = split("the drawer is closed, open it")
    assert (first.remark, second) == (True, Clause("open it"))


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("the table is clear", "is a statement"),
        ("i like the can", "is a statement"),
        ("hello", "asks for nothing"),
        ("a red can", "names a thing, but not what to do"),
        ("open it, the can goes first", "is a statement"),
    ],
)
def test_a_sentence_that_asks_for_nothing_is_rejected(sentence, reason):
    with pytest.raises(Rejected, match=reason):
        split(sentence)
