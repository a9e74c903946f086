"""A process that hangs says where, and ends: by a timer of the kernel, which nothing has to wait for.

`faulthandler.dump_traceback_later` would do the same with a thread of normal priority, and whoever puts it
off waits until that thread has ended: once a second, a control loop at real-time priority waited for its turn
among everything else that the machine had to do.
"""

import faulthandler
import signal

__all__ = ["end_after", "ready"]


def ready() -> None:
    """Have SIGALRM print where each thread is, then end the process as it does by itself.

    Works while Python does not: the handler is written in C and takes no lock.
    """
    faulthandler.register(signal.SIGALRM, all_threads=True, chain=True)


def end_after(timeout: float) -> None:
    """End this process by SIGALRM `timeout` s from now unless told otherwise before; 0: never."""
    signal.setitimer(signal.ITIMER_REAL, timeout)
