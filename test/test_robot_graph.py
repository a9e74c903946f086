"""The description of the graph on an arm."""

import argparse
import re

import pytest

from legion_ros.cli.up import add_arguments, chosen_graph
from legion_ros.core import LegionError
from legion_ros.nodes.robot_graph import RobotGraph

REST = ("safety_node", "policy_node", "composer_node", "teacher_node")


def parameters(graph):
    return {process.name: process.parameters for process in graph.processes()}


def test_a_franka_on_this_machine_is_simulated():
    graph = RobotGraph.parse({"robot": "franka", "host": "127.0.0.1", "seed": "4"})
    assert graph.nodes == ("franka_sim_node", "franka_node", *REST)
    given = parameters(graph)
    assert given["franka_sim_node"]["host"] == given["franka_node"]["host"] == "127.0.0.1"
    assert given["franka_sim_node"]["seed"] == 4
    assert given["policy_node"]["use_sim_time"] is given["franka_node"]["use_sim_time"] is True
    assert "max_delay" not in given["safety_node"]


def test_a_franka_elsewhere_is_a_physical_one_seen_by_a_camera():
    graph = RobotGraph(robot="franka", host="192.168.2.10")
    assert graph.nodes == ("perception_node", "franka_node", *REST)
    given = parameters(graph)
    assert "use_sim_time" not in given["policy_node"]
    assert "command_timeout" not in given["safety_node"]  # as strict as its file says
    assert (
        given["safety_node"]["max_delay"] == 0.25
    )  # s: its clock is the wall's, which a simulator's need not be
    assert given["perception_node"]["cameras"].endswith("config/robot/franka.yaml")
    assert given["safety_node"]["speed_scale"] == 0.5  # the arm's yaml: at full speed experts overshoot
    assert given["safety_node"]["max_force"] == 25.0  # N: those of a simulated contact are far higher


def test_the_gate_bounds_accelerations_as_the_arms_yaml_has_them():
    given = parameters(RobotGraph(robot="fr3_ros2_control"))["safety_node"]
    assert (given["max_acceleration"], given["max_yaw_acceleration"]) == (4.0, 10.0)


def test_all_speeds_can_be_scaled_from_outside():
    graph = RobotGraph(host="192.168.2.10", speed_scale=0.2)
    assert parameters(graph)["safety_node"]["speed_scale"] == 0.2


def test_somebody_elses_franky_sim_is_not_started_again():
    assert "franka_sim_node" not in RobotGraph(host="127.0.0.1", simulated="false").nodes


def test_any_other_arm_has_the_other_driver():
    graph = RobotGraph(robot="fr3_ros2_control")
    assert graph.nodes == ("perception_node", "ros2_control_node", *REST)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"robot": "panda"}, "no robot 'panda'; there are: fr3_ros2_control, franka"),
        ({"speed": "1"}, "no argument speed; known: robot, host, simulated, seed"),
        ({"simulated": "maybe"}, "simulated 'maybe' is not valid: auto, true, false"),
        ({"speed_scale": "1.5"}, "speed_scale 1.5 is not valid: 0 to 1"),
        ({"simulated": "true", "robot": "fr3_ros2_control"}, "fr3_ros2_control can't be simulated"),
        ({"simulated": "true", "host": "10.0.0.1"}, "host '10.0.0.1' can't be simulated"),
        ({"domain": "102"}, "domain '102' is not a number"),
    ],
)
def test_a_wrong_argument_is_answered_with_what_would_be_valid(words, message):
    with pytest.raises(LegionError, match=re.escape(message)):
        RobotGraph.parse(words)


def test_a_person_may_take_over_an_arm_too(tmp_path):
    kept = tmp_path / "kept"
    graph = RobotGraph.parse({"robot": "franka", "joystick": "true", "interventions": str(kept)})
    processes = {process.name: process for process in graph.processes()}
    assert "intervention_node" in processes
    assert processes["policy_node"].parameters["interventions"] == str(kept)
    assert "intervention_node" not in RobotGraph.parse({"robot": "franka"}).nodes


def test_legion_up_takes_every_argument_of_the_launch_file():
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    told = ["--robot", "franka", "--speed-scale", "0.3", "--joystick", "--seed", "4"]
    graph = chosen_graph(parser.parse_args(told))
    assert graph == RobotGraph(robot="franka", speed_scale=0.3, joystick=True, seed=4)
