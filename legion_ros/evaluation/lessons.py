"""Lessons to measure teaching by: what is taught, what is then said in scenes, what must come of it.

What is said stands here and nowhere else: most of it is none of the sentences that are taught.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from legion_ros.core import Scene
from legion_ros.core.facts import TABLE, Fact, facts
from legion_ros.evaluation.success import Success

__all__ = ["LESSONS", "Order", "Outcome", "TaughtLesson", "row"]


@dataclass(frozen=True)
class Order:
    """What is said in one scene: one of the facts is to hold in the true scene afterwards."""

    said: str
    wanted: frozenset[Fact]

    def done(self, after: Scene) -> bool:
        """Whether it has come about."""
        return bool(self.wanted & facts(after))


@dataclass(frozen=True, kw_only=True)
class TaughtLesson:
    """What `legion teach` is told, and what is said of it afterwards."""

    skill: str
    instruction: str
    say: tuple[str, ...]
    reward: tuple[str, ...]
    kinds: tuple[str, ...]
    onto: tuple[str, ...]
    objects: tuple[int, int]  # in the scenes: least and most
    orders: Callable[[Scene, np.random.Generator], Sequence[Order]]  # none where the scene allows none

    def order(self, scene: Scene, number: int, rng: np.random.Generator) -> Order | None:
        """What is said in the scene of this number: each kind of sentence in turn."""
        orders = self.orders(scene, rng)
        return orders[number % len(orders)] if orders else None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One order in one scene, and what came of it."""

    seed: int  # of /legion/reset_scene: makes the scene again
    said: str
    success: bool  # by the true scene, whatever the graph says
    claimed: bool  # the graph says that it succeeded
    reason: str  # what the graph says
    tries: int  # skills begun
    wall: float  # s
    simulated: float  # s


def row(
    lesson: TaughtLesson,
    *,
    shown: int,
    by: str,
    refused: bool | None,
    unseen: tuple[int, int],
    outcomes: Sequence[Outcome],
    cpu: Mapping[str, float],
    seed: int,
    commit: str,
    command: str,
) -> dict[str, Any]:
    """The figures of one lesson, ready for JSON; success rates with Wilson's 95 % interval.

    Args:
        lesson: that was given.
        shown: demonstrations that succeeded; 0: it was learned from its reward alone.
        by: "command", `legion teach`, or "service", /legion/learn_skill.
        refused: whether its instruction was refused, as unknown, before the lesson; None: not asked.
        unseen: successes and episodes in the lesson's own unseen scenes.
        outcomes: of orders given to the graph.
        cpu: s of CPU by what they were spent on.
        seed: of the lesson and of the scenes.
        commit: of the code.
        command: the command line that does this again.
    """
    alone, through = Success(*unseen), Success(sum(o.success for o in outcomes), len(outcomes))
    return {
        "skill": lesson.skill,
        "from": "demonstrations" if shown else "reward",
        "demonstrations": shown,
        "by": by,
        "refused_before": refused,
        "unseen_scenes": alone.episodes,
        "unseen_success": alone.rate,
        "unseen_interval": alone.interval,
        "graph_scenes": through.episodes,
        "graph_successes": through.successes,
        "graph_interval": through.interval,
        "claimed_but_wrong": sum(o.claimed and not o.success for o in outcomes),
        "tries": sum(o.tries for o in outcomes),
        "cpu_s": {what: round(seconds, 1) for what, seconds in cpu.items()},
        "simulated_s": round(sum(o.simulated for o in outcomes), 1),
        "seed": seed,
        "commit": commit,
        "command": command,
        "failures": [asdict(o) for o in outcomes if not o.success],
    }


def _the(name: str) -> str:
    return "the " + name.replace("_", " ")


def _on_table(scene: Scene, kinds: tuple[str, ...]) -> list[str]:
    """Names of what stands free on the table, of these kinds; of any where none are named."""
    now = facts(scene)
    return sorted(
        thing.name
        for thing in scene.objects
        if {Fact("on", (thing.name, TABLE)), Fact("clear", (thing.name,))} <= now
        and (not kinds or thing.kind in kinds)
    )


def _stackings(scene: Scene, rng: np.random.Generator) -> Sequence[Order]:
    blocks = [str(name) for name in rng.permutation(_on_table(scene, ("block",)))]
    if len(blocks) != 2 or len({scene.object(name).color for name in blocks}) != 2:
        return ()
    upper, lower = blocks
    either = frozenset({Fact("on", (upper, lower)), Fact("on", (lower, upper))})
    just = frozenset({Fact("on", (upper, lower))})
    return (
        Order("stack the blocks", either),
        Order(f"put {_the(upper)} on {_the(lower)}", just),
        Order(f"could you stack {_the(upper)} on top of {_the(lower)}?", just),
        Order("put one block on the other", either),
    )


def _graspings(scene: Scene, rng: np.random.Generator) -> Sequence[Order]:
    things = _on_table(scene, _HELD)
    if not things:
        return ()
    name = str(rng.choice(things))
    held = frozenset({Fact("holding", (name,))})
    return tuple(Order(f"{verb} {_the(name)}", held) for verb in ("grab", "pick up", "hold", "please take"))


_HELD = ("can", "box", "mug", "ball", "bottle", "block")
LESSONS: Mapping[str, TaughtLesson] = MappingProxyType(
    {
        lesson.skill: lesson
        for lesson in (
            TaughtLesson(
                skill="stack",
                instruction="stack the blocks",
                say=("stack {object} on {object}", "put {object} on top of {object}", "pile {objects} up"),
                reward=("on(?object, ?target)",),
                kinds=("block", "box"),
                onto=("block", "box"),
                objects=(4, 6),
                orders=_stackings,
            ),
            TaughtLesson(
                skill="grab",
                instruction="grab the can",
                say=("pick {object} up", "get hold of {object}"),
                reward=("holding(?object)",),
                kinds=_HELD,
                onto=(),
                objects=(2, 5),
                orders=_graspings,
            ),
        )
    }
)
