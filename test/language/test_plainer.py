import pytest

from legion_ros.language.plainer import plainer


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("the can goes in the bin", "put the can in the bin"),
        ("the can can go in the bin", "put the can in the bin"),
        ("everything but the mugs goes in the rubbish", "put everything but the mugs in the rubbish"),
        ("press it; the red can belongs in the drawer.", "press it; put the red can in the drawer"),
        ("the mug goes in the bin and the can goes in the drawer",
         "put the mug in the bin and put the can in the drawer"),
        ("put one ball in the bin and the other in the drawer",
         "put one ball in the bin and the other one in the drawer"),
        ("get all of it off the table and into the trash", "get all of it off the table into the trash"),
        ("open the drawer so that i can look inside", "open the drawer"),
        ("open the drawer so i can look inside, then press it", "open the drawer, then press it"),
        ("both cans go in the drawer", "put both cans in the drawer"),
        ("put two of these things in the bin: the can and the mug", "put the can and the mug in the bin"),
        ("push the mug that is farther away to the left", "push the farther mug to the left"),
        ("ditch the can", "throw out the can"),
        ("chuck out both cans", "throw out both cans"),
    ],
)  # fmt: skip
def test_it_is_said_with_a_verb_in_front(said, plain):
    assert plainer(said) == plain


@pytest.mark.parametrize(
    "said",
    [
        "put the can in the bin",
        "push the other can to the left",
        "go to the can",
        "put the junk in the bin",
        "the table is clear",
        "the drawer is open, so close it",
        "put the mug that is red in the bin",
        "take the can from the table and push it to the left",
    ],
)
def test_what_is_plain_stays_as_it_is(said):
    assert plainer(said) == said
