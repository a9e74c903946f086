"""The faults that are made on purpose can be seen to do harm where nothing stops them."""

import pickle

import numpy as np
import pytest

from legion_ros.core.command import ToolCommand
from legion_ros.evaluation.faults import FaultFigure, evil, fuzz
from legion_ros.safety import SafetyGate
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
