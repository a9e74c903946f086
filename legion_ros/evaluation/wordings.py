"""How a reward is asked for in words: what a skill that was taught for it hears besides."""

from collections.abc import Mapping
from types import MappingProxyType

from legion_ros.core.declaration import Declaration
from legion_ros.core.facts import Fact

__all__ = ["wordings"]

# Facts that no skill which the robot begins with is for: those have sentences of their own.
_WORDS: Mapping[Fact, tuple[str, ...]] = MappingProxyType(
    {
        Fact("on", ("?object", "?target")): (
            "put {object} on {object}",
            "place {object} on top of {object}",
            "set {object} onto {object}",
            "stand {object} on {object}",
            "move {object} onto {object}",
        ),
        Fact("holding", ("?object",)): (
            "pick up {object}",
            "take {object}",
            "lift {object} up",
            "hold {object}",
        ),
    }
)


def wordings(declaration: Declaration) -> tuple[str, ...]:
    """Sentences with slots that ask for what a declared skill is for; none where that is several facts."""
    return _WORDS.get(declaration.success[0], ()) if len(declaration.success) == 1 else ()
