"""The tables of the report: ours beside what was published, with the conditions of both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from legion_ros.evaluation.figures import number
from legion_ros.evaluation.intervals import Interval, mean_interval
from legion_ros.evaluation.published import PUBLISHED, PublishedResult
from legion_ros.evaluation.streams import ORDERS

__all__ = ["Group", "comparison", "groups", "mixtures", "table"]

Row = Mapping[str, Any]
_SAME = ("stream", "method", "order", "demonstrations", "practice", "cloning", "tasks", "loops", "episodes")


@dataclass(frozen=True)
class Group:
    """Runs that differ by their seed alone."""

    rows: tuple[Row, ...]

    @property
    def method(self) -> str:
        """Of all of them."""
        return self.rows[0]["method"]

    @property
    def order(self) -> str:
        """Of all of them."""
        return self.rows[0]["order"]

    @property
    def title(self) -> str:
        """Method and what it was given."""
        return f"{self.method}, {shown(self.rows[0])}"

    def mean(self, name: str) -> float | None:
        """Over the seeds; None where no run has it."""
        values = [row[name] for row in self.rows if row.get(name) is not None]
        return float(np.mean(values)) if values else None

    def interval(self, name: str) -> tuple[Interval | None, str]:
        """The interval of a mean, and over what it is."""
        if len(self.rows) == 1:
            return self.rows[0].get(f"{name}_interval"), "episodes"
        values = [row[name] for row in self.rows if row.get(name) is not None]
        return mean_interval(values), "seeds"


def groups(rows: Sequence[Row]) -> list[Group]:
    """Runs by what they share, the best average success first within each order."""
    found: dict[tuple, list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in _SAME), []).append(row)
    made = [Group(tuple(sorted(rows, key=lambda row: row["seed"]))) for rows in found.values()]
    return sorted(made, key=lambda g: (ORDERS.index(g.order), -(g.mean("average_success") or 0.0)))


def shown(row: Row) -> str:
    """What it was taught by, in words."""
    given = f"{row['demonstrations']} shown" if row["demonstrations"] else "from scratch"
    return given if row["practice"] else f"{given}, no practice"


def comparison(stream: str, found: Sequence[Group]) -> str:
    """The main table: our runs, then the published figures for the same stream."""
    head = (
        *("method", "order", "average success", "forgetting", "forward transfer", "memory", "training"),
        *("demonstrations", "task told by", "goals", "runs"),
    )
    entries = [(group.order, group.mean("average_success") or 0.0, _ours(group)) for group in found]
    published = [result for result in PUBLISHED if result.stream == stream]
    entries += [(result.order, result.average_success, _theirs(result)) for result in published]
    entries.sort(key=lambda entry: (ORDERS.index(entry[0]), -entry[1]))
    return table(head, [entry[2] for entry in entries], numbers={2, 3, 4, 5, 6})


def _ours(group: Group) -> tuple[str, list[str]]:
    first, seeds = group.rows[0], len(group.rows)
    practice = (
        f"{first['practice']:,} periods practised".replace(",", " ") if first["practice"] else "no practice"
    )
    cells = [
        f"<b>{escape(group.method)}</b>",
        escape(group.order),
        _bar(group.mean("average_success")) + _with_interval(group, "average_success"),
        _with_interval(group, "forgetting"),
        number(group.mean("forward_transfer")) + _small(first.get("forward_transfer_by") or ""),
        _percent(group.mean("memory_fraction")),
        _minutes(group.mean("train_wall_s")) + _small(f"{_minutes(group.mean('train_cpu_s'))} CPU"),
        (f"{first['demonstrations']} a task" if first["demonstrations"] else "none") + _small(practice),
        "an id" if first["task_ids"] else "a sentence",
        "random",
        f"{seeds} seed{'s' * (seeds != 1)}" + _small(f"{first['episodes_per_task']} episodes a task"),
    ]
    return "ours" if group.method == "experts" else "", cells


def _theirs(result: PublishedResult) -> tuple[str, list[str]]:
    cells = [
        f"{escape(result.method)}{_small('published')}",
        escape(result.order),
        _bar(result.average_success) + number(result.average_success, 3) + _small(result.spread),
        number(result.forgetting, 3),
        "–",
        "–",
        escape(result.time) + _small(result.budget),
        escape(result.shown),
        escape(result.task_id),
        escape(result.goals),
        escape(result.source) + _small(result.remark),
    ]
    return "published", cells


def mixtures(found: Sequence[Group]) -> str:
    """How well tasks were told apart."""
    head = (
        *("method", "order", "components", "tasks", "adjusted Rand", "novelty AUROC", "calibration error"),
        *("delay of detection", "false births", "missed births", "paraphrases", "on return"),
    )
    rows = []
    for group in found:
        delay, returned = group.mean("detection_delay"), group.mean("recall_on_return")
        at_once = _small(f"at once {number(group.mean('novelty_auroc_at_once'), 3)}")
        if (reworded := group.mean("novelty_auroc_paraphrased")) is not None:
            at_once += _small(f"paraphrased {number(reworded, 3)}")
        said = _small(f"success {number(group.mean('paraphrase_success'), 3)}")
        cells = [
            f"<b>{escape(group.method)}</b>{_small(shown(group.rows[0]))}",
            escape(group.order),
            f"{group.mean('components'):g}",
            str(len(group.rows[0]["task_names"])),
            number(group.mean("ari"), 3),
            number(group.mean("novelty_auroc"), 3) + at_once,
            number(group.mean("novelty_calibration_error"), 3),
            "–" if delay is None else f"{delay:.1f} periods",
            f"{group.mean('false_births'):g}",
            f"{group.mean('missed_births'):g}",
            number(group.mean("paraphrase_accuracy"), 3) + said,
            "–" if returned is None else f"{100 * returned:.0f} % of its first success",
        ]
        rows.append(("", cells))
    return table(head, rows, numbers=set(range(2, 12)))


def table(head: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], numbers: set[int]) -> str:
    """An HTML table that scrolls sideways where it does not fit; cells are HTML, the head is text."""

    def kind(place: int) -> str:
        return ' class="number"' if place in numbers else ""

    top = "".join(f"<th{kind(i)}>{escape(name)}</th>" for i, name in enumerate(head))
    body = "".join(
        f'<tr class="{name}">'
        + "".join(f"<td{kind(i)}>{cell}</td>" for i, cell in enumerate(cells))
        + "</tr>"
        for name, cells in rows
    )
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _with_interval(group: Group, name: str) -> str:
    interval, over = group.interval(name)
    if group.mean(name) is None:
        return "–"
    said = f"{number(interval[0])} to {number(interval[1])}, {over}" if interval else ""
    return number(group.mean(name), 3) + _small(said)


def _bar(value: float | None) -> str:
    return f'<span class="bar"><i style="width:{100 * (value or 0):.1f}%"></i></span>'


def _small(text: str) -> str:
    return f"<small>{escape(text)}</small>" if text else ""


def _minutes(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    return f"{seconds / 60:.1f} min" if seconds >= 60 else f"{seconds:.0f} s"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f} %"
