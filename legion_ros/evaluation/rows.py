"""Rows of results, one JSON object a line."""

import json
from collections.abc import Mapping
from pathlib import Path

__all__ = ["append_row"]


def append_row(file: Path | None, row: Mapping[str, object]) -> None:
    """Append a row to `file`, which may be new; nothing where there is none."""
    if file is None:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(row) + "\n")
