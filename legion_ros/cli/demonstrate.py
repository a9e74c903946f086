"""`legion demonstrate`: let the scripted experts show the skills, and keep what they do."""

import argparse
from pathlib import Path

from legion_ros.core import SKILLS, LegionError
from legion_ros.core.declaration import Declaration

SUMMARY = "record demonstrations of the skills by scripted experts, in simulation"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("--skills", nargs="+", default=list(SKILLS), metavar="SKILL", help="default: all")
    parser.add_argument(
        "--reward",
        nargs="+",
        default=[],
        metavar="FACT",
        help="of a skill that the robot does not begin with: 'on(?object, ?target)'",
    )
    parser.add_argument("--kinds", nargs="+", default=[], metavar="KIND", help="of things it is done with")
    parser.add_argument("--onto", nargs="+", default=[], metavar="KIND", help="of things it aims at")
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

    declared = _declared(args)
    unknown = [skill for skill in args.skills if skill not in SKILLS]
    if unknown or args.episodes < 1 or args.processes < 1:
        reason = (
            f"no skill {', '.join(unknown)}; known: {', '.join(SKILLS)}" if unknown else "counts start at 1"
        )
        print(f"legion demonstrate: {reason}")
        return 2
    with (
        Demonstrations(args.out) as store,
        Practice(args.processes, declared) as practice,
        ProgressBar() as bar,
    ):
        for declaration in declared:
            store.declare(declaration)
        record_demonstrations(
            practice, store, tuple(args.skills), args.episodes, args.seed, TrainingConfig(), bar
        )
        counts = store.counts()
    print(f"{args.out}:")
    for skill, (successes, episodes) in sorted(counts.items()):
        print(f"  {skill:<8} {successes} successes in {episodes} episodes")
    return 0


def _declared(args: argparse.Namespace) -> list[Declaration]:
    """The skill that a reward is named of, one of SKILLS from now on."""
    from legion_ros.evaluation.teaching import has_teacher

    if not args.reward:
        return []
    if len(args.skills) != 1:
        raise LegionError(
            f"a reward is named of one skill, not of {', '.join(args.skills)}; use --skills NAME"
        )
    (name,) = args.skills
    if not has_teacher(name):
        raise LegionError(f"nobody here can show {name!r}: it has no scripted expert in sim/experts")
    declaration = Declaration.of_reward(name, args.reward, tuple(args.kinds), tuple(args.onto))
    declaration.register()
    return [declaration]
