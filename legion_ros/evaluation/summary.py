"""One row for one finished run: the figures, with their intervals and what they were taken under."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from legion_ros.evaluation import metrics
from legion_ros.evaluation.intervals import stratified_interval
from legion_ros.evaluation.novelty import mixture_figures, paraphrase_accuracy
from legion_ros.evaluation.run_folder import RunFolder
from legion_ros.evaluation.streams import ALONE

__all__ = ["KEY", "outcomes", "success_matrix", "summary", "with_reference"]

# What makes two rows of streams.jsonl the same run.
KEY = ("stream", "method", "order", "seed", "demonstrations", "practice", "cloning", "tasks", "loops")


def outcomes(marks: str | None) -> np.ndarray:
    """(N,) float of "0110..."; empty for what was not tried."""
    return np.array([mark == "1" for mark in marks or ""], float)


def success_matrix(events: Sequence[Mapping[str, Any]], names: Sequence[str]) -> np.ndarray:
    """(V, K) success of every task after every visit, NaN where it was not tried."""
    cells = [[outcomes(event["success"][name]) for name in names] for event in events]
    return np.array([[cell.mean() if len(cell) else np.nan for cell in row] for row in cells])


def summary(folder: RunFolder, visits: Sequence[int], names: Sequence[str]) -> dict[str, Any]:
    """The row of `streams.jsonl` for a finished run.

    Args:
        folder: with its events.
        visits: (V,) which task each visit was to.
        names: (K,) of the tasks.
    """
    events, (end,) = folder.of_kind("task"), folder.of_kind("end")
    matrix = success_matrix(events, names)
    alone = folder.config.order == ALONE
    successes = _final_alone(events) if alone else [outcomes(events[-1]["success"][name]) for name in names]
    paraphrased = [outcomes(marks) for marks in end["paraphrases"].values()]
    return {
        **asdict(folder.config),
        "task_ids": end["task_ids"],  # whether the method was given them
        "task_names": list(names),
        "visits": [names[column] for column in visits],
        "episodes_per_task": min(len(group) for group in successes),
        "average_success": _mean(successes),
        "average_success_interval": stratified_interval(successes),
        **_stream_figures(folder, events, visits, names, matrix),
        "paraphrase_success": _mean(paraphrased) if paraphrased else None,
        "paraphrase_success_interval": stratified_interval(paraphrased) if paraphrased else None,
        **_costs(folder.config.practice, events, end),
        **mixture_figures(events, visits),
        "paraphrase_accuracy": (
            paraphrase_accuracy(events[-1]["novelty"], end["paraphrases_assigned"], names)
            if end["paraphrases_assigned"]
            else None
        ),
        "success_matrix": [[_cell(cell) for cell in row] for row in matrix],
        **_circumstances(events),
        "versions": folder.versions,
        "command": folder.config.command,
    }


def with_reference(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The row, its forward transfer against learning each task alone where that was run at the same budget.

    Of the same method if there is such a run, else of `finetune`; without any, the row as it is.
    """
    if row["order"] == ALONE or not row["practice_area"]:
        return dict(row)
    budget = ("stream", "demonstrations", "practice", "cloning", "tasks")
    alone = [r for r in rows if r["order"] == ALONE and all(r[name] == row[name] for name in budget)]
    for method in (row["method"], "finetune"):
        areas = [r["practice_area"] for r in alone if r["method"] == method and r["practice_area"]]
        if areas:
            break
    else:
        return dict(row)
    known = list(row["practice_area"])
    reference = [float(np.mean([area[name] for area in areas])) for name in known]
    transfer = metrics.forward_transfer([row["practice_area"][name] for name in known], reference)
    return dict(row) | {"forward_transfer": transfer, "forward_transfer_by": f"{method} alone"}


def _stream_figures(
    folder: RunFolder,
    events: Sequence[Mapping[str, Any]],
    visits: Sequence[int],
    names: Sequence[str],
    matrix: np.ndarray,
) -> dict[str, Any]:
    """What only a stream has: nothing of it where each task was learned alone."""
    if folder.config.order == ALONE:
        names_of_none = ("forgetting", "forgetting_interval", "forward_transfer", "forward_transfer_by")
        return dict.fromkeys((*names_of_none, "recall_on_return", "practice_on_return"))
    chance = folder.of_kind("chance")[0]["success"]
    lost = [
        outcomes(event["success"][names[column]]) - outcomes(events[-1]["success"][names[column]])
        for event, column in zip(events, visits, strict=True)
    ]
    transfer = metrics.zero_shot_transfer(matrix, visits, [outcomes(chance[name]).mean() for name in names])
    again = [e["practice"] for row, e in enumerate(events) if visits[row] in visits[:row]]
    return {
        "forgetting": metrics.forgetting(matrix, visits),
        "forgetting_interval": stratified_interval(lost),
        "forward_transfer": transfer,
        "forward_transfer_by": None if transfer is None else "zero-shot",
        "recall_on_return": metrics.recall_on_return(matrix, visits),
        "practice_on_return": float(np.mean(again)) if again else None,
    }


def _costs(budget: int, events: Sequence[Mapping[str, Any]], end: Mapping[str, Any]) -> dict[str, Any]:
    """Time, practice and memory; learning, showing and measuring apart."""
    first: dict[str, Mapping[str, Any]] = {}
    for event in events:
        first.setdefault(event["task"], event)
    curves = {name: event["curve"] for name, event in first.items() if event["curve"]}
    areas = {name: _cell(metrics.area_under_curve(c, budget)) for name, c in curves.items() if budget}
    reached = {name: metrics.time_to(curve) for name, curve in curves.items()}
    seen = sum(event["transitions_seen"] for event in events)

    def total(name: str) -> float:
        return round(sum(event[name] for event in events), 1)

    return {
        "train_wall_s": total("train_wall_s"),
        "train_cpu_s": total("train_cpu_s"),
        "demonstration_wall_s": total("demonstration_wall_s"),
        "measure_wall_s": round(total("measure_wall_s") + end["measure_wall_s"], 1),
        "practice_spent": sum(event["practice"] for event in events),
        "gradient_steps": sum(event["gradient_steps"] for event in events),
        "memory_fraction": metrics.memory_fraction(events[-1]["transitions_kept"], seen) if seen else None,
        "practice_area": areas,
        "practice_to_80": {name: at and at[0] for name, at in reached.items()},  # control periods
        "wall_s_to_80": {name: at and at[1] for name, at in reached.items()},
    }


def _circumstances(events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of which code, when and how busy a machine its lessons were; None where that was not kept."""
    commits = dict.fromkeys(event["commit"] for event in events if event.get("commit"))
    loads = [event["load"] for event in events if "load" in event]
    return {
        "commit": ", ".join(commits) or None,  # several: it was stopped and went on with other code
        "date": events[0].get("date"),
        "load": round(float(np.mean(loads)), 2) if loads else None,
    }


def _final_alone(events: Sequence[Mapping[str, Any]]) -> list[np.ndarray]:
    return [outcomes(event["success"][event["task"]]) for event in events]


def _mean(groups: Sequence[np.ndarray]) -> float:
    return float(np.mean([group.mean() for group in groups]))


def _cell(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
