"""`legion evaluate` as people run it: the real simulator, real methods, and a kill -9 in the middle."""

import json
import signal
import subprocess
import sys
import time

import pytest

from legion_ros.cli.main import main
from legion_ros.evaluation.run_folder import read_rows
from legion_ros.evaluation.streams import ORDERS, STREAMS, stream, visits

SMALL = ("--practice", "1600", "--cloning", "100", "--episodes", "4", "--tasks", "2", "--threads", "1")
TIMES = {"train_wall_s", "train_cpu_s", "demonstration_wall_s", "measure_wall_s", "wall_s_to_80"}
TIMES |= {"date", "load"}


def words(out, *more):
    return ["evaluate", "--stream", "legion10", *SMALL, "--out", str(out), *more]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--stream", "cw30"), "no stream 'cw30'; known: legion10, cw10, cw20, tabletop"),
        (("--methods", "experts,magic"), "no method 'magic'; known: experts, legion"),
        (("--orders", "sideways"), "no order 'sideways'; known: curriculum, random, reverse, alone"),
        (("--seeds", "0"), "0 seeds from 0"),
    ],
)
def test_bad_words_are_refused_before_anything_runs(tmp_path, capsys, more, message):
    assert main(words(tmp_path, *more)) == 1
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_every_stream_can_be_made_and_has_words_to_learn_and_words_to_judge_by():
    for name, (tasks, _) in STREAMS.items():
        made = stream(name)
        assert tuple(task.name for task in made.tasks) == tasks
        for task in made.tasks:
            assert min(len(task.sentences), len(task.paraphrases)) >= 4, task.name
            assert not set(task.sentences) & set(task.paraphrases)


def test_orders_by_hand():
    assert visits(3, 2, "curriculum", 0) == (0, 1, 2, 0, 1, 2)
    assert visits(3, 1, "reverse", 0) == (2, 1, 0)
    drawn = visits(10, 2, "random", 4)
    assert drawn[:10] == drawn[10:] and sorted(drawn[:10]) == list(range(10))
    assert drawn == visits(10, 2, "random", 4) != visits(10, 2, "random", 5)
    assert set(ORDERS) == {"curriculum", "random", "reverse", "alone"}


@pytest.mark.slow
def test_a_real_quick_run_ends_with_a_row_and_a_page(tmp_path):
    more = ("--methods", "experts", "--demonstrations", "4")
    assert main(words(tmp_path, *more)) == 0
    (row,) = read_rows(tmp_path / "streams.jsonl")
    assert row["task_names"] == ["reach", "push"]
    assert 0 <= row["average_success"] <= 1
    assert 0 < row["practice_spent"] <= 2 * 1600
    assert row["components"] in (1, 2)
    assert main(["report", "--results", str(tmp_path)]) == 0
    assert "<svg" in (tmp_path / "report.html").read_text()


@pytest.mark.slow
def test_a_run_killed_with_9_goes_on_to_the_rows_of_one_that_was_not(tmp_path):
    more = ("--methods", "finetune", "--demonstrations", "4")
    assert main(words(tmp_path / "whole", *more)) == 0
    command = [sys.executable, "-m", "legion_ros.cli.main", *words(tmp_path / "killed", *more)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    folder = tmp_path / "killed" / "runs"
    while process.poll() is None and not list(folder.glob("*/checkpoint/manifest.json")):
        time.sleep(0.05)
    assert process.poll() is None, "it ended before it could be killed"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "killed" / "streams.jsonl").exists()
    assert main(words(tmp_path / "killed", *more)) == 0
    rows = [read_rows(tmp_path / name / "streams.jsonl")[0] for name in ("whole", "killed")]
    whole, killed = [{k: v for k, v in row.items() if k not in TIMES} for row in rows]
    assert json.dumps(killed) == json.dumps(whole)
