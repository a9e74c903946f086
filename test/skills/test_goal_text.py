import pytest

from legion_ros.core import LegionError
from legion_ros.core.facts import facts
from legion_ros.skills.goal_text import FACTS, parse, write

from .scenes import scene


def test_a_goal_is_read_stage_by_stage():
    goal = parse(
        "in(red_can, bin); in(blue_can, bin); then closed(drawer); untouched(white_mug, button)", scene()
    )
    assert [{str(fact) for fact in stage.facts} for stage in goal.stages] == [
        {"in(red_can, bin)", "in(blue_can, bin)"},
        {"closed(drawer)"},
    ]
    assert goal.untouched == {"white_mug", "button"}


def test_what_is_written_is_read_back_the_same():
    text = "near(red_can, left); then near(tool, blue_can); on(green_block, purple_box); untouched(white_mug)"
    assert write(parse(text, scene()), scene(), facts(scene())) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is no fact"),
        ("put it in the bin", "is no fact"),
        ("in(red_can, bin) then closed(drawer)", "is no fact"),
        ("in(red_can, bin); then", "is no fact"),
        ("untouched(white_mug)", "has a stage without facts"),
        ("in(red_can)", "is no fact"),
        ("flies(red_can)", "is no fact"),
        ("in(piano, bin)", r"'piano' can't stand there; known: red_can, blue_can"),
        ("in(red_can, table)", r"'table' can't stand there; known: bin, drawer"),
        ("in(bin, drawer)", "'bin' can't stand there"),
        ("open(bin)", "'bin' can't stand there; known: drawer"),
        ("near(red_can, blue_can)", "objects are near places, and the tool near objects"),
        ("near(tool, left)", "objects are near places, and the tool near objects"),
        ("on(red_can, red_can)", "nothing can be on itself"),
        ("in(?thing, bin)", "can't stand there"),
        ("in(red_can, bin); untouched(vase)", "there is no vase here"),
        ("blocks(red_can, left)", "can't be a goal; predicates of goals: on, in, near"),
        ("x" * 3000, "a goal of 3000 characters; at most 2000"),
    ],
)
def test_anything_else_is_refused_with_the_reason(text, reason):
    with pytest.raises(LegionError, match=reason):
        parse(text, scene())


def test_no_more_facts_are_taken_than_a_goal_may_have():
    names, places = [thing.name for thing in scene().objects], ("left", "right", "far", "near", "middle")
    text = "; ".join([f"near({name}, {place})" for name in names for place in places][: FACTS + 1])
    with pytest.raises(LegionError, match="a goal of 25 facts; at most 24 are taken"):
        parse(text, scene())
