"""Who measures must not wait for its turn longer than what it measures."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from legion_ros.nodes.realtime import raise_priority, threads

__all__ = ["measuring_priority"]

_PRIORITY = 11  # of SCHED_RR; the graph's is 10


@contextmanager
def measuring_priority() -> Iterator[str]:
    """This process at SCHED_RR until the end of the block; yields why not, "" where that was permitted."""
    refused = raise_priority(_PRIORITY, threads())
    try:
        yield refused
    finally:
        for thread in () if refused else threads():
            os.sched_setscheduler(thread, os.SCHED_OTHER | os.SCHED_RESET_ON_FORK, os.sched_param(0))
