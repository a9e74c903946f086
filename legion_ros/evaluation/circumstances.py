"""Of which code, when and how busy a machine a figure is."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import legion_ros

__all__ = ["circumstances"]

_CODE = ("legion_ros", "sim", "config")  # what a figure can depend on


def circumstances(seed: int) -> dict[str, object]:
    """Commit, date and load as they are now; to be asked before the work begins.

    A commit with a plus has changes that nobody has committed; "" is none: an installed package.

    Args:
        seed: of what was random.
    """
    root = Path(legion_ros.__file__).parents[1]
    commit = _git(root, "rev-parse", "--short", "HEAD")
    if commit and _git(root, "status", "--porcelain", "--untracked-files=no", "--", *_CODE):
        commit += "+"
    date = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    return {"commit": commit, "date": f"{date} UTC", "seed": seed, "load": round(os.getloadavg()[0], 2)}


def _git(root: Path, *words: str) -> str:
    if not (root / ".git").exists():
        return ""  # a repository that this package happens to lie in is another one's
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
