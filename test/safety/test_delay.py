import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legion_ros.safety.delay import Delay

PERIOD = 0.02  # s


def delay(most=0.25):
    return Delay(most, jump=0.15)


def late_after(look, stamps, nows):
    """s of `now` of the first state that is late, None where none is."""
    for stamp, now in zip(stamps, nows, strict=True):
        look.look(stamp, now)
        if look.late:
            return now
    return None


def test_a_clock_at_a_twentieth_of_the_pace_is_late_after_a_quarter_of_a_second():
    nows = PERIOD * np.arange(200)
    assert late_after(delay(), 50.0 + nows / 20, nows) == pytest.approx(0.25 / 0.95, abs=PERIOD)


def test_states_that_come_later_and_later_are_late_when_they_are_by_a_quarter_of_a_second():
    stamps = 0.05 * np.arange(200)
    held_up = 0.1 * np.maximum(stamps - 2.0, 0.0)  # s: a tenth of all time, from the third second on
    assert late_after(delay(), stamps, stamps + held_up) == pytest.approx(4.5 * 1.1 - 0.2, abs=0.06)


def test_a_queue_that_was_emptied_is_not_late_any_more():
    look = delay()
    look.look(0.0, 0.0)
    look.look(0.02, 7.6)  # of a driver that hung
    assert look.late and look.delay == pytest.approx(7.58, abs=0.01)
    look.look(7.62, 7.62)
    assert not look.late


@pytest.mark.parametrize("offset", [-1.7e9, -3.0, 0.0, 3.0, 1.7e9])
def test_clocks_that_disagree_do_no_harm(offset):
    nows = PERIOD * np.arange(500)
    assert late_after(delay(), nows + offset, nows + 0.1 * np.sin(nows) ** 2) is None


@pytest.mark.parametrize("drift", [-1e-4, 1e-4])
def test_clocks_that_go_differently_by_what_clocks_do_are_never_late(drift):
    nows = np.arange(0.0, 1e5, 1.0)  # more than a day
    assert late_after(delay(), (1.0 + drift) * nows, nows) is None


@pytest.mark.parametrize("jump", [-3600.0, -0.3, 0.3, 3600.0])
def test_after_a_clock_was_set_delay_is_told_from_there(jump):
    look, nows = delay(), PERIOD * np.arange(100)
    assert late_after(look, nows, nows) is None
    assert late_after(look, 2.0 + nows + jump, 2.0 + nows) is None
    assert late_after(look, 4.0 + nows + jump, 4.3 + nows) == 4.3


def test_a_clock_that_is_set_back_a_little_again_and_again_is_late():
    nows = 0.05 * np.arange(100)
    back = 0.14 * (np.arange(100) // 20)  # s, once a second
    assert late_after(delay(), nows - back, nows) == pytest.approx(2.0)


def test_without_a_limit_nothing_is_late():
    nows = PERIOD * np.arange(200)
    assert late_after(delay(most=0.0), nows / 20, nows) is None


@given(
    st.floats(-1e6, 1e6),
    st.lists(st.tuples(st.floats(0.001, 0.1), st.floats(0.0, 0.2)), min_size=1, max_size=50),
)
def test_what_comes_within_a_fifth_of_a_second_is_never_late_and_what_is_later_always_is(offset, states):
    look, time = delay(), 0.0
    look.look(offset, 0.0)
    for step, held_up in states:
        time += step
        look.look(offset + time, time + held_up)
        assert not look.late
    look.look(offset + time + 0.01, time + 0.01 + 0.26)
    assert look.late
