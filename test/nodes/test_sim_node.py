"""sim_node in a process of its own; the commands come from this test."""

import math

import numpy as np
import pytest
from running_graph import RunningGraph

from legion_ros.core import LegionError
from legion_ros.core.command import ToolCommand
from legion_ros.nodes.conversions import command_message, seconds


def graph_at(rate, tmp_path_factory):
    return RunningGraph(tmp_path_factory.mktemp("none"), names=("sim_node",), rate=rate, seed=1)


@pytest.fixture(scope="module")
def paced(tmp_path_factory):
    with graph_at(1.0, tmp_path_factory) as running:
        yield running


@pytest.fixture(scope="module")
def unpaced(tmp_path_factory):
    with graph_at(0.0, tmp_path_factory) as running:
        yield running


@pytest.fixture
def send(request):
    """Publishes a command that answers the newest state."""

    def publish(graph, velocity, stamp=None, opening=0.08):
        stamp = graph.client.scene().stamp if stamp is None else stamp
        publisher.publish(command_message(ToolCommand(np.array(velocity), 0.0, opening), stamp))

    from legion_ros.msg import ToolCommand as Message
    from legion_ros.nodes.qos import COMMAND

    graph = request.getfixturevalue(request.param)
    publisher = graph.node.create_publisher(Message, "/legion/command", COMMAND)
    graph.wait(lambda: graph.client.scene() and publisher.get_subscription_count())
    yield lambda *args, **more: publish(graph, *args, **more)
    graph.node.destroy_publisher(publisher)


def test_time_runs_at_the_pace_of_the_wall_clock(paced):
    from rosgraph_msgs.msg import Clock

    from legion_ros.nodes.qos import CLOCK

    ticks = paced.collect(Clock, "/clock", CLOCK)
    paced.wait(lambda: ticks)
    paced.spin_for(1.0)
    stamps = [seconds(tick.clock) for tick in ticks]
    assert 15 <= len(stamps) <= 25
    assert np.diff(stamps) == pytest.approx(0.05) or len(stamps) < 21  # one may be lost: best effort


def test_a_new_scene_has_as_many_objects_as_asked_for_and_time_goes_on(paced):
    paced.wait(paced.client.scene)
    before = paced.client.scene().stamp
    names = paced.client.reset_scene(seed=7, low=4, high=4)
    assert len(set(names)) == 4
    paced.wait(lambda: sorted(o.name for o in paced.client.scene().objects) == sorted(names))
    assert paced.client.scene().stamp > before


def test_the_same_seed_gives_the_same_scene(paced):
    def positions():
        names = paced.client.reset_scene(seed=11, low=3, high=6)
        paced.wait(lambda: sorted(o.name for o in paced.client.scene().objects) == sorted(names))
        return {o.name: o.position for o in paced.client.scene().objects}

    first, second = positions(), positions()
    assert first.keys() == second.keys()
    for name, position in first.items():
        assert second[name] == pytest.approx(position, abs=2e-3)


@pytest.mark.parametrize(
    ("request_", "word"),
    [((-1, 3, 6), "seed -1"), ((0, 6, 3), "6 to 3"), ((0, 200, 255), "200")],
)
def test_a_scene_that_cannot_be_is_refused_in_words(paced, request_, word):
    with pytest.raises(LegionError, match=word):
        paced.client.reset_scene(*request_)


@pytest.mark.parametrize("send", ["paced"], indirect=True)
def test_a_command_moves_the_tool_and_counts_for_no_longer_than_its_time(paced, send):
    paced.client.reset_scene(seed=1, low=3, high=3)
    paced.spin_for(0.2)
    before = paced.client.scene().tool.position
    send((0.0, 0.0, 0.2))
    paced.spin_for(0.6)
    moved = paced.client.scene().tool.position - before
    # three to four periods of 50 ms at 0.2 m/s, then a hold
    assert 0.02 < moved[2] < 0.05


@pytest.mark.parametrize("send", ["paced"], indirect=True)
def test_nan_that_comes_past_the_safety_gate_moves_nothing(paced, send):
    before = paced.client.scene().tool.position
    for count, velocity in enumerate([(math.nan, 0.0, 0.0), (0.0, 0.0, math.inf)], 1):
        send(velocity)  # one at a time: of two in a queue of one, the first may never be seen
        paced.wait(lambda count=count: paced.client.health.get("sim_node", {}).get("refused") == str(count))
    assert paced.client.scene().tool.position == pytest.approx(before, abs=2e-3)
    assert paced.alive == {"sim_node"}


@pytest.mark.parametrize("send", ["unpaced"], indirect=True)
def test_at_rate_0_each_state_waits_for_the_command_that_answers_it(unpaced, send):
    start = unpaced.client.scene().stamp
    for _ in range(40):
        stamp = unpaced.client.scene().stamp
        send((0.0, 0.0, 0.0), stamp)
        unpaced.wait(lambda stamp=stamp: unpaced.client.scene().stamp > stamp, what="next state")
    assert unpaced.client.scene().stamp - start == pytest.approx(2.0, abs=0.11)


def test_at_rate_0_time_goes_on_without_an_answer(unpaced):
    unpaced.wait(unpaced.client.scene)
    start = unpaced.client.scene().stamp
    unpaced.wait(lambda: unpaced.client.scene().stamp > start + 0.3, 5.0)


def test_the_camera_shows_colour_and_depth_of_the_scene(tmp_path_factory):
    from sensor_msgs.msg import CameraInfo, Image

    from legion_ros.nodes.qos import IMAGE

    size = {"camera_width": 160, "camera_height": 120}
    folder = tmp_path_factory.mktemp("none")
    with RunningGraph(folder, ("sim_node",), {"sim_node": size}, camera=True) as graph:
        colours = graph.collect(Image, "/camera/color/image_raw", IMAGE)
        depths = graph.collect(Image, "/camera/depth/image_raw", IMAGE)
        infos = graph.collect(CameraInfo, "/camera/color/camera_info", IMAGE)
        graph.wait(lambda: len(colours) > 1 and depths and infos, 30.0, "pictures")
        pixels = np.frombuffer(colours[-1].data, np.uint8).reshape(120, 160, 3)
        metres = np.frombuffer(depths[-1].data, np.float32).reshape(120, 160)
    assert pixels.std() > 5  # something is to be seen
    assert np.isfinite(metres).all() and 0.1 < np.median(metres) < 5.0
    assert seconds(colours[-1].header.stamp) > seconds(colours[0].header.stamp)
    assert (infos[0].width, infos[0].height) == (160, 120)
    assert infos[0].k[2] == 80.0 and infos[0].k[0] > 0
