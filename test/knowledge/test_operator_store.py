import json

import pytest

from legion_ros.core.facts import Fact
from legion_ros.knowledge import KnowledgeError
from legion_ros.knowledge.operator import Case, Effect, Operator, Precondition
from legion_ros.knowledge.operator_store import described, parsed

IN, ON, OPEN = (Fact.parse(t) for t in ("in(?object, ?target)", "on(?object, table)", "open(?target)"))
BARRED = Fact.parse("on(?other, ?object)")


def operator():
    drawer = Case(
        "drawer",
        19,
        20,
        (Precondition(OPEN, True, 19, 20, 0, 9), Precondition(BARRED, False, 19, 20, 1, 8)),
        (Effect(IN, True, 19, 19, purpose=True), Effect(ON, False, 18, 19)),
    )
    return Operator("put", (Case("bin", 5, 6), drawer), "legion operators --attempts 300")


def test_an_operator_comes_back_from_json_as_it_was():
    words = json.loads(json.dumps(described(operator())))
    assert parsed("put", words) == operator()


def test_facts_are_written_as_text_and_what_an_effect_is_not_goes_unsaid():
    begun, ended = described(operator())["cases"][1]["effects"]
    assert begun == {
        "fact": "in(?object, ?target)",
        "adds": True,
        "shown": 19,
        "chances": 19,
        "purpose": True,
    }
    assert ended == {"fact": "on(?object, table)", "adds": False, "shown": 18, "chances": 19}


def test_what_is_no_fact_of_the_skill_is_refused():
    with pytest.raises(KnowledgeError, match="no such argument"):
        Operator("press", (Case("button", 1, 1, (), (Effect(IN, True, 1, 1),)),))
    with pytest.raises(KnowledgeError, match="valid: "):
        Precondition(Fact.parse("on(red_can, table)"), True, 1, 1, 0, 0)
    with pytest.raises(KnowledgeError, match="valid: "):
        Effect(Fact.parse("near(?object, ?other)"), True, 1, 1)  # what begins must say of what


def test_a_target_that_nothing_was_learned_of_is_named():
    with pytest.raises(KnowledgeError, match="nothing was learned of put at 'moon'; known: bin, drawer"):
        operator().case("moon")
    with pytest.raises(KnowledgeError, match="what put is for was not learned"):
        operator().goal("red_can", "bin")
    assert operator().goal("red_can", "drawer") == {Fact.parse("in(red_can, drawer)")}


def change(where, value):
    """A change of what stands at a path of keys; a value of None takes it out."""

    def made(words):
        for key in where[:-1]:
            words = words[key]
        if value is None:
            del words[where[-1]]
        else:
            words[where[-1]] = value

    return made


DRAWER = ("cases", 1)
HOSTILE = [
    ((), "operator"),
    (("command",), None),
    (("command",), 3),
    (("cases",), []),
    (("cases",), "drawer"),
    (("cases", 0), {}),
    (("cases", 0, "target"), "moon"),
    (("cases", 0, "target"), ["bin"]),
    (("cases", 0, "target"), "drawer"),  # twice
    ((*DRAWER, "successes"), 21),  # of 20
    ((*DRAWER, "successes"), -1),
    ((*DRAWER, "successes"), 1.5),
    ((*DRAWER, "attempts"), True),
    ((*DRAWER, "attempts"), 10**400),
    ((*DRAWER, "preconditions"), {}),
    ((*DRAWER, "preconditions", 0, "holds"), 1),
    ((*DRAWER, "preconditions", 0, "fact"), "open(?target); import os"),
    ((*DRAWER, "preconditions", 0, "fact"), "moon(?target)"),
    ((*DRAWER, "preconditions", 0, "fact"), "open(?target, ?object)"),
    ((*DRAWER, "preconditions", 0, "fact"), "open(?other)"),
    ((*DRAWER, "preconditions", 0, "fact"), 5),
    ((*DRAWER, "preconditions", 0, "attempts_met"), 3),  # fewer than succeeded
    ((*DRAWER, "preconditions", 0, "surprise"), 3),
    ((*DRAWER, "preconditions", 1, "fact"), "open(?target)"),  # and its opposite
    ((*DRAWER, "effects", 0, "fact"), "in(?other, ?target)"),
    ((*DRAWER, "effects", 0, "purpose"), "yes"),
    ((*DRAWER, "effects", 1, "momentary"), True),  # what ends can't
    ((*DRAWER, "effects"), [{"fact": "open(?target)", "adds": True, "shown": 1, "chances": 1}] * 65),
]


@pytest.mark.parametrize(("where", "value"), HOSTILE, ids=str)
def test_an_entry_that_is_none_is_refused(where, value):
    words = described(operator())
    if where:
        change(where, value)(words)
    else:
        words = value
    with pytest.raises(KnowledgeError, match="operator of 'put' can't be used"):
        parsed("put", words)


@pytest.mark.parametrize("skill", ["moon", ["put"], None, 3])
def test_an_operator_of_no_skill_is_refused(skill):
    with pytest.raises(KnowledgeError, match="can't be used"):
        parsed(skill, described(operator()))
