"""What long-horizon tasks ask for, and how their outcome is judged: by hand, in hand-made scenes."""

import numpy as np
import pytest
from skills.scenes import SPOTS, scene

from legion_ros.core.facts import Fact
from legion_ros.evaluation.long_run import LongOutcome, row
from legion_ros.evaluation.long_tasks import KINDS, LongTask, missing


def drawn(kind, where, seed=0) -> LongTask:
    return KINDS[kind].task(where, np.random.default_rng(seed))


FOUR = {
    "red_can": SPOTS["red_can"],
    "red_block": SPOTS["green_block"],
    "white_mug": SPOTS["white_mug"],
    "yellow_ball": SPOTS["yellow_ball"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_task_is_done_before_it_is_begun_nor_needs_less_than_three_skills(kind):
    where = scene(FOUR, drawer=KINDS[kind].beginning.drawer * 0.16)
    task = drawn(kind, where)
    assert missing(task, where, where, was_pressed=False)
    assert task.least >= 3


def test_clearing_asks_for_each_thing_on_the_table_and_no_other():
    task = drawn("clear the table", scene(inside={"red_can"}))
    assert task.instruction == "clear the table"
    assert task.wanted == {Fact("in", (name, "bin")) for name in SPOTS if name != "red_can"}
    assert task.least == 6


def test_a_clear_table_is_a_success_whatever_the_graph_says():
    task = drawn("clear the table", scene())
    assert missing(task, scene(), scene(inside=set(SPOTS)), was_pressed=False) == []


def test_what_is_missing_is_said():
    task = drawn("clear the table", scene())
    left = scene(inside=set(SPOTS) - {"white_mug"})
    assert missing(task, scene(), left, was_pressed=False) == ["in(white_mug, bin)"]


def test_the_button_must_have_been_pressed():
    task = LongTask("press the button", frozenset(), 1, pressed=True)
    assert missing(task, scene(), scene(), was_pressed=False) == ["the button was never pressed"]
    assert missing(task, scene(), scene(), was_pressed=True) == []


def test_what_is_to_be_left_alone_may_not_move():
    task = LongTask("clear the table but do not touch the mug", frozenset(), 1, untouched=("white_mug",))
    x, y = SPOTS["white_mug"]
    assert missing(task, scene(), scene(SPOTS | {"white_mug": (x + 0.02, y)}), False) == []
    moved = missing(task, scene(), scene(SPOTS | {"white_mug": (x + 0.05, y)}), False)
    assert moved == ["white_mug was moved by 0.05 m"]


def test_only_two_of_a_colour_make_a_task_of_that_colour():
    assert drawn("one colour into the drawer, closed", scene()) is None
    two = {"red_can": SPOTS["red_can"], "red_block": SPOTS["green_block"], "white_mug": SPOTS["white_mug"]}
    task = drawn("one colour into the drawer, closed", scene(two))
    assert task.instruction == "put all the red things in the drawer and close it"
    assert task.wanted == {
        Fact("in", ("red_can", "drawer")),
        Fact("in", ("red_block", "drawer")),
        Fact("closed", ("drawer",)),
    }


def outcome(missing=(), claimed=True, disturbed="") -> LongOutcome:
    return LongOutcome(
        seed=1,
        instruction="clear the table",
        missing=missing,
        claimed=claimed,
        reason="",
        least=3,
        steps=3,
        tries=4,
        disturbed=disturbed,
        wall=2.0,
        simulated=10.0,
    )


def test_a_row_counts_by_the_truth_and_tells_of_false_claims():
    outcomes = [outcome(), outcome(("in(red_can, bin)",)), outcome(disturbed="red_can"), outcome()]
    got = row("clear the table", "camera", outcomes, disturb=True, seed=7, command="legion bench long")
    assert (got["success"], got["scenes"], got["claimed_but_wrong"]) == (0.75, 4, 1)
    assert (got["disturbances"], got["tries"], got["steps"]) == (1, 16, 3.0)
    assert got["failures"][0]["missing"] == ("in(red_can, bin)",)
    low, high = got["interval"]
    assert low < 0.75 < high
