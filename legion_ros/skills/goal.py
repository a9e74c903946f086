"""What an instruction asks for, as facts that are to hold: never how they come to hold."""

from dataclasses import dataclass

from legion_ros.core import Scene
from legion_ros.core.facts import Fact, facts

__all__ = ["THING", "Every", "Goal", "Stage"]

THING = "?thing"  # stands for each object in turn


@dataclass(frozen=True)
class Every:
    """A fact that is to hold of each of some objects; which these are is asked of every scene anew."""

    wanted: Fact  # with THING for the object: in(?thing, bin)
    where: Fact | None = None  # what holds of those that are meant: on(?thing, table); None: all there are
    color: str = ""  # only those of this colour
    kind: str = ""  # only those of this kind
    excepted: frozenset[str] = frozenset()  # names of objects to leave out

    def facts(self, scene: Scene, now: frozenset[Fact]) -> frozenset[Fact]:
        """What is wanted of the objects of `scene`, whose facts are `now`."""
        found = set()
        for thing in scene.objects:
            fits = self.color in ("", thing.color) and self.kind in ("", thing.kind)
            if not fits or thing.name in self.excepted:
                continue
            if self.where is None or self.where.bound({THING: thing.name}) in now:
                found.add(self.wanted.bound({THING: thing.name}))
        return frozenset(found)


@dataclass(frozen=True)
class Stage:
    """What is to hold together at the end of one part of the instruction."""

    said: str  # the part, in the user's words
    facts: frozenset[Fact] = frozenset()
    every: tuple[Every, ...] = ()

    def wanted(self, scene: Scene, now: frozenset[Fact]) -> frozenset[Fact]:
        """All facts that this stage asks for in `scene`, whose facts are `now`."""
        return self.facts.union(*(every.facts(scene, now) for every in self.every))


@dataclass(frozen=True)
class Goal:
    """All of an instruction: stages in the order in which they are to come true."""

    instruction: str  # as it was given
    stages: tuple[Stage, ...]
    untouched: frozenset[str] = frozenset()  # names of objects that nothing may be done with
    notes: tuple[str, ...] = ()  # choices made on the way, in words for the user

    def same(self, other: "Goal", scene: Scene) -> bool:
        """Whether both ask for the same in `scene`, stage for stage, and leave the same alone."""
        now = facts(scene)
        wanted = [[s for stage in goal.stages if (s := stage.wanted(scene, now))] for goal in (self, other)]
        return wanted[0] == wanted[1] and self.untouched == other.untouched
