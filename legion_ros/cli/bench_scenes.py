"""Scenes that a bench draws for a graph, one after the other, and what is true in them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from legion_ros.core.errors import LegionError

if TYPE_CHECKING:
    from legion_ros.core import Scene
    from legion_ros.evaluation.long_tasks import Beginning
    from legion_ros.nodes.client import GraphClient, Task

__all__ = ["Posed", "Tries", "posed", "scene_after", "scene_with", "true_scene"]

_DRAWS = 40  # scenes that are drawn for each that is measured, at most
_PATIENCE = 10.0  # s of wall time until the simulator shows a scene

Asked = TypeVar("Asked")


@dataclass(frozen=True)
class Posed(Generic[Asked]):
    """What is asked in one scene."""

    seed: int  # of /legion/reset_scene: makes the scene again
    asked: Asked
    before: "Scene"  # the truth in which it is asked
    rng: np.random.Generator  # of this scene; `asked` was drawn from it


def posed(
    client: "GraphClient",
    what: str,
    beginning: "Beginning",
    ask: Callable[["Scene", int, np.random.Generator], Asked | None],
    seed: int | tuple[int, ...],
    scenes: int,
) -> Iterator[Posed[Asked]]:
    """As many scenes as asked for; those in which there is nothing to ask for are passed over.

    Args:
        client: of the graph.
        what: is asked, in words.
        beginning: what the scenes start with.
        ask: what is asked in a true scene, with how many were measured before it and what to draw from; None
            where the scene does not allow it.
        seed: of all of them.
        scenes: how many.

    Raises:
        LegionError: too few scenes allow it.
    """
    from legion_ros.evaluation.table import scene_seeds

    found = 0
    for word in scene_seeds(seed, _DRAWS * scenes):
        client.reset_safety()  # an alarm is the end of its own scene alone
        names = client.reset_scene(word, *beginning.objects, binned=beginning.binned, drawer=beginning.drawer)
        if ask(scene_with(client, names), found, np.random.default_rng(word)) is None:
            continue
        client.await_seen(names)
        before, rng = true_scene(client), np.random.default_rng(word)
        asked = ask(before, found, rng)
        if asked is None:  # what stood there has rolled away
            continue
        yield Posed(word, asked, before, rng)
        found += 1
        if found == scenes:
            return
    raise LegionError(f"only {found} of {scenes} scenes allow {what!r}")


def true_scene(client: "GraphClient") -> "Scene":
    """The newest true scene; the first where there was none yet."""
    return client.wait(client.true_scene, _PATIENCE, "true scene")


def scene_with(client: "GraphClient", names: list[str]) -> "Scene":
    """The true scene once it is the new one, in which there are just these."""

    def shown() -> "Scene | None":
        scene = client.true_scene()
        return scene if scene and sorted(thing.name for thing in scene.objects) == sorted(names) else None

    return client.wait(shown, _PATIENCE, "new scene")


def scene_after(client: "GraphClient", stamp: float, patience: float) -> "Scene":
    """The first true scene after `stamp` in s of the robot's time; `patience` in s of wall time."""

    def later() -> "Scene | None":
        scene = client.true_scene()
        return scene if scene and scene.stamp > stamp else None

    return client.wait(later, patience, "scene after the task")


class Tries:
    """Counts the skills that were begun."""

    def __init__(self) -> None:
        self.number = 0
        self._current = ""

    def count(self, task: "Task") -> None:
        """One more whenever another skill, or another try, is the current one."""
        if task.current != self._current:
            self._current = task.current
            self.number += 1
