"""Transitions in memory and on disk: whole blocks, uniform draws, one in a hundred kept, strict opening."""

import sqlite3
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from legion_ros.learning.replay import Replay, ReplayError
from legion_ros.learning.transitions import Memory, TransitionError, Transitions


def block(start, count, sentences=("push it",), observation=3, action=2):
    """Rows that can be told apart: the observation of the n-th is n, n + 1, ..."""
    numbers = np.arange(start, start + count, dtype=np.float32)
    seen = numbers[:, None] + np.arange(observation, dtype=np.float32)
    return Transitions(
        observation=seen,
        action=np.zeros((count, action), np.float32) + 0.5,
        reward=numbers,
        following=seen + 1,
        terminated=numbers % 2 == 0,
        truncated=numbers % 3 == 0,
        instruction=np.arange(count, dtype=np.int32) % len(sentences),
        sentences=sentences,
    )


@pytest.fixture
def file(tmp_path):
    return tmp_path / "replay.sqlite"


def same(one, other):
    rows, others = one.columns(), other.columns()
    return one.sentences == other.sentences and all(
        rows[n].dtype == others[n].dtype and np.array_equal(rows[n], others[n]) for n in rows
    )


def test_what_was_appended_is_there_after_opening_again(file):
    with Replay(file, 3, 2) as replay:
        replay.append("push", block(0, 10))
        replay.append("close", block(10, 5, ("close it", "push it")))
        before = replay.all()
    with Replay(file, 3, 2) as replay:
        assert same(replay.all(), before)
        assert replay.tasks() == {"push": (10, 10), "close": (5, 5)}
        assert replay.of("close").reward.tolist() == [10, 11, 12, 13, 14]
        told = [replay.sentences[code] for code in replay.of("close").instruction]
        assert told == ["close it", "push it", "close it", "push it", "close it"]


def test_instructions_given_row_by_row_are_coded():
    columns = block(0, 3).columns()
    del columns["instruction"]
    told = Transitions.told(("b", "a", "b"), **columns)
    assert [told.sentences[code] for code in told.instruction] == ["b", "a", "b"]


def test_draws_are_uniform_over_all_tasks(file):
    with Replay(file, 3, 2) as replay:
        replay.append("a", block(0, 30))
        replay.append("b", block(30, 10))
        drawn = replay.sample(40_000, np.random.default_rng(0))
    counts = np.bincount(drawn.reward.astype(int), minlength=40)
    assert abs(counts - 1000).max() < 5 * 1000**0.5  # five standard deviations
    assert np.array_equal(drawn.observation[:, 0], drawn.reward)  # rows stay together
    assert np.array_equal(drawn.following, drawn.observation + 1)


def test_one_in_a_hundred_of_a_finished_task_stays_and_the_others_are_untouched(file):
    with Replay(file, 3, 2) as replay:
        replay.append("other", block(5000, 50))
        for start in range(0, 1999, 100):
            replay.append("push", block(start, min(100, 1999 - start)))
        assert replay.finish("push", np.random.default_rng(1)) == 19  # floor of 19.99
        left = replay.of("push").reward
        assert len(set(left.tolist())) == 19
        assert replay.tasks() == {"other": (50, 50), "push": (1999, 19)}
    with Replay(file, 3, 2) as replay:
        assert np.array_equal(np.sort(replay.of("push").reward), np.sort(left))
        assert replay.of("other").reward.tolist() == list(range(5000, 5050))
        assert len(replay) == 69


def test_the_kept_rows_are_a_uniform_sample_of_the_task():
    counts = np.zeros(400)
    for seed in range(100):
        with Replay(":memory:", 3, 2) as replay:
            replay.append("push", block(0, 300))
            replay.append("push", block(300, 100))
            replay.finish("push", np.random.default_rng(seed))
            counts[replay.of("push").reward.astype(int)] += 1
    assert counts.sum() == 400
    assert 70 <= counts[300:].sum() <= 130  # a quarter of them: 100 +- 3.5 standard deviations


