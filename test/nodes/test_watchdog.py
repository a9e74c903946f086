import signal
import subprocess
import sys

from legion_ros.nodes import watchdog
from legion_ros.nodes.realtime import threads

HANGS = """
from legion_ros.nodes import watchdog

def hang_here():
    sum(range(10**12))  # in C, with Python's lock held

watchdog.ready()
watchdog.end_after(0.5)
hang_here()
"""


def test_a_process_that_hangs_in_c_says_where_and_ends_by_the_alarm():
    ended = subprocess.run([sys.executable, "-c", HANGS], capture_output=True, text=True, timeout=60)
    assert ended.returncode == -signal.SIGALRM and "in hang_here" in ended.stderr


def test_putting_it_off_starts_no_thread_that_it_would_have_to_wait_for():
    before = threads()
    for _ in range(3):
        watchdog.end_after(3600.0)
        assert threads() <= before
    watchdog.end_after(0.0)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
