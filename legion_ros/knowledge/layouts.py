"""Layouts of observations as JSON, and back."""

from typing import Any

from legion_ros.core.layout import Field, Layout
from legion_ros.knowledge.errors import KnowledgeError

__all__ = ["layout_of", "rows_of"]

MOST = 10_000  # numbers of an observation; what claims to have more is no layout


def rows_of(layout: Layout) -> list[list[Any]]:
    """[name, size, unit, frame] of each field."""
    return [[field.name, field.size, field.unit, field.frame] for field in layout.fields]


def layout_of(rows: Any) -> Layout:
    """What `rows_of` gave. KnowledgeError on what it would not have given."""
    good = isinstance(rows, list) and rows and all(isinstance(r, list) and len(r) == 4 for r in rows)
    if not good or any([type(part) for part in row] != [str, int, str, str] for row in rows):
        raise KnowledgeError(f"{rows!r:.80} is no layout: a list of [name, size, unit, frame] is expected")
    layout = Layout(tuple(Field(*row) for row in rows))
    if len(layout.slices) < len(rows) or min(f.size for f in layout.fields) < 1 or layout.size > MOST:
        raise KnowledgeError(f"{rows!r:.80} is no layout: a name comes twice, or a size is out of range")
    return layout
