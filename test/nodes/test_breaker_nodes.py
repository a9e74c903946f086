"""The circuit breaker over the topics: alarm, retreat, latched stop, a goal that asks for help."""

from dataclasses import replace

import numpy as np
import pytest
from hand_made import straight_expert
from running_graph import RunningGraph
from test_safety_node import HOLDING, PATIENCE, STOPPED, TOOL, Robot

from legion_ros.core.command import ToolCommand
from legion_ros.knowledge import Knowledge
from legion_ros.nodes.conversions import command_from, command_message, tool_message
from legion_ros.share import share

RETREATING = 3
FORCE = np.array([0.0, 0.0, 80.0])  # N: twice what may last


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    parameters = {"safety_node": PATIENCE | {"retreat_distance": 0.01}}
    folder = tmp_path_factory.mktemp("none")
    with RunningGraph(folder, names=("safety_node",), parameters=parameters) as running:
        yield running


@pytest.fixture
def robot(graph):
    from std_srvs.srv import Trigger

    robot = Robot(graph)
    yield robot
    answer = robot.reset.call_async(Trigger.Request())
    graph.wait(answer.done)


def alarms_of(graph):
    from legion_ros.msg import Alarm
    from legion_ros.nodes.qos import ALARM

    return graph.collect(Alarm, "/legion/alarm", ALARM)


def sound(graph, level, reason):
    from legion_ros.msg import Alarm
    from legion_ros.nodes.qos import ALARM

    publisher = graph.node.create_publisher(Alarm, "/legion/alarm", ALARM)
    graph.wait(publisher.get_subscription_count)
    publisher.publish(Alarm(level=level, reason=reason))
    return publisher


def test_pushing_on_raises_the_alarm_and_the_arm_retreats_and_stops(graph, robot):
    alarms, began = alarms_of(graph), robot.stamp
    while not alarms:
        assert robot.stamp - began < 4.0
        robot.stamp += 0.05
        robot.tool.publish(tool_message(replace(TOOL, force=FORCE), robot.stamp))
        robot.policy.publish(
            command_message(ToolCommand(np.array([0.0, 0.0, -0.05]), 0.0, 0.04), robot.stamp)
        )
        graph.spin_for(0.02)
    assert robot.stamp - began > 2.4
    assert alarms[0].level == 1 and "more than 40 N" in alarms[0].reason
    robot.until(RETREATING, "effort alarm")
    graph.wait(lambda: any(m.velocity.z > 0 for m in robot.heard), what="motion upwards")
    robot.until(STOPPED, "effort alarm")  # the tool of this test never gets there: its time is over
    assert robot.states[-1].alarm
    robot.heard.clear()
    robot.says((0.1, 0.0, 0.0))
    robot.told_to_hold()
    robot.call(robot.reset)
    robot.until(HOLDING, "reset")
    assert not robot.states[-1].alarm


def test_an_alarm_of_anybody_makes_the_arm_retreat_and_its_first_reason_stays(graph, robot):
    robot.says((0.1, 0.0, 0.0))
    robot.told_to_move()
    publisher = sound(graph, 2, "the wrong thing")
    robot.until(RETREATING, "task alarm: the wrong thing")
    sound(graph, 77, "another")
    robot.until(STOPPED, "task alarm: the wrong thing")
    health = graph.wait(lambda: "alarm" in graph.client.health.get("safety_node", {}).get("message", ""))
    assert health and all("another" not in state.reason for state in robot.states)
    graph.node.destroy_publisher(publisher)


def test_an_alarm_outlives_the_process_that_raised_it_and_moves_nothing_again(tmp_path):
    with RunningGraph(tmp_path, ("safety_node",), {"safety_node": PATIENCE}, respawns=3) as graph:
        robot = Robot(graph)
        robot.says((0.1, 0.0, 0.0))
        sound(graph, 0, "round in circles")
        robot.until(RETREATING, "semantic alarm")
        graph.kill("safety_node")
        robot.states.clear()
        robot.until(STOPPED, "semantic alarm: round in circles")
        graph.wait(robot.policy.get_subscription_count)
        states = robot.states[:]
        robot.says((0.1, 0.0, 0.0))
        robot.told_to_hold()
        graph.spin_for(1.0)  # the last alarm of its life before is on the topic still
        assert {(state.state, state.alarm) for state in states + robot.states} == {(STOPPED, True)}
        assert "round in circles" in robot.call(robot.reset).message
        robot.says((0.1, 0.0, 0.0))
        robot.told_to_move()


def test_a_tool_that_can_tell_its_force_and_one_that_can_not():
    from legion_ros.nodes.conversions import tool_from

    assert tool_from(tool_message(TOOL, 1.0)).force is None
    assert tool_from(tool_message(replace(TOOL, force=FORCE), 1.0)).force.tolist() == FORCE.tolist()
    assert command_from(command_message(ToolCommand(np.zeros(3), 0.0, 0.04), 1.0)).finite


