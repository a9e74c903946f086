"""One run in the report: its success matrix, how each task was learned, what it took, how to run it again."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from legion_ros.evaluation.figures import Line, heat_map, line_chart, number
from legion_ros.evaluation.intervals import Interval
from legion_ros.evaluation.report_tables import table

__all__ = ["run_section"]

_PALETTE = 10  # colours of the style


def run_section(row: Mapping[str, Any], events: Sequence[Mapping[str, Any]], is_open: bool) -> str:
    """A part of the page that can be unfolded."""
    names = row["task_names"]
    title = f"{row['method']}, {row['order']}, seed {row['seed']}"
    given = f"{row['demonstrations']} demonstrations a task" if row["demonstrations"] else "from scratch"
    columns = [names.index(name) for name in row["visits"]]
    figures = [_matrix_figure(row, columns)]
    lessons = [event for event in events if event["event"] == "task"]
    if any(event["curve"] for event in lessons):
        figures.append(_learning_figure(row, lessons))
    ended = f"average success {number(row['average_success'], 3)}, forgetting {number(row['forgetting'], 3)}"
    return (
        f"<details{' open' * is_open}><summary><b>{escape(title)}</b> "
        f"<span class='soft'>{escape(given)}, {ended}</span></summary>"
        f"{''.join(figures)}{_reached(row)}{_figures(row)}<pre>{escape(row['command'])}</pre></details>"
    )


def _matrix_figure(row: Mapping[str, Any], columns: Sequence[int]) -> str:
    rows = [f"{i}. {name}" for i, name in enumerate(row["visits"], 1)]
    drawn = heat_map(row["success_matrix"], rows, row["task_names"], columns)
    caption = (
        f"success of each task (column) after each lesson (row), {row['episodes_per_task']} episodes each; "
        "outlined: the task of the lesson"
    )
    return f'<figure><figcaption>{caption}</figcaption><div class="wide">{drawn}</div></figure>'


def _learning_figure(row: Mapping[str, Any], lessons: Sequence[Mapping[str, Any]]) -> str:
    lines, keys = [], []
    for place, event in enumerate(lessons):
        if not event["curve"]:
            continue
        colour = place % _PALETTE
        points = [(0.0, 0.0), *((point[0], point[2]) for point in event["curve"])]
        name = f"{place + 1}. {event['task']}"
        lines.append(Line(name, colour, points))
        keys.append(f'<li><i class="key c{colour}"></i>{escape(name)}</li>')
    chart = line_chart(lines, "control periods of practice in a lesson", "success in training")
    caption = "success in training, with exploration noise, of the episodes that ended last"
    return (
        f'<figure class="learning"><figcaption>{caption}</figcaption>{chart}'
        f'<ul class="legend">{"".join(keys)}</ul></figure>'
    )


def _reached(row: Mapping[str, Any]) -> str:
    """How long each task was practised until it succeeded at .8."""
    periods, seconds = row["practice_to_80"], row["wall_s_to_80"]
    if not periods:
        return ""
    cells = [
        ("", [escape(name), "not reached", "–"])
        if periods.get(name) is None
        else ("", [escape(name), f"{periods[name]:,.0f}".replace(",", " "), f"{seconds[name]:.1f} s"])
        for name in row["task_names"]
        if name in periods
    ]
    head = ("until .8 of the training episodes succeed", "control periods", "time, simulation included")
    return table(head, cells, numbers={1, 2})


def _figures(row: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {what}" for name, what in row["versions"].items())
    named = {
        "average success": _ranged(row["average_success"], row["average_success_interval"]),
        "forgetting": _ranged(row["forgetting"], row["forgetting_interval"]),
        "on unseen paraphrases": _ranged(row["paraphrase_success"], row["paraphrase_success_interval"]),
        "training": f"{row['train_wall_s']:.0f} s, {row['train_cpu_s']:.0f} s of CPU",
        "measuring, apart": f"{row['measure_wall_s']:.0f} s",
        "practice": f"{row['practice_spent']:,} control periods".replace(",", " "),
        "gradient steps": f"{row['gradient_steps']:,}".replace(",", " "),
        "reached .8 in practice": f"{sum(v is not None for v in row['practice_to_80'].values())} of "
        f"{len(row['task_names'])} tasks",
        "told by": "a task id" if row["task_ids"] else "sentences",
    }
    if row.get("date"):  # runs before 2026-11-29 did not keep it
        named["when"] = f"{row['date']}, commit {row['commit'] or 'unknown'}, load {row['load']:g}"
    cells = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in named.items()
    )
    return f'<dl>{cells}</dl><p class="soft small">{escape(versions)}</p>'


def _ranged(value: float | None, interval: Interval | None) -> str:
    if value is None or interval is None:
        return number(value, 3)
    return f"{number(value, 3)} [{number(interval[0])}, {number(interval[1])}]"
