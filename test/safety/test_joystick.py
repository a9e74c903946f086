"""What a joystick asks of the tool, by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legion_ros.core import LegionError
from legion_ros.safety.joystick import Joystick, JoystickConfig

HELD = [0, 0, 0, 0, 1]


def asked(axes, buttons=HELD, age=0.0):
    joystick = Joystick()
    joystick.say(axes, buttons, 10.0)
    return joystick.command(opening=0.05, now=10.0 + age)


def test_sticks_are_a_motion_while_the_deadman_is_held():
    command = asked([0.5, 1.0, 0.0, -1.0, -2.0])
    assert command.velocity.tolist() == pytest.approx([0.2, 0.2 * 0.42 / 0.92, -0.2])
    assert command.yaw_rate == -1.0
    assert command.opening == 0.05  # as measured


def test_without_the_deadman_nothing_is_asked():
    assert asked([0.0, 1.0, 0.0, 0.0, 0.0], [1, 0, 0, 0, 0]) is None


def test_a_stick_that_does_not_quite_return_is_at_rest():
    assert not asked([0.07, -0.07, 0.0, 0.05, 0.0]).velocity.any()


def test_a_joystick_that_is_silent_or_was_never_heard_counts_as_let_go():
    assert asked([0.0] * 5, age=0.14) is not None
    assert asked([0.0] * 5, age=0.16) is None
    assert Joystick().command(0.05, 0.0) is None


@pytest.mark.parametrize(
    ("axes", "buttons", "fault"),
    [
        ([0.0, math.nan, 0.0, 0.0, 0.0], HELD, "an axis of the joystick is NaN or infinite"),
        ([0.0] * 4, HELD, "4 axes and 5 buttons; at least 5 and 5 are needed"),
        ([0.0] * 5, [0, 0], "5 axes and 2 buttons; at least 5 and 5 are needed"),
        ([], [], "0 axes and 0 buttons"),
    ],
)
def test_what_can_not_be_understood_counts_as_let_go(axes, buttons, fault):
    joystick = Joystick()
    joystick.say([0.0] * 5, HELD, 1.0)
    joystick.say(axes, buttons, 1.0)
    assert joystick.command(0.05, 1.0) is None
    assert fault in joystick.fault
    joystick.say([0.0] * 5, HELD, 1.1)
    assert joystick.command(0.05, 1.1) is not None and not joystick.fault


def test_fingers_close_and_open_by_buttons_and_stay_so_until_let_go():
    joystick = Joystick()
    openings = []
    for buttons in ([0, 1, 0, 0, 1], HELD, [1, 0, 0, 0, 1], HELD, [0, 0, 0, 0, 0], HELD):
        joystick.say([0.0] * 5, buttons, 1.0)
        command = joystick.command(0.05, 1.0)
        openings.append(None if command is None else command.opening)
    assert openings == [0.0, 0.0, 0.08, 0.08, None, 0.05]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"axis_x": 0}, "axis_y and axis_x are both 0; each needs its own"),
        ({"button_open": 4}, "button_open and button_deadman are both 4"),
        ({"axis_yaw": -1}, "axis_yaw is -1; 0 or more is valid"),
    ],
)
def test_a_mapping_that_is_none_is_refused_in_words(wrong, message):
    with pytest.raises(LegionError, match=message):
        JoystickConfig(**wrong)


@given(st.lists(st.floats(), max_size=8), st.lists(st.integers(0, 1), max_size=8))
def test_whatever_a_joystick_says_what_is_asked_is_finite_and_slow(axes, buttons):
    command = asked(axes, buttons)
    if command is not None:
        assert command.finite and abs(command.velocity).max() <= 0.2 and abs(command.yaw_rate) <= 1.0
