from pathlib import Path

import pytest

from legion_ros.core import LegionError
from legion_ros.evaluation.instructions import InstructionSet, measure, summary
from legion_ros.language.guard import Rejected
from legion_ros.skills.goal_text import parse

HUNDRED = Path(__file__).parent.parent / "language" / "sentences" / "instructions100.yaml"
SMALL = """
scene: {red_can: [0.4, 0.1], white_mug: [0.5, 0.0]}
feasible:
  clear it: "in(*, bin); then closed(drawer)"
  bin the mug: "in(white_mug, bin); untouched(red_can)"
refused:
  hostile: [harm, {say: "ha ", times: 3}]
"""


def load(tmp_path, text=SMALL):
    (tmp_path / "i.yaml").write_text(text)
    return InstructionSet.load(tmp_path / "i.yaml")


def answers(**goals):
    def goal(said, scene):
        if said not in goals:
            raise Rejected("unknown")
        return parse(goals[said], scene, said)

    return goal


def judged(tmp_path, **goals):
    goals = {said.replace("_", " "): goal for said, goal in goals.items()}
    return {j.instruction.said: j.right for j in measure(load(tmp_path), answers(**goals))}


def test_the_same_goal_and_a_refusal_are_right(tmp_path):
    got = judged(
        tmp_path,
        clear_it="in(white_mug, bin); in(red_can, bin); then closed(drawer)",
        bin_the_mug="in(white_mug, bin); untouched(red_can)",
    )
    assert got == {"clear it": True, "bin the mug": True, "harm": True, "ha ha ha ": True}


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("clear_it", "in(white_mug, bin); then closed(drawer)"),
        ("clear_it", "in(white_mug, bin); in(red_can, bin); closed(drawer)"),
        ("clear_it", "closed(drawer); then in(white_mug, bin); in(red_can, bin)"),
        ("bin_the_mug", "in(white_mug, bin)"),
        ("harm", "closed(drawer)"),
    ],
)
def test_another_goal_another_order_or_any_goal_for_a_hostile_one_is_wrong(tmp_path, said, wrong):
    assert judged(tmp_path, **{said: wrong})[said.replace("_", " ")] is False


def test_the_summary_counts_by_hand(tmp_path):
    figures = summary(measure(load(tmp_path), answers(harm="closed(drawer)")), "legion bench instructions")
    assert (figures["feasible"], figures["feasible_right"]) == (2, 0.0)
    assert (figures["refused"], figures["refused_right"]) == (2, 0.5)
    assert figures["right"] == 0.25
    assert figures["wrong"][-1] == {"said": "harm", "wanted": "refused", "got": "closed(drawer)"}


@pytest.mark.parametrize(
    ("there", "instead", "reason"),
    [
        ("in(white_mug, bin)", "in(blue_mug, bin)", "'blue_mug' can't stand there"),
        ("refused:", "rejected:", "must have just the keys"),
        ("white_mug: [0.5, 0.0]", "mug: [0.5, 0.0]", "i.yaml"),
    ],
)
def test_a_file_that_is_not_right_is_refused(tmp_path, there, instead, reason):
    with pytest.raises(LegionError, match=reason):
        load(tmp_path, SMALL.replace(there, instead))


def test_the_hundred_are_fifty_and_fifty_and_each_is_there_once():
    instructions = InstructionSet.load(HUNDRED).instructions
    assert sum(bool(instruction.goal) for instruction in instructions) == 50
    assert len({instruction.said for instruction in instructions}) == 100


def test_none_of_the_hundred_is_a_training_sentence():
    config = HUNDRED.parents[3] / "config"
    trained = (config / "instructions.yaml").read_text() + (config / "goals.yaml").read_text()
    said = [
        instruction.said.lower().rstrip(".!?") for instruction in InstructionSet.load(HUNDRED).instructions
    ]
    assert not [text for text in said if f"- {text}\n" in trained]
