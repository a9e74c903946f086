"""Faults in how a goal is carried out: plans that turn round, wrong things and nothing in the fingers."""

from collections.abc import Iterator

import numpy as np

from legion_ros.core import Fixture, GroundedSkill, Object, Scene, Tool
from legion_ros.core.skill import PLACES
from legion_ros.evaluation.faults.figure import FaultFigure
from legion_ros.safety import Level
from legion_ros.safety.conduct import Conduct

__all__ = ["FAULTS", "conduct"]

_PERIOD = 0.05  # s between two scenes
_SPOTS = [np.array([x, y, 0.04]) for x in (0.38, 0.48, 0.58) for y in (-0.2, 0.0, 0.2)]
_AFTER = 20  # scenes after the alarm, in which it must stay what it is


def conduct(fault: str, trials: int, rng: np.random.Generator) -> FaultFigure:
    """Make the fault so many times, each in another scene and with other things done before and between.

    A miss: an alarm of another level, not with the very scene that completes the fault (scenes come every
    control period), or one that another fault replaces.
    """
    level, make = FAULTS[fault]
    misses, lags, notes = 0, [], []
    for _ in range(trials):
        watch = Conduct()
        due, tripped, number = None, None, 0
        for number, completes in enumerate(make(watch, rng)):
            due = number if completes else due
            tripped = number if tripped is None and watch.alarm is not None else tripped
            if due is not None and number > due + 1:
                break
        lag = -1 if due is None or tripped is None else tripped - due  # scenes; below 0: too early, or never
        first = watch.alarm
        for _ in range(2):  # latched: the same and the other fault again
            for _ in make(watch, rng):
                pass
        for _ in zip(range(_AFTER), FAULTS["failed grasps"][1](watch, rng), strict=False):
            pass
        wrong = not 0 <= lag <= 1 or first is None or first.level is not level or watch.alarm is not first
        misses += wrong
        notes += [f"due {due}, tripped {tripped}: {first}"] if wrong else []
        lags += [] if wrong else [_PERIOD * lag]
    return FaultFigure.of(
        f"breaker, {level.name.lower()}: {fault}, not tripped in time, or not latched",
        "all within one control period (50 ms), latched",
        misses,
        lags,
        trials=trials,
        notes="; ".join(notes[:5]),
    )


def _thing(name: str, position: np.ndarray) -> Object:
    color, kind = name.split("_")
    upright = np.array([1.0, 0.0, 0.0, 0.0])
    return Object(name, kind, color, "box", position, upright, np.array([0.05, 0.06, 0.08]))


class _Table:
    """Things, a drawer and a tool by hand; each `seen` is a control period later."""

    def __init__(self, rng: np.random.Generator) -> None:
        names = [f"{color}_{kind}" for color in ("red", "blue", "green") for kind in ("can", "mug", "box")]
        count = int(rng.integers(2, 7))
        spots = rng.permutation(len(_SPOTS))[:count]
        self.names = [str(name) for name in rng.permutation(names)[:count]]
        self.at = {name: _SPOTS[spot].copy() for name, spot in zip(self.names, spots, strict=True)}
        self.drawer, self.opening, self.tool = 0.0, 0.08, np.array([0.45, 0.0, 0.3])
        self._stamp = 0.0

    def seen(self) -> Scene:
        self._stamp += _PERIOD
        floor = np.array([0.70 - self.drawer, 0.42, 0.012])
        fixtures = (
            Fixture("bin", "bin", np.array([0.43, -0.46, 0.0]), np.array([0.3, 0.24, 0.1]), np.zeros(3)),
            Fixture("drawer", "drawer", floor, np.array([0.16, 0.18, 0.07]), floor, self.drawer, 0.18),
        )
        things = tuple(_thing(name, position) for name, position in self.at.items())
        return Scene(self._stamp, things, fixtures, Tool(self.tool, 0.0, self.opening))


