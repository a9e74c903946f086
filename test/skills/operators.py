"""What the skills of the tabletop are for, written by hand where a test is not about learning it."""

from dataclasses import replace

from legion_ros.core.facts import Fact
from legion_ros.knowledge import Knowledge
from legion_ros.knowledge.operator import Case, Effect, Operator

FOR = {
    "put": {"bin": "in(?object, ?target)", "drawer": "in(?object, ?target)"},
    "push": {"place": "near(?object, ?target)"},
    "reach": {"": "near(tool, ?object)"},
    "open": {"drawer": "open(?target)"},
    "close": {"drawer": "closed(?target)"},
    "press": {"button": "pressed(?target)"},
}


def operator(skill: str) -> Operator:
    cases = [
        Case(kind, 9, 10, effects=(Effect(Fact.parse(fact), True, 9, 9, purpose=True),))
        for kind, fact in FOR[skill].items()
    ]
    return Operator(skill, tuple(cases))


def with_operators(knowledge: Knowledge) -> Knowledge:
    """The knowledge with these operators in the place of its own."""
    return replace(
        knowledge, components=tuple(replace(c, operator=operator(c.skill)) for c in knowledge.components)
    )
