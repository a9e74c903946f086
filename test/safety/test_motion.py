import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legion_ros.core.command import Limits, ToolCommand
from legion_ros.core.scene import Tool
from legion_ros.safety import MotionConfig, MotionLimiter

MIDDLE = Tool(np.array([0.5, 0.0, 0.2]), yaw=0.0, opening=0.05)


def limiter(**config):
    return MotionLimiter(Limits(), MotionConfig(**config))


def ask(velocity, yaw_rate=0.0):
    return ToolCommand(np.array(velocity), yaw_rate, 0.04)


def test_from_rest_the_speed_grows_by_acceleration_times_period():
    motion = limiter(max_acceleration=2.0, max_yaw_acceleration=10.0)
    reached = [motion.limit(ask((0.4, -0.4, 0.05), 2.0), MIDDLE, 0.05 * k) for k in range(5)]
    assert [round(c.velocity[0], 9) for c in reached] == [0.1, 0.2, 0.3, 0.4, 0.4]
    assert [round(c.velocity[1], 9) for c in reached] == [-0.1, -0.2, -0.3, -0.4, -0.4]
    assert [c.velocity[2] for c in reached] == [0.05] * 5
    assert [round(c.yaw_rate, 9) for c in reached] == [0.5, 1.0, 1.5, 2.0, 2.0]


def test_to_turn_round_takes_its_time_too():
    motion = limiter(max_acceleration=4.0)
    for k in range(3):
        motion.limit(ask((0.4, 0, 0)), MIDDLE, 0.05 * k)
    back = [motion.limit(ask((-0.4, 0, 0)), MIDDLE, 0.15 + 0.05 * k).velocity[0] for k in range(4)]
    assert np.round(back, 9).tolist() == [0.2, 0.0, -0.2, -0.4]


def test_many_commands_for_one_state_get_no_faster_than_one():
    motion = limiter(max_acceleration=2.0)
    assert [motion.limit(ask((0.4, 0, 0)), MIDDLE, 0.0).velocity[0] for _ in range(9)] == [0.1] * 9
    assert motion.limit(ask((0.4, 0, 0)), MIDDLE, 0.05).velocity[0] == pytest.approx(0.2)


def test_after_a_hold_it_sets_out_from_rest():
    motion = limiter(max_acceleration=2.0)
    for k in range(5):
        motion.limit(ask((0.4, 0, 0)), MIDDLE, 0.05 * k)
    motion.rest(0.25)
    assert motion.limit(ask((0.4, 0, 0)), MIDDLE, 0.30).velocity[0] == pytest.approx(0.1)


def test_all_speeds_are_limited_and_then_scaled():
    motion = limiter(speed_scale=0.25)
    out = motion.limit(ask((0.4, -0.2, 0.8), 2.0), MIDDLE, 0.0)
    assert out.velocity.tolist() == [0.1, -0.05, 0.1]
    assert (out.yaw_rate, out.opening) == (0.5, 0.04)


def test_no_command_is_fast_enough_to_pass_the_ceiling_of_the_scale():
    motion = limiter(speed_scale=0.1)
    out = motion.limit(ask((9.0, -9.0, 1e300), 1e9), MIDDLE, 0.0)
    assert out.velocity.tolist() == pytest.approx([0.04, -0.04, 0.04])
    assert out.yaw_rate == pytest.approx(0.2)


def test_when_the_scale_is_lowered_the_arm_is_braked_down_to_it_no_harder_than_allowed():
    motion = limiter(max_acceleration=2.0)
    for k in range(5):
        motion.limit(ask((0.4, 0, 0)), MIDDLE, 0.05 * k)
    motion.scale = 0.1
    slower = [motion.limit(ask((9.0, 0, 0)), MIDDLE, 0.25 + 0.05 * k).velocity[0] for k in range(5)]
    assert np.round(slower, 9).tolist() == [0.3, 0.2, 0.1, 0.04, 0.04]


@pytest.mark.parametrize("back", [-0.05, -0.4, -3600.0])
def test_a_clock_that_is_set_back_leaves_the_arm_as_fast_as_it_was(back):
    motion = limiter(max_acceleration=4.0)
    for k in range(3):
        motion.limit(ask((0.4, 0, 0)), MIDDLE, 10.0 + 0.05 * k)
    turned = [motion.limit(ask((-0.4, 0, 0)), MIDDLE, 10.1 + back + 0.05 * k).velocity[0] for k in range(3)]
    assert np.round(turned, 9).tolist() == [0.2, 0.0, -0.2]


speeds = st.tuples(*[st.floats(-1e6, 1e6)] * 4)


@given(st.lists(st.tuples(speeds, st.integers(-10, 200)), min_size=1, max_size=20))
def test_whatever_is_asked_no_speed_changes_faster_than_allowed(asked):
    motion, stamp, newest = limiter(max_acceleration=3.0, max_yaw_acceleration=9.0), 0.0, np.zeros(4)
    most, before = np.array([3.0, 3.0, 3.0, 9.0]), np.zeros(4)
    for (x, y, z, rate), elapsed in asked:  # ms
        before = newest if elapsed else before
        stamp += 0.001 * elapsed
        out = motion.limit(ask((x, y, z), rate), MIDDLE, stamp)
        newest = np.array([*out.velocity, out.yaw_rate])
        assert np.all(np.abs(newest - before) <= most * 0.1 + 1e-9)


@given(st.lists(st.tuples(speeds, st.floats(0.01, 1.0), st.integers(0, 200)), min_size=1, max_size=20))
def test_whatever_the_scale_is_set_to_no_speed_is_beyond_it_but_what_is_still_to_be_braked(asked):
    motion, stamp, newest, before = limiter(max_acceleration=3.0), 0.0, np.zeros(3), np.zeros(3)
    for (x, y, z, rate), scale, elapsed in asked:  # ms
        before = newest if elapsed else before
        stamp, motion.scale = stamp + 0.001 * elapsed, scale
        newest = motion.limit(ask((x, y, z), rate), MIDDLE, stamp).velocity
        braked = np.abs(before) - 3.0 * min(0.001 * elapsed, 0.1) * (elapsed > 0)
        assert np.all(np.abs(newest) <= np.maximum(scale * 0.4, braked) + 1e-9)
