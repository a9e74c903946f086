"""`legion bench` as a user runs it."""

import json
import subprocess
import sys

import pytest


def bench(*arguments):
    command = [sys.executable, "-m", "legion_ros.cli.main", "bench", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=240)


def test_a_table_is_cleared_through_the_whole_graph_with_what_ships():
    # by the truth: on a crowded machine the camera falls behind, and how well it sees is measured below
    ended = bench("table", "--scenes", "1", "--seed", "6", "--perception", "truth")
    assert ended.returncode == 0, ended.stderr
    figures = json.loads(ended.stdout)
    assert figures["scenes"] == 1 and 3 <= figures["objects"] <= 6
    assert figures["object_success"] > 0.5, figures  # one scene may fail, not most of what is in it
    assert figures["wall_s"] > 0 and figures["simulated_s"] > 5


def test_the_simulator_is_faster_than_the_clock():
    figures = json.loads(bench("sim", "--simulated", "2").stdout)
    assert figures["objects"] == 6 and figures["cores"] == 1
    assert figures["real_time_factor"] > 1.0


def test_perception_is_measured_against_the_truth():
    ended = bench("see", "--scenes", "1", "--seed", "2")
    assert ended.returncode == 0, ended.stderr
    figures = json.loads(ended.stdout)
    assert figures["frames"] == 10 and figures["objects_on_table"] >= 10
    assert figures["error_median_m"] < 0.008
    assert figures["frames_per_s_undisturbed"] > 2


def test_no_scenes_are_refused_in_words():
    ended = bench("table", "--scenes", "0")
    assert ended.returncode == 1
    assert "0 scenes is not valid: 1 or more" in ended.stderr and "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--robot", "franka", "--host", "192.168.2.10"), "nobody knows the true scene"),
        (("--robot", "fr3_ros2_control"), "nobody knows the true scene"),
        (("--robot", "franka", "--perception", "camera"), "neither a camera nor a pace"),
        (("--robot", "panda"), "no robot 'panda'"),
    ],
)
def test_an_arm_whose_tasks_nobody_could_judge_is_refused_in_words(options, said):
    ended = bench("long", "--scenes", "1", *options)
    assert ended.returncode == 1
    assert said in ended.stderr and "Traceback" not in ended.stderr
