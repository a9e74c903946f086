import pytest

from legion_ros.language.verbless import with_verb


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("bottle in the drawer", "put bottle in the drawer"),
        ("all the balls into the drawer", "put all the balls into the drawer"),
        ("red can and ball to the bin", "put red can and ball to the bin"),
        ("the mug to the left", "put the mug to the left"),
        ("ball left, can right", "push ball left, can right"),
        ("the drawer shut", "shut the drawer"),
        ("drawer open", "open drawer"),
        ("the button pressed", "press the button"),
        ("have the table cleared", "clear the table"),
        ("have the can thrown away", "throw the can away"),
        ("the can pushed to the left", "pushed the can to the left"),
    ],
)
def test_what_is_to_be_is_said_with_the_verb_that_brings_it_about(said, plain):
    assert with_verb(said) == plain


@pytest.mark.parametrize(
    "said",
    ["put the can in the bin", "the left can", "the open drawer", "a mug in a drawer",
     "the can is in the bin", "press it", "the red can", "get the ball over", "go to the can"],
)  # fmt: skip
def test_anything_else_stays_as_it_is(said):
    assert with_verb(said) == said
