"""`legion demonstrate`: let the scripted experts show the skills, and keep what they do."""

import argparse
from pathlib import Path

from legion_ros.core import SKILLS

SUMMARY = "record demonstrations of the skills by scripted experts, in simulation"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("--skills", nargs="+", default=list(SKILLS), metavar="SKILL", help="default: all")
    parser.add_argument("--episodes", type=int, default=100, help="of each skill (default: 100)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("out/demonstrations.sqlite"),
        help="SQLite file, added to if it exists",
    )


def run(args: argparse.Namespace) -> int:
    """Record, then say what there is."""
    from legion_ros.cli.progress_bar import ProgressBar
    from legion_ros.evaluation.practice import Practice
    from legion_ros.evaluation.training import TrainingConfig, record_demonstrations
    from legion_ros.learning import Demonstrations

    unknown = [skill for skill in args.skills if skill not in SKILLS]
    if unknown or args.episodes < 1 or args.processes < 1:
        reason = (
            f"no skill {', '.join(unknown)}; known: {', '.join(SKILLS)}" if unknown else "counts start at 1"
        )
        print(f"legion demonstrate: {reason}")
        return 2
    with Demonstrations(args.out) as store, Practice(args.processes) as practice, ProgressBar() as bar:
        record_demonstrations(
            practice, store, tuple(args.skills), args.episodes, args.seed, TrainingConfig(), bar
        )
        counts = store.counts()
    print(f"{args.out}:")
    for skill, (successes, episodes) in sorted(counts.items()):
        print(f"  {skill:<8} {successes} successes in {episodes} episodes")
    return 0