@pytest.fixture(scope="module")
def clumsy(tmp_path_factory):
    """The whole graph with an expert for putting that closes its fingers where it is, on nothing."""
    folder = tmp_path_factory.mktemp("clumsy")
    shipped = Knowledge.load(share("config", "knowledge", "tabletop"))
    experts = {"put": straight_expert(gain=0.0, opening=-3.0), "reach": straight_expert(gain=0.3)}
    components = tuple(
        replace(component, expert=experts.get(component.skill, component.expert))
        for component in shipped.components
    )
    replace(shipped, components=components).save(folder)
    parameters = {"composer_node": {"help_wait": 60.0}, "safety_node": {"latch": str(folder / "latch.json")}}
    with RunningGraph(folder, rate=0.0, seed=3, parameters=parameters, respawns=9) as running:
        running.wait(running.client.scene)
        running.knowledge = folder
        yield running


RUNNING, FAILED, HELP = 2, 4, 6


class Goals:
    """Gives a goal in words and hears what becomes of it."""

    def __init__(self, graph):
        from std_msgs.msg import String
        from std_srvs.srv import Trigger

        from legion_ros.msg import GoalStatus, SafetyState
        from legion_ros.nodes.qos import GOAL, GOAL_STATUS, STATE

        self.graph = graph
        self.heard = graph.collect(GoalStatus, "/legion/goal_status", GOAL_STATUS)
        self.states = graph.collect(SafetyState, "/legion/safety_state", STATE)
        self.goal = graph.node.create_publisher(String, "/legion/goal", GOAL)
        self.services = {
            name: graph.node.create_client(Trigger, f"/legion/{name}") for name in ("reset", "stop")
        }
        graph.wait(lambda: self.goal.get_subscription_count() and self.states)
        graph.wait(lambda: all(service.service_is_ready() for service in self.services.values()))
        self.call("reset")
        graph.spin_for(0.5)
        self.heard.clear()
        self.thing = graph.client.scene().objects[0].name.replace("_", " ")

    def reach(self):
        """A goal that is under way when this returns."""
        self.say(f"reach for the {self.thing}")
        self.until(RUNNING)

    def goes_on_until_stopped(self):
        """After a reset."""
        self.until(RUNNING, "reset: going on")
        self.call("stop")
        self.until(FAILED, "the arm was stopped")

    def say(self, words):
        from std_msgs.msg import String

        self.goal.publish(String(data=words))

    def call(self, name):
        from std_srvs.srv import Trigger

        answer = self.services[name].call_async(Trigger.Request())
        self.graph.wait(answer.done)
        return answer.result().message

    def until(self, state, word="", timeout=90.0):
        return self.graph.wait(
            lambda: next((s for s in self.heard if s.state == state and word in s.reason), None),
            timeout,
            f"status {state} with {word!r}",
        )


@pytest.fixture
def goals(clumsy):
    return Goals(clumsy)


def test_one_node_alone_tells_the_arm_what_to_do(clumsy):
    told = clumsy.wait(lambda: clumsy.node.get_publishers_info_by_topic("/legion/command"))
    assert [publisher.node_name for publisher in told] == ["safety_node"]


def test_a_goal_that_grasps_at_nothing_twice_asks_for_help_and_after_the_reset_goes_on(clumsy, goals):
    alarms = alarms_of(clumsy)
    goals.say(f"put the {goals.thing} in the bin")
    goals.until(HELP, "the fingers closed on nothing")
    assert [alarm.level for alarm in alarms] == [2]
    clumsy.wait(lambda: goals.states[-1].state == STOPPED and goals.states[-1].alarm, 20.0)
    goals.heard.clear()
    clumsy.spin_for(1.0)
    assert not goals.heard  # it waits
    assert "closed on nothing" in goals.call("reset")
    goals.goes_on_until_stopped()


def test_an_alarm_from_outside_halts_a_goal_and_a_stop_request_ends_one(clumsy, goals):
    goals.reach()
    sound(clumsy, 1, "made up")
    assert "effort alarm: made up; /legion/reset goes on" in goals.until(HELP).reason
    goals.heard.clear()
    goals.say(f"reach for the {goals.thing}")
    goals.until(0, "busy with")
    goals.call("reset")
    goals.goes_on_until_stopped()


def test_a_safety_node_that_is_killed_while_help_is_asked_for_is_no_reset(clumsy, goals):
    goals.reach()
    sound(clumsy, 1, "made up again")
    goals.until(HELP, "made up again")
    clumsy.kill("safety_node")
    goals.heard.clear(), goals.states.clear()
    clumsy.wait(lambda: goals.states, 60.0, "word of its successor")
    clumsy.spin_for(2.0)
    assert {(state.state, state.alarm) for state in goals.states} == {(STOPPED, True)}
    assert not [status for status in goals.heard if status.state != HELP]
    clumsy.wait(goals.services["reset"].service_is_ready)
    goals.call("reset")
    goals.goes_on_until_stopped()


def test_an_alarm_that_is_gone_without_a_reset_is_the_end_of_its_goal(clumsy, goals):
    goals.reach()
    sound(clumsy, 1, "made up")
    goals.until(HELP, "made up")
    clumsy.exits.clear()
    clumsy.kill("safety_node")
    (clumsy.knowledge / "latch.json").unlink()  # as somebody does who tidies up
    goals.until(FAILED, "gone without a reset")
    assert not any(status.state == RUNNING and "going on" in status.reason for status in goals.heard)
