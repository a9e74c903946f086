"""Practice in processes, the intervals, and what the shipped experts can do."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

from legion_ros.core import SKILLS
from legion_ros.evaluation.practice import Job, Practice, jobs
from legion_ros.evaluation.success import Success, measure_skills
from legion_ros.evaluation.training import TrainingConfig, record_demonstrations, train_experts
from legion_ros.knowledge import Knowledge
from legion_ros.learning import CloningConfig, Demonstrations
from legion_ros.share import share

SHIPPED = ("config", "knowledge", "tabletop")


def test_an_interval_is_wilsons():
    # by hand for 95 of 100, z = 1.96: centre (.95 + .0192) / 1.0384, half width 1.96 * .0267 / 1.0384
    low, high = Success(95, 100).interval
    assert (low, high) == (pytest.approx(0.8882, abs=1e-3), pytest.approx(0.9785, abs=1e-3))
    assert str(Success(95, 100)).startswith("0.950 [0.888, 0.978]")


def test_shares_of_a_job_have_seeds_of_their_own():
    parts = jobs(Job(skills=("put",), episodes=10, seed=(0, 1)), 3)
    assert [part.episodes for part in parts] == [4, 4, 4]
    assert len({part.seed for part in parts}) == 3


def test_the_manifest_of_the_shipped_knowledge_says_how_good_each_skill_is():
    records = Knowledge.load(share(*SHIPPED)).components
    assert {component.skill for component in records} == set(SKILLS)
    for component in records:
        assert component.record.episodes >= 100
        assert component.record.success >= 0.95
        assert component.record.command.startswith("legion train")


def test_the_shipped_knowledge_is_small_enough_for_a_repository():
    files = list(share(*SHIPPED).iterdir())
    assert sum(file.stat().st_size for file in files) < 5e6
    json.loads((share(*SHIPPED) / "manifest.json").read_text())


@pytest.mark.slow
def test_the_shipped_experts_do_what_their_manifest_says():
    experts = {c.skill: c.expert.tensors() for c in Knowledge.load(share(*SHIPPED)).components}
    with Practice(2) as practice:
        measured = dict(measure_skills(practice, experts, episodes=16, seed=12345))
    assert set(measured) == set(SKILLS)
    # with .95 each, fewer than 84 of 96 has a chance of one in a thousand
    assert sum(success.successes for success in measured.values()) >= 84
    assert all(success.rate >= 0.65 for success in measured.values())


@pytest.mark.slow
def test_training_learns_a_skill_from_nothing(tmp_path):
    config = TrainingConfig(
        rounds=1, episodes=16, cloning=CloningConfig(steps=600), last_cloning=CloningConfig(steps=1200)
    )
    told = []
    with Practice(2) as practice, Demonstrations(tmp_path / "d.sqlite") as store:
        record_demonstrations(practice, store, ("press",), 16, 0, config, lambda *a: told.append(a))
        experts = train_experts(practice, store, ("press",), 0, config, lambda *a: told.append(a))
        tensors = {"press": experts["press"].tensors()}
        ((_, learned),) = measure_skills(practice, tensors, 16, seed=1)
        idle = {"press": {n: np.zeros_like(v) if n[0].isdigit() else v for n, v in tensors["press"].items()}}
        ((_, nothing),) = measure_skills(practice, idle, 8, seed=1)
    assert learned.rate >= 0.6
    assert nothing.rate == 0.0
    assert {what for what, _, _ in told} == {
        "demonstrations",
        "cloning 1 of 2",
        "refinement 1 of 1",
        "cloning 2 of 2",
    }


def test_a_practice_that_is_killed_leaves_no_process_behind():
    code = (
        "import time; from legion_ros.evaluation.practice import Practice\n"
        "if __name__ == '__main__':\n"
        "    practice = Practice(1)\n"
        "    for _, pid in practice.each(os_getpid, [0]): print(pid, flush=True)\n"
        "    time.sleep(100)\n"
    )
    code = "import os\ndef os_getpid(_): return os.getpid()\n" + code
    with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
        script.write(code)
        script.flush()
        with subprocess.Popen([sys.executable, script.name], stdout=subprocess.PIPE, text=True) as parent:
            worker = int(parent.stdout.readline())
            parent.kill()
    end = time.monotonic() + 20
    while Path(f"/proc/{worker}").exists():
        assert time.monotonic() < end, "the worker lives on"
        time.sleep(0.05)
