"""A lesson: `legion teach` in a process of its own, looked after without waiting for it."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile

from legion_ros.core.parent import die_with

__all__ = ["Lesson"]

_NICE = 10  # control goes first


class Lesson:
    """Begins at once. `poll` says when it is over; `stop` ends it with all that it started.

    Args:
        words: of `legion teach`.
        out: where its knowledge goes.
    """

    def __init__(self, words: Sequence[str], out: Path) -> None:
        self.out = out
        self._output = TemporaryFile("w+", errors="replace")  # noqa: SIM115  (closed by `poll` or `stop`)
        self._process = subprocess.Popen(
            ["nice", "-n", str(_NICE), sys.executable, "-P", "-m", "legion_ros.cli.main", "teach", *words],
            stdout=self._output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=partial(die_with, os.getpid()),
        )

    @property
    def said(self) -> str:
        """The last line that it wrote."""
        self._output.seek(0)
        return next(reversed(self._output.read().splitlines()), "it has begun")

    def poll(self) -> int | None:
        """Its exit code, None while it goes on."""
        return self._process.poll()

    def stop(self) -> None:
        """End it, whatever it does."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(3.0)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._output.close()
