"""What an execution keeps in mind of the things it has to do with: also of those that it can't see now."""

from collections.abc import Iterable

from legion_ros.core import Object, Scene
from legion_ros.core.facts import Fact

__all__ = ["Memory"]


class Memory:
    """What was seen, what was achieved, and which name a thing goes by since it was lost and found."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self._known: dict[str, Object] = {}  # as last seen
        self._first: dict[str, float] = {}  # s: when it was first seen
        self._last: dict[str, float] = {}  # s: when it was last seen
        self.achieved: set[Fact] = set()  # of what was asked for, what was seen to hold
        self._found: dict[str, str] = {}  # name in the goal -> name that the thing has now

    def look(self, scene: Scene, now: frozenset[Fact], asked: frozenset[Fact]) -> None:
        """Take in a scene, whose facts are `now`, with what is `asked` for by the goal's own names."""
        for thing in scene.objects:
            self._known[thing.name], self._last[thing.name] = thing, scene.stamp
            self._first.setdefault(thing.name, scene.stamp)
        self.achieved |= self.renamed(asked) & now
        gone = self.gone(scene)
        self._found = {name: other for name, other in self._found.items() if name in gone}
        for name in sorted(self._names(asked) & gone - self._found.keys()):
            if not any(name in fact.arguments for fact in self.achieved):
                self._find(name, scene, asked)

    def renamed(self, facts: Iterable[Fact]) -> frozenset[Fact]:
        """The same facts with the names that things go by now."""
        return frozenset(fact.bound(self._found) for fact in facts)

    def gone(self, scene: Scene) -> set[str]:
        """Names of what was seen before and is not now."""
        return self._known.keys() - {thing.name for thing in scene.objects}

    def lost(self, scene: Scene, asked: frozenset[Fact]) -> frozenset[Fact]:
        """What was asked of things that are not to be seen any more, and was never seen to hold."""
        gone = self.gone(scene)
        open_ = self.renamed(asked) - self.achieved
        return frozenset(fact for fact in open_ if gone.intersection(fact.arguments))

    def _find(self, name: str, scene: Scene, asked: frozenset[Fact]) -> None:
        """The thing of that name must be the only one like it that turned up since, and is not asked for."""
        old, taken = self._known[name], self._names(asked) | set(self._found.values())
        alike = [
            thing.name
            for thing in scene.objects
            if (thing.kind, thing.color) == (old.kind, old.color)
            and thing.name not in taken
            and self._first[thing.name] > self._last[name]
        ]
        if len(alike) == 1:
            self._found[name] = alike[0]

    def _names(self, asked: frozenset[Fact]) -> set[str]:
        return {name for fact in asked for name in fact.arguments if name in self._known}
