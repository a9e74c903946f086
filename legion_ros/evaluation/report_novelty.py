"""How well the knowledge space itself tells known from new: each task left out once, in unseen sentences."""

from collections.abc import Mapping
from html import escape
from typing import Any

from legion_ros.evaluation.figures import Line, line_chart, number
from legion_ros.evaluation.report_tables import table

__all__ = ["novelty_section"]

_SEEN = {
    "language": "the sentence",
    "start": "and the first observation",
    "early": "and ten periods of random motion",
    "rewards": "and their rewards",
}


def novelty_section(facts: Mapping[str, Any]) -> str:
    """A part of the page, of the facts of a KnowledgeSpace; empty where it was never judged."""
    judged = facts.get("judged_on")
    if not judged:
        return ""
    head = (
        "what is known of an episode",
        "episodes",
        "recognised",
        "nearest",
        "AUROC of p(new)",
        "calibration error",
    )
    rows = [
        (
            "",
            [
                escape(_known(figures["seen"])),
                str(figures["questions"]),
                *(number(figures[name], 3) for name in ("recognised", "nearest", "auroc", "ece")),
            ],
        )
        for figures in judged["figures"]
    ]
    lines = [
        Line(
            _known(figures["seen"]),
            i,
            [(p, share) for p, share, _ in figures["reliability"]],
        )
        for i, figures in enumerate(judged["figures"])
    ]
    lines.append(Line("as it should be", 8, [(0.0, 0.0), (1.0, 1.0)]))
    keys = "".join(f'<li><i class="key c{line.colour}"></i>{escape(line.name)}</li>' for line in lines)
    return (
        "<section><h2>Known or new</h2>"
        '<p class="soft">The streams probe known tasks in the words that they were taught by. Here each of '
        f"{len(judged['tasks'])} tasks is asked for in {escape(judged['sentences'])}, once with all tasks "
        "known and once with this one left out. The space was calibrated on "
        f"{len(facts['families'])} other tasks: <code>{escape(facts['command'])}</code>. Recognised: the "
        "right component has the highest share, “new” among the others; nearest: of the components alone.</p>"
        f"{table(head, rows, numbers={1, 2, 3, 4, 5})}"
        '<div class="charts"><figure><figcaption>reliability: of the episodes with this p(new), '
        f"the share that is new</figcaption>{line_chart(lines, 'p(new)', 'share of new')}</figure></div>"
        f'<ul class="legend">{keys}</ul></section>'
    )


def _known(seen: str) -> str:
    """What is known of the episodes of a stage, in words."""
    return _SEEN.get(seen, seen)