def test_a_task_that_returns_keeps_its_old_sample_and_one_in_a_hundred_of_the_new(file):
    rng = np.random.default_rng(1)
    with Replay(file, 3, 2) as replay:
        replay.append("push", block(0, 500))
        replay.finish("push", rng)
        old = set(replay.of("push").reward.tolist())
        replay.append("push", block(500, 300))
        assert replay.finish("push", rng) == 8
        rewards = replay.of("push").reward
        assert old < set(rewards.tolist())
        assert (rewards >= 500).sum() == 3
        assert replay.finish("push", rng) == 8  # again: nothing changes


def test_a_task_too_short_for_one_in_a_hundred_leaves_nothing(file):
    with Replay(file, 3, 2) as replay:
        replay.append("push", block(0, 99))
        assert replay.finish("push", np.random.default_rng(0)) == 0
        with pytest.raises(TransitionError, match="nothing to draw"):
            replay.sample(1, np.random.default_rng(0))


def test_the_space_of_finished_tasks_is_used_again(file):
    rng, pages = np.random.default_rng(0), []
    with Replay(file, 30, 4) as replay:
        for task in range(6):
            for start in range(0, 4000, 500):
                replay.append(f"task {task}", block(start, 500, observation=30, action=4))
            replay.finish(f"task {task}", rng)
            pages.append(replay._database.execute("PRAGMA page_count").fetchone()[0])
    assert pages[-1] < 1.15 * pages[0]
    assert [path.name for path in file.parent.iterdir()] == [file.name]  # the log is gone with the owner


def test_an_unknown_task_cannot_be_finished_and_the_known_ones_are_named(file):
    with Replay(file, 3, 2) as replay:
        replay.append("push", block(0, 1))
        with pytest.raises(ReplayError, match=r"no task 'pull'.*there are: push"):
            replay.finish("pull", np.random.default_rng(0))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("observation", np.full((4, 3), np.nan)),
        ("following", np.full((4, 3), np.inf)),
        ("reward", np.full(4, 1e39)),  # beyond float32
        ("action", np.zeros((4, 3))),
        ("observation", np.zeros((4, 5))),
        ("following", np.zeros((3, 3))),
        ("reward", np.zeros((4, 1))),
        ("terminated", np.zeros(4)),
        ("truncated", np.zeros(3, bool)),
        ("instruction", np.array([0, 0, 0, 1])),
        ("instruction", np.array([0, 0, 0, -1])),
        ("instruction", np.zeros(4)),
        ("observation", np.full((4, 3), "a")),
        ("sentences", (7,)),
    ],
)
def test_rows_that_are_no_transitions_are_refused_and_nothing_is_written(file, column, value):
    with Replay(file, 3, 2) as replay:
        replay.append("push", block(0, 4))
        with pytest.raises(TransitionError):
            replay.append("push", replace(block(4, 4), **{column: value}))
        assert replay.tasks() == {"push": (4, 4)}
    with Replay(file, 3, 2) as replay:
        assert replay.tasks() == {"push": (4, 4)}


def refused(file, message, sizes=(3, 2)):
    before = file.read_bytes()
    with pytest.raises(ReplayError, match=message):
        Replay(file, *sizes)
    assert file.read_bytes() == before


def filled(file):
    with Replay(file, 3, 2) as replay:
        for start in range(0, 4000, 1000):
            replay.append("push", block(start, 1000))


def test_a_file_of_other_sizes_or_version_or_kind_is_refused_and_stays_as_it_is(file, tmp_path):
    filled(file)
    refused(file, r"sizes \[\(3, 2\)\], not \(4, 2\)", (4, 2))
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA user_version=3")
    database.close()
    refused(file, "format 3; this program reads format 2")
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE a (b)")
    database.close()
    with pytest.raises(ReplayError, match="something else"):
        Replay(other, 3, 2)
    text = tmp_path / "text"
    text.write_text("no database at all, " * 100)
    refused(text, "not a database")
    with pytest.raises(ReplayError, match="unable to open"):
        Replay(tmp_path, 3, 2)
    with pytest.raises(ReplayError, match="can't make"):
        Replay(text / "replay", 3, 2)


