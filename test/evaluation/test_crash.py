"""kill -9 loses nothing that was acknowledged; and a loss would be seen."""

import shutil

import numpy as np
import pytest

from legion_ros.evaluation.crash import CHECKPOINTS, REPLAY, measure_crashes, rows_per_second, write
from legion_ros.evaluation.crash_survey import (
    ACTION,
    BLOCKS,
    OBSERVATION,
    ROWS,
    Acknowledged,
    Survey,
    block,
    survey,
)
from legion_ros.learning.replay import Replay

ALL = BLOCKS * ROWS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kinds", "hits"),
    [
        ((REPLAY,), {"opening", "append", "finish"}),
        (
            (CHECKPOINTS,),
            {
                "first save after a start",
                "numbers half written",
                "manifest half written",
                "written, not yet acknowledged",
                "numbers written, manifest to come",
                "between two saves",
            },
        ),
        ((REPLAY, CHECKPOINTS), {"opening", "append", "save", "finish"}),
    ],
)
def test_ten_kills_at_random_moments_lose_nothing_acknowledged(tmp_path, kinds, hits):
    report = measure_crashes(tmp_path, 10, np.random.default_rng(0), kinds=kinds)
    assert report.clean, report
    assert report.kills == sum(report.hit.values()) == 10
    assert report.hit.keys() <= hits
    assert (report.acknowledged_rows > 10 * ROWS) == (REPLAY in kinds)
    assert (report.acknowledged_checkpoints > 5) == (CHECKPOINTS in kinds)


class EnoughError(Exception):
    """Ends the writer that would go on for ever."""


def written(folder, rows):
    """What a writer leaves that ends after so many blocks of its second task, and what it acknowledged."""
    acknowledged = Acknowledged()

    def acknowledge(kind, task, value):
        acknowledged.take(kind, task, value)
        if (kind, task, value) == (b"r", 1, rows):
            raise EnoughError

    with pytest.raises(EnoughError):
        write(folder, 0, 0, acknowledge)
    return acknowledged


def test_what_a_writer_acknowledged_is_found(tmp_path):
    acknowledged = written(tmp_path, 3 * ROWS)
    assert acknowledged.finished == {0}
    assert acknowledged.rows == {0: ALL, 1: 3 * ROWS}
    assert acknowledged.saved == BLOCKS // 2 + 1
    assert survey(tmp_path, acknowledged) == Survey()


def test_a_lost_row_a_damaged_row_and_a_lost_sample_would_be_counted(tmp_path):
    acknowledged = written(tmp_path, 3 * ROWS)
    acknowledged.rows[1] += 1  # one more than there is
    assert survey(tmp_path, acknowledged).lost_rows == 1
    acknowledged.rows[1] -= 1
    with Replay(tmp_path / "replay.sqlite", OBSERVATION, ACTION) as replay:
        changed = block(2, 0)
        changed.reward[5] += 1
        replay.append("2", changed)
    acknowledged.rows[2] = ROWS
    assert survey(tmp_path, acknowledged).lost_rows == 1
    acknowledged.rows[3] = ALL
    acknowledged.finished.add(3)  # of which nothing is there
    assert survey(tmp_path, acknowledged).lost_rows == 1 + ALL // 100


def test_an_older_and_a_damaged_checkpoint_and_replay_would_be_counted(tmp_path):
    acknowledged = written(tmp_path, ROWS)
    acknowledged.saved += 1
    assert survey(tmp_path, acknowledged).lost_checkpoint
    numbers = next((tmp_path / "run").glob("*.safetensors"))
    numbers.write_bytes(numbers.read_bytes()[:-1])
    assert "cut off" in survey(tmp_path, acknowledged).unloadable_checkpoint
    shutil.rmtree(tmp_path / "run")
    assert "no checkpoint" in survey(tmp_path, acknowledged).unloadable_checkpoint
    (tmp_path / "replay.sqlite").write_bytes(b"no database " * 1000)
    found = survey(tmp_path, acknowledged)
    assert "not a database" in found.unopenable_replay
    assert found.lost_rows == ALL + ROWS


def test_the_speed_counts_acknowledged_rows(tmp_path):
    figures = rows_per_second(tmp_path, 0.2)
    with Replay(tmp_path / "speed.sqlite", OBSERVATION, ACTION) as replay:
        assert len(replay) == pytest.approx(figures["rows_per_s"] * 0.2, rel=0.5)
