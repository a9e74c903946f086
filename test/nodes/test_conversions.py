import math
from dataclasses import replace

import numpy as np
import pytest

from legion_ros.core import Fixture, LegionError, Object, Scene, Tool
from legion_ros.core.command import ToolCommand
from legion_ros.nodes.conversions import (
    command_from,
    command_message,
    image_message,
    scene_from,
    scene_message,
    seconds,
    time_message,
    tool_from,
    tool_message,
)

TOOL = Tool(np.array([0.5, -0.1, 0.2]), yaw=0.3, opening=0.05)
MUG = Object(
    "red_mug",
    "mug",
    "red",
    "cylinder",
    np.array([0.4, 0.1, 0.05]),
    np.array([0.6, 0.0, 0.8, 0.0]),
    np.full(3, 0.07),
    id=2**32 - 1,  # the largest that fits
)
DRAWER = Fixture(
    "drawer",
    "drawer",
    np.array([0.6, -0.3, 0.0]),
    np.array([0.2, 0.2, 0.1]),
    np.array([0.5, -0.3, 0.05]),
    0.07,
    0.15,
)


def scene(thing=MUG, fixture=DRAWER):
    return Scene(12.35, (thing,), (fixture,), TOOL)


def test_a_scene_comes_back_as_it_was():
    back = scene_from(scene_message(scene()), tool_from(tool_message(TOOL, 12.35)))
    assert back.stamp == pytest.approx(12.35)
    thing, fixture = back.object("red_mug"), back.fixture("drawer")
    assert (thing.kind, thing.color, thing.shape) == ("mug", "red", "cylinder")
    assert thing.id == 2**32 - 1
    assert thing.position.tolist() == [0.4, 0.1, 0.05]
    assert thing.quaternion.tolist() == [0.6, 0.0, 0.8, 0.0]
    assert (fixture.joint, fixture.travel) == (0.07, 0.15)
    assert fixture.handle.tolist() == [0.5, -0.3, 0.05]
    assert (back.tool.yaw, back.tool.opening) == (0.3, 0.05)


def test_what_is_not_followed_has_id_0_in_a_message_and_back():
    message = scene_message(scene(replace(MUG, id=0)))
    assert message.objects[0].id == 0
    assert scene_from(message, TOOL).objects[0].id == 0


def test_an_object_that_is_nowhere_is_an_error_that_names_it():
    message = scene_message(scene())
    message.objects[0].pose.position.x = math.nan
    with pytest.raises(LegionError, match="'red_mug'.*finite"):
        scene_from(message, TOOL)


def test_an_object_without_size_is_an_error():
    message = scene_message(scene())
    message.objects[0].size.z = 0.0
    with pytest.raises(LegionError, match="size positive"):
        scene_from(message, TOOL)


def test_a_fixture_with_an_infinite_joint_is_an_error_that_names_it():
    message = scene_message(scene())
    message.fixtures[0].joint = math.inf
    with pytest.raises(LegionError, match="'drawer'"):
        scene_from(message, TOOL)


def test_a_command_comes_back_with_the_stamp_of_the_state_it_answers():
    message = command_message(ToolCommand(np.array([0.1, 0.2, -0.3]), 0.5, 0.04), 3.05)
    back = command_from(message)
    assert back.velocity.tolist() == [0.1, 0.2, -0.3] and (back.yaw_rate, back.opening) == (0.5, 0.04)
    assert seconds(message.header.stamp) == pytest.approx(3.05)


def test_a_sum_of_periods_falls_on_the_tick_and_not_a_nanosecond_before():
    stamp = sum([0.05] * 3)  # 0.15000000000000002
    assert time_message(stamp).nanosec == 150_000_000
    assert time_message(1e5 + 0.05).nanosec == 50_000_000


def test_a_picture_is_laid_out_row_by_row():
    pixels = np.zeros((2, 3, 3), np.uint8)
    pixels[1, 0] = (1, 2, 3)
    message = image_message(pixels, 1.0, "front")
    assert (message.height, message.width, message.step, message.encoding) == (2, 3, 9, "rgb8")
    assert list(message.data[9:12]) == [1, 2, 3]


def test_a_depth_picture_holds_metres():
    message = image_message(np.full((2, 2), 1.5, np.float32), 1.0, "front")
    assert message.encoding == "32FC1"
    assert np.frombuffer(message.data, np.float32).tolist() == [1.5] * 4
