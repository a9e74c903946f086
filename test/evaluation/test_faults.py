"""The faults that are made on purpose can be seen to do harm where nothing stops them."""

import argparse
import json
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest

from legion_ros.cli import bench_faults
from legion_ros.core import LegionError
from legion_ros.core.command import ToolCommand
from legion_ros.evaluation.circumstances import circumstances
from legion_ros.evaluation.faults import FaultFigure, breaker, conduct, evil, fuzz
from legion_ros.knowledge import Knowledge
from legion_ros.safety import Alarm, Level, SafetyGate
from legion_ros.safety.effort import EffortBreaker
from legion_ros.share import share

KNOWLEDGE = share("config", "knowledge", "tabletop")


def test_nothing_gets_past_the_gate():
    figure = fuzz.fuzz(3000, np.random.default_rng(1))
    assert figure.trials == 3000 and figure.holds and figure.misses == 0, figure.notes


@pytest.mark.parametrize(
    "broken",
    [
        ToolCommand(np.array([0.41, 0.0, 0.0]), 0.0, 0.04),
        ToolCommand(np.array([np.nan, 0.0, 0.0]), 0.0, 0.04),
        ToolCommand(np.zeros(3), 0.0, 0.09),
    ],
)
def test_a_gate_that_let_this_out_would_be_seen(monkeypatch, broken):
    monkeypatch.setattr(SafetyGate, "command", lambda *_: broken)
    figure = fuzz.fuzz(100, np.random.default_rng(1))
    assert figure.misses > 0 and not figure.holds


def test_all_evil_folders_are_refused_and_leave_nothing_behind(tmp_path):
    figure = evil.load_evil(KNOWLEDGE, tmp_path, 1, np.random.default_rng(2))
    assert figure.trials == len(evil.EVIL) and figure.holds, figure.notes
    assert not list(tmp_path.iterdir())


def test_the_evil_pickle_would_run_code(tmp_path):
    canary = tmp_path / "was_run"
    pickle.loads(evil._hostile(canary)).close()
    assert canary.exists()


def test_a_reader_that_takes_everything_would_be_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(evil.Knowledge, "load", lambda folder: None)
    figure = evil.load_evil(KNOWLEDGE, tmp_path, 1, np.random.default_rng(2))
    assert figure.misses == len(evil.EVIL) and not figure.holds


def test_a_figure_has_the_percentiles_of_its_times():
    figure = FaultFigure.of("x", "at most 20 ms", 1, [0.001, 0.002, 0.010])
    row = figure.row("legion bench faults")
    assert (row["trials"], row["misses"], row["holds"]) == (3, 1, False)
    assert (row["p50_ms"], row["max_ms"], row["command"]) == (2.0, 10.0, "legion bench faults")


def test_a_row_says_of_which_code_when_with_which_seed_and_on_how_busy_a_machine():
    row = FaultFigure.of("x", "none", 0, [0.001]).row("legion bench faults", circumstances(7))
    assert list(row)[-5:] == ["commit", "date", "seed", "load", "command"]
    assert row["seed"] == 7 and row["load"] >= 0
    assert re.fullmatch(r"([0-9a-f]{7,}\+?)?", row["commit"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", row["date"])


@pytest.mark.parametrize("fault", conduct.FAULTS)
def test_faults_in_how_a_goal_is_carried_out_trip_with_the_scene_that_completes_them(fault):
    figure = conduct.conduct(fault, 20, np.random.default_rng(3))
    assert figure.trials == 20 and figure.holds and figure.max_ms == 0.0, figure.notes


@pytest.mark.parametrize("fault", conduct.FAULTS)
def test_a_breaker_that_sleeps_through_them_would_be_seen(monkeypatch, fault):
    monkeypatch.setattr(conduct.Conduct, "end", lambda *_: None)
    monkeypatch.setattr(conduct.Conduct, "look", lambda *_: None)
    assert conduct.conduct(fault, 3, np.random.default_rng(3)).misses == 3


def test_wedged_tools_trip_when_due_retreat_and_stay_stopped():
    known = Knowledge.load(KNOWLEDGE)
    experts = {name: known.component_for(name).expert.act for name in ("open", "close")}
    count = len(breaker.WEDGES) + 2
    figure = breaker.wedge(count, experts, np.random.default_rng(4))
    assert figure.trials == count and figure.holds and figure.max_ms <= 50.0, figure.notes


def test_a_wedge_that_nobody_notices_would_be_seen(monkeypatch):
    monkeypatch.setattr(EffortBreaker, "look", lambda *_: None)
    figure = breaker.wedge(1, {}, np.random.default_rng(4))
    assert figure.misses == 1 and "no alarm within 10 s" in figure.notes


def test_experts_at_work_trip_nothing_and_a_stop_among_them_would_be_seen(monkeypatch):
    known = Knowledge.load(KNOWLEDGE)
    experts = {name: known.component_for(name).expert.act for name in ("reach", "open", "press")}
    figure = breaker.nominal(3, experts, np.random.default_rng(5))
    assert figure.trials == 3 and figure.holds, figure.notes
    monkeypatch.setattr(EffortBreaker, "look", lambda *_: Alarm(Level.EFFORT, "made up"))
    monkeypatch.setattr(breaker.Guard, "command", lambda self, command, *_: command)
    figure = breaker.nominal(1, {"reach": experts["reach"]}, np.random.default_rng(5))
    assert figure.misses == 1 and not figure.holds


@pytest.mark.slow
def test_the_command_itself_makes_the_quick_figures_and_keeps_their_rows(tmp_path):
    words = [
        "faults",
        "--share",
        ".002",
        "--figures",
        "fuzz",
        "evil",
        "breaker",
        "kills",
        "--out",
        "rows.jsonl",
    ]
    command = [sys.executable, "-m", "legion_ros.cli.main", "bench", *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=240)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["figures"]
    assert [row["trials"] for row in rows] == [2000, len(evil.EVIL), 1, 1, 1, 1, 1, 1, 1, 1, 1]
    slow_disk = "rows a second at synchronous FULL"
    assert all(row["misses"] == 0 and row["holds"] for row in rows if row["figure"] != slow_disk), rows
    kept = (tmp_path / "rows.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in kept] == rows
    keys = {"figure", "trials", "misses", "p50_ms", "p99_ms", "max_ms", "target", "holds", "command"}
    assert all(row.keys() >= keys | {"commit", "date", "seed", "load"} for row in rows)
    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl"]


def test_a_figure_that_is_not_known_or_a_share_of_nothing_is_refused_in_words():
    for words, said in (
        (["--figures", "floods"], "no figure floods; known: fuzz, kills"),
        (["--share", "0"], "a share of 0 is not valid"),
    ):
        options = argparse.ArgumentParser()
        bench_faults.add_arguments(options)
        with pytest.raises(LegionError, match=said):
            bench_faults.measure(options.parse_args(words))


def test_motion_is_late_where_nobody_but_the_dead_policy_can_have_wanted_it():
    from legion_ros.nodes.faults.kills import moves_late
    from legion_ros.nodes.faults.occupied import Motion

    def late(*motions):  # killed at 100.0, the next process started at 101.0
        return moves_late([Motion(99.99, 7.0), *motions], killed=100.0, started=101.0)

    assert not late(Motion(100.09, 7.05))
    assert late(Motion(100.2, 7.05)) and late(Motion(100.2, 7.3))  # before anybody else is there
    assert late(Motion(101.4, 8.4))  # nor can it be yet
    assert late(Motion(102.0, 7.1))  # of what the dead one saw
    assert not late(Motion(102.0, 9.0))
