"""What a person did while a skill ran: as transitions, on disk, with their flag."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from skills.scenes import scene

from legion_ros.core import GroundedSkill, Tool
from legion_ros.core.command import ACTION, Limits, ToolCommand
from legion_ros.core.episode import Episode
from legion_ros.core.observation import OBSERVATION, observe
from legion_ros.evaluation.training import TrainingConfig, train_experts
from legion_ros.learning import CloningConfig
from legion_ros.learning.interventions import FILE, InterventionLog, Takeover, corrections
from legion_ros.learning.replay import Replay, ReplayError

PUT = GroundedSkill("put", "red_can", "bin")
SLOW, FAST = (ToolCommand(np.array([speed, 0.0, 0.0]), 0.5, 0.04) for speed in (0.1, 0.2))


def at(x, inside=()):
    return replace(scene(inside=inside), tool=Tool(np.array([x, 0.0, 0.3]), 0.0, 0.05))


def test_the_action_is_what_was_sent_on_average_in_action_units():
    takeover = Takeover(PUT, Limits())
    assert takeover.step(at(0.40), ended=False) is None
    takeover.sent(SLOW, True)
    takeover.sent(FAST, True)
    row = takeover.step(at(0.41), ended=False)
    assert row.action[0].tolist() == pytest.approx([0.15 / 0.40, 0.0, 0.0, 0.25, 0.0])
    assert row.observation[0].tolist() == observe(at(0.40), PUT).tolist()
    assert row.following[0].tolist() == observe(at(0.41), PUT).tolist()
    assert row.sentences == ("put(red_can, bin)",)
    assert (row.reward[0], row.terminated[0], row.truncated[0]) == (0.0, False, False)


def test_a_period_in_which_the_policy_acted_too_or_nobody_is_no_intervention():
    takeover = Takeover(PUT, Limits())
    takeover.step(at(0.40), ended=False)
    takeover.sent(SLOW, True)
    takeover.sent(SLOW, False)
    assert takeover.step(at(0.41), ended=False) is None
    assert takeover.step(at(0.42), ended=False) is None
    takeover.sent(SLOW, True)
    assert takeover.step(at(0.43), ended=False) is not None


def test_success_is_a_reward_and_an_end_and_running_out_of_time_is_an_end_to_bootstrap_from():
    rows = []
    for inside, ended in (((), True), (("red_can",), True), (("red_can",), False)):
        takeover = Takeover(PUT, Limits())
        takeover.step(at(0.40), ended=False)
        takeover.sent(SLOW, True)
        rows.append(takeover.step(at(0.41, inside), ended))
    assert [(r.reward[0], r.terminated[0], r.truncated[0]) for r in rows] == [
        (0.0, False, True),
        (1.0, True, False),
        (1.0, True, False),
    ]


def row(number):
    columns = {"observation": np.full((1, OBSERVATION.size), number, np.float32)}
    columns |= {"following": columns["observation"], "action": np.zeros((1, ACTION.size), np.float32)}
    from legion_ros.learning.transitions import Transitions

    flags = {"terminated": np.zeros(1, bool), "truncated": np.zeros(1, bool)}
    return Transitions.told(["put(red_can, bin)"], reward=np.zeros(1, np.float32), **columns, **flags)


def stored(folder):
    with Replay(folder / FILE, OBSERVATION.size, ACTION.size) as replay:
        return replay.interventions(), replay.tasks()


def test_all_that_was_put_is_there_after_closing_with_its_flag_and_in_its_order(tmp_path):
    log = InterventionLog(tmp_path / "new" / "folder")
    for number in range(500):
        log.put("put" if number % 2 else "push", row(number))
    log.close()
    assert log.stored == 500 and not log.dropped and not log.fault
    rows, tasks = stored(tmp_path / "new" / "folder")
    assert sorted(rows.observation[:, 0]) == list(range(500))
    assert {name: count for name, (_, count) in tasks.items()} == {"put": 250, "push": 250}


def test_what_counts_as_stored_survives_kill_9(tmp_path):
    code = """
import sys
from pathlib import Path
from test_interventions import row
from legion_ros.learning.interventions import InterventionLog
log, number = InterventionLog(Path(sys.argv[1])), 0
while True:
    log.put("put", row(number))
    number += 1
    while number - log.stored > 50:
        pass
    print(log.stored, flush=True)
"""
    here = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([*here, os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writer:
        while int(writer.stdout.readline()) < 100:
            pass
        time.sleep(0.05)
        os.kill(writer.pid, signal.SIGKILL)
        acknowledged = max(int(line) for line in writer.stdout.read().split("\n")[:-1] or ["100"])
    rows, _ = stored(tmp_path)
    assert len(rows) >= acknowledged >= 100
    assert rows.observation[:, 0].tolist() == list(range(len(rows)))


def test_a_folder_that_can_not_be_used_is_refused_at_once(tmp_path):
    (tmp_path / FILE).write_text("no database at all, " * 100)
    with pytest.raises(ReplayError, match="not a database"):
        InterventionLog(tmp_path)


def test_a_disk_that_fails_is_told_and_counted(tmp_path, monkeypatch):
    def full(*_, **__):
        raise ReplayError("can't be written: disk full")

    monkeypatch.setattr(Replay, "append", full)
    log = InterventionLog(tmp_path)
    log.put("put", row(1))
    log.close()
    assert log.dropped == 1 and log.stored == 0 and "disk full" in log.fault


def test_what_people_did_comes_back_by_skill_as_labels(tmp_path):
    log = InterventionLog(tmp_path)
    for number in range(6):
        log.put("put" if number % 3 else "push", row(number))
    log.close()
    found = corrections(tmp_path)
    assert {skill: episode.observation[:, 0].tolist() for skill, episode in found.items()} == {
        "push": [0.0, 3.0],
        "put": [1.0, 2.0, 4.0, 5.0],
    }
    assert (found["put"].label == found["put"].action).all()


def test_a_folder_without_corrections_is_refused_with_what_makes_one(tmp_path):
    with pytest.raises(ReplayError, match="no interventions.sqlite in .*--interventions"):
        corrections(tmp_path)


class InlinePractice:
    """Practice without processes, in which nothing happens: only the fitting is done."""

    def each(self, function, work):
        return ((item, function(item)) for item in work)

    def run(self, jobs):
        return iter(())


class FakeDemonstrations:
    """One long demonstration of doing nothing at all, everywhere around 0."""

    def successes(self, skill):
        seen = np.random.default_rng(0).normal(size=(2000, OBSERVATION.size)).astype(np.float32)
        still = np.zeros((2000, ACTION.size), np.float32)
        return [Episode(skill, seen, still, still, success=True)]


def test_an_expert_does_as_people_showed_where_they_showed_it_and_as_before_elsewhere():
    there = np.full((5, OBSERVATION.size), 3.0, np.float32)  # where no demonstration went
    shown = np.full((5, ACTION.size), 0.8, np.float32)
    config = TrainingConfig(rounds=0, last_cloning=CloningConfig(steps=600))
    arguments = (InlinePractice(), FakeDemonstrations(), ("put",), 0, config, lambda *_: None)
    taught = train_experts(*arguments, corrections={"put": Episode("put", there, shown, shown, success=True)})
    alone = train_experts(*arguments)
    assert taught["put"].act(there[:1])[0] == pytest.approx(0.8, abs=0.1)
    assert alone["put"].act(there[:1])[0] == pytest.approx(0.0, abs=0.3)
    here = np.zeros((1, OBSERVATION.size), np.float32)
    assert taught["put"].act(here)[0] == pytest.approx(0.0, abs=0.1)
