import pytest

from legion_ros.language.clauses import split
from legion_ros.language.guard import Rejected
from legion_ros.language.order import stretches


def order(sentence):
    return [stretch.text for stretch in sorted(stretches(sentence), key=lambda stretch: stretch.rank)]


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        ("press it. then open it", ["press it", "open it"]),
        ("press it before you open it", ["press it", "open it"]),
        ("before you open it, press it", ["press it", "open it"]),
        ("before opening it, press it", ["press it", "opening it"]),
        ("after you press it, open it", ["press it", "open it"]),
        ("open it after pressing it", ["pressing it", "open it"]),
        ("open it, and after you have pressed it, close it", ["open it", "pressed it", "close it"]),
        ("open it after pressing it, and close it", ["pressing it", "open it", "close it"]),
        ("open it after putting the can, the mug in it", ["putting the can, the mug in it", "open it"]),
        ("open it, but press it first", ["press it", "open it"]),
        ("open it, but first press it", ["press it", "open it"]),
        ("open it. before that, press it", ["press it", "open it"]),
        ("push it, then open it, but before that press it", ["push it", "press it", "open it"]),
        ("press it. before that open it, but first close it", ["close it", "open it", "press it"]),
        ("open it and close it before you press it", ["open it and close it", "press it"]),
    ],
)
def test_parts_come_true_in_the_order_that_is_meant(sentence, parts):
    assert order(sentence) == parts


def test_parts_are_read_in_the_order_in_which_they_are_said():
    clauses = split("before you close the drawer, put the can in it")
    assert [(clause.text, clause.rank) for clause in clauses] == [
        ("close the drawer", 1),
        ("put the can in it", 0),
    ]


def test_a_part_with_before_that_has_no_end_is_rejected():
    with pytest.raises(Rejected, match="where the part with 'before' ends"):
        stretches("before opening the drawer press the button")


def test_a_caveat_keeps_its_place_and_moves_nothing():
    parts = [(stretch.text, stretch.rank) for stretch in stretches("open it ; @0@ ; but first press it")]
    assert [text for text, _ in parts] == ["open it", "@0@", "but first press it"]
