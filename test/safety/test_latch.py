import json
import os
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legion_ros.safety.latch import Latch, LatchError, LatchFile, latch_path

STOPPED = Latch(reason="task alarm: nothing in the fingers", alarm=True, speed_scale=0.3, run="a")


@pytest.fixture
def file(tmp_path):
    return LatchFile(tmp_path / "private" / "safety_node-7.json")


def test_without_a_file_nothing_is_latched_and_the_folder_is_made_private(file):
    assert file.read() is None
    assert file.path.parent.stat().st_mode & 0o777 == 0o700


def test_what_is_written_is_read_and_replaces_what_was(file):
    file.write(STOPPED)
    assert file.read() == STOPPED
    file.write(Latch(run="a"))
    assert file.read() == Latch(run="a")
    assert [path.name for path in file.path.parent.iterdir()] == [file.path.name]
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_one_that_was_killed_while_it_wrote_is_in_nobodys_way(file):
    file.write(STOPPED)
    file.path.with_name(f".{file.path.name}.new").write_text('{"reason": "')
    assert file.read() == STOPPED
    file.write(Latch())
    assert file.read() == Latch()


GOOD = asdict(STOPPED)


@pytest.mark.parametrize(
    "text",
    [
        "",
        json.dumps(GOOD)[:-10],
        "null",
        "[]",
        "[" * 60000,
        "\ud800".encode("utf-8", "surrogatepass"),
        json.dumps({**GOOD, "more": 1}),
        json.dumps({"reason": ""}),
        json.dumps({**GOOD, "alarm": 1}),
        json.dumps({**GOOD, "reason": None}),
        json.dumps({**GOOD, "speed_scale": float("nan")}),
        json.dumps({**GOOD, "speed_scale": 2.0}),
        json.dumps({**GOOD, "speed_scale": 0.0}),
        json.dumps({**GOOD, "speed_scale": "1"}),
        json.dumps({**GOOD, "reason": "x" * (1 << 16)}),
    ],
)
def test_contents_that_safety_node_did_not_write_are_an_error(file, text):
    file.write(STOPPED)
    file.path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(LatchError, match="does not hold what safety_node writes"):
        file.read()


def test_text_that_no_message_can_hold_is_made_to_fit(file):
    file.write(Latch(reason="\ud800" + "y" * 9000))
    assert file.read().reason == "?" + "y" * 1999


@pytest.mark.parametrize("place", ["link", "pipe", "folder"])
def test_what_is_no_file_is_an_error_and_nothing_is_waited_for(file, place):
    file.write(STOPPED)
    elsewhere = file.path.parent.parent / "elsewhere"
    elsewhere.write_text(json.dumps(GOOD))
    file.path.unlink()
    {"link": lambda: file.path.symlink_to(elsewhere), "pipe": lambda: os.mkfifo(file.path)}.get(
        place, file.path.mkdir
    )()
    with pytest.raises(LatchError, match=str(file.path)):
        file.read()
    if place != "folder":
        file.write(STOPPED)  # takes its place
        assert file.read() == STOPPED
        assert json.loads(elsewhere.read_text()) == GOOD


@pytest.mark.parametrize("mode", [0o777, 0o770])
def test_a_folder_that_others_can_write_to_is_an_error(file, mode):
    file.write(STOPPED)
    file.path.parent.chmod(mode)
    with pytest.raises(LatchError, match="this user alone can write to"):
        file.read()
    with pytest.raises(LatchError, match="this user alone can write to"):
        file.write(STOPPED)


def test_a_folder_that_is_a_link_is_an_error(file):
    (file.path.parent.parent / "real").mkdir()
    file.path.parent.symlink_to(file.path.parent.parent / "real")
    with pytest.raises(LatchError, match="this user alone can write to"):
        file.read()


def test_where_it_can_not_be_written_what_was_there_reads_as_a_stop(file, monkeypatch):
    file.write(Latch())

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(LatchError, match="can't be written: No space left on device"):
        file.write(STOPPED)
    with pytest.raises(LatchError, match="does not hold"):
        file.read()


def test_without_a_folder_to_make_it_in_it_is_an_error(tmp_path):
    with pytest.raises(LatchError, match="can't be written: No such file"):
        LatchFile(tmp_path / "none" / "none" / "x.json").write(Latch())


def test_each_user_domain_and_node_has_its_own_place(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert latch_path(7, "/cell/safety_node") == tmp_path / "legion_ros" / "cell.safety_node-7.json"
    for none in ("", str(tmp_path / "none")):
        monkeypatch.setenv("XDG_RUNTIME_DIR", none)
        path = latch_path(8, "/safety_node")
        assert path.name == "safety_node-8.json" and path.parent.name == f"legion_ros-{os.getuid()}"


@given(st.text(), st.booleans(), st.floats(0.0, 1.0, exclude_min=True), st.text())
def test_whatever_is_latched_survives(tmp_path_factory, reason, alarm, scale, run):
    file = LatchFile(tmp_path_factory.getbasetemp() / "latches" / "x.json")
    latch = Latch(reason=reason, alarm=alarm, speed_scale=scale, run=run)
    file.write(latch)
    assert file.read() == latch


@given(st.binary(max_size=200))
def test_whatever_stands_there_is_a_latch_or_an_error(tmp_path_factory, junk):
    file = LatchFile(tmp_path_factory.getbasetemp() / "latches" / "y.json")
    file.write(Latch())
    file.path.write_bytes(junk)
    with pytest.raises(LatchError):
        file.read()
