"""The task level, by injection: the wrong thing in the fingers, fingers that close on nothing."""

from dataclasses import replace

import numpy as np
import pytest

from legion_ros.core import GroundedSkill, Object, Scene, Tool
from legion_ros.safety.alarm import Level
from legion_ros.safety.conduct import Conduct
from legion_ros.safety.task import TaskBreaker, grasps

PUT = GroundedSkill("put", "red_can", "bin")


def thing(name, x, z=0.04):
    color, kind = name.split("_")
    one = np.array([1.0, 0, 0, 0])
    return Object(name, kind, color, "box", np.array([x, 0.0, z]), one, np.array([0.06, 0.06, 0.08]))


def scenes(opening, count, start=0.0, held=""):
    """Scenes 50 ms apart; `held` is in the fingers 0.2 m up."""
    things = [thing(name, 0.4 + 0.15 * i) for i, name in enumerate(("red_can", "blue_mug"))]
    tool = Tool(np.array([0.4, 0.0, 0.2]), 0.0, opening)
    if held:
        things = [replace(t, position=tool.position) if t.name == held else t for t in things]
    return [Scene(start + 0.05 * i, tuple(things), (), tool) for i in range(count)]


def attempt(breaker, *looks, success=False, step=PUT):
    """Alarms of one attempt with these (opening, scenes, held)."""
    breaker.begin(step)
    alarms, start = [], 0.0
    for opening, count, held in looks:
        alarms += [breaker.look(scene) for scene in scenes(opening, count, start, held)]
        start += 0.05 * count
    return [*alarms, breaker.end(success)]


NOTHING = [(0.08, 5, ""), (0.0, 5, "")]  # the fingers are open, then closed on nothing
WRONG = [(0.08, 5, ""), (0.06, 5, "blue_mug")]


def test_the_second_failed_grasp_of_a_step_trips_when_the_attempt_ends():
    breaker = TaskBreaker()
    assert not any(attempt(breaker, *NOTHING))
    *during, last = attempt(breaker, *NOTHING)
    assert not any(during)
    assert last.level is Level.TASK
    assert last.reason == (
        "put(red_can, bin): the fingers closed on nothing instead of red_can; detected 2 times at this step"
    )


def test_fingers_that_are_closed_on_nothing_from_beginning_to_end_have_failed_too():
    breaker = TaskBreaker()
    attempt(breaker, (0.0, 10, ""))
    assert attempt(breaker, (0.0, 10, ""))[-1] is not None


def test_the_wrong_thing_in_the_fingers_trips_the_second_time_while_it_is_there():
    breaker = TaskBreaker()
    assert not any(attempt(breaker, *WRONG))
    *during, last = attempt(breaker, *WRONG)
    assert [bool(alarm) for alarm in during] == [False] * 9 + [True] and last is None
    assert "the fingers have blue_mug instead of red_can" in during[-1].reason


@pytest.mark.parametrize(
    "looks",
    [
        [(0.08, 5, ""), (0.0, 4, "")],  # too short to be sure of
        [(0.0, 50, ""), (0.08, 5, "")],  # closed since before, and never since
        [(0.08, 5, ""), (0.06, 50, "red_can")],  # as it should be
        [(0.08, 5, ""), (0.06, 4, "blue_mug"), (0.06, 4, "red_can"), (0.06, 4, "blue_mug")],  # a flicker
    ],
)
def test_what_is_no_failed_grasp_does_not_count(looks):
    breaker = TaskBreaker()
    for _ in range(5):
        assert not any(attempt(breaker, *looks))
    assert not breaker.detections


def test_a_miss_in_an_attempt_that_worked_in_the_end_does_not_count():
    breaker = TaskBreaker()
    for _ in range(5):
        assert not any(attempt(breaker, *NOTHING, success=True))


def test_each_step_counts_for_itself():
    breaker = TaskBreaker()
    for name in ("red_can", "blue_mug"):
        assert not any(attempt(breaker, *NOTHING, step=GroundedSkill("put", name, "bin")))


def test_skills_that_take_nothing_in_the_fingers_are_not_judged():
    assert grasps("put") and not any(map(grasps, ("reach", "push", "open", "close", "press", "unheard_of")))
    breaker, push = TaskBreaker(), GroundedSkill("push", "red_can", "left")
    for _ in range(5):
        assert not any(attempt(breaker, *NOTHING, step=push))


def test_a_scene_that_is_seen_again_counts_once():
    breaker = TaskBreaker()
    breaker.begin(PUT)
    for scene in [*scenes(0.08, 1), *scenes(0.0, 1, 1.0) * 50]:
        breaker.look(scene)
    assert breaker.end(False) is None and not breaker.detections


def test_the_first_alarm_of_a_goal_stays_until_reset():
    conduct, stamp = Conduct(), 0.0
    for _ in range(3):
        conduct.begin(PUT, scenes(0.08, 1)[0])
        for scene in [*scenes(0.08, 2, stamp), *scenes(0.0, 6, stamp + 0.1)]:
            conduct.look(scene)
        conduct.end(scene, success=False)
        stamp += 1.0
        first = conduct.alarm if conduct.alarm else None
    assert first is not None and "detected 2 times" in conduct.alarm.reason
    conduct.reset()
    assert conduct.alarm is None and not conduct.task.detections
