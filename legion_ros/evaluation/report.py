"""One HTML page of what was measured: everything in it, nothing beside it, nothing from the network."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from legion_ros.evaluation.evaluation import ROWS, RUNS
from legion_ros.evaluation.figures import Line, line_chart
from legion_ros.evaluation.report_novelty import novelty_section
from legion_ros.evaluation.report_run import run_section
from legion_ros.evaluation.report_style import STYLE
from legion_ros.evaluation.report_tables import Group, comparison, groups, mixtures
from legion_ros.evaluation.run_folder import RunConfig, RunError, read_rows
from legion_ros.evaluation.streams import ALONE, ORDERS
from legion_ros.evaluation.summary import KEY, with_reference
from legion_ros.knowledge.space import KnowledgeSpace
from legion_ros.share import share

__all__ = ["page"]

Row = Mapping[str, Any]

_READING = """<p>Every row is the final state of what was learned, never the best on the way. A success
matrix shows what each task (column) was worth after each lesson (row): all tasks are tried, those not learned
yet too, always in the same random-goal episodes, which no lesson contains. <b>Forgetting</b> is success right
after a lesson less success in the end. <b>Forward transfer</b> compares learning in the stream with learning
alone where that was run at the same budget, else it is the success of tasks not learned yet above that of
random actions (zero-shot). Intervals are 95 % bootstrap intervals: over seeds where there are several, else
over the episodes of the one there is.</p>"""


def page(results: Path) -> str:
    """The report of a folder of results. RunError where there is nothing to report, or it can't be read."""
    rows = read_rows(results / ROWS)
    if not rows:
        raise RunError(f"no rows in {results / ROWS}: run `legion evaluate --out {results}` first")
    missing = {name for name in (*KEY, "average_success", "success_matrix") if name not in rows[0]}
    if missing:
        raise RunError(
            f"{results / ROWS} is no file of legion evaluate: {', '.join(sorted(missing))} missing"
        )
    rows = [with_reference(row, rows) for row in rows]
    streams = list(dict.fromkeys(row["stream"] for row in rows))
    body = [
        _stream_section(name, [row for row in rows if row["stream"] == name], results) for name in streams
    ]
    runs = f"{len(rows)} run{'s' * (len(rows) != 1)}, {', '.join(streams)}"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>legion_ros: lifelong learning</title><style>{STYLE}</style></head><body>"
        f'<header><h1>Lifelong learning</h1><p class="soft">legion_ros, {escape(runs)}</p>{_READING}</header>'
        f"{''.join(body)}{_novelty(rows)}</body></html>\n"
    )


def _novelty(rows: Sequence[Row]) -> str:
    """Of the space that ships, where a run told tasks apart in it."""
    if not any(row["method"] == "experts" for row in rows):
        return ""
    return novelty_section(KnowledgeSpace.load(share("config", "knowledge", "space")).facts)


def _stream_section(stream: str, rows: Sequence[Row], results: Path) -> str:
    found = groups(rows)
    colours = {method: i for i, method in enumerate(sorted({r["method"] for r in rows}, key=_ours_first))}
    parts = [f"<section><h2>{escape(stream)}</h2>", comparison(stream, found)]
    orders = [o for o in ORDERS if o != ALONE and any(group.order == o for group in found)]
    charts = [_average_chart(order, [g for g in found if g.order == order], colours) for order in orders]
    if charts:
        parts.append("<h3>Average success over the tasks learned so far, lesson after lesson</h3>")
        parts.append(f'<div class="charts">{"".join(charts)}</div>{_legend(colours)}')
    with_mixture = [group for group in found if group.rows[0].get("components") is not None]
    if with_mixture:
        parts.append("<h3>What the mixture made of the stream</h3>" + mixtures(with_mixture))
        drawn = _components_chart(with_mixture, results, colours)
        parts.append(f'<div class="charts">{drawn}</div>' if drawn else "")
    parts.append("<h3>Runs</h3>")
    for place, row in enumerate(sorted(rows, key=_run_order)):
        parts.append(run_section(row, _events(row, results), is_open=place == 0))
    return "".join(parts) + "</section>"


def _average_chart(order: str, found: Sequence[Group], colours: Mapping[str, int]) -> str:
    lines = []
    for group in sorted(found, key=lambda g: -colours[g.method]):  # ours lies on top
        averages = np.array([_averages(row) for row in group.rows])
        x = range(1, averages.shape[1] + 1)
        several = len(averages) > 1
        lines.append(
            Line(
                group.title,
                colours[group.method],
                list(zip(x, averages.mean(0).tolist(), strict=True)),
                averages.min(0).tolist() if several else None,
                averages.max(0).tolist() if several else None,
            )
        )
    seeds = sum(len(group.rows) for group in found)
    title = f"{order}, {seeds} run{'s' * (seeds != 1)}; a band holds all seeds"
    chart = line_chart(lines, "lessons", "average success over the tasks learned so far")
    return f"<figure><figcaption>{escape(title)}</figcaption>{chart}</figure>"


def _averages(row: Row) -> list[float]:
    """(V,) mean success after each lesson of the tasks that had one by then."""
    columns = [row["task_names"].index(name) for name in row["visits"]]
    rows = enumerate(row["success_matrix"], 1)
    return [float(np.mean([cells[column] for column in set(columns[:count])])) for count, cells in rows]


def _components_chart(found: Sequence[Group], results: Path, colours: Mapping[str, int]) -> str:
    lines, most = [], 1
    for group in found:
        for row in group.rows:
            counts = [event["components"] for event in _events(row, results) if event["event"] == "task"]
            if counts and None not in counts:
                most = max(most, len(row["task_names"]), *counts)
                points = list(enumerate(counts, 1))
                lines.append(Line(f"{group.title}, seed {row['seed']}", colours[group.method], points))
    if not lines:
        return ""
    chart = line_chart(lines, "lessons", "components", y_most=most, whole=True)
    return f"<figure><figcaption>components found, a line for each run</figcaption>{chart}</figure>"


def _legend(colours: Mapping[str, int]) -> str:
    keys = "".join(f'<li><i class="key c{i}"></i>{escape(name)}</li>' for name, i in colours.items())
    return f'<ul class="legend">{keys}</ul>'


def _events(row: Row, results: Path) -> list[dict[str, Any]]:
    """The run's events; none where its folder was not kept."""
    config = RunConfig(**{name: row[name] for name in RunConfig.__dataclass_fields__})
    return read_rows(results / RUNS / config.name / "events.jsonl")


def _ours_first(method: str) -> tuple[bool, str]:
    return method != "experts", method


def _run_order(row: Row) -> tuple:
    return _ours_first(row["method"]), ORDERS.index(row["order"]), row["seed"], row["demonstrations"]
