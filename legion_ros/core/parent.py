"""A process that ends when the one that started it does, however that ends: kill -9 leaves no orphan."""

import ctypes
import os
import signal

__all__ = ["die_with"]

_PR_SET_PDEATHSIG = 1  # prctl(2)
_libc = ctypes.CDLL(None)  # loaded before any fork


def die_with(parent: int) -> None:
    """Have the kernel send SIGTERM to this process when its parent ends; `parent` is the parent's id.

    To be called in the child, as early as can be. Where the parent is gone already, this process ends.
    """
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)
