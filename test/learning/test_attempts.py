import sqlite3

import pytest

from legion_ros.core import GroundedSkill
from legion_ros.core.attempt import Attempt
from legion_ros.core.facts import Fact
from legion_ros.learning.attempts import AttemptError, Attempts
from legion_ros.learning.demonstrations import Demonstrations


def attempt(success=True):
    before = frozenset({Fact("on", ("mug", "table")), Fact("open", ("drawer",))})
    after = frozenset({Fact("in", ("mug", "drawer"))})
    return Attempt(GroundedSkill("put", "mug", "drawer"), success, before, after, frozenset())


def test_attempts_are_read_as_they_were_kept(tmp_path):
    with Attempts(tmp_path / "new" / "attempts.sqlite") as store:
        store.add([attempt(), attempt(success=False)])
        store.add([Attempt(GroundedSkill("reach", "mug"), True, frozenset(), frozenset(), frozenset())])
    with Attempts(tmp_path / "new" / "attempts.sqlite") as store:
        assert store.counts() == {"put": (1, 2), "reach": (1, 1)}
        assert store.of("put") == [attempt(), attempt(success=False)]
        assert store.of("press") == []


def test_all_attempts_of_a_batch_are_kept_or_none(tmp_path):
    def batch():
        yield attempt()
        raise KeyboardInterrupt

    with Attempts(tmp_path / "attempts.sqlite") as store:
        with pytest.raises(KeyboardInterrupt):
            store.add(batch())
        assert store.counts() == {}


def test_the_file_is_written_so_that_a_crash_loses_nothing(tmp_path):
    store = Attempts(tmp_path / "attempts.sqlite")
    assert store._database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._database.execute("PRAGMA synchronous").fetchone() == (2,)
    store.close()
    store.close()


def test_another_file_is_refused_and_stays_as_it_is(tmp_path):
    (tmp_path / "notes.txt").write_text("no database, but long enough to be mistaken for one" * 20)
    with pytest.raises(AttemptError, match="notes.txt is no file of attempts"):
        Attempts(tmp_path / "notes.txt")
    Demonstrations(tmp_path / "demonstrations.sqlite").close()
    with pytest.raises(AttemptError, match="has something else in it"):
        Attempts(tmp_path / "demonstrations.sqlite")


def test_a_file_of_another_format_is_refused(tmp_path):
    Attempts(tmp_path / "attempts.sqlite").close()
    database = sqlite3.connect(tmp_path / "attempts.sqlite")
    database.execute("PRAGMA user_version=7")
    database.close()
    with pytest.raises(AttemptError, match="has format 7; this program reads attempts of format 1"):
        Attempts(tmp_path / "attempts.sqlite")


@pytest.mark.parametrize("text", ["on(mug)", "moon(mug)", "drop table attempt", b"\xff", 3])
def test_a_row_that_holds_no_facts_is_refused(tmp_path, text):
    with Attempts(tmp_path / "attempts.sqlite") as store:
        store.add([attempt()])
        store._database.execute("UPDATE attempt SET before = ?", (text,))
        with pytest.raises(AttemptError, match="holds what is no attempt at put"):
            store.of("put")
