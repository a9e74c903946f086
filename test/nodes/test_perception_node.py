"""sim_node's camera and perception_node, in processes of their own."""

import numpy as np
import pytest
from running_graph import RunningGraph

from legion_ros.nodes.conversions import seconds

NODES = ("sim_node", "perception_node")


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    folder = tmp_path_factory.mktemp("none")
    with RunningGraph(folder, NODES, perception="camera", rate=0.0, seed=3) as running:
        running.wait(lambda: running.client.true_scene() or camera_fault(running), 60.0, "state or fault")
        if camera_fault(running):
            pytest.skip(f"no camera here: {camera_fault(running)}")
        yield running


def camera_fault(running):
    message = running.client.health.get("sim_node", {}).get("message", "")
    return message if "no pictures" in message else ""


def names(scene):
    return sorted(o.name for o in scene.objects) if scene else []


def test_the_scene_is_what_is_on_the_table_and_carries_frame_and_stamp(graph):
    from legion_ros.msg import Scene
    from legion_ros.nodes.qos import SENSOR

    heard = graph.collect(Scene, "/legion/scene", SENSOR)
    graph.wait(lambda: names(graph.client.scene()) == names(graph.client.true_scene()), 60.0, "same names")
    truth = {o.name: o for o in graph.client.true_scene().objects}
    for thing in graph.client.scene().objects:
        assert thing.position == pytest.approx(truth[thing.name].position, abs=0.02)
        assert 0.0 < thing.confidence <= 1.0
    assert heard[-1].header.frame_id == "base"
    ids = [thing.id for thing in graph.client.scene().objects]
    assert min(ids) > 0 and len(set(ids)) == len(ids)
    stamps = [seconds(message.header.stamp) for message in heard]
    assert (np.diff(stamps) > 0).all()


def test_there_is_a_scene_for_every_tool_state_not_for_every_picture(graph):
    from legion_ros.msg import Scene, ToolState
    from legion_ros.nodes.qos import SENSOR

    graph.wait(graph.client.scene, 60.0, "scene")
    scenes = graph.collect(Scene, "/legion/scene", SENSOR)
    tools = graph.collect(ToolState, "/legion/tool_state", SENSOR)
    graph.wait(lambda: len(tools) >= 30, 60.0, "tool states")
    stamps = {seconds(t.header.stamp) for t in tools[:-5]}
    assert len(stamps & {seconds(s.header.stamp) for s in scenes}) > 0.8 * len(stamps)


def test_at_rate_0_the_simulator_waits_for_perception(graph):
    graph.wait(lambda: "lag_s" in graph.client.health.get("perception_node", {}), 30.0, "figures")
    for _ in range(10):
        graph.spin_for(0.2)
        assert float(graph.client.health["perception_node"]["lag_s"]) < 0.6


def test_a_new_scene_is_seen_and_the_old_one_forgotten(graph):
    asked = graph.client.reset_scene(seed=11, low=3, high=3)
    graph.wait(lambda: names(graph.client.scene()) == sorted(asked), 60.0, f"{sorted(asked)} in the scene")


def test_without_pictures_no_scene_is_published_and_the_node_says_so(graph):
    """Last: it takes the simulator away and plays robot without a camera."""
    from legion_ros.msg import Scene, ToolState
    from legion_ros.nodes.conversions import tool_message
    from legion_ros.nodes.qos import SENSOR

    graph.wait(graph.client.scene, 60.0, "scene")
    tool, stamp = graph.client.true_scene().tool, graph.client.true_scene().stamp
    graph.kill("sim_node")
    publisher = graph.node.create_publisher(ToolState, "/legion/tool_state", SENSOR)
    graph.wait(publisher.get_subscription_count)
    publisher.publish(tool_message(tool, stamp + 10.0))
    graph.spin_for(0.5)
    heard = graph.collect(Scene, "/legion/scene", SENSOR)
    for late in range(5):
        publisher.publish(tool_message(tool, stamp + 10.1 + late))
        graph.spin_for(0.1)
    assert not heard
    said = graph.client.health
    graph.wait(lambda: "no scene is published" in said["perception_node"]["message"], 5.0, "complaint")
