"""The effort level, by injection: what pushes, or does not get along, for five windows of half a second."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legion_ros.core import Tool
from legion_ros.safety.alarm import Level
from legion_ros.safety.effort import EffortBreaker, EffortConfig, ForceLimit

PERIOD, WINDOW = 0.05, 10  # s; tool states in a window


def tool(x=0.5, force=None):
    return Tool(np.array([x, 0.0, 0.2]), 0.0, 0.04, None if force is None else np.array([0.0, 0.0, force]))


def run(forces=(), speeds=(), told=0.1, breaker=None):
    """(step at which it tripped or None, alarm): a force in N, or a speed in m/s, for each window."""
    breaker, x, number = breaker or EffortBreaker(), 0.5, 0
    count = len(forces) or len(speeds)
    assert breaker.look(tool(x, force=forces[0] if len(forces) else None), 0.0) is None
    for window in range(count):
        for _ in range(WINDOW):
            breaker.command(np.array([told, 0.0, 0.0]))
            x += PERIOD * (speeds[window] if len(speeds) else told)
            number += 1
            force = forces[window] if len(forces) else None
            if alarm := breaker.look(tool(x, force), PERIOD * number):
                return number, alarm
    return None, None


def test_a_force_that_lasts_trips_with_the_state_that_completes_the_fifth_window():
    step, alarm = run(forces=[60.0] * 8)
    assert step == 50
    assert alarm.level is Level.EFFORT and "more than 40 N for 2.5 s" in alarm.reason


def test_a_tool_that_does_not_get_along_trips_with_the_state_that_completes_the_fifth_window():
    step, alarm = run(speeds=[0.0] * 8)
    assert step == 50
    assert "does not follow its commands" in alarm.reason


@pytest.mark.parametrize(
    "forces",
    [
        [60.0] * 4 + [0.0] + [60.0] * 4,  # it lets go in between
        [39.0] * 20,  # not much
        [100.0, 90.0, 80.0, 70.0, 60.0, 50.0, 41.0, 30.0],  # it gets better all the time
    ],
)
def test_what_lets_go_or_gets_better_does_not_trip(forces):
    assert run(forces=forces) == (None, None)


def test_a_force_that_only_swings_trips():
    assert run(forces=[60.0, 50.0, 60.0, 50.0, 60.0])[0] == 50


def test_a_tool_at_half_its_speed_is_slow_and_not_stuck():
    assert run(speeds=[0.2] * 20, told=0.4) == (None, None)


def test_an_arm_that_rests_on_what_it_pressed_does_not_trip():
    assert run(forces=[200.0] * 20, told=0.0) == (None, None)


def test_where_the_robot_can_not_tell_the_force_only_the_tracking_counts():
    assert run(speeds=[0.1] * 20, told=0.1) == (None, None)


def test_a_clock_that_jumps_begins_anew():
    breaker = EffortBreaker()
    run(forces=[60.0] * 4, breaker=breaker)
    assert len(breaker.forces) == 4
    breaker.look(tool(0.5, 60.0), 100.0)
    assert not breaker.forces
    breaker.look(tool(0.5, 60.0), 1.0)
    assert not breaker.forces


def test_the_same_state_again_counts_once():
    breaker = EffortBreaker()
    breaker.command(np.array([0.1, 0.0, 0.0]))
    for number in range(0, 200):
        breaker.look(tool(0.5, 60.0), PERIOD * (number // 40))
    assert not breaker.forces  # five states in all


def test_a_state_with_nan_is_none():
    breaker = EffortBreaker()
    assert breaker.look(Tool(np.array([math.nan, 0, 0]), 0.0, 0.04), 0.0) is None
    assert run(forces=[60.0] * 5, breaker=breaker)[0] == 50


@given(st.lists(st.floats(0.0, 500.0), min_size=1, max_size=20))
def test_it_trips_at_the_first_five_windows_over_the_limit_of_which_the_last_is_not_below_nine_tenths(forces):
    c = EffortConfig()
    due = next(
        (
            i
            for i in range(4, len(forces))
            if min(forces[i - 4 : i + 1]) > c.max_force and forces[i] >= 0.9 * forces[i - 4]
        ),
        None,
    )
    step, _ = run(forces=forces)
    assert step == (None if due is None else WINDOW * (due + 1))


def test_the_force_limit_wants_three_states_in_a_row_and_finite_ones():
    limit = ForceLimit(100.0)
    states = [101.0, 150.0, 99.0, 101.0, 101.0, math.nan, 101.0, None, 101.0, 101.0]
    assert not any(limit.fault(tool(force=force)) for force in states)
    assert limit.fault(tool(force=-101.0)) == "more than 100 N push the tool, 3 states in a row"
