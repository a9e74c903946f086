import pytest

from legion_ros.core import GroundedSkill
from legion_ros.core.attempt import Attempt
from legion_ros.core.facts import Fact
from legion_ros.knowledge import KnowledgeError
from legion_ros.knowledge.operator import Effect, Precondition
from legion_ros.knowledge.operator_learning import learn_operator, lifted


def facts(*texts):
    return frozenset(Fact.parse(text) for text in texts)


def attempt(skill, success, before, after, later=None):
    after = facts(*after)
    return Attempt(skill, success, facts(*before), after, after if later is None else facts(*later))


PUT = GroundedSkill("put", "mug", "drawer")
OPEN = ("on(mug, table)", "open(drawer)")
SHUT = ("on(mug, table)", "closed(drawer)")
STOWED = ("in(mug, drawer)", "open(drawer)")


def puts():
    """20 of 21 succeed with the drawer open, none of 10 with it closed; twice there was nothing to do."""
    worked = [attempt(PUT, True, OPEN, STOWED)] * 20
    missed = [attempt(PUT, False, OPEN, OPEN)]
    barred = [attempt(PUT, False, SHUT, SHUT)] * 10
    return [*worked, *missed, *barred, *[attempt(PUT, True, STOWED, STOWED)] * 2]


def test_facts_are_lifted_to_the_arguments_of_the_skill():
    push = GroundedSkill("push", "mug", "left")
    assert lifted(Fact.parse("near(mug, left)"), push) == Fact.parse("near(?object, ?target)")
    assert lifted(Fact.parse("near(mug, right)"), push) == Fact.parse("near(?object, ?other)")
    assert lifted(Fact.parse("blocks(can, left)"), push) == Fact.parse("blocks(?other, ?target)")
    assert lifted(Fact.parse("near(tool, can)"), push) == Fact.parse("near(tool, ?other)")
    assert lifted(Fact.parse("on(mug, table)"), push) == Fact.parse("on(?object, table)")
    assert lifted(Fact.parse("on(can, table)"), push) is None  # about neither argument
    assert lifted(Fact.parse("clear(left)"), push) is None  # follows from blocks


def test_what_success_needs_is_told_with_its_counts_by_hand():
    case = learn_operator("put", puts()).case("drawer")
    open_ = Fact.parse("open(?target)")
    assert case.preconditions == (Precondition(open_, True, 20, 21, 0, 10),)
    assert (case.successes, case.attempts) == (20, 21)


def test_of_two_facts_that_come_together_one_is_needed():
    needed = [str(p) for p in learn_operator("put", puts()).case("drawer").preconditions]
    assert needed == ["open(?target)"]  # not "not closed(?target)" as well


def test_effects_are_told_with_their_counts_by_hand():
    case = learn_operator("put", puts()).case("drawer")
    assert case.effects == (
        Effect(Fact.parse("in(?object, ?target)"), True, 20, 20, purpose=True),
        Effect(Fact.parse("on(?object, table)"), False, 20, 20),
    )


def test_what_the_skill_is_for_takes_its_arguments():
    assert learn_operator("put", puts()).goal("red_can", "drawer") == facts("in(red_can, drawer)")


def test_a_coincidence_is_no_precondition():
    """The drawer was open in every attempt: nothing tells that it has to be."""
    attempts = [attempt(PUT, True, OPEN, STOWED)] * 20 + [attempt(PUT, False, OPEN, OPEN)] * 10
    assert learn_operator("put", attempts).case("drawer").preconditions == ()


def test_a_few_failures_without_a_fact_do_not_make_it_needed():
    """Fisher's test of 20 of 20 against 0 of 1 gives 1/21: not enough."""
    attempts = [attempt(PUT, True, OPEN, STOWED)] * 20 + [attempt(PUT, False, SHUT, SHUT)]
    assert learn_operator("put", attempts).case("drawer").preconditions == ()


def test_what_must_not_hold_is_learned_too():
    push = GroundedSkill("push", "mug", "left")
    free, taken = ("on(mug, table)",), ("on(mug, table)", "blocks(can, left)")
    there = ("on(mug, table)", "near(mug, left)", "blocks(mug, left)")
    attempts = [attempt(push, True, free, there)] * 20 + [attempt(push, False, taken, taken)] * 10
    attempts += [attempt(push, False, ("blocks(mug, left)", *free), ("blocks(mug, left)", *free))]
    case = learn_operator("push", attempts).case("left")
    barred = Fact.parse("blocks(?other, ?target)")
    assert case.preconditions[0] == Precondition(barred, False, 20, 21, 0, 10)
    assert learn_operator("push", attempts).goal("mug", "right") == facts("near(mug, right)")


def test_what_is_gone_a_second_later_is_momentary():
    press = GroundedSkill("press", target="button")
    attempts = [attempt(press, True, (), ("pressed(button)",), ())] * 20
    assert learn_operator("press", attempts).case("button").effects == (
        Effect(Fact.parse("pressed(?target)"), True, 20, 20, momentary=True, purpose=True),
    )


def test_each_kind_of_target_has_a_case_of_its_own():
    binned = GroundedSkill("put", "mug", "bin")
    into_bin = [attempt(binned, True, ("on(mug, table)", "closed(drawer)"), ("in(mug, bin)",))] * 20
    operator = learn_operator("put", puts() + into_bin)
    assert [case.target for case in operator.cases] == ["bin", "drawer"]
    assert operator.case("bin").preconditions == ()


def test_places_share_a_case():
    attempts = [
        attempt(GroundedSkill("push", "mug", place), True, (), (f"near(mug, {place})",))
        for place in ("left", "right", "far", "near") * 5
    ]
    operator = learn_operator("push", attempts)
    assert operator.goal("can", "middle") == facts("near(can, middle)")
    assert operator.case("far").successes == 20


def test_too_few_successes_are_refused():
    with pytest.raises(KnowledgeError, match="can't be told from 3 successes in 3 attempts"):
        learn_operator("put", [attempt(PUT, True, OPEN, STOWED)] * 3)
