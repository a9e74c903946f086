"""Processes kept alive together: started, listened to, started again when one dies, stopped without orphans.

One thread does it all: whoever owns the `Supervisor` calls `poll` again and again.
"""

import codecs
import os
import selectors
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from legion_ros.core.parent import die_with
from legion_ros.nodes.graph import Process

__all__ = ["RUN", "Exit", "Line", "Supervisor"]

RUN = "LEGION_RUN"  # environment variable: another one for each start of a whole graph, the same for respawns

# What is asked of a process that is to end, and how long it is given, s.
STOP_SIGNALS = ((signal.SIGINT, 5.0), (signal.SIGTERM, 3.0), (signal.SIGKILL, 2.0))


WELL = (
    60.0  # s that a process lives, after which it counts as well again: what it died of before is forgotten
)


@dataclass(frozen=True)
class Line:
    """A line that a process wrote."""

    process: str
    text: str


@dataclass(frozen=True)
class Exit:
    """The end of a process."""

    process: str
    code: int  # as subprocess has it: -9 for a process killed with SIGKILL
    again: bool  # whether it will be started again

    @property
    def text(self) -> str:
        """How it ended, in words."""
        how = signal.Signals(-self.code).name if self.code < 0 else f"exit code {self.code}"
        how += ": it hung, its last lines say where" if self.code == -signal.SIGALRM else ""
        return f"ended ({how})" + ("; starting it again" if self.again else "")


@dataclass
class _Child:
    process: Process
    popen: Any = None  # its subprocess.Popen while it runs
    decoder: Any = None  # codecs.IncrementalDecoder of what it writes
    listening: bool = False  # what it writes has not ended yet
    rest: str = ""  # of a line not yet ended
    respawns: int = 0  # since it was last well
    started: float = 0.0  # s, monotonic
    start_at: float | None = (
        0.0  # s, monotonic: when it is to be started; None while it runs or has ended for good
    )


class Supervisor:
    """Runs `processes`, each in a process group of its own, until the end of its `with` block.

    Should this process die, even by SIGKILL, the kernel sends each of them SIGTERM.

    Args:
        processes: what to run.
        environment: variables added to this process's own.
        command: how to start one.
    """

    def __init__(
        self,
        processes: Sequence[Process],
        environment: Mapping[str, str],
        command: Callable[[Process], list[str]] = Process.command,
    ) -> None:
        self._children = [_Child(process) for process in processes]
        self._environment = {**os.environ, RUN: uuid.uuid4().hex, **environment}
        self._command = command
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(self, *error: object) -> None:
        for _ in self.stop():
            pass

    @property
    def lost(self) -> list[str]:
        """Names of the processes that have ended and will not be started again."""
        return [c.process.name for c in self._children if c.popen is None and c.start_at is None]

    @property
    def pids(self) -> dict[str, int]:
        """{name: process id} of those that run."""
        return {c.process.name: c.popen.pid for c in self._children if c.popen is not None}

    def poll(self, timeout: float) -> Iterator[Line | Exit]:
        """What happened since the last call; waits `timeout` s at most for something to happen."""
        self._start_due()
        for key, _ in self._selector.select(timeout):
            yield from self._read(key.data)
        for child in self._ended():
            if time.monotonic() - child.started > WELL:
                child.respawns = 0
            yield from self._reap(child, again=child.respawns < child.process.respawns)

    def stop(self) -> Iterator[Line | Exit]:
        """Ask all to end, more firmly after a while; iterate to the end, then none is left."""
        for child in self._children:
            child.start_at = None
        for number, patience in STOP_SIGNALS:
            for child in self._children:
                if child.popen is not None:
                    _signal_group(child.popen, number)
            deadline = time.monotonic() + patience
            while self.pids and time.monotonic() < deadline:
                for key, _ in self._selector.select(0.05):
                    yield from self._read(key.data)
                for child in self._ended():
                    yield from self._reap(child, again=False)

    def _ended(self) -> list[_Child]:
        return [c for c in self._children if c.popen is not None and c.popen.poll() is not None]

    def _start_due(self) -> None:
        for child in self._children:
            if child.start_at is None or time.monotonic() < child.start_at:
                continue
            child.popen = subprocess.Popen(
                self._command(child.process),
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                process_group=0,
                preexec_fn=_die_with(os.getpid()),
            )
            os.set_blocking(child.popen.stdout.fileno(), False)
            self._selector.register(child.popen.stdout, selectors.EVENT_READ, child)
            child.decoder = codecs.getincrementaldecoder("utf-8")("replace")
            child.listening, child.start_at, child.started = True, None, time.monotonic()

    def _read(self, child: _Child) -> Iterator[Line]:
        """The lines of what can be read without waiting."""
        try:
            chunk = os.read(child.popen.stdout.fileno(), 1 << 16)
        except BlockingIOError:
            return
        if not chunk:  # closed; the process itself may live on
            self._selector.unregister(child.popen.stdout)
            child.listening = False
        *lines, child.rest = (child.rest + child.decoder.decode(chunk)).split("\n")
        for line in lines:
            yield Line(child.process.name, line.rstrip("\r"))

    def _reap(self, child: _Child, again: bool) -> Iterator[Line | Exit]:
        """Take leave of a process that has ended: its last words, its own children, its exit code."""
        _signal_group(child.popen, signal.SIGKILL)  # whatever it had started itself
        while child.listening and self._selector_sees(child):
            yield from self._read(child)
        if child.rest:
            yield Line(child.process.name, child.rest)
        if child.listening:
            self._selector.unregister(child.popen.stdout)
        child.popen.stdout.close()
        code, child.popen, child.rest, child.listening = child.popen.returncode, None, "", False
        if again:
            child.respawns += 1
            child.start_at = time.monotonic() + child.process.respawn_delay
        yield Exit(child.process.name, code, again)

    def _selector_sees(self, child: _Child) -> bool:
        return any(key.data is child for key, _ in self._selector.select(0))


def _signal_group(popen: subprocess.Popen, number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(popen.pid, number)


def _die_with(parent: int) -> Callable[[], None]:
    def ask_kernel() -> None:  # in the child, before it becomes the node
        # a shell ignores SIGINT for what it starts in the background, and that is inherited
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        die_with(parent)

    return ask_kernel
