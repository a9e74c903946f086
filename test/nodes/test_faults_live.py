"""The figures of `legion bench faults` over DDS, a few trials of each: times belong to the bench."""

import re

import numpy as np
import pytest
from running_graph import RunningGraph

KNOWLEDGE = ""  # what ships


def ignore(done):
    pass


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    with RunningGraph(tmp_path_factory.mktemp("none"), names=("safety_node",)) as running:
        yield running


@pytest.fixture(scope="module")
def patient_gate(tmp_path_factory):
    folder, patience = tmp_path_factory.mktemp("none"), {"command_timeout": 0.4, "state_timeout": 0.4}
    with RunningGraph(folder, ("safety_node",), {"safety_node": patience}) as running:
        yield running


@pytest.fixture(scope="module")
def arm_gate(tmp_path_factory):
    from legion_ros.nodes.robot_graph import DELAY, RobotGraph

    (gate,) = (p for p in RobotGraph(simulated="false").processes() if p.name == "safety_node")
    assert gate.parameters["max_delay"] == DELAY
    folder = tmp_path_factory.mktemp("none")
    with RunningGraph(folder, ("safety_node",), {"safety_node": gate.parameters}) as running:
        yield running


@pytest.fixture
def within():
    """What a hold may take here, s; this process has its turn as soon as in the bench, where it may."""
    from legion_ros.nodes.faults.priority import measuring_priority

    with measuring_priority():
        yield 0.6


@pytest.fixture(scope="module")
def graph():
    with RunningGraph(KNOWLEDGE, respawns=5) as running:
        yield running


def test_a_stop_is_followed_by_nothing_but_holds(gate, within):
    from legion_ros.nodes.faults.stops import measure_stops

    figure = measure_stops(gate.client, 10, np.random.default_rng(1), ignore, "a test", within)
    assert (figure.trials, figure.misses, figure.notes) == (10, 0, "a test")


def test_each_kind_of_staleness_is_held_in_time(gate, within):
    from legion_ros.nodes.faults.staleness import KINDS, measure_staleness

    rng = np.random.default_rng(2)
    figure = measure_staleness(gate.client, 2 * len(KINDS), rng, ignore, "a test", within=within)
    assert (figure.trials, figure.misses) == (10, 0), figure.notes


def test_what_goes_stale_with_an_arm_is_held_in_time(arm_gate, within):
    from legion_ros.nodes.faults.staleness import ARM_KINDS, KINDS, measure_staleness
    from legion_ros.nodes.robot_graph import DELAY
    from legion_ros.robots import load_robot

    count, rng = len(KINDS) + len(ARM_KINDS), np.random.default_rng(2)
    arm = load_robot("franka")
    figure = measure_staleness(arm_gate.client, count, rng, ignore, "a test", arm, DELAY, within)
    assert (figure.trials, figure.misses) == (8, 0), figure.notes
    assert all(kind in figure.notes for kind in ARM_KINDS)


def test_a_gate_that_looks_for_no_delay_and_no_joints_is_found_out(gate, within):
    from legion_ros.nodes.faults.staleness import ARM_KINDS, measure_staleness
    from legion_ros.nodes.robot_graph import DELAY
    from legion_ros.robots import load_robot

    rng, arm = np.random.default_rng(2), load_robot("franka")
    figure = measure_staleness(gate.client, 8, rng, ignore, "a test", arm, DELAY, within)
    assert figure.misses == len(ARM_KINDS), figure.notes


def test_a_gate_that_is_too_patient_is_found_out(patient_gate):
    from legion_ros.nodes.faults.staleness import measure_staleness

    figure = measure_staleness(patient_gate.client, 4, np.random.default_rng(3), ignore, "a test")
    assert (figure.misses, figure.holds) == (4, False)
    assert figure.p50_ms > 300
    assert re.search(r"no command from the policy: \d+ ms at most, 1 missed", figure.notes)


def test_goals_that_are_canceled_before_they_are_accepted_end_too(graph):
    from legion_ros.nodes.faults.cancels import measure_cancels

    figure = measure_cancels(graph.client, 12, np.random.default_rng(4), ignore, "a test")
    assert (figure.trials, figure.misses) == (12, 0)
    assert "4 canceled before they were accepted" in figure.notes


