import re
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legion_ros.core import GroundedSkill, Tool
from legion_ros.core.facts import Fact, facts
from legion_ros.core.skill import PLACES
from legion_ros.language.guard import Rejected
from legion_ros.skills.planning import Infeasible, Planner, Step, verify
from legion_ros.skills.replanning import Replanning

from .hand_made import OPERATORS
from .scenes import SPOTS, scene


@pytest.fixture(scope="module")
def planner():
    return Planner(OPERATORS)


def wanted(*texts):
    return frozenset(Fact.parse(text) for text in texts)


def plan(planner, here, *texts, untouched=()):
    return planner.plan(facts(here), wanted(*texts), here, frozenset(untouched))


def told(steps):
    return [str(step.skill) for step in steps]


def only(*names):
    return {name: SPOTS[name] for name in names}


def test_what_holds_already_needs_no_step(planner):
    assert plan(planner, scene(inside=("red_can",)), "in(red_can, bin)", "closed(drawer)") == ()


def test_what_an_attempt_has_left_in_the_fingers_can_be_put_away_after_all(planner):
    here = scene(only("red_can", "white_mug"))
    in_hand = np.array([0.45, 0.10, 0.25])
    lifted = [replace(o, position=in_hand) if o.name == "red_can" else o for o in here.objects]
    here = replace(here, objects=tuple(lifted), tool=Tool(in_hand, 0.0, 0.062))
    assert Fact("holding", ("red_can",)) in facts(here)
    steps = Replanning(planner).steps(here, wanted("in(red_can, bin)", "in(white_mug, bin)"))
    assert {str(step) for step in steps} == {"put(red_can, bin)", "put(white_mug, bin)"}
    assert Replanning(planner).still_works(here, steps, wanted("in(red_can, bin)"))


def test_one_step_says_that_it_was_asked_for(planner):
    (step,) = plan(planner, scene(), "in(red_can, bin)")
    assert step.explanation == "put(red_can, bin): so that in(red_can, bin), which was asked for"


def test_the_drawer_is_opened_because_the_next_step_needs_it(planner):
    steps = plan(planner, scene(), "in(red_can, drawer)")
    assert told(steps) == ["open(drawer)", "put(red_can, drawer)"]
    assert steps[0].because == "put(red_can, drawer) needs open(drawer)"
    assert [step.asked for step in steps] == [False, True]


def test_what_holds_now_and_is_wanted_holds_at_the_end(planner):
    steps = plan(planner, scene(), "in(red_can, drawer)", "closed(drawer)")
    assert told(steps) == ["open(drawer)", "put(red_can, drawer)", "close(drawer)"]


def test_what_has_the_shortest_way_goes_first(planner):
    # metres to the bin at (0.50, 0.42): green_block 0.28, red_can 0.34, blue_can 0.50
    here = scene(only("blue_can", "red_can", "green_block"))
    steps = plan(planner, here, "in(blue_can, bin)", "in(red_can, bin)", "in(green_block, bin)")
    assert told(steps) == ["put(green_block, bin)", "put(red_can, bin)", "put(blue_can, bin)"]


def test_what_comes_about_for_a_moment_counts_as_done(planner):
    steps = plan(planner, scene(), "pressed(button)", "near(tool, red_can)", "in(blue_can, bin)")
    assert sorted(told(steps)) == ["press(button)", "put(blue_can, bin)", "reach(red_can)"]
    assert planner.momentary(Fact.parse("pressed(button)"))
    assert planner.momentary(Fact.parse("near(tool, red_can)"))
    assert not planner.momentary(Fact.parse("near(red_can, left)"))
    assert not planner.momentary(Fact.parse("holding(red_can)"))


def test_a_place_that_is_taken_is_cleared_by_a_push_and_never_into_the_bin(planner):
    here = scene(only("green_block", "red_can"))  # the block stands at the left
    first, second = plan(planner, here, "near(red_can, left)")
    assert first.skill.object == "green_block" and first.skill.skill == "push"
    assert first.because == "push(red_can, left) needs not blocks(green_block, left)"
    assert str(second.skill) == "push(red_can, left)"


def test_things_that_change_places_do_so_over_a_third_place(planner):
    here = scene({"red_can": tuple(PLACES["left"][:2]), "blue_can": tuple(PLACES["right"][:2])})
    steps = plan(planner, here, "near(red_can, right)", "near(blue_can, left)")
    assert len(steps) == 3
    verify(steps, facts(here), wanted("near(red_can, right)", "near(blue_can, left)"), OPERATORS)


