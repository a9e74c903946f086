"""The observation's layout, and the limits' arithmetic, with numbers by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legion_ros.core import GroundedSkill, Object, Scene, Tool
from legion_ros.core.command import ACTION, Limits, ToolCommand
from legion_ros.core.layout import Field, Layout
from legion_ros.core.observation import OBSERVATION, WRIST_RANGE, observe

LAYOUT = Layout((Field("a", 2, "m"), Field("b", 1, "rad")))


def block(yaw, size=(0.045, 0.045, 0.045)):
    turn = np.array([np.cos(yaw / 2), 0, 0, np.sin(yaw / 2)])
    return Object("red_block", "block", "red", "box", np.array([0.5, 0.1, 0.0225]), turn, np.array(size))


def seen(thing, tool_yaw=0.0, skill=("push", "red_block", "left")):
    scene = Scene(0.0, (thing,), (), Tool(np.array([0.4, 0.0, 0.2]), tool_yaw, 0.05))
    return OBSERVATION.unpack(observe(scene, GroundedSkill(*skill)))


def test_pack_and_unpack_are_inverse_and_name_their_fields():
    flat = LAYOUT.pack({"a": np.array([1.0, 2.0]), "b": 3.0})
    assert flat.tolist() == [1, 2, 3]
    assert LAYOUT.unpack(flat)["b"].tolist() == [3]
    with pytest.raises(ValueError, match=r"fields \['b'\] are missing or unknown"):
        LAYOUT.pack({"a": np.zeros(2)})
    with pytest.raises(ValueError, match="does not end in 3"):
        LAYOUT.unpack(np.zeros(4))


def test_positions_are_seen_from_the_tool():
    fields = seen(block(0.0))
    assert fields["object_from_tool"] == pytest.approx([0.1, 0.1, -0.1775])
    assert fields["goal_from_tool"] == pytest.approx([0.09, 0.15, -0.2])  # left is at (.49, .15, 0)
    assert fields["goal_from_object"] == pytest.approx([-0.01, 0.05, -0.0225])
    assert fields["opening"] == pytest.approx([0.05])


def test_the_point_behind_lies_on_the_line_from_the_goal_through_the_object():
    fields = seen(block(0.0))
    way = np.array([-0.01, 0.05]) / np.hypot(0.01, 0.05)
    expected = np.array([0.1, 0.1]) - way * (0.0225 + 0.045)
    assert fields["behind_from_tool"] == pytest.approx(expected, abs=1e-6)


def test_a_square_block_needs_a_turn_of_at_most_an_eighth():
    for degrees in range(-180, 181, 15):
        turn = seen(block(np.radians(degrees)))["object_turn"][0]
        assert abs(turn) <= np.pi / 4 + 1e-6


@given(st.floats(-np.pi, np.pi), st.floats(*WRIST_RANGE))
def test_a_turn_never_leads_the_wrist_out_of_its_range_and_always_to_a_grip(object_yaw, tool_yaw):
    thing = block(object_yaw, size=(0.04, 0.07, 0.045))
    turn = float(seen(thing, tool_yaw)["object_turn"][0])
    after = tool_yaw + turn
    assert WRIST_RANGE[0] - 1e-5 <= after <= WRIST_RANGE[1] + 1e-5
    assert np.sin(after - thing.grip[0]) == pytest.approx(0.0, abs=1e-5)  # equal up to half turns


def test_an_action_and_its_command_are_inverse():
    limits = Limits()
    action = np.array([0.5, -1.0, 0.25, -0.5, 0.0])
    command = limits.command(action)
    assert command.velocity == pytest.approx([0.2, -0.4, 0.1])
    assert (command.yaw_rate, command.opening) == (pytest.approx(-1.0), pytest.approx(0.04))
    assert limits.action(command) == pytest.approx(action)


@pytest.mark.parametrize("action", [np.zeros(4), np.full(5, np.nan), np.array([0, 0, np.inf, 0, 0])])
def test_an_action_that_is_not_five_finite_numbers_is_refused(action):
    with pytest.raises(ValueError, match=f"is not {ACTION.size} finite numbers"):
        Limits().command(action)


def test_a_command_knows_whether_it_is_finite():
    assert ToolCommand(np.zeros(3), 0.0, 0.0).finite
    assert not ToolCommand(np.array([0, np.nan, 0]), 0.0, 0.0).finite
    assert not ToolCommand(np.zeros(3), np.inf, 0.0).finite
