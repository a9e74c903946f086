"""The thread that writes: its bounds, its bags, what it does when the disk fails, and kill -9."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hand_made_bags import safety, said, status

from legion_ros.recording import Recorder, Recording, RecordingError
from legion_ros.recording.recorder import RecorderConfig

KIB = 1 << 10


def small(**given):
    sizes = {"message_size": 4 * KIB, "bag_size": 8 * KIB, "longest_bag": 32 * KIB, "folder_size": 1 << 20}
    return RecorderConfig(**{"commit_period": 0.01, "patience": 0.05, **sizes, **given})


def wait(condition, what):
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, f"no {what}"
        time.sleep(0.005)


def stored(recorder, topic, message):
    """Have it written before anything else comes."""
    before = recorder.written
    recorder.store(topic, message)
    wait(lambda: recorder.written > before, "message on disk")


def bags(folder):
    return sorted(path for path in folder.iterdir() if list(path.glob("*.db3")))


def read(bag):
    with Recording(bag) as recording:
        return [(e.topic, e.data) for e in recording.entries()], recording.cut_off


def test_all_that_is_stored_before_the_end_is_in_a_complete_bag(tmp_path):
    recorder = Recorder(tmp_path / "new" / "runs")
    for i in range(100):
        recorder.store("/legion/goal", said(f"{i}"))
    recorder.close()
    (bag,) = bags(tmp_path / "new" / "runs")
    assert read(bag) == ([("/legion/goal", said(f"{i}")) for i in range(100)], "")
    assert (recorder.written, recorder.dropped) == (100, 0)


def test_without_a_goal_a_full_bag_is_followed_by_another(tmp_path):
    recorder = Recorder(tmp_path, small())
    for _ in range(4):
        stored(recorder, "/legion/goal", said(3000 * "x"))
    recorder.close()
    assert [len(read(bag)[0]) for bag in bags(tmp_path)] == [3, 1]  # 9 KiB and then 3


def test_a_goal_is_not_torn_apart_unless_it_fills_the_longest_bag(tmp_path):
    recorder = Recorder(tmp_path, small())
    stored(recorder, "/legion/goal_status", status("ACCEPTED"))
    for _ in range(6):
        stored(recorder, "/legion/goal", said(3000 * "x"))
    assert len(bags(tmp_path)) == 1  # 18 KiB
    stored(recorder, "/legion/goal_status", status("SUCCEEDED"))
    stored(recorder, "/legion/goal_status", status("RUNNING", goal="b"))
    for _ in range(11):
        stored(recorder, "/legion/goal", said(3000 * "x"))
    recorder.close()
    assert [len(read(bag)[0]) for bag in bags(tmp_path)] == [8, 12]
    recorder = Recorder(tmp_path / "endless", small())
    stored(recorder, "/legion/goal_status", status("HELP"))
    for _ in range(12):
        stored(recorder, "/legion/goal", said(3000 * "x"))
    recorder.close()
    assert len(bags(tmp_path / "endless")) == 2


def test_a_new_bag_begins_with_the_safety_state_that_still_holds(tmp_path):
    recorder = Recorder(tmp_path, small())
    stored(recorder, "/legion/safety_state", safety("STOPPED", "a fault"))
    for _ in range(4):
        stored(recorder, "/legion/goal", said(3000 * "x"))
    recorder.close()
    assert read(bags(tmp_path)[-1])[0][0] == ("/legion/safety_state", safety("STOPPED", "a fault"))


def test_the_oldest_bags_make_room_and_nothing_else_in_the_folder_does(tmp_path):
    mine = tmp_path / "my thesis"
    mine.mkdir()
    (mine / "chapter 1").write_bytes(bytes(2 << 20))
    recorder = Recorder(tmp_path, small(folder_size=400 * KIB))
    for number in range(40):
        stored(recorder, "/legion/goal", said(f"{number}" + 3000 * "x"))
    recorder.close()
    left = bags(tmp_path)
    # about: room is made for `longest_bag`, and the tables of a bag this small are larger than that
    assert sum(file.stat().st_size for bag in left for file in bag.iterdir()) < (400 + 64) * KIB
    assert len(left) > 1
    numbers = [data for bag in left for _, data in read(bag)[0]]
    assert numbers == [said(f"{number}" + 3000 * "x") for number in range(40 - len(numbers), 40)]
    assert (mine / "chapter 1").exists()


def test_what_is_too_long_or_too_much_at_once_is_dropped_and_counted(tmp_path):
    recorder = Recorder(tmp_path, small(commit_period=0.3, waiting_size=8 * KIB))
    recorder.store("/legion/goal", bytes(5 * KIB))
    assert recorder.dropped == 1
    for _ in range(10):
        recorder.store("/legion/goal", said(2000 * "x"))
    recorder.close()
    assert (recorder.written, recorder.dropped) == (4, 7)


def test_a_recorder_whose_disk_fails_says_so_and_goes_on_when_it_is_back(tmp_path):
    folder = tmp_path / "runs"
    recorder = Recorder(folder, small())
    folder.rmdir()
    folder.write_text("in the way")
    recorder.store("/legion/goal", said("lost"))
    wait(lambda: recorder.fault, "fault")
    assert str(folder) in recorder.fault and recorder.dropped == 1
    folder.unlink()
    folder.mkdir()
    wait(lambda: not (recorder.store("/legion/goal", said("kept")) or recorder.fault), "recovery")
    recorder.close()
    assert ("/legion/goal", said("kept")) in read(bags(folder)[0])[0]


def test_a_folder_that_cannot_be_is_a_typed_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match="can't record into .*file"):
        Recorder(tmp_path / "file" / "runs")


def test_bounds_that_contradict_each_other_are_a_typed_error():
    with pytest.raises(RecordingError, match="a message must fit into the queue"):
        RecorderConfig(message_size=2, waiting_size=1)
    with pytest.raises(RecordingError, match="a bag into the longest bag and that into the folder"):
        RecorderConfig(bag_size=64 << 20, folder_size=1 << 20)


def test_kill_9_takes_no_more_than_the_last_commit_period(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from legion_ros.recording import Recorder\n"
        "from legion_ros.recording.recorder import RecorderConfig\n"
        f"recorder = Recorder(Path({str(tmp_path)!r}), RecorderConfig(commit_period=0.1))\n"
        "for number in range(10**9):\n"
        "    recorder.store('/legion/goal', number.to_bytes(8, 'big') + bytes(1000))\n"
        "    print(number, flush=True); time.sleep(0.001)"
    )
    with subprocess.Popen([sys.executable, "-P", "-c", code], stdout=subprocess.PIPE) as process:
        said_before = [process.stdout.readline() for _ in range(600)]
        os.kill(process.pid, signal.SIGKILL)
        last = int((process.stdout.read().split() or said_before)[-1])
    (bag,) = bags(Path(tmp_path))
    with Recording(bag) as recording:
        numbers = [int.from_bytes(e.data[:8], "big") for e in recording.entries()]
    assert numbers == list(range(len(numbers)))
    # some 100 messages a commit period; four of them for a loaded machine
    assert last - 400 < len(numbers) <= last + 2
