"""A demonstration as it happens, in the terminal: a live table, or lines where the output is no terminal."""

from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from legion_ros.cli.demo_story import Step, Story

__all__ = ["DemoView"]

MARKS = {"done": ("✔", "green"), "not done": ("✘", "red"), "running": ("▶", "cyan"), "coming": ("·", "dim")}


class DemoView:
    """Shows phases and steps. Use as a context manager.

    Args:
        console: to write to.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, refresh_per_second=8) if console.is_terminal else None
        self._spinner = Spinner("dots")
        self._printed: dict[int, str] = {}  # attempt -> the outcome that was printed of it
        self._coming: tuple[str, ...] = ()

    def __enter__(self) -> "DemoView":
        if self._live:
            self._live.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        if self._live:
            self._live.update(self._live.renderable, refresh=True)
            self._live.__exit__(*error)

    def say(self, text: str) -> None:
        """A line that stays."""
        self._console.print(text, highlight=False, soft_wrap=True)

    def wait(self, text: str) -> None:
        """What is being waited for: replaced by the next, in a terminal; a line elsewhere."""
        if self._live:
            self._spinner.update(text=text)
            self._live.update(self._spinner)
        else:
            self.say(text)

    def show(self, story: Story, now: float) -> None:
        """The story so far; `now` is the simulated time in s since it began."""
        if self._live:
            running = story.running is not None
            foot = Text(f"{now:6.1f} s simulated", "dim")
            rows = [_table(story.steps, now)]
            self._live.update(Group(*rows, self._spinner if running else foot))
            self._spinner.update(text=foot)
        else:
            self._print_changes(story)

    def _print_changes(self, story: Story) -> None:
        if story.coming and not story.past and story.coming != self._coming:
            self._coming = story.coming
            self.say(f"plan: {', '.join(story.coming)}")
        for number, step in enumerate(story.past):
            if self._printed.get(number) == step.outcome:
                continue
            self._printed[number] = step.outcome
            took = "" if step.outcome == "running" else f" after {step.end - step.start:.1f} s"
            self.say(f"  {number + 1}. {step.skill}: {step.outcome}{took}")


def _table(steps: list[Step], now: float) -> Table:
    table = Table.grid(padding=(0, 2))
    for step in steps:
        mark, style = MARKS[step.outcome]
        end = now if step.outcome == "running" else step.end
        took = "" if step.outcome == "coming" else f"{end - step.start:5.1f} s"
        table.add_row(Text(f"  {mark}", style), Text(step.skill, style), Text(took, "dim"))
    return table
