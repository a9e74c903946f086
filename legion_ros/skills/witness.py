"""Notices what somebody else has moved."""

import numpy as np

from legion_ros.core import GroundedSkill, Scene

__all__ = ["Witness"]

_FAR = 0.04  # m that a thing must have come to count as moved
_REACH = 0.16  # m from the tool within which a thing may have been moved by the arm
_STILL = 0.005  # m between two looks: less is at rest


class Witness:
    """Remembers where everything lay when it was last at rest, away from the arm."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self._rest: dict[str, np.ndarray] = {}  # where each thing lay, (3,) m, base frame
        self._last: dict[str, np.ndarray] = {}  # where each thing was in the last look
        self._excused: set[str] = set()  # things that the arm has been near since they were at rest

    def moved(self, scene: Scene, step: GroundedSkill | None) -> list[str]:
        """Names of what has come to rest elsewhere since the last look, and not by the arm.

        Args:
            scene: now.
            step: what the arm is doing; what it is done with is excused.
        """
        found = []
        for thing in scene.objects:
            name, position = thing.name, thing.position
            near = np.linalg.norm(scene.tool.position - position) < _REACH
            if near or (step is not None and step.object == name):
                self._excused.add(name)
            before = self._last.get(name)
            self._last[name] = position
            if before is None or np.linalg.norm(position - before) > _STILL:
                continue
            rest = self._rest.get(name)
            if rest is not None and name not in self._excused and np.linalg.norm(position - rest) > _FAR:
                found.append(name)
            if not near:
                self._rest[name] = position
                self._excused.discard(name)
        return found
