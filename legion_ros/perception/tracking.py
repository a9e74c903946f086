"""Things over time: the same one keeps its id and name, also while it is hidden, carried or pushed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
from scipy.optimize import linear_sum_assignment

from legion_ros.core import Object, Scene, Tool
from legion_ros.core.predicates import inside
from legion_ros.perception.contact import drawer_after, gripped, pressed_by, pushed
from legion_ros.perception.detector import View
from legion_ros.perception.surroundings import Surroundings
from legion_ros.perception.track import Track

__all__ = ["Tracker", "TrackerConfig"]

FAR = 1e3  # m: no match


@dataclass(frozen=True, kw_only=True)
class TrackerConfig:
    """When things are the same, when they begin to count, when they are gone."""

    gate: float = 0.07  # m between where a thing was and where it is seen
    wide_gate: float = 0.16  # m, within `settling` after it was let go
    settling: float = 1.0  # s
    other_kind: float = 0.03  # m that a match of another kind must be nearer
    confirmed: int = 2  # frames in which something must be seen to count
    gone: int = 4  # frames in a row that look through it until it is gone
    sure: float = 0.35  # confidence that something new must have
    certain: float = 0.6  # in a heap with another of its colour that is not to be seen
    fair: float = 0.2  # confidence below which a known thing is seen, but not where
    naming: int = 10  # frames in which its kind may still change
    corrected: int = 6  # frames in a row that must show another kind, plainly, to change it later
    most: int = 4  # frames that a position is the mean of
    jump: float = 0.012  # m: what is seen farther off has moved
    stopped: float = 0.0015  # m that the fingers move in a period when they have stopped
    let_go: float = 0.006  # m that they open
    slipped: float = 0.012  # m that they close


class Tracker:
    """What is on the table now, from sightings that come late and tool states that come at once.

    Args:
        surroundings: fixtures, and what lies below a thing that falls.
        config: thresholds.
        ids: what to give to things, each once; share them between trackers that follow one another.
    """

    def __init__(
        self,
        surroundings: Surroundings,
        config: TrackerConfig | None = None,
        ids: Iterator[int] | None = None,
    ) -> None:
        self._surroundings, self._config = surroundings, config or TrackerConfig()
        self._ids = count(1) if ids is None else ids
        self._tracks: list[Track] = []
        self._tool: Tool | None = None
        self._stamp = -np.inf  # s: of the newest tool state
        self.drawer = 0.0  # m: how far it is open
        self._drawer_trail: list[tuple[float, float]] = []
        self._button = 0.0  # m: how far it is pressed when no finger is on it

    @property
    def known(self) -> tuple[Object, ...]:
        """What has been seen often enough to be expected again where it is."""
        return tuple(t.thing for t in self._tracks if t.seen >= 3 and t.hold is None and not t.missed)

    # -- time ---------------------------------------------------------------------------------------

    def predict(self, tool: Tool, stamp: float) -> Scene:
        """The scene at `stamp` s, when the tool has got to `tool`."""
        if stamp > self._stamp:
            self._advance(tool, stamp)
        things = tuple(t.thing for t in self._tracks if t.thing.name)
        touched = pressed_by(tool, self._surroundings)
        button = self._button if touched is None else touched
        return Scene(stamp, things, self._surroundings.fixtures(self.drawer, button), tool)

    def _advance(self, tool: Tool, stamp: float) -> None:
        before = self._tool or tool
        opened = drawer_after(self.drawer, before, tool, self._surroundings)
        self._carry_along(opened - self.drawer)
        self.drawer = opened
        still = abs(tool.opening - before.opening) < self._config.stopped
        for track in self._tracks:
            if track.hold is not None:
                self._hold_on(track, tool, stamp)
        if still and self._tool is not None and not any(t.hold for t in self._tracks):
            held = [t for t in self._tracks if t.thing.name and gripped(t.thing, tool)]
            if held:
                min(held, key=lambda t: np.linalg.norm(t.thing.position - tool.position)).take(tool)
        for track in self._tracks:
            if track.hold is not None:
                track.carry(tool)
            elif self._on_table(track.thing):
                track.move(track.thing.position + (*pushed(track.thing, tool), 0.0))
            if track.hold is None:
                track.fall(stamp)
            track.remember(stamp)
        self._drawer_trail = [*self._drawer_trail[-60:], (stamp, self.drawer)]
        self._tool, self._stamp = tool, stamp

    def _hold_on(self, track: Track, tool: Tool, stamp: float) -> None:
        """Notice that the fingers have let go of it, or lost it."""
        change = tool.opening - track.hold.opening
        if -self._config.slipped < change < self._config.let_go:
            return
        track.carry(replace(tool, opening=track.hold.opening))
        track.look_for(stamp)
        self._drop(track)

    def _drop(self, track: Track) -> None:
        """Let it fall onto what is below, as far as that is known."""
        x, y, _ = track.thing.position
        below = self._surroundings.floor(x, y, self.drawer)
        for other in self._tracks:
            thing = other.thing
            top = thing.position[2] + 0.5 * thing.grip[1][2]
            if other is track or other.hold is not None or top > track.thing.position[2]:
                continue
            if np.linalg.norm(thing.position[:2] - (x, y)) < 0.5 * thing.grip[1][:2].max():
                below = max(below, top)
        track.lands = below + 0.5 * track.thing.grip[1][2]

    def _carry_along(self, slid: float) -> None:
        """What is in the drawer moves with it."""
        if abs(slid) < 1e-9:
            return
        drawer = self._surroundings.fixtures(self.drawer, 0.0)[1]
        for track in self._tracks:
            if track.hold is None and inside(track.thing, drawer):
                track.move(track.thing.position - (slid, 0.0, 0.0))

    def _on_table(self, thing: Object) -> bool:
        return not any(inside(thing, home) for home in self._surroundings.fixtures(self.drawer, 0.0)[:2])

    # -- sightings ----------------------------------------------------------------------------------

    def update(
        self,
        detections: Sequence[Object],
        stamp: float,
        visible: Callable[[Object], View],
        drawer: float | None = None,
        button: float | None = None,
    ) -> None:
        """Take in what was seen at `stamp` s, which may be a while ago.

        Args:
            detections: without names.
            stamp: s.
            visible: what the camera saw where a thing should be.
            drawer: m: how far it was open; None where that was not to be seen.
            button: m: how far it was pressed; None where that was not to be seen.
        """
        self._button = button if button is not None else self._button
        if drawer is not None:
            past = [joint for when, joint in self._drawer_trail if when <= stamp + 1e-6]
            moved = self.drawer - past[-1] if past else 0.0
            self._carry_along(drawer + moved - self.drawer)
            self.drawer = float(np.clip(drawer + moved, 0.0, self._surroundings.drawer.travel))
        pairs = self._match(detections, stamp)
        for track, detection in pairs:
            self._see(track, detection, stamp)
        taken = {id(detection) for _, detection in pairs}
        left = [d for d in detections if id(d) not in taken]
        matched = {id(track) for track, _ in pairs}
        absent = [t for t in self._tracks if id(t) not in matched]
        kept = self._surroundings.fixtures(self.drawer, 0.0)[1] if drawer is None else None
        for track in absent:
            if kept is not None and inside(track.thing, kept):  # nobody knows where to look for it
                continue
            then = replace(track.thing, position=track.at(stamp))
            displaced = any(_overlap(then, other) for other in detections)
            self._miss(track, View(0.0, 1.0) if displaced else visible(then))
        for detection in left:
            if not self._belongs(detection, stamp, absent) and detection.confidence >= self._config.sure:
                self._tracks.append(self._begun(detection, stamp))
        self._confirm(absent)
        self._tracks = [t for t in self._tracks if t.missed < self._config.gone]

    def _match(self, detections: Sequence[Object], stamp: float) -> list[tuple[Track, Object]]:
        """Tracks and detections that are the same thing: least sum of distances (Kuhn 1955)."""
        if not self._tracks or not detections:
            return []
        costs = np.array([[self._apart(t, d, stamp) for d in detections] for t in self._tracks])
        rows, columns = linear_sum_assignment(costs)
        return [
            (self._tracks[row], detections[column])
            for row, column in zip(rows, columns, strict=True)
            if costs[row, column] < FAR
        ]

    def _apart(self, track: Track, detection: Object, stamp: float) -> float:
        c, thing = self._config, track.thing
        if thing.color != detection.color:
            return FAR
        gate = c.wide_gate if stamp - track.loose_since < c.settling else c.gate
        distance = float(np.linalg.norm(track.at(stamp) - detection.position))
        distance += c.other_kind if thing.kind != detection.kind else 0.0
        return distance if distance < gate else FAR

    def _see(self, track: Track, detection: Object, stamp: float) -> None:
        c = self._config
        track.seen, track.missed = track.seen + 1, 0
        if track.hold is not None:
            self._doubt(track, detection, stamp)
            return
        if stamp < track.loose_since:  # a picture from before it was let go
            return
        if detection.confidence < c.fair and track.sure:
            return
        if track.seen <= c.naming:
            track.votes[detection.kind] += detection.confidence
        better = track.seen <= c.naming and track.votes[detection.kind] > track.votes[track.thing.kind]
        if detection.kind == track.thing.kind or better:
            track.contrary = 0
        elif not self._corrected(track, detection):
            return
        old = track.at(stamp)
        shift = detection.position - old
        moving = np.linalg.norm(track.thing.position - old) > 0.002
        track.sure = 1 if moving or np.linalg.norm(shift) > c.jump else min(track.sure + 1, c.most)
        position = self._borne(track.thing.position + shift / track.sure, detection)
        track.thing = replace(detection, name=track.thing.name, id=track.thing.id, position=position)
        track.lands = -np.inf
        track.trail = type(track.trail)((when, p + shift / track.sure) for when, p in track.trail)

    def _corrected(self, track: Track, detection: Object) -> bool:
        """Whether a kind that was long certain is given up: something else stands there, plain to see."""
        plain = detection.confidence >= self._config.certain and self._on_table(track.thing)
        track.contrary = track.contrary + 1 if plain else 0
        if track.contrary < self._config.corrected:
            return False
        track.contrary, track.seen = 0, self._config.confirmed
        track.thing = replace(track.thing, id=next(self._ids))  # not the thing that stood there
        track.votes.clear()
        track.votes[detection.kind] = detection.confidence
        return True

    def _borne(self, position: np.ndarray, thing: Object) -> np.ndarray:
        """(3,) m: not below what bears it, where a picture of its fall was added to the end of the fall."""
        x, y, z = position
        return np.array([x, y, max(z, self._surroundings.floor(x, y, self.drawer) + 0.5 * thing.size.min())])

    def _doubt(self, track: Track, detection: Object, stamp: float) -> None:
        """What is said to be in the fingers, but seen elsewhere time and again, has been lost."""
        astray = np.linalg.norm(track.at(stamp) - detection.position) > 0.04
        track.strayed = track.strayed + 1 if astray and detection.confidence > 0.5 else 0
        if track.strayed >= self._config.confirmed:
            track.look_for(stamp)
            track.move(detection.position, detection.rotation)

    def _miss(self, track: Track, view: View) -> None:
        if not track.thing.name:  # seen once, and not again
            track.missed = self._config.gone
        if track.hold is not None:
            return
        open_to_view = view.there + view.through
        gone = open_to_view > 0.25 and view.through > 0.6 * open_to_view
        track.missed = track.missed + 1 if gone else track.missed * (view.there <= 0.5)

    def _belongs(self, detection: Object, stamp: float, absent: list[Track]) -> bool:
        """Whether a detection is but a part of something known: in a hand, or in a heap in a container."""
        homes = self._surroundings.fixtures(self.drawer, 0.0)[:2]
        for track in self._tracks:
            if track.thing.color != detection.color:
                continue
            if np.linalg.norm(track.at(stamp) - detection.position) < 0.6 * track.thing.size.max():
                return True
            together = any(inside(detection, home) and inside(track.thing, home) for home in homes)
            if together and track in absent and detection.kind != track.thing.kind:
                return detection.confidence < self._config.certain
        return False

    def _begun(self, detection: Object, stamp: float) -> Track:
        track = Track(detection)
        track.votes[detection.kind] = detection.confidence
        track.remember(stamp)
        return track

    def _confirm(self, absent: list[Track]) -> None:
        """Give ids and names to what has been seen often enough; a thing that was moved is the one it was."""
        for track in [t for t in self._tracks if t.seen >= self._config.confirmed]:
            thing = track.thing
            if not thing.name:
                for other in absent:
                    if self._alike(other, track):
                        track.thing = replace(thing, name=other.thing.name, id=other.thing.id)
                        self._tracks = [t for t in self._tracks if t is not other]
                        absent.remove(other)
                        break
                else:
                    track.thing = replace(thing, name=self._name(thing), id=next(self._ids))
            elif track.seen <= self._config.naming and not thing.name.startswith(_noun(thing)):
                track.thing = replace(thing, name=self._name(thing))

    def _alike(self, old: Track, new: Track) -> bool:
        """Whether something newly seen can be what is not where it was, or not seen there."""
        same = old.thing.color == new.thing.color and old.thing.kind == new.thing.kind
        free = old.missed or old.hold is not None or self._on_table(old.thing)  # not buried in a heap
        return bool(old.thing.name and same and free)

    def _name(self, thing: Object) -> str:
        taken = {track.thing.name for track in self._tracks}
        names = [_noun(thing), *(f"{_noun(thing)}_{number}" for number in range(2, len(taken) + 3))]
        return next(name for name in names if name not in taken)


def _overlap(thing: Object, other: Object) -> bool:
    """Whether two things would be in the same place, which no two are."""
    apart = np.linalg.norm(thing.position - other.position)
    return bool(other.confidence > 0.5 and apart < 0.3 * (thing.size.min() + other.size.min()))


def _noun(thing: Object) -> str:
    return f"{thing.color}_{thing.kind}"
