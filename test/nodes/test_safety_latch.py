"""What safety_node has latched, when its process ends and another takes its place."""

import json

import pytest
from running_graph import RunningGraph
from test_safety_node import HOLDING, PATIENCE, STOPPED, Robot

SCALE = 0.3


def running(folder, latch, respawns=3):
    parameters = {"safety_node": PATIENCE | {"latch": str(latch)}}
    return RunningGraph(folder, ("safety_node",), parameters, respawns=respawns)


def set_scale(robot, value):
    from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
    from rcl_interfaces.srv import SetParameters

    setting = robot.graph.node.create_client(SetParameters, "/safety_node/set_parameters")
    robot.graph.wait(setting.service_is_ready)
    wanted = ParameterValue(type=ParameterType.PARAMETER_DOUBLE, double_value=value)
    request = SetParameters.Request(parameters=[Parameter(name="speed_scale", value=wanted)])
    answer = setting.call_async(request)
    robot.graph.wait(answer.done)
    assert answer.result().results[0].successful


def scale_of(robot):
    from rcl_interfaces.srv import GetParameters

    asking = robot.graph.node.create_client(GetParameters, "/safety_node/get_parameters")
    robot.graph.wait(asking.service_is_ready, 60.0)
    answer = asking.call_async(GetParameters.Request(names=["speed_scale"]))
    robot.graph.wait(answer.done)
    return answer.result().values[0].double_value


def kill(robot):
    """kill -9, and wait for the word of the one that takes its place."""
    robot.graph.exits.clear()
    robot.graph.kill("safety_node")
    robot.states.clear()
    robot.graph.wait(lambda: robot.states, 60.0, "word of its successor")
    robot.graph.wait(robot.reset.service_is_ready, 60.0)
    robot.heard.clear()
    # who has died counts as a subscriber for seconds yet: its successor hears us once it tells us to hold
    robot.graph.wait(lambda: robot.is_seen() and robot.heard, 60.0, "a hold of its successor")


def lead(robot, *transitions):
    from lifecycle_msgs.msg import Transition
    from lifecycle_msgs.srv import ChangeState

    change = robot.graph.node.create_client(ChangeState, "/safety_node/change_state")
    robot.graph.wait(change.service_is_ready)
    for name in transitions:
        number = getattr(Transition, f"TRANSITION_{name.upper()}")
        answer = change.call_async(ChangeState.Request(transition=Transition(id=number)))
        robot.graph.wait(answer.done)
        assert answer.result().success


def test_a_stop_and_the_scale_outlive_kill_9_until_the_reset(tmp_path):
    with running(tmp_path, tmp_path / "latch" / "x.json") as graph:
        robot = Robot(graph)
        set_scale(robot, SCALE)
        robot.call(robot.stop)
        kill(robot)
        assert robot.states[0].state == STOPPED and "/legion/stop" in robot.states[0].reason
        for _ in range(3):
            robot.says((0.4, 0.0, 0.0))
            robot.told_to_hold()
        assert scale_of(robot) == SCALE
        assert "/legion/stop" in robot.call(robot.reset).message
        robot.says((9.0, 0.0, 0.0))
        assert robot.told_to_move().velocity.x == pytest.approx(SCALE * 0.4)
        kill(robot)
        assert robot.states[0].state == HOLDING
        robot.says((9.0, 0.0, 0.0))
        assert robot.told_to_move().velocity.x == pytest.approx(SCALE * 0.4)


def test_to_be_cleaned_up_and_configured_is_no_reset_and_leaves_the_scale(tmp_path):
    with running(tmp_path, tmp_path / "latch" / "x.json") as graph:
        robot = Robot(graph)
        set_scale(robot, SCALE)
        robot.call(robot.stop)
        lead(robot, "deactivate", "cleanup", "configure", "activate")
        robot.states.clear()
        robot.until(STOPPED, "/legion/stop")
        assert scale_of(robot) == SCALE
        graph.wait(robot.reset.service_is_ready)
        robot.call(robot.reset)
        graph.wait(robot.policy.get_subscription_count)
        robot.says((9.0, 0.0, 0.0))
        assert robot.told_to_move().velocity.x == pytest.approx(SCALE * 0.4)


def test_a_graph_that_is_started_anew_is_not_stopped_and_says_of_what_it_was(tmp_path):
    latch = tmp_path / "latch" / "x.json"
    with running(tmp_path, latch) as graph:
        robot = Robot(graph)
        robot.call(robot.stop)
    assert "/legion/stop" in json.loads(latch.read_text())["reason"]
    with running(tmp_path, latch) as graph:
        robot = Robot(graph)
        assert robot.states[0].state == HOLDING
        graph.wait(lambda: any("no longer stopped" in line for line in graph.lines), what="word of it")
    assert json.loads(latch.read_text())["reason"] == ""


def test_what_can_not_be_told_is_a_stop(tmp_path):
    latch = tmp_path / "latch" / "x.json"
    latch.parent.mkdir(0o700)
    latch.write_text('{"reason": ""')
    with running(tmp_path, latch) as graph:
        robot = Robot(graph)
        assert robot.states[0].state == STOPPED
        assert "does not hold what safety_node writes" in robot.states[0].reason
        robot.call(robot.reset)
        robot.says((0.1, 0.0, 0.0))
        robot.told_to_move()
        kill(robot)
        assert robot.states[0].state == HOLDING


def test_where_nothing_can_be_kept_it_begins_stopped_and_says_so(tmp_path):
    with running(tmp_path, tmp_path / "none" / "none" / "x.json") as graph:
        robot = Robot(graph)
        assert robot.states[0].state == STOPPED and "can't be written" in robot.states[0].reason
        robot.call(robot.reset)
        robot.says((0.1, 0.0, 0.0))
        robot.told_to_move()
