import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legion_ros.core.command import Limits, ToolCommand
from legion_ros.core.scene import Tool
from legion_ros.safety import GateConfig, Mode, SafetyGate

MIDDLE = Tool(np.array([0.5, 0.0, 0.2]), yaw=0.0, opening=0.05)


def command(velocity=(0.1, 0.0, 0.0), yaw_rate=0.0, opening=0.04):
    return ToolCommand(np.array(velocity), yaw_rate, opening)


def gate_that_saw(tool=MIDDLE, stamp=10.0, now=0.0):
    gate = SafetyGate()
    gate.tool_state(tool, stamp, now)
    return gate


def is_hold(out):
    return not out.velocity.any() and out.yaw_rate == 0.0


def test_a_good_command_passes_unchanged():
    gate = gate_that_saw()
    out = gate.command(command((0.1, -0.2, 0.05), 0.5, 0.03), stamp=10.0, now=0.01)
    assert out.velocity.tolist() == [0.1, -0.2, 0.05]
    assert (out.yaw_rate, out.opening) == (0.5, 0.03)
    assert gate.state.mode is Mode.PASSING
    assert (gate.state.limited, gate.state.refused) == (0, 0)


def test_a_command_over_the_limits_is_clipped_and_counted():
    gate = gate_that_saw()
    out = gate.command(command((5.0, -5.0, 0.0), 9.0, 1.0), stamp=10.0, now=0.01)
    assert out.velocity.tolist() == [0.4, -0.4, 0.0]
    assert (out.yaw_rate, out.opening) == (2.0, 0.08)
    assert gate.state.limited == 1


def test_nan_in_a_command_is_refused_and_motion_held():
    gate = gate_that_saw()
    gate.command(command(opening=0.02), stamp=10.0, now=0.01)
    out = gate.command(command((math.nan, 0, 0)), stamp=10.0, now=0.02)
    assert is_hold(out) and out.opening == 0.02
    assert gate.state.mode is Mode.HOLDING and "NaN" in gate.state.reason
    assert gate.state.refused == 1


def test_a_good_command_after_a_nan_passes_again():
    gate = gate_that_saw()
    gate.command(command(yaw_rate=math.inf), stamp=10.0, now=0.01)
    assert gate.command(command(), stamp=10.0, now=0.02).velocity[0] == 0.1
    assert gate.state.mode is Mode.PASSING


def test_five_nan_commands_within_a_second_latch_a_stop_that_only_reset_ends():
    gate = gate_that_saw()
    for _ in range(4):
        gate.command(command((math.nan, 0, 0)), stamp=10.0, now=0.01)
    assert gate.state.mode is Mode.HOLDING
    gate.command(command((math.nan, 0, 0)), stamp=10.0, now=0.01)
    assert gate.state.mode is Mode.STOPPED and "5 commands within a second" in gate.state.reason
    assert is_hold(gate.command(command(), stamp=10.0, now=0.02))
    gate.reset()
    assert gate.state.mode is Mode.HOLDING
    assert gate.command(command(), stamp=10.0, now=0.03).velocity[0] == 0.1


def test_good_commands_in_between_do_not_hide_the_bad_ones():
    gate = gate_that_saw()
    for _ in range(5):
        gate.command(command(), stamp=10.0, now=0.01)
        gate.command(command((math.nan, 0, 0)), stamp=10.0, now=0.01)
    assert gate.state.mode is Mode.STOPPED


def test_nan_now_and_then_latches_nothing():
    gate = gate_that_saw()
    for number in range(20):
        now = 0.3 * number  # 4 within a second at most
        gate.tool_state(MIDDLE, 10.0, now)
        gate.command(command((math.nan, 0, 0)), stamp=10.0, now=now)
    assert gate.state.mode is Mode.HOLDING


def test_velocity_out_of_the_workspace_is_zeroed_and_along_its_face_is_not():
    low = Limits().low
    gate = gate_that_saw(Tool(np.array([low[0], 0.0, low[2] - 0.001]), 0.0, 0.05))
    out = gate.command(command((-0.3, 0.2, -0.3)), stamp=10.0, now=0.01)
    assert out.velocity.tolist() == [0.0, 0.2, 0.0]
    assert gate.command(command((0.3, 0.2, 0.3)), stamp=10.0, now=0.01).velocity.tolist() == [0.3, 0.2, 0.3]


