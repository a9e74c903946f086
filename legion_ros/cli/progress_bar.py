"""One progress bar for long work, on a terminal; a line now and then where there is none."""

import sys
import time

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

__all__ = ["ProgressBar"]

_QUIET = 10.0  # s between lines where the output is no terminal


class ProgressBar:
    """Called with what is being done, how far it is, and how far it goes. Use as a context manager."""

    def __init__(self) -> None:
        self.console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description:<24}"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._spoke = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show that `done` of `total` is done; work that starts anew gets its bar back at the start."""
        if what not in self._tasks:
            self._tasks[what] = self._bar.add_task(what, total=total)
        self._bar.update(self._tasks[what], completed=done, total=total)
        finished = done >= total
        if not self.console.is_terminal and (finished or time.monotonic() - self._spoke > _QUIET):
            self._spoke = time.monotonic()
            print(f"{what}: {done}/{total}", file=sys.stderr, flush=True)

    def __enter__(self) -> "ProgressBar":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
