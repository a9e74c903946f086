"""The circuit breaker in the plan: goals that go round in circles, or grasp at nothing, ask for help."""

from dataclasses import replace

import numpy as np
import pytest

from legion_ros.core import GroundedSkill, Tool
from legion_ros.core.facts import facts
from legion_ros.safety import Level
from legion_ros.skills import Execution, ExecutionStatus
from legion_ros.skills.behaviours import Settings

from .test_execution import TWO, FakePlanning, FakeWorld, execution_of, fact, goal, stage

WAIT = 50  # ticks that help is waited for


class Undecided(FakePlanning):
    """Opens a drawer that is closed, and closes one that is open, whatever is wanted."""

    def steps(self, scene, wanted):
        skill = "close" if fact("open(drawer)") in facts(scene) else "open"
        return (GroundedSkill(skill, "", "drawer"),)


class Grasping(FakeWorld):
    """Putting fails with the fingers closed on nothing, until `skilled`."""

    skilled = False

    def __init__(self):
        super().__init__()
        self.stamp = 0.0

    def scene(self):
        self.stamp += 0.05
        seen = super().scene()
        opening = 0.08 if self.running is None or self.polls < 4 or self.skilled else 0.001
        return replace(seen, stamp=self.stamp, tool=Tool(seen.tool.position, 0.0, opening))

    def poll(self):
        if not self.skilled:
            self.polls += 1
            if self.polls < 15:
                return None
            self.failures[str(self.running)] = 99
            self.polls = 2
        else:
            self.failures.clear()
        return super().poll()


def until(execution, condition, ticks=1000):
    for _ in range(ticks):
        if condition():
            return
        execution.tick()
    raise AssertionError("it never came to that")


def test_a_plan_that_goes_to_and_fro_is_stopped_and_asks_for_help():
    world = FakeWorld()
    execution = execution_of(goal("in(red_can, bin)"), world, Undecided(), help_wait=WAIT)
    until(execution, lambda: execution.alarm)
    assert execution.alarm.level is Level.SEMANTIC
    assert world.started == ["open(drawer)", "close(drawer)"] * 2 + ["open(drawer)"]
    execution.tick()
    assert execution.help.startswith("semantic alarm: the plan was reversed 3 times")
    until(execution, lambda: execution.status is not ExecutionStatus.RUNNING, WAIT + 5)
    assert execution.status is ExecutionStatus.FAILED and "reversed 3 times" in execution.reason
    assert len(world.started) == 5


def test_two_failed_grasps_of_the_same_thing_are_not_followed_by_a_third():
    world = Grasping()
    execution = execution_of(goal("in(red_can, bin)"), world, help_wait=WAIT)
    until(execution, lambda: execution.alarm)
    assert execution.alarm.level is Level.TASK and world.started == ["put(red_can, bin)"] * 2
    for _ in range(WAIT - 2):
        execution.tick()
    assert world.started == ["put(red_can, bin)"] * 2
    assert execution.help.startswith("task alarm: put(red_can, bin): the fingers closed on nothing")


def test_after_the_reset_it_goes_on_and_counts_anew():
    world = Grasping()
    execution = execution_of(goal("in(red_can, bin)"), world, help_wait=WAIT)
    until(execution, lambda: execution.help)
    execution.go_on()
    assert not execution.help
    until(execution, lambda: execution.alarm)
    assert len(world.started) == 4
    until(execution, lambda: execution.help)
    world.skilled = True
    execution.go_on()
    until(execution, lambda: execution.status is not ExecutionStatus.RUNNING)
    assert execution.status is ExecutionStatus.SUCCEEDED and world.inside == {"red_can"}


@pytest.mark.parametrize("help_wait", [0, WAIT])
def test_an_alarm_from_outside_cancels_what_runs_and_fails_where_nobody_comes(help_wait):
    world = FakeWorld()
    execution = execution_of(goal("in(red_can, bin)"), world, help_wait=help_wait)
    until(execution, lambda: world.running)
    execution.halt("effort alarm: it pushes")
    execution.halt("another")
    assert world.canceled >= 1
    ticks = 0
    while execution.tick() is ExecutionStatus.RUNNING:
        assert execution.help == "effort alarm: it pushes"
        ticks += 1
    assert ticks == help_wait
    assert execution.status is ExecutionStatus.FAILED and execution.reason == "effort alarm: it pushes"
    assert len(world.started) == 1


def test_a_halted_goal_goes_on_from_what_is_seen_then():
    world = FakeWorld()
    execution = execution_of(goal("in(red_can, bin) & in(white_mug, bin)"), world, help_wait=WAIT)
    until(execution, lambda: "put(white_mug, bin)" in world.started)
    execution.halt("effort alarm")
    for _ in range(5):
        execution.tick()
    world.inside.clear()  # whoever came has taken them out
    execution.go_on()
    until(execution, lambda: execution.status is not ExecutionStatus.RUNNING)
    assert execution.status is ExecutionStatus.SUCCEEDED and world.inside == {"red_can", "white_mug"}


def test_a_halted_goal_can_be_canceled():
    world = FakeWorld()
    execution = execution_of(goal("in(red_can, bin)"), world, help_wait=WAIT)
    until(execution, lambda: world.running)
    execution.halt("effort alarm")
    execution.tick()
    execution.cancel()
    assert execution.status is ExecutionStatus.CANCELED


@pytest.mark.parametrize("seed", range(100))
def test_goals_whose_steps_fail_now_and_then_trip_nothing(seed):
    rng = np.random.default_rng(seed)
    steps = [f"put({thing}, {where})" for thing in TWO for where in ("bin", "drawer")]
    steps += ["open(drawer)", "close(drawer)", "press(button)"]
    failures = {step: int(rng.integers(1, 5)) for step in steps if rng.random() < 0.4}
    where = [str(rng.choice(["bin", "drawer"])) for _ in TWO]
    things = [f"in({thing}, {place})" for thing, place in zip(TWO, where, strict=True)]
    ends = ["closed(drawer)", "pressed(button)", "open(drawer)", "closed(drawer)"]
    stages = [" & ".join(things), *ends[: int(rng.integers(0, 5))]]
    last = [f for f in [*things, *(["closed(drawer)"] if "closed(drawer)" in stages[1:] else [])]]
    world = FakeWorld(failures=failures)
    execution = Execution(
        goal(*stages),
        FakePlanning(),
        world,
        world.scene,
        Settings(settle=2, confirm=1),
        lasting=stage(*last) if stages[-1] != "open(drawer)" else None,
    )
    for _ in range(1000):
        if execution.tick() is not ExecutionStatus.RUNNING:
            break
        for name in world.inside & world.stowed:  # it is where it was put last
            world.stowed.discard(name)
    assert execution.status is not ExecutionStatus.RUNNING
    assert execution.alarm is None, execution.alarm
