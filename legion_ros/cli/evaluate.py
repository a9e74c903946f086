"""`legion evaluate`: take methods through streams of tasks, and measure all tasks after each."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from legion_ros.core.errors import LegionError

if TYPE_CHECKING:
    from legion_ros.cli.progress_bar import ProgressBar
    from legion_ros.evaluation.run_folder import RunConfig

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "compare lifelong-learning methods on streams of tasks; goes on where it was stopped"

QUICK = {"practice": 6_000, "cloning": 200, "episodes": 5, "tasks": 2}  # the whole path, within a minute
SHOWN, PRACTICE, EPISODES = 0, 800_000, 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    add = parser.add_argument
    add("--stream", default="legion10", help="legion10, cw10, cw20 or tabletop (default: %(default)s)")
    add("--methods", default="experts", help="separated by commas (default: %(default)s)")
    add(
        "--orders",
        default="curriculum",
        help="curriculum (as published), random, reverse, alone (no stream: the reference for forward "
        "transfer), separated by commas (default: %(default)s)",
    )
    add("--seeds", type=int, default=1, help="how many (default: %(default)s)")
    add("--first-seed", type=int, default=0, help="the first of them (default: %(default)s)")
    add("--demonstrations", type=int, default=SHOWN, help="of each task (default: %(default)s)")
    add("--practice", type=int, help=f"control periods a lesson (default: {PRACTICE})")
    add("--cloning", type=int, help="gradient steps on demonstrations a lesson (default: 4000)")
    add("--episodes", type=int, help=f"of each task in each measurement, at least (default: {EPISODES})")
    add("--tasks", type=int, help="only the first so many of the stream")
    add("--loops", type=int, help="times through the stream (default: the stream's own)")
    add("--threads", type=int, default=2, help="of simulator and networks (default: %(default)s)")
    add("--out", type=Path, help="folder (default: results, with --quick out/quick)")
    small = ", ".join(f"{value} {name}" for name, value in QUICK.items())
    add("--quick", action="store_true", help=f"the whole path in a minute, to see that it works: {small}")


def run(args: argparse.Namespace) -> int:
    """Run what is not finished yet; print a line for each run."""
    import torch

    from legion_ros.cli.progress_bar import ProgressBar
    from legion_ros.evaluation.evaluation import evaluate
    from legion_ros.language import SentenceEncoder

    torch.set_num_threads(args.threads)  # sums are rounded otherwise with another number of threads
    configs = list(_configs(args))
    out = args.out or Path("out/quick" if args.quick else "results")
    encode = SentenceEncoder().encode
    with ProgressBar() as bar:
        for config in configs:
            row = evaluate(config, out, encode, args.threads, bar)
            _say(bar, row)
    print(f"rows in {out / 'streams.jsonl'}; `legion report --results {out}` shows them")
    return 0


def _configs(args: argparse.Namespace) -> Iterator["RunConfig"]:
    """Every run that is asked for. LegionError on what is not valid."""
    from legion_ros.evaluation.evaluation import checked
    from legion_ros.evaluation.run_folder import RunConfig

    small = QUICK if args.quick else {}
    given = {
        "practice": PRACTICE if args.practice is None else args.practice,
        "cloning": 4000 if args.cloning is None else args.cloning,
        "episodes": EPISODES if args.episodes is None else args.episodes,
    }
    given |= {name: small[name] for name in small if name in given and getattr(args, name) is None}
    tasks = args.tasks if args.tasks is not None else small.get("tasks")
    if args.seeds < 1 or args.first_seed < 0:
        raise LegionError(f"{args.seeds} seeds from {args.first_seed}: 1 or more, from 0 or more, is valid")
    for seed in range(args.first_seed, args.first_seed + args.seeds):
        for order in args.orders.split(","):
            for method in args.methods.split(","):
                yield checked(
                    RunConfig(
                        stream=args.stream,
                        method=method.strip(),
                        order=order.strip(),
                        seed=seed,
                        demonstrations=args.demonstrations,
                        loops=args.loops or 0,
                        tasks=tasks or 0,
                        **given,
                    )
                )


def _say(bar: "ProgressBar", row: dict) -> None:
    """The row's figures in a line."""
    names = ("method", "order", "seed", "average_success", "forgetting", "train_wall_s")
    bar.console.print(json.dumps({name: row[name] for name in names}), highlight=False, soft_wrap=True)