@pytest.mark.parametrize(
    ("asked", "here", "reason"),
    [
        (["holding(white_mug)"], scene(), "no learned skill makes holding(white_mug) hold"),
        (["on(red_can, blue_can)"], scene(), "no learned skill makes on(red_can, blue_can) hold"),
        (["in(pink_can, bin)"], scene(), "there is no pink can here; there are: red_can, blue_can"),
        (["in(red_can, drawer)"], scene(inside=["red_can"]), "nothing learned takes red_can out of bin"),
        (["in(red_can, bin)"], scene(stowed=["red_can"]), "nothing learned takes red_can out of drawer"),
        (["open(drawer)", "closed(drawer)"], scene(), "closed(drawer) and open(drawer) can't hold together"),
        (
            ["in(red_can, bin)", "in(red_can, drawer)"],
            scene(),
            "in(red_can, bin) and in(red_can, drawer) can't hold together",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_what_is_missing(planner, asked, here, reason):
    with pytest.raises(Infeasible, match=re.escape(reason)) as refused:
        plan(planner, here, *asked)
    assert isinstance(refused.value, Rejected)


def test_what_stands_on_something_else_is_said_not_to_come_off(planner):
    here = scene(only("white_mug"))
    stacked = replace(here.objects[0], name="red_can", position=here.objects[0].position + (0, 0, 0.08))
    here = replace(here, objects=(*here.objects, stacked))
    assert Fact.parse("on(red_can, white_mug)") in facts(here)
    with pytest.raises(Infeasible, match="nothing learned takes red_can off white_mug"):
        plan(planner, here, "in(red_can, bin)")


def test_what_is_to_be_left_alone_is_said_to_be_the_reason(planner):
    with pytest.raises(Infeasible, match="without touching what is to be left alone: red_can"):
        plan(planner, scene(), "in(red_can, bin)", untouched=["red_can"])
    with pytest.raises(Infeasible, match="without touching what is to be left alone: drawer"):
        plan(planner, scene(), "in(red_can, drawer)", untouched=["drawer"])


def test_a_skill_that_was_not_learned_is_missing():
    lesser = Planner([operator for operator in OPERATORS if operator.skill != "open"])
    with pytest.raises(Infeasible, match=re.escape("no learned skill makes open(drawer) hold")):
        plan(lesser, scene(), "in(red_can, drawer)")


def test_verifying_finds_a_step_that_cannot_be_done_and_a_goal_that_is_missed():
    here = facts(scene())
    put = Step(GroundedSkill("put", "red_can", "drawer"), "")
    with pytest.raises(Rejected, match=re.escape("put(red_can, drawer) needs open(drawer)")):
        verify([put], here, wanted("in(red_can, drawer)"), OPERATORS)
    with pytest.raises(Rejected, match=re.escape("at the end there would not be in(red_can, drawer)")):
        verify(
            [Step(GroundedSkill("open", target="drawer"), "")], here, wanted("in(red_can, drawer)"), OPERATORS
        )
    with pytest.raises(Rejected, match="nothing was learned of sing"):
        verify([Step(GroundedSkill("sing"), "")], here, frozenset(), OPERATORS)


def test_what_will_hold_after_a_plan_is_foreseen(planner):
    here = scene(only("red_can"))
    after = planner.after(plan(planner, here, "in(red_can, drawer)", "pressed(button)"), facts(here))
    assert wanted("in(red_can, drawer)", "open(drawer)") <= after.facts
    assert not wanted("closed(drawer)", "on(red_can, table)", "pressed(button)") & after.facts
    assert after.moments == wanted("pressed(button)")


@st.composite
def requests(draw):
    """Things here, some of them in the bin, the drawer somehow; what is wanted; what is left alone."""
    names = draw(st.lists(st.sampled_from(sorted(SPOTS)), min_size=2, max_size=5, unique=True))
    binned = names[: draw(st.integers(0, 1))]
    about = st.sampled_from(names)
    goals = st.one_of(
        st.builds(Fact, st.just("in"), st.tuples(about, st.sampled_from(("bin", "drawer")))),
        st.builds(Fact, st.just("near"), st.tuples(about, st.sampled_from(sorted(PLACES)))),
        st.sampled_from(sorted(wanted("open(drawer)", "closed(drawer)", "pressed(button)"))),
    )
    here = scene(only(*names), drawer=draw(st.sampled_from((0.0, 0.08, 0.16))), inside=binned)
    asked = draw(st.frozensets(goals, min_size=1, max_size=3))
    return here, asked, frozenset(names[len(names) - draw(st.integers(0, 1)) :])


@settings(max_examples=80, deadline=None)
@given(request=requests())
def test_a_plan_does_what_was_asked_and_touches_nothing_it_must_not(planner, request):
    here, asked, untouched = request
    try:
        steps = planner.plan(facts(here), asked, here, untouched)
    except Infeasible as refused:
        assert str(refused)
        return
    verify(steps, facts(here), asked, OPERATORS)
    assert not untouched & {step.skill.object for step in steps}
    assert all(step.because for step in steps)


def test_planning_for_ten_objects_takes_no_time(planner):
    spots = {f"{color}_can": (0.36 + 0.02 * i, 0.0) for i, color in enumerate("abcdefghij")}
    here = scene(spots)
    asked = [f"in({name}, drawer)" for name in spots]
    plan(planner, here, *asked)
    began = time.perf_counter()
    assert len(plan(planner, here, *asked, "closed(drawer)")) == 12
    assert time.perf_counter() - began < 1.0


def test_nothing_is_printed_and_planning_is_loaded_when_it_is_needed():
    code = "import sys, legion_ros.skills.planning; sys.exit('unified_planning' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_planning_prints_nothing(planner, capfd):
    plan(planner, scene(), "in(red_can, drawer)")
    assert capfd.readouterr() == ("", "")