def _attempt(watch: Conduct, table: _Table, step: GroundedSkill, looks: int, success: bool) -> Iterator[bool]:
    """Scenes in which nothing special happens, then the end of the attempt: False each time."""
    for _ in range(looks):
        watch.look(table.seen())
        yield False
    watch.end(table.seen(), success)
    yield False


def _drawer(watch: Conduct, rng: np.random.Generator) -> Iterator[bool]:
    """Open and close, open and close, with other steps between."""
    table, returns = _Table(rng), 0
    for number in range(20):
        yield from _idle(watch, table, rng)
        step = GroundedSkill("close" if table.drawer else "open", "", "drawer")
        watch.begin(step, table.seen())
        for _ in range(int(rng.integers(1, 5))):
            watch.look(table.seen())
            yield False
        table.drawer = 0.0 if table.drawer else 0.18
        returns += number >= 2
        watch.end(table.seen(), True)
        yield returns == 3


def _places(watch: Conduct, rng: np.random.Generator) -> Iterator[bool]:
    """The same thing pushed to two or three places in turn."""
    table = _Table(rng)
    name, places = table.names[0], list(rng.permutation(list(PLACES))[: int(rng.integers(2, 4))])
    for other in table.names[1:]:
        table.at[other] += (0.0, 0.0, -5.0)  # nothing in the way
    table.at[name] = np.array([0.34, -0.30, 0.04])  # at no place
    for number in range(20):
        target = str(places[number % len(places)])
        watch.begin(GroundedSkill("push", name, target), table.seen())
        table.at[name] = np.array([*PLACES[target][:2], 0.04])
        watch.end(table.seen(), True)
        yield number == len(places) + 2


def _idle(watch: Conduct, table: _Table, rng: np.random.Generator) -> Iterator[bool]:
    """At times another step, which fails or works, and undoes nothing."""
    if rng.random() < 0.5:
        step = GroundedSkill("reach", str(rng.choice(table.names)))
        watch.begin(step, table.seen())
        yield from _attempt(watch, table, step, int(rng.integers(1, 5)), bool(rng.random() < 0.5))


def _wrong_thing(watch: Conduct, rng: np.random.Generator) -> Iterator[bool]:
    """Twice the neighbour is lifted instead; the second time's fifth scene completes it."""
    table = _Table(rng)
    name, other = table.names[:2]
    rest = table.at[other].copy()
    for attempt in range(2):
        yield from _idle(watch, table, rng)
        step = GroundedSkill("put", name, "bin")
        table.opening, table.at[other] = 0.08, rest
        watch.begin(step, table.seen())
        for _ in range(int(rng.integers(1, 10))):
            watch.look(table.seen())
            yield False
        table.opening, table.at[other] = 0.05, table.tool
        for scene in range(8):
            watch.look(table.seen())
            yield attempt == 1 and scene == 4
        table.at[other] = rest
        watch.end(table.seen(), False)
        yield False


def _failed_grasps(watch: Conduct, rng: np.random.Generator) -> Iterator[bool]:
    """Twice the fingers close on nothing and the attempt fails; its end completes it."""
    table = _Table(rng)
    for attempt in range(2):
        yield from _idle(watch, table, rng)
        table.opening = 0.08
        watch.begin(GroundedSkill("put", table.names[0], "bin"), table.seen())
        for opening, least in ((0.08, 1), (float(rng.uniform(0.0, 0.004)), 5), (0.08, 1)):
            table.opening = opening
            for _ in range(least + int(rng.integers(0, 10))):
                watch.look(table.seen())
                yield False
        watch.end(table.seen(), False)
        yield attempt == 1


FAULTS = {
    "drawer opened and closed": (Level.SEMANTIC, _drawer),
    "thing pushed to and fro": (Level.SEMANTIC, _places),
    "wrong thing": (Level.TASK, _wrong_thing),
    "failed grasps": (Level.TASK, _failed_grasps),
}
