"""The semantic level, by injection: plans that go to and fro."""

from hypothesis import given
from hypothesis import strategies as st

from legion_ros.core.facts import Fact
from legion_ros.safety.alarm import Level
from legion_ros.safety.semantic import SemanticBreaker

OPEN, CLOSED = Fact.parse("open(drawer)"), Fact.parse("closed(drawer)")


def slide(breaker, *steps, now=CLOSED):
    """Alarms of opening and closing the drawer in this order; "hand" closes it without the robot."""
    alarms = []
    for step in steps:
        then = OPEN if step == "open" else CLOSED
        if step != "hand":
            alarms.append(breaker.step(f"{step}(drawer)", "drawer", frozenset({now}), frozenset({then})))
        now = then
    return alarms


def place(breaker, *targets, thing="red_can"):
    alarms, now = [], Fact("on", (thing, "table"))
    for target in targets:
        then = Fact("in", (thing, target))
        alarms.append(breaker.step(f"put({thing}, {target})", thing, frozenset({now}), frozenset({then})))
        now = then
    return alarms


def test_the_third_time_that_the_drawer_is_put_back_trips():
    *before, last = slide(SemanticBreaker(), "open", "close", "open", "close", "open")
    assert not any(before)
    assert last.level is Level.SEMANTIC
    assert last.reason == (
        "the plan was reversed 3 times: "
        "open(drawer) brought open(drawer) back, which close(drawer) had undone"
    )


def test_a_thing_put_here_and_there_and_here_trips_at_the_third_return():
    alarms = place(SemanticBreaker(), "bin", "drawer", "bin", "drawer", "bin")
    assert [bool(alarm) for alarm in alarms] == [False, False, False, False, True]


def test_opening_putting_and_closing_is_no_reversal():
    breaker = SemanticBreaker()
    slide(breaker, "open")
    place(breaker, "drawer")
    slide(breaker, "close", now=OPEN)
    assert not breaker.reversals


def test_what_a_hand_has_undone_may_be_done_again_any_number_of_times():
    breaker = SemanticBreaker()
    assert not any(slide(breaker, *["open", "hand"] * 10))
    assert not breaker.reversals


def test_what_the_goal_asks_for_may_come_back_once_in_each_stage():
    breaker = SemanticBreaker()
    asked = {"open": OPEN, "close": CLOSED}
    now = CLOSED
    for step in ["open", "close"] * 5:
        breaker.stage(frozenset({asked[step]}))
        assert slide(breaker, step, now=now) == [None]
        now = asked[step]
    assert not breaker.reversals


def test_within_one_stage_it_comes_back_once_for_nothing_only():
    breaker = SemanticBreaker()
    breaker.stage(frozenset({CLOSED}))
    alarms = slide(breaker, *["open", "close"] * 4)
    assert [bool(alarm) for alarm in alarms].index(True) == 5  # open, close free, open, close: 3rd of those


def test_other_things_that_were_knocked_about_do_not_count():
    breaker = SemanticBreaker()
    here, there = Fact.parse("near(can, left)"), Fact.parse("near(can, right)")
    for _ in range(10):
        assert breaker.step("put(mug, bin)", "mug", frozenset({here}), frozenset({there})) is None
        assert breaker.step("put(mug, bin)", "mug", frozenset({there}), frozenset({here})) is None


def test_after_a_reset_it_counts_anew():
    breaker = SemanticBreaker()
    slide(breaker, "open", "close", "open", "close")
    breaker.reset()
    assert not any(slide(breaker, "open", "close", "open", "close"))


@given(st.lists(st.sampled_from(["bin", "drawer", "box"]), max_size=20))
def test_reversals_are_the_returns_to_what_the_goal_had_left(targets):
    breaker = SemanticBreaker()
    alarms = place(breaker, *targets)
    moves = [t for i, t in enumerate(targets) if i == 0 or targets[i - 1] != t]
    returns = sum(target in moves[:i] for i, target in enumerate(moves))
    assert len(breaker.reversals) == returns
    assert any(alarms) == (returns >= 3)