def test_a_cut_file_is_refused(file):
    filled(file)
    file.write_bytes(file.read_bytes()[:50_000])
    refused(file, "is no replay that can be used|is damaged")


@pytest.mark.parametrize("where", [0.3, 0.5, 0.9])
def test_one_changed_byte_within_the_rows_is_noticed(file, where):
    filled(file)
    data = bytearray(file.read_bytes())
    data[int(where * len(data))] ^= 1
    file.write_bytes(data)
    refused(file, "damaged|no replay that can be used")


OTHER_PROCESS = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=0)
try:
    database.execute("BEGIN EXCLUSIVE")
    print("open", flush=True)
except sqlite3.OperationalError as error:
    print(error, flush=True)
sys.stdin.read()
"""


def other_process(file):
    """Opens the file as its own; returns the process and what it says."""
    arguments = [sys.executable, "-c", OTHER_PROCESS, str(file)]
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().strip()


def test_one_process_at_a_time_has_the_file(file):
    with Replay(file, 3, 2) as replay:
        replay.append("push", block(0, 1))
        process, said = other_process(file)
        process.communicate()
        assert said == "database is locked"
    process, said = other_process(file)
    assert said == "open"
    with pytest.raises(ReplayError, match="locked"):
        Replay(file, 3, 2)
    process.communicate()
    assert len(Replay(file, 3, 2)) == 1


def test_a_full_disk_is_a_typed_error_and_what_was_acknowledged_stays(file):
    with Replay(file, 3, 2) as replay:
        replay.append("push", block(0, 10))
        pages = replay._database.execute("PRAGMA page_count").fetchone()[0]
        replay._database.execute(f"PRAGMA max_page_count={pages}")
        with pytest.raises(ReplayError, match="can't be written.*full"):
            replay.append("push", block(10, 10_000))
        assert replay.tasks() == {"push": (10, 10)} and len(replay) == 10
    with Replay(file, 3, 2) as replay:
        assert len(replay) == 10


# -- in memory --------------------------------------------------------------------------------------------


def test_a_memory_is_saved_and_restored_with_its_sentences():
    memory = Memory(3, 2)
    memory.append(block(0, 3000, ("a", "b")))
    memory.append(block(3000, 2, ("c", "a")))
    again = Memory.from_tensors(memory.tensors(), memory.sentences)
    assert same(again.all(), memory.all())
    draws = [m.sample(9, np.random.default_rng(5)) for m in (memory, again)]
    assert same(*draws)
    with pytest.raises(TransitionError, match="a memory needs"):
        Memory.from_tensors({}, ())


def test_a_memory_forgets_what_is_not_kept():
    memory = Memory(3, 2)
    memory.append(block(0, 10))
    memory.keep(np.arange(10) % 2 == 0)
    memory.append(block(10, 1))
    assert memory.all().reward.tolist() == [0, 2, 4, 6, 8, 10]


def test_what_a_person_did_comes_back_as_such_and_stays_when_the_task_is_finished(file):
    with Replay(file, 3, 2) as replay:
        replay.append("push", block(0, 1000))
        replay.append("push", block(5000, 7), intervention=True)
        replay.append("put", block(6000, 2), intervention=True)
        assert len(replay.interventions()) == 9 and len(replay) == 1009
        replay.finish("push", np.random.default_rng(0))
    with Replay(file, 3, 2) as replay:
        assert len(replay.interventions()) == 9
        assert len(replay.of("push")) == 1007 // 100 + 7
        replay.finish("push", np.random.default_rng(0))
        assert len(replay.of("push")) == 1007 // 100 + 7


def test_a_file_of_format_1_is_brought_up_to_date(file):
    filled(file)
    with sqlite3.connect(file) as database:
        database.execute("ALTER TABLE block DROP COLUMN intervention")
        database.execute("PRAGMA user_version=1")
    database.close()
    for _ in range(2):
        with Replay(file, 3, 2) as replay:
            assert len(replay) == 4000 and not len(replay.interventions())
            replay.append("push", block(9000, 1), intervention=True)
            assert len(replay.interventions()) == 1
            replay._database.execute("DELETE FROM block WHERE intervention = 1")
