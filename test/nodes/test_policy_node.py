"""policy_node with the simulator and the safety gate; the skills are asked for by this test."""

import math

import pytest
from running_graph import RunningGraph

SUCCEEDED, CANCELED, ABORTED = 4, 5, 6


@pytest.fixture(scope="module")
def graph(knowledge):
    names = ("sim_node", "safety_node", "policy_node")
    with RunningGraph(knowledge, names=names, rate=0.0, seed=3) as running:
        running.wait(running.client.scene)
        # active alone is not enough: it has to have heard the robot
        running.wait(lambda: running.client.health.get("policy_node", {}).get("message") == "ok")
        yield running


@pytest.fixture
def executor(graph):
    executor = Executor(graph)
    yield executor
    executor.leave()


class Executor:
    """Asks policy_node for skills."""

    def __init__(self, graph):
        from rclpy.action import ActionClient

        from legion_ros.action import ExecuteSkill

        self.graph, self.feedback = graph, []
        self.client = ActionClient(graph.node, ExecuteSkill, "/legion/execute_skill")
        graph.wait(self.client.server_is_ready)

    def leave(self):
        if self.client is not None:
            self.client.destroy()
            self.client = None

    def begin(self, skill, object="", target="", time_limit=0.0):
        from legion_ros.action import ExecuteSkill

        goal = ExecuteSkill.Goal(skill=skill, object=object, target=target, time_limit=time_limit)
        sent = self.client.send_goal_async(goal, self.feedback.append)
        self.graph.wait(sent.done)
        assert sent.result().accepted
        return sent.result()

    def end_of(self, handle, timeout=30.0):
        answer = handle.get_result_async()
        self.graph.wait(answer.done, timeout)
        return answer.result().status, answer.result().result

    def __call__(self, *goal, **more):
        return self.end_of(self.begin(*goal, **more))


def something(graph):
    return graph.client.scene().objects[0].name


def test_a_skill_that_works_succeeds_and_says_how_long_it_took(graph, executor):
    status, result = executor("reach", something(graph))
    assert (status, result.success) == (SUCCEEDED, True), result.reason
    assert 0.2 < result.duration < 8.0


def test_while_a_skill_runs_a_second_is_refused_with_its_name(graph, executor):
    first = executor.begin("put", something(graph), "bin")
    status, result = executor("press", target="button")
    assert status == ABORTED and not result.success
    assert f"put({something(graph)}, bin) is being carried out" in result.reason
    first.cancel_goal_async()
    assert executor.end_of(first)[0] == CANCELED


def test_a_canceled_skill_ends_and_the_arm_holds(graph, executor):
    from legion_ros.msg import ToolCommand
    from legion_ros.nodes.qos import COMMAND

    handle = executor.begin("put", something(graph), "bin")
    graph.wait(lambda: executor.feedback)
    handle.cancel_goal_async()
    status, result = executor.end_of(handle)
    assert status == CANCELED and result.reason == "canceled"
    commands = graph.collect(ToolCommand, "/legion/command", COMMAND)
    graph.wait(lambda: len(commands) > 20)
    assert not any(c.velocity.x or c.velocity.y or c.velocity.z or c.yaw_rate for c in commands)


def test_out_of_time_a_skill_fails_with_the_limit(graph, executor):
    status, result = executor("put", something(graph), "bin", time_limit=0.5)
    assert status == ABORTED and result.reason == "no success within 0.5 s"
    assert result.duration == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize(
    ("goal", "words"),
    [
        (("fly",), "no skill 'fly'; known: reach, put"),
        (("reach", "unicorn"), "no object 'unicorn' in the scene; there are: "),
        (("press", "", "bin"), "no target 'bin' for press; known: button"),
        (("put", "", "bin"), "takes an object"),
    ],
)
def test_a_skill_that_makes_no_sense_is_refused_in_words(executor, goal, words):
    status, result = executor(*goal)
    assert status == ABORTED and words in result.reason


@pytest.mark.parametrize("limit", [math.nan, math.inf, -1.0, 601.0])
def test_a_time_limit_that_is_none_is_refused(graph, executor, limit):
    status, result = executor("reach", something(graph), time_limit=limit)
    assert status == ABORTED and "0 to 600" in result.reason


def test_an_object_that_vanishes_fails_the_skill(graph, executor):
    before = {thing.name for thing in graph.client.scene().objects}
    seed = 0
    while (names := set(graph.client.reset_scene(seed, 3, 3))) >= before:
        seed += 1
    gone = (names - before).pop()
    graph.wait(lambda: gone in {thing.name for thing in graph.client.scene().objects})
    graph.spin_for(0.2)  # policy_node sees it too
    handle = executor.begin("put", gone, "bin")
    while gone in graph.client.reset_scene(seed, 3, 3):
        seed += 1
    status, result = executor.end_of(handle)
    assert status == ABORTED and f"no object {gone!r} in the scene" in result.reason


def test_figures_of_latency_are_in_the_diagnostics(graph, executor):
    executor("press", target="button")
    figures = graph.wait(lambda: graph.client.health.get("policy_node"))
    assert int(figures["commands"]) > 0
    assert 0.0 < float(figures["latency_p50_ms"]) <= float(figures["latency_p99_ms"])


def test_a_skill_ends_when_whoever_asked_for_it_is_gone(graph, executor):
    """Another participant asks and leaves; this test's own client would count as one who still listens."""
    from rclpy.action import ActionClient

    from legion_ros.action import ExecuteSkill
    from legion_ros.nodes.client import GraphClient

    executor.leave()
    with GraphClient("passer_by", domain=graph.domain) as other:
        client = ActionClient(other.node, ExecuteSkill, "/legion/execute_skill")
        other.wait(client.server_is_ready, 10.0)
        sent = client.send_goal_async(
            ExecuteSkill.Goal(skill="put", object=something(graph), target="bin", time_limit=600.0)
        )
        other.wait(sent.done, 10.0)
        assert sent.result().accepted
        graph.client.health.pop("policy_node")  # it may still tell of a test before
        graph.wait(lambda: graph.client.health.get("policy_node", {}).get("skill", "").startswith("put"))
        client.destroy()
    graph.wait(lambda: graph.client.health["policy_node"]["skill"] == "none", 10.0, "end of the skill")


def test_without_a_robot_a_skill_fails_and_says_what_is_missing(graph, executor):
    handle = executor.begin("put", something(graph), "bin", time_limit=600.0)
    graph.kill("sim_node")
    status, result = executor.end_of(handle)
    assert status == ABORTED and "is the robot's node (sim_node) running?" in result.reason
    assert "sim_node" in executor("reach", something(graph))[1].reason
    assert graph.alive == {"safety_node", "policy_node"}
