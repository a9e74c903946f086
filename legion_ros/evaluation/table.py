"""Whether a table was cleared, judged from the truth of the scene, and the figures of many such scenes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from legion_ros.core import Scene
from legion_ros.core.predicates import inside
from legion_ros.evaluation.success import Success

__all__ = ["TableScene", "binned", "scene_seeds", "summary"]


@dataclass(frozen=True, kw_only=True)
class TableScene:
    """One scene: what was asked, what came of it."""

    seed: int  # of /legion/reset_scene: makes the scene again
    objects: int  # in the scene
    binned: int  # of them inside the bin at the end
    claimed: bool  # the graph says that it succeeded
    reason: str  # what the graph says
    planned: int  # skills in the plan at the end
    tries: int  # skills begun, second tries counted
    wall: float  # s
    simulated: float  # s

    @property
    def success(self) -> bool:
        """All objects are in the bin, whatever the graph says."""
        return self.binned == self.objects


def scene_seeds(seed: int | tuple[int, ...], scenes: int) -> list[int]:
    """Seeds of `scenes` scenes: the first ones are the same however many there are."""
    return [int(word) for word in np.random.SeedSequence(seed).generate_state(scenes)]


def binned(scene: Scene) -> list[str]:
    """Names of the objects inside the bin."""
    return [thing.name for thing in scene.objects if inside(thing, scene.fixture("bin"))]


def summary(scenes: Sequence[TableScene], command: str) -> dict:
    """The figures, ready for JSON; success rates with Wilson's 95 % interval."""
    by_scene = Success(sum(s.success for s in scenes), len(scenes))
    by_object = Success(sum(s.binned for s in scenes), sum(s.objects for s in scenes))
    return {
        "command": command,
        "scenes": len(scenes),
        "success": by_scene.rate,
        "interval": by_scene.interval,
        "objects": by_object.episodes,
        "object_success": by_object.rate,
        "object_interval": by_object.interval,
        "claimed_but_wrong": sum(s.claimed and not s.success for s in scenes),
        "tries": sum(s.tries for s in scenes),
        "retries": sum(max(s.tries - s.objects, 0) for s in scenes),
        "wall_s": round(sum(s.wall for s in scenes), 1),
        "simulated_s": round(sum(s.simulated for s in scenes), 1),
        "failures": [asdict(s) for s in scenes if not s.success],
    }
