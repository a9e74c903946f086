"""`legion doctor` as a user runs it, and each of its checks on a machine that lacks something."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from legion_ros.cli import doctor_checks, doctor_robot
from legion_ros.cli.doctor_finding import Finding
from legion_ros.nodes.domain import free_domain
from legion_ros.nodes.graph import environment
from legion_ros.robots.loading import robot_file
from legion_ros.share import share

KNOWLEDGE = share("config", "knowledge", "tabletop")


def doctor(*arguments, **environment):
    command = [sys.executable, "-m", "legion_ros.cli.main", "doctor", *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment, "COLUMNS": "200"},
    )


def test_a_machine_that_runs_these_tests_has_nothing_to_mend():
    ended = doctor()
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "All there" in ended.stdout
    assert "two nodes heard each other" in doctor_checks.dds().found


def test_spoilt_knowledge_and_a_robot_that_does_not_answer_are_said_and_counted(tmp_path):
    folder = tmp_path / "spoilt"
    shutil.copytree(KNOWLEDGE, folder)
    (folder / "knowledge.safetensors").write_bytes(b"nothing")
    ended = doctor("--knowledge", str(folder), LEGION_ROBOT_HOST="127.0.0.1")
    assert ended.returncode == 1
    assert "2 to be mended: knowledge, robot" in ended.stdout
    assert "changed or cut off" in ended.stdout and "Traceback" not in ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("variables", "found", "fix"),
    [
        ({"RMW_IMPLEMENTATION": "rmw_cyclonedds_cpp"}, "RMW_IMPLEMENTATION is rmw_cyclonedds_cpp", "unset"),
        ({"ROS_SECURITY_ENABLE": "true"}, "ROS_SECURITY_ENABLE is true", "unset ROS_SECURITY_ENABLE"),
    ],
)
def test_what_the_wheels_can_not_do_is_bad_and_has_a_remedy(monkeypatch, variables, found, fix):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    finding = doctor_checks.dds()
    assert finding.state == "bad" and found in finding.found and fix in finding.fix


def test_discovery_beyond_this_machine_is_pointed_out(monkeypatch):
    monkeypatch.setenv("ROS_AUTOMATIC_DISCOVERY_RANGE", "SUBNET")
    finding = doctor_checks.dds()
    assert finding.state == "absent" and "unset the variable" in finding.fix


def test_a_package_of_another_version_is_named_with_both(monkeypatch):
    monkeypatch.setattr(
        doctor_checks.metadata, "requires", lambda _: ["numpy==0.1", "no-such-thing==1; extra == 'test'"]
    )
    finding = doctor_checks.packages()
    assert finding.state == "bad" and "instead of 0.1" in finding.found and "pip install" in finding.fix
    assert "no-such-thing" not in finding.found  # an extra that nobody asked for


def test_an_extra_that_is_installed_has_its_version_too(monkeypatch):
    wanted = ["pytest==1; extra == 'test'", "pytest==1; extra == 'lint'"]
    monkeypatch.setattr(doctor_checks.metadata, "requires", lambda _: wanted)
    finding = doctor_checks.packages()
    assert finding.state == "bad" and finding.found == f"pytest {pytest.__version__} instead of 1"


def test_a_check_that_breaks_down_is_a_finding_of_its_own(monkeypatch):
    def broken():
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(doctor_checks, "gpu", broken)
    findings = {finding.what: finding for finding in doctor_checks.examine()}
    assert findings["GPU"].state == "bad" and "ZeroDivisionError: by zero" in findings["GPU"].found
    assert findings["robot"].state == findings["robot's yaml"].state == "absent"
    assert all(finding.fix for finding in findings.values() if finding.state != "good")
    assert "can't be had from a registry" in findings["Isaac Gym"].found


def test_no_finding_is_without_a_remedy():
    with pytest.raises(ValueError, match=re.escape("GPU is absent (none), and nothing says how to mend it")):
        Finding("GPU", "absent", "none")


@pytest.fixture
def listening(monkeypatch):
    """A port of this machine where somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(doctor_robot, "PORT", server.getsockname()[1])
        yield


def test_an_arm_that_fits_and_answers_is_good(listening):
    assert doctor_robot.arm_file("franka").state == "good"
    finding = doctor_robot.arm_reached("franka", "")
    assert finding.state == "good" and "127.0.0.1 answers on port" in finding.found
    assert doctor_robot.arm_reached("", "127.0.0.1").state == "good"


def test_a_yaml_that_does_not_fit_is_bad_with_what_is_wrong(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(robot_file("franka").read_text().replace("speed_scale: 0.5", "speed_scale: 5.0"))
    finding = doctor_robot.arm_file(str(file))
    assert finding.state == "bad" and "speed_scale 5 is not valid: above 0, at most 1" in finding.found
    assert "config.py" in finding.fix
    assert doctor_robot.arm_file("nobody").state == doctor_robot.arm_reached("nobody", "").state == "bad"


@pytest.mark.parametrize(
    ("robot", "host", "state", "found", "fix"),
    [
        ("franka", "", "absent", "nobody is at 127.0.0.1", "legion up --robot franka"),
        ("franka", "127.0.0.9", "bad", "127.0.0.9, port", "look at cable and address"),
        ("fr3_ros2_control", "127.0.0.9", "bad", "has no address of its own", "leave --host"),
    ],
)
def test_an_arm_that_does_not_answer_is_told_from_one_that_is_not_started(
    monkeypatch, robot, host, state, found, fix
):
    monkeypatch.setattr(doctor_robot, "PORT", 9)
    finding = doctor_robot.arm_reached(robot, host)
    assert finding.state == state and found in finding.found and fix in finding.fix


def test_an_arm_behind_ros2_control_is_there_when_its_controllers_are(monkeypatch):
    monkeypatch.setenv("ROS_DOMAIN_ID", str(free_domain()))
    finding = doctor_robot.arm_reached("fr3_ros2_control", "")
    assert finding.state == "bad" and "nobody publishes /controller/joint_states" in finding.found
    assert "nobody takes /joint_trajectory_controller/joint_trajectory" in finding.found
    assert "start the controllers" in finding.fix
    monkeypatch.setattr(doctor_robot, "PATIENCE", 30.0)  # a machine that is busy may take longer
    fake = Path(__file__).parent / "nodes" / "fake_controller.py"
    controllers = subprocess.Popen([sys.executable, str(fake)], env={**os.environ, **environment()})
    try:
        assert doctor_robot.arm_reached("fr3_ros2_control", "").state == "good"
    finally:
        controllers.kill()
        controllers.wait()


def test_the_command_takes_an_arm():
    ended = doctor("--robot", "franka", "--host", "127.0.0.9")
    assert ended.returncode == 1
    assert "franka fits its model" in ended.stdout and "1 to be mended: robot" in ended.stdout