def test_velocity_near_the_edge_is_slowed_to_reach_it_in_one_period_at_the_earliest():
    gate = gate_that_saw(Tool(np.array([0.71, 0.0, 0.2]), 0.0, 0.05))  # 10 mm from the edge, 50 ms ahead
    assert gate.command(command((0.4, 0, 0)), stamp=10.0, now=0.01).velocity[0] == pytest.approx(0.2)


def test_yaw_out_of_its_range_only_turns_back():
    gate = gate_that_saw(Tool(np.array([0.5, 0.0, 0.2]), yaw=2.5, opening=0.05))
    assert gate.command(command(yaw_rate=1.0), stamp=10.0, now=0.01).yaw_rate == 0.0
    assert gate.command(command(yaw_rate=-1.0), stamp=10.0, now=0.01).yaw_rate == -1.0


def test_silence_after_a_command_becomes_a_hold_with_the_last_opening():
    gate = gate_that_saw()
    gate.command(command(opening=0.03), stamp=10.0, now=0.0)
    gate.tool_state(MIDDLE, 10.1, now=0.07)
    assert gate.watch(now=0.08) is None
    out = gate.watch(now=0.081)
    assert is_hold(out) and out.opening == 0.03
    assert gate.state.mode is Mode.HOLDING
    assert gate.state.reason == "no command from a newer state for 0.08 s"


def test_commands_from_the_same_state_again_and_again_become_a_hold_until_one_is_from_a_newer():
    gate = gate_that_saw()
    for tick in range(5):  # the tool goes on being seen; what the policy sees of the scene doesn't
        now = 0.02 * tick
        gate.tool_state(MIDDLE, 10.0 + now, now)
        assert gate.command(command(), stamp=10.0, now=now).velocity[0] == 0.1
    gate.tool_state(MIDDLE, 10.1, now=0.1)
    assert is_hold(gate.command(command(), stamp=10.0, now=0.1))
    assert gate.state.reason == "no command from a newer state for 0.08 s"
    assert gate.command(command(), stamp=10.05, now=0.1).velocity[0] == 0.1


def test_a_tool_state_that_is_only_repeated_is_stale():
    gate = gate_that_saw(now=0.0)
    gate.command(command(), stamp=10.0, now=0.0)
    gate.tool_state(MIDDLE, 10.0, now=0.05)
    assert is_hold(gate.command(command(), stamp=10.01, now=0.09))
    assert gate.state.reason == "no new tool state for 0.08 s"


@pytest.mark.parametrize("jump", [-3600.0, -0.3, 0.3, 3600.0])
def test_when_the_robots_clock_jumps_the_arm_holds_until_a_command_is_of_the_new_time(jump):
    gate = gate_that_saw(stamp=10.0)
    gate.command(command(), stamp=10.0, now=0.0)
    gate.tool_state(MIDDLE, 10.05 + jump, now=0.05)
    assert is_hold(gate.command(command(), stamp=10.0, now=0.05))
    assert gate.command(command(), stamp=10.05 + jump, now=0.06).velocity[0] == 0.1


@given(
    back=st.floats(0.0, 1.0),
    interval=st.floats(0.01, 0.05),
    delay=st.floats(0.0, 0.03),
    glitch=st.sampled_from([0.0, -5.0, 5.0]),
)
def test_a_scene_from_before_the_clock_was_set_back_never_becomes_the_present(back, interval, delay, glitch):
    gate = gate_that_saw(stamp=10.0)
    assert gate.command(command(), stamp=10.0, now=0.0).velocity[0] == 0.1
    if glitch:  # one state with a stamp that is far off
        gate.tool_state(MIDDLE, 10.0 + glitch, now=0.001)
    for tick in range(int(1.5 / interval)):  # what the policy answers stays the scene of 10.0
        now = interval * tick + 0.002
        gate.tool_state(MIDDLE, 10.0 - back + now, now)
        out = gate.command(command(), stamp=10.0, now=now + delay)
        assert is_hold(out) or now + delay <= 0.08, (now, gate.state)
        gate.watch(now + delay)
    gate.tool_state(MIDDLE, 12.0, now=2.0)
    assert gate.command(command(), stamp=12.0, now=2.0).velocity[0] == 0.1


