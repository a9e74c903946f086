"""`legion doctor`: what this machine has, what is missing, what each thing is for and how it is mended."""

import argparse
from pathlib import Path

from rich.console import Console
from rich.table import Table

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "look whether everything is there and fits together, and say how to mend what is not"
_COLORS = {"good": "green", "absent": "yellow", "bad": "red"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `legion doctor`."""
    parser.add_argument("--knowledge", type=Path, metavar="FOLDER", help="to examine (default: what ships)")
    parser.add_argument(
        "--robot",
        default="",
        metavar="NAME_OR_YAML",
        help="an arm whose yaml is checked against its model, and that is looked for (default: none)",
    )
    parser.add_argument(
        "--host", default="", help="of its control box (default: LEGION_ROBOT_HOST, else the one in its yaml)"
    )


def run(args: argparse.Namespace) -> int:
    """Examine all; 1 where something is bad, 0 where what is absent is optional."""
    from legion_ros.cli.doctor_checks import examine

    console = Console(highlight=False, soft_wrap=True)
    table = Table("", "what", "found", show_edge=False, pad_edge=False)
    findings = list(examine(args.knowledge, args.robot, args.host))
    for finding in findings:
        state = f"[{_COLORS[finding.state]}]{finding.state}[/]"
        text = finding.found + (f"\n[dim]{finding.fix}[/]" if finding.fix else "")
        table.add_row(state, finding.what, text)
    console.print(table)
    bad = [finding.what for finding in findings if finding.state == "bad"]
    absent = sum(finding.state == "absent" for finding in findings)
    console.print(
        f"\n{len(bad)} to be mended: {', '.join(bad)}"
        if bad
        else f"\nAll there; {absent} optional things are not."
    )
    return int(bool(bad))
