"""`legion <command>`: each module of this folder that has a SUMMARY is a command.

Such a module has `SUMMARY: str`, `add_arguments(parser)` and `run(args) -> int`, the exit code. Only the
module of the command that was asked for is imported; the summaries of the others are read from their source.
"""

import argparse
import ast
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from legion_ros.core.errors import LegionError

__all__ = ["main"]

FAILED, INTERRUPTED = 1, 130


def commands() -> dict[str, str]:
    """{name: summary} of every command, in alphabetical order."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        summary = _summary(path)
        if summary is not None:
            found[path.stem.replace("_", "-")] = summary
    return found


def _summary(path: Path) -> str | None:
    """The string that a module assigns to SUMMARY, without importing it."""
    for statement in ast.parse(path.read_text()).body:
        if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
            continue
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        if any(isinstance(target, ast.Name) and target.id == "SUMMARY" for target in targets):
            return ast.literal_eval(statement.value)
    return None


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command named in `argv` (the process's own arguments when None); returns the exit code."""
    argv = sys.argv[1:] if argv is None else list(argv)
    parser = argparse.ArgumentParser(
        prog="legion", description="A robot that is told in words what to do, and keeps what it learned."
    )
    subparsers = parser.add_subparsers(dest="command", metavar="<command>", required=True)
    chosen = next((word for word in argv if not word.startswith("-")), None)
    for name, summary in commands().items():
        subparser = subparsers.add_parser(name, help=summary, description=summary)
        if name == chosen:
            module = import_module(f"legion_ros.cli.{name.replace('-', '_')}")
            module.add_arguments(subparser)
            subparser.set_defaults(run=module.run)
    arguments = parser.parse_args(argv)
    try:
        return arguments.run(arguments)
    except LegionError as error:
        print(f"legion {arguments.command}: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
