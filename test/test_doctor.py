"""`legion doctor` as a user runs it, and each of its checks on a machine that lacks something."""

import shutil
import subprocess
import sys

import pytest

from legion_ros.cli import doctor_checks
from legion_ros.share import share

KNOWLEDGE = share("config", "knowledge", "tabletop")


def doctor(*arguments, **environment):
    import os

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
        doctor_checks.metadata, "requires", lambda _: ["numpy==0.1", "pytest==1; extra == 'test'"]
    )
    finding = doctor_checks.packages()
    assert finding.state == "bad" and "instead of 0.1" in finding.found
    assert "pytest" not in finding.found and "pip install" in finding.fix


def test_a_check_that_breaks_down_is_a_finding_of_its_own(monkeypatch):
    def broken():
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(doctor_checks, "gpu", broken)
    findings = {finding.what: finding for finding in doctor_checks.examine()}
    assert findings["GPU"].state == "bad" and "ZeroDivisionError: by zero" in findings["GPU"].found
    assert findings["robot"].state == "absent"
