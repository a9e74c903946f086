"""Who measures must not wait for its turn longer than what it measures."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

from legion_ros.nodes.realtime import SAFETY, raise_priority, threads

__all__ = ["measuring_priority"]

_PRIORITY = SAFETY + 1  # of SCHED_RR


@contextmanager
def measuring_priority() -> Iterator[str]:
    """This process at SCHED_RR until the end of the block; yields why not, "" where that was permitted."""
    # what lives now need not be looked at again by the collector, in pauses of tens of milliseconds
    gc.collect()
    gc.freeze()
    refused = raise_priority(_PRIORITY, threads())
    try:
        yield refused
    finally:
        gc.unfreeze()
        for thread in () if refused else threads():
            os.sched_setscheduler(thread, os.SCHED_OTHER | os.SCHED_RESET_ON_FORK, os.sched_param(0))