def test_a_clock_that_begins_anew_comes_by_the_stamps_of_before_without_a_hold():
    gate = SafetyGate()
    for tick in range(40):  # a simulator that is reset after a second: the same stamps twice
        stamp, now = 0.05 * (tick % 20 + 1), 0.05 * tick
        gate.tool_state(MIDDLE, stamp, now)
        out = gate.command(command(), stamp, now + 0.01)
        assert not is_hold(out) or tick in (38, 39), (tick, gate.state)
    gate.tool_state(MIDDLE, 1.05, now=2.0)
    assert gate.command(command(), 1.05, now=2.0).velocity[0] == 0.1


def test_with_a_deadman_nothing_moves_unless_somebody_holds_it():
    gate = SafetyGate(config=GateConfig(deadman_timeout=0.2))
    gate.tool_state(MIDDLE, 10.0, now=0.0)
    assert is_hold(gate.command(command(), stamp=10.0, now=0.0))
    gate.alive(now=0.01)
    assert gate.command(command(), stamp=10.0, now=0.02).velocity[0] == 0.1
    for tick in range(1, 8):
        gate.tool_state(MIDDLE, 10.0 + 0.05 * tick, now=0.05 * tick)
        out = gate.command(command(), stamp=10.0 + 0.05 * tick, now=0.05 * tick)
        assert is_hold(out) is (tick >= 5)  # 0.21 s after it was held last
    assert gate.state.reason == "nobody has held the deadman for 0.2 s"


def test_with_joints_to_be_seen_nothing_moves_without_new_states_of_them():
    gate = SafetyGate(config=GateConfig(joint_timeout=0.08))
    gate.tool_state(MIDDLE, 10.0, now=0.0)
    assert is_hold(gate.command(command(), stamp=10.0, now=0.0))
    gate.joint_state(10.0, now=0.01)
    assert gate.command(command(), stamp=10.0, now=0.02).velocity[0] == 0.1
    gate.tool_state(MIDDLE, 10.07, now=0.07)
    gate.joint_state(10.0, now=0.07)  # again the same
    assert gate.command(command(), stamp=10.07, now=0.09).velocity[0] == 0.1
    assert is_hold(gate.watch(now=0.1))
    assert gate.state.reason == "no new state of the arm's joints for 0.08 s"
    gate.joint_state(10.07, now=0.11)
    assert gate.command(command(), stamp=10.07, now=0.11).velocity[0] == 0.1


@pytest.mark.parametrize(("most", "holds"), [(0.25, True), (0.0, False)])
def test_a_robot_whose_clock_is_slow_is_held_where_it_should_be_the_wall_clock(most, holds):
    gate = SafetyGate(config=GateConfig(max_delay=most))
    for tick in range(40):
        now, stamp = 0.05 * tick, 10.0 + 0.05 * tick / 20
        gate.tool_state(MIDDLE, stamp, now)
        out = gate.command(command(), stamp, now)
        assert is_hold(out) is (holds and tick > 5)  # 0.95 x 0.3 s
    assert ("later than before" in gate.state.reason) is holds
    gate.tool_state(MIDDLE, 12.0, 2.0)  # as it should be again
    assert gate.command(command(), 12.0, 2.0).velocity[0] == 0.1


def test_commands_are_refused_when_the_tool_state_is_stale():
    gate = gate_that_saw(now=0.0)
    assert is_hold(gate.command(command(), stamp=10.0, now=0.2))
    assert gate.state.reason == "no new tool state for 0.08 s"
    gate.tool_state(MIDDLE, 10.2, now=0.21)
    assert gate.command(command(), stamp=10.2, now=0.22).velocity[0] == 0.1


def test_the_watch_holds_when_the_tool_state_goes_stale():
    gate = gate_that_saw(now=0.0)
    gate.command(command(), stamp=10.0, now=0.05)
    assert is_hold(gate.watch(now=0.09))


