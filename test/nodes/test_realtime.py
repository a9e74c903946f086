import os
import subprocess
import sys

from legion_ros.nodes.realtime import raise_priority, threads


def test_without_the_right_to_it_says_what_it_takes(monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    assert "CAP_SYS_NICE" in raise_priority(10, [0])


def test_a_thread_that_has_ended_is_passed_over(monkeypatch):
    def ended(*_):
        raise ProcessLookupError

    monkeypatch.setattr(os, "sched_setscheduler", ended)
    assert raise_priority(10, [0]) == ""


def test_the_threads_of_a_process_are_those_the_kernel_knows():
    code = (
        "import threading, time; from legion_ros.nodes.realtime import threads; before = threads();"
        "threading.Thread(target=time.sleep, args=(5,), daemon=True).start();"
        "print(len(threads() - before))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "1\n"
    assert os.getpid() in threads()