def test_a_goal_whose_cancelation_came_first_is_not_begun_and_what_is_remembered_is_bounded(graph):
    import uuid

    from action_msgs.msg import GoalStatus
    from action_msgs.srv import CancelGoal
    from rclpy.action import ActionClient
    from unique_identifier_msgs.msg import UUID

    from legion_ros.action import ExecuteTask
    from legion_ros.nodes.goal_server import MOST_EARLY

    goals = ActionClient(graph.node, ExecuteTask, "/legion/execute_task")
    cancels = graph.node.create_client(CancelGoal, "/legion/execute_task/_action/cancel_goal")
    graph.wait(lambda: goals.server_is_ready() and cancels.service_is_ready())
    name = lambda number: UUID(uuid=list(uuid.UUID(int=number).bytes))  # noqa: E731

    def cancel(number):
        request = CancelGoal.Request()
        request.goal_info.goal_id = name(number)
        answer = cancels.call_async(request)
        return graph.wait(lambda: answer.done() and answer.result())

    def give(number):
        goal = ExecuteTask.Goal(instruction="open the drawer")
        answer = goals.send_goal_async(goal, goal_uuid=name(number))
        handle = graph.wait(lambda: answer.done() and answer.result())
        assert handle.accepted
        return handle

    def end(handle):
        answer = handle.get_result_async()
        return graph.wait(lambda: answer.done() and answer.result())

    for number in range(1, MOST_EARLY + 2):  # one more than are remembered, and one of those again
        assert cancel(number).return_code == CancelGoal.Response.ERROR_UNKNOWN_GOAL_ID
    ended = end(give(2))
    assert ended.status == GoalStatus.STATUS_CANCELED
    assert ended.result.reason == "canceled before it was begun"
    forgotten = give(1)
    graph.spin_for(0.2)
    assert forgotten.status in (GoalStatus.STATUS_ACCEPTED, GoalStatus.STATUS_EXECUTING)
    assert cancel(1).return_code == CancelGoal.Response.ERROR_NONE
    assert end(forgotten).status == GoalStatus.STATUS_CANCELED
    goals.destroy()
    graph.node.destroy_client(cancels)


def test_hostile_goals_move_nothing_and_fair_ones_are_planned_for(graph):
    from legion_ros.cli.bench_hostile import answers, draw_scene
    from legion_ros.evaluation.hostile import fair, hostile, summary

    scene, rng = draw_scene(graph.client, 3), np.random.default_rng(3)
    got = summary(list(answers(graph.client, [*hostile(scene, 6, rng), *fair(scene, 4, rng)])))
    assert (got["hostile"], len(got["hostile_by_kind"]), got["fair"]) == (6, 6, 4)
    assert (got["hostile_wrong"], got["fair_refused"], got["dispatched"]) == (0, 0, 0), got["wrong"]
    assert got["most_moved_m"] < 0.002


def test_a_killed_policy_moves_nothing_and_comes_back(graph):
    from legion_ros.nodes.faults.kills import VICTIMS, measure_kills

    before = {name: graph.supervisor.pids[name] for name in VICTIMS}
    pids = lambda: graph.supervisor.pids  # noqa: E731
    figure = measure_kills(graph.client, pids, 2, np.random.default_rng(5), ignore, "a test")
    assert figure.trials == 2 and figure.max_ms < 60_000
    assert "0 commands outside the limits, 0 late" in figure.notes
    assert "0 without an answer" in figure.notes
    assert all(graph.supervisor.pids[name] != pid for name, pid in before.items())


def test_a_short_soak_counts_goals_memory_and_descriptors(graph):
    from legion_ros.nodes.faults.soak import measure_soak

    pids = lambda: graph.supervisor.pids  # noqa: E731
    figure = measure_soak(graph.client, pids, 24.0, np.random.default_rng(6), ignore, "a test")
    assert "sim_node" in figure.notes and "private memory" in figure.notes
    assert "0 lost" in figure.notes and "respawns: none" in figure.notes


def test_a_lossy_graph_answers_its_goals(tmp_path):
    import os
    from dataclasses import replace
    from pathlib import Path

    from legion_ros.nodes.client import GraphClient
    from legion_ros.nodes.domain import free_domain
    from legion_ros.nodes.faults.losses import lossy_command, measure_losses
    from legion_ros.nodes.graph import Process, Simulation
    from legion_ros.nodes.readiness import wait_until_active
    from legion_ros.nodes.supervision import Supervisor
    from legion_ros.share import share

    simulation = Simulation(perception="truth", rate=0.0, domain=str(free_domain()))
    os.environ.update(simulation.environment())
    relay = Process("lossy_relay", Path(share("config", "safety_node.yaml")), {})
    processes = [replace(p, respawns=0) for p in simulation.processes()]
    command = lambda process: lossy_command(process, 0.3, 7)  # noqa: E731
    with Supervisor([relay, *processes], simulation.environment(), command) as supervisor:

        def look_after():
            list(supervisor.poll(0.0))
            return True

        assert not wait_until_active([p.name for p in processes], look_after, 150.0)
        with GraphClient("test_client", domain=int(simulation.domain), idle=look_after) as client:
            client.wait(lambda: client.graph_is_up(0.1), 30.0)
            figure = measure_losses(client, 1, np.random.default_rng(7), ignore, "a test")
        assert not supervisor.lost
    assert (figure.trials, figure.misses) == (1, 0)