@pytest.mark.parametrize(("stamp", "word"), [(9.8, "older"), (10.2, "newer")])
def test_a_command_from_another_time_is_refused(stamp, word):
    gate = gate_that_saw(stamp=10.0)
    assert is_hold(gate.command(command(), stamp=stamp, now=0.01))
    assert word in gate.state.reason


def test_before_any_tool_state_nothing_is_sent():
    gate = SafetyGate()
    assert gate.command(command(), stamp=0.0, now=0.0) is None
    assert gate.watch(now=0.0) is None
    assert gate.state.reason == "no tool state yet"


def test_before_any_command_the_measured_opening_is_held():
    assert gate_that_saw().watch(now=0.01).opening == 0.05


def test_a_tool_state_with_nan_counts_as_none():
    gate = gate_that_saw(now=0.0)
    gate.tool_state(Tool(np.array([math.nan, 0, 0]), 0.0, 0.05), 10.1, now=0.1)
    assert is_hold(gate.command(command(), stamp=10.0, now=0.2))


def test_a_stop_holds_until_reset_and_keeps_its_first_reason():
    gate = gate_that_saw()
    gate.stop("asked by the operator")
    gate.stop("later")
    assert is_hold(gate.command(command(), stamp=10.0, now=0.01))
    assert is_hold(gate.watch(now=0.02))
    assert gate.state.mode is Mode.STOPPED and gate.state.reason == "asked by the operator"


def test_reset_without_a_stop_changes_nothing():
    gate = gate_that_saw()
    gate.command(command(), stamp=10.0, now=0.01)
    gate.reset()
    assert gate.state.mode is Mode.PASSING


anything = st.floats(allow_nan=True, allow_infinity=True)
triple = st.tuples(anything, anything, anything)
events = st.lists(
    st.one_of(
        st.tuples(st.just("command"), triple, anything, anything, anything),
        st.tuples(st.just("state"), triple, anything, anything, anything),
        st.tuples(st.just("watch")),
        st.tuples(st.just("stop")),
        st.tuples(st.just("reset")),
    ),
    max_size=30,
)


@given(events, st.lists(st.floats(0.0, 0.2), min_size=30, max_size=30))
def test_whatever_comes_in_what_goes_out_is_finite_and_inside_the_limits(events, waits):
    gate, limits, now, tool = SafetyGate(config=GateConfig(max_lag=math.inf)), Limits(), 0.0, MIDDLE
    gate.tool_state(tool, 0.0, now)
    for (kind, *values), wait in zip(events, waits, strict=False):
        now += wait
        out = None
        if kind == "state":
            seen = Tool(np.array(values[0]), values[1], values[2])
            gate.tool_state(seen, values[3], now)
            tool = seen if np.isfinite([*seen.position, seen.yaw, seen.opening, values[3]]).all() else tool
        elif kind == "command":
            out = gate.command(ToolCommand(np.array(values[0]), values[1], values[2]), values[3], now)
        elif kind == "watch":
            out = gate.watch(now)
        else:
            getattr(gate, kind)(*["asked"] if kind == "stop" else [])
        if out is None:
            continue
        assert out.finite
        assert np.abs(out.velocity).max() <= limits.max_speed
        assert abs(out.yaw_rate) <= limits.max_yaw_rate
        assert 0.0 <= out.opening <= limits.max_opening
        assert not np.any((tool.position <= limits.low) & (out.velocity < 0))
        assert not np.any((tool.position >= limits.high) & (out.velocity > 0))
        if gate.state.mode is not Mode.PASSING:
            assert is_hold(out)


@given(st.tuples(*[st.floats(-0.4, 0.4)] * 3), st.tuples(*[st.floats(0.31, 0.4)] * 3))
def test_one_period_later_the_tool_is_still_in_the_workspace(velocity, position):
    gate = gate_that_saw(Tool(np.array(position), 0.0, 0.05))
    out = gate.command(command(velocity), stamp=10.0, now=0.01)
    after = np.array(position) + 0.05 * out.velocity
    assert np.all(after >= np.array(Limits().low) - 1e-9) and np.all(after <= np.array(Limits().high) + 1e-9)
