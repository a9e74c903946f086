"""Operators with needs and effects, written by hand: what the planner is tested with."""

from legion_ros.core.facts import Fact
from legion_ros.knowledge.operator import Case, Effect, Operator, Precondition


def needs(text, holds=True):
    return Precondition(Fact.parse(text), holds, 19, 20, 0, 10)


def begins(text, purpose=False, momentary=False):
    return Effect(Fact.parse(text), True, 19, 19, momentary, purpose)


def ends(text):
    return Effect(Fact.parse(text), False, 19, 19)


def case(target, preconditions, effects):
    return Case(target, 19, 20, tuple(preconditions), tuple(effects))


STOWED = [
    begins("in(?object, ?target)", purpose=True),
    *(ends(text) for text in ("on(?object, table)", "near(?object, ?other)", "blocks(?object, ?other)")),
]
PUSHED = [
    begins("near(?object, ?target)", purpose=True),
    begins("blocks(?object, ?target)"),
    *(ends(text) for text in ("near(?object, ?other)", "blocks(?object, ?other)")),
]
OPERATORS = (
    Operator(
        "put",
        (
            case("bin", [needs("on(?object, table)")], STOWED),
            case("drawer", [needs("open(?target)"), needs("in(?object, ?other)", False)], STOWED),
        ),
    ),
    Operator(
        "push",
        (case("place", [needs("on(?object, table)"), needs("blocks(?other, ?target)", False)], PUSHED),),
    ),
    Operator("open", (case("drawer", [], [begins("open(?target)", purpose=True), ends("closed(?target)")]),)),
    Operator(
        "close", (case("drawer", [], [begins("closed(?target)", purpose=True), ends("open(?target)")]),)
    ),
    Operator("press", (case("button", [], [begins("pressed(?target)", purpose=True, momentary=True)]),)),
    Operator("reach", (case("", [], [begins("near(tool, ?object)", purpose=True, momentary=True)]),)),
)
