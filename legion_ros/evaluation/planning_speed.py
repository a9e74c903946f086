"""How long the planner takes for so many objects: random tables, goals that ask something of each object."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from legion_ros.core import Fixture, Object, Scene, Tool
from legion_ros.core.facts import Fact, facts
from legion_ros.core.skill import PLACES
from legion_ros.knowledge.operator import Operator
from legion_ros.skills.planning import Infeasible, Planner

__all__ = ["PlanningTime", "measure_planning"]

GOALS = ("all in the bin", "all in the drawer, closed", "some of each, a push, the button")
_LOW, _HIGH = np.array([0.36, -0.22]), np.array([0.62, 0.22])  # m, base frame: where things are


@dataclass(frozen=True)
class PlanningTime:
    """Times of plans for one number of objects, ms: on the wall's clock, and of the process itself."""

    objects: int
    plans: int
    refused: int  # of these, how many goals had no plan: finding that out takes time as well
    p50: float
    p99: float
    longest: float
    own_p50: float
    own_p99: float
    steps: int  # of the longest plan


def measure_planning(
    operators: Sequence[Operator], objects: Sequence[int], plans: int, rng: np.random.Generator
) -> list[PlanningTime]:
    """Time `plans` plans for each number of objects, the first of all left out: it loads what is needed.

    The drawer is closed at the start, so that whatever is to go there needs it opened.
    """
    planner = Planner(operators)
    found = []
    for count in objects:
        _plan(planner, *_request(count, 0, rng))
        times, own, lengths = [], [], []
        for number in range(plans):
            scene, wanted = _request(count, number % len(GOALS), rng)
            began, own_began = time.perf_counter(), time.process_time()
            lengths.append(_plan(planner, scene, wanted))
            times.append(1e3 * (time.perf_counter() - began))
            own.append(1e3 * (time.process_time() - own_began))
        p50, p99, longest = np.percentile(times, [50, 99, 100]).round(1).tolist()
        own_p50, own_p99 = np.percentile(own, [50, 99]).round(1).tolist()
        refused, steps = lengths.count(0), max(lengths)
        found.append(PlanningTime(count, plans, refused, p50, p99, longest, own_p50, own_p99, steps))
    return found


def _plan(planner: Planner, scene: Scene, wanted: frozenset[Fact]) -> int:
    """How many steps the plan has; 0 where there is none."""
    try:
        return len(planner.plan(facts(scene), wanted, scene))
    except Infeasible:
        return 0


def _request(count: int, goal: int, rng: np.random.Generator) -> tuple[Scene, frozenset[Fact]]:
    """A table with `count` objects, and something to do with every one."""
    names = [f"thing_{number}" for number in range(count)]
    spots = rng.uniform(_LOW, _HIGH, (count, 2))
    things = tuple(
        Object(
            name, "can", "red", "cylinder", np.array([*spot, 0.05]), np.eye(4)[0], np.array([0.06, 0.06, 0.1])
        )
        for name, spot in zip(names, spots, strict=True)
    )
    fixtures = (
        _fixture("bin", (0.43, -0.46, 0.0), (0.30, 0.24, 0.10)),
        _fixture("drawer", (0.70, 0.42, 0.01), (0.16, 0.18, 0.07), travel=0.18),
        _fixture("button", (0.70, -0.06, 0.05), (0.05, 0.05, 0.02), travel=0.014),
    )
    scene = Scene(0.0, things, fixtures, Tool(np.array([0.4, 0.0, 0.3]), 0.0, 0.08))
    homes = [("bin",) * count, ("drawer",) * count, rng.choice(["bin", "drawer"], count)][goal]
    wanted = {Fact("in", (name, str(home))) for name, home in zip(names, homes, strict=True)}
    if goal > 0:
        wanted.add(Fact("closed", ("drawer",)))
    if goal > 1:
        wanted = {fact for fact in wanted if names[0] not in fact.arguments}
        wanted |= {Fact("pressed", ("button",)), Fact("near", (names[0], str(rng.choice(list(PLACES)))))}
    return scene, frozenset(wanted)


def _fixture(name: str, position: tuple[float, ...], size: tuple[float, ...], travel: float = 0.0) -> Fixture:
    return Fixture(name, name, np.array(position), np.array(size), np.array(position), 0.0, travel)
