"""What teaching is measured by: what is said in a scene, how it is judged, the row; and a reward in words."""

import json

import numpy as np
import pytest

from legion_ros.cli.main import main
from legion_ros.core import Fixture, Object, Scene, Tool
from legion_ros.core.declaration import Declaration
from legion_ros.core.facts import Fact
from legion_ros.evaluation.lessons import LESSONS, Outcome, row
from legion_ros.evaluation.wordings import wordings

SIZE = np.full(3, 0.045)
BIN = Fixture("bin", "bin", np.array([0.5, 0.4, 0.0]), np.array([0.2, 0.2, 0.1]), np.array([0.5, 0.4, 0.1]))


def block(color, x, y, z=0.0225):
    level = np.array([1.0, 0, 0, 0])
    return Object(f"{color}_block", "block", color, "box", np.array([x, y, z]), level, SIZE)


def scene(*things, tool=(0.4, 0.0, 0.4), opening=0.08):
    return Scene(1.0, things, (BIN,), Tool(np.array(tool), 0.0, opening))


APART = scene(block("red", 0.4, -0.1), block("blue", 0.5, 0.1))
PILED = scene(block("red", 0.5, 0.1, 0.0675), block("blue", 0.5, 0.1))


def orders(lesson, where):
    return [LESSONS[lesson].order(where, number, np.random.default_rng(3)) for number in range(4)]


def test_who_stacks_the_blocks_may_choose_which_goes_up_and_who_was_told_may_not():
    free, told, *_ = orders("stack", APART)
    assert free.said == "stack the blocks" and free.done(PILED) and not free.done(APART)
    upper, lower = next(iter(told.wanted)).arguments
    assert told.said == f"put the {upper} on the {lower}".replace("_", " ")
    assert told.done(PILED) == (upper == "red_block")


def test_scenes_without_two_blocks_that_can_be_told_apart_ask_for_no_stack():
    same = block("red", 0.5, 0.1)
    for where in (scene(block("red", 0.4, -0.1)), scene(block("red", 0.4, -0.1), same), PILED):
        assert orders("stack", where) == [None] * 4


def test_what_is_grabbed_has_to_be_in_the_hand_off_the_table():
    order = orders("grab", scene(block("red", 0.4, 0.0)))[0]
    assert order.said == "grab the red block" and order.wanted == {Fact("holding", ("red_block",))}
    up = scene(block("red", 0.4, 0.0, 0.15), tool=(0.4, 0.0, 0.15), opening=0.045)
    down = scene(block("red", 0.4, 0.0), tool=(0.4, 0.0, 0.0225), opening=0.045)
    assert order.done(up) and not order.done(down)


def test_the_row_counts_what_is_true_whatever_was_claimed():
    good = Outcome(seed=1, said="x", success=True, claimed=True, reason="", tries=1, wall=2.0, simulated=4.0)
    bad = Outcome(seed=2, said="y", success=False, claimed=True, reason="", tries=2, wall=2.0, simulated=5.0)
    figures = row(
        LESSONS["stack"],
        shown=40,
        by="command",
        refused=None,
        unseen=(9, 10),
        outcomes=[good] * 9 + [bad],
        cpu={"teach": 61.04},
        seed=5,
        commit="abc",
        command="legion bench teach",
    )
    assert figures["from"] == "demonstrations" and figures["unseen_success"] == 0.9
    assert (figures["graph_successes"], figures["graph_scenes"], figures["tries"]) == (9, 10, 11)
    assert figures["graph_interval"] == pytest.approx((0.5958, 0.9821), abs=1e-4)  # Wilson, by hand
    assert figures["claimed_but_wrong"] == 1 and figures["failures"][0]["seed"] == 2
    assert json.loads(json.dumps(figures))["cpu_s"] == {"teach": 61.0}


def test_a_reward_is_asked_for_in_plain_words_too():
    on = Declaration.of_reward("stack", ["on(?object, ?target)"])
    assert "put {object} on {object}" in wordings(on)
    assert "pick up {object}" in wordings(Declaration.of_reward("grab", ["holding(?object)"]))
    two = Declaration.of_reward("pile", ["on(?object, ?target)", "clear(?object)"])
    assert wordings(two) == wordings(Declaration.of_reward("tap", ["pressed(button)", "open(?target)"])) == ()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--skill", "juggle"], "no lesson 'juggle'; known: stack, grab"),
        (["--scenes", "0"], "0 scenes and 100 demonstrations are not valid: at least 1 and 0"),
        (["--demonstrations", "-1"], "12 scenes and -1 demonstrations are not valid"),
    ],
)
def test_the_bench_says_what_is_not_valid(capsys, words, complaint):
    assert main(["bench", "teach", *words]) == 1
    assert complaint in capsys.readouterr().err
