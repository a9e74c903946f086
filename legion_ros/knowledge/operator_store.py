"""Operators as they stand in a manifest: facts as text, counts as numbers. Read strictly."""

from dataclasses import asdict, fields
from typing import Any

from legion_ros.core import LegionError
from legion_ros.core.facts import Fact
from legion_ros.knowledge.errors import KnowledgeError
from legion_ros.knowledge.operator import Case, Effect, Operator, Precondition

__all__ = ["described", "parsed"]

_MOST = 64  # preconditions, effects or cases of one operator


def described(operator: Operator) -> dict[str, Any]:
    """The operator for JSON."""
    return {
        "command": operator.command,
        "cases": [
            {
                "target": case.target,
                "successes": case.successes,
                "attempts": case.attempts,
                "preconditions": [_plain(p) for p in case.preconditions],
                "effects": [_plain(e) for e in case.effects],
            }
            for case in operator.cases
        ],
    }


def parsed(skill: str, entry: object) -> Operator:
    """What `described` wrote. Raises KnowledgeError on anything that it would not write."""
    try:
        words = _keys(entry, {"command", "cases"})
        cases = tuple(_case(case) for case in _list(words["cases"]))
        if not isinstance(words["command"], str) or not cases:
            raise KnowledgeError(f"a command and at least one case are expected, not {str(words)[:200]}")
        return Operator(skill, cases, words["command"])
    except (LegionError, TypeError) as error:
        raise KnowledgeError(f"the operator of {skill!r} can't be used: {error}") from error


def _plain(part: Precondition | Effect) -> dict[str, Any]:
    """As text and numbers; what an effect is not goes unsaid."""
    words = asdict(part) | {"fact": str(part.fact)}
    unsaid = {name for name in ("momentary", "purpose") if not words.get(name)}
    return {name: value for name, value in words.items() if name not in unsaid}


def _case(entry: object) -> Case:
    words = _keys(entry, {"target", "successes", "attempts", "preconditions", "effects"})
    if not isinstance(words["target"], str):
        raise KnowledgeError(f"a case's target is {words['target']!r}; text is expected")
    return Case(
        words["target"],
        words["successes"],
        words["attempts"],
        tuple(_part(Precondition, part) for part in _list(words["preconditions"])),
        tuple(_part(Effect, part) for part in _list(words["effects"])),
    )


def _part(kind: type, entry: object) -> Any:  # noqa: ANN401  (a Precondition or an Effect, as asked for)
    optional = {"momentary", "purpose"} if kind is Effect else set()
    words = _keys(entry, {field.name for field in fields(kind)} - optional, optional)
    for name in {"holds", "adds", "momentary", "purpose"} & words.keys():
        if not isinstance(words[name], bool):
            raise KnowledgeError(f"{name} is {words[name]!r}; true or false is expected")
    if not isinstance(words["fact"], str):
        raise KnowledgeError(f"fact is {words['fact']!r}; one such as open(?target) is expected")
    words["fact"] = Fact.parse(words["fact"])
    return kind(**words)


def _keys(
    entry: object, needed: set[str], optional: frozenset[str] | set[str] = frozenset()
) -> dict[str, Any]:
    """A copy of the entry, which must be a mapping of these keys."""
    if not isinstance(entry, dict) or not needed <= entry.keys() <= needed | optional:
        raise KnowledgeError(f"{str(entry)[:200]} where {', '.join(sorted(needed))} are expected")
    return dict(entry)


def _list(entry: object) -> list:
    if not isinstance(entry, list) or len(entry) > _MOST:
        raise KnowledgeError(f"{str(entry)[:200]} where a list of at most {_MOST} is expected")
    return entry
