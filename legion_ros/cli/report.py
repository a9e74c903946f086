"""`legion report`: everything that was measured, as one HTML page."""

import argparse
from pathlib import Path

from legion_ros.core.errors import LegionError

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "make one self-contained HTML page of what legion evaluate measured"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    folder = "of legion evaluate (default: %(default)s)"
    parser.add_argument("--results", type=Path, default=Path("results"), help=f"folder {folder}")
    parser.add_argument("--out", type=Path, help="HTML file (default: report.html in that folder)")


def run(args: argparse.Namespace) -> int:
    """Write the page; say where."""
    from legion_ros.core.durable import write_durably
    from legion_ros.evaluation.report import page

    out = args.out or args.results / "report.html"
    text = page(args.results)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_durably(out, text.encode())
    except OSError as error:
        raise LegionError(f"can't write {out}: {error.strerror}") from error
    print(f"{out}: {len(text) / 1e3:.0f} kB")
    return 0
