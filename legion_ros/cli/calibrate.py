"""`legion calibrate`: fit the knowledge space and its prior on families that are in no stream. Offline."""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from legion_ros.core import LegionError

SUMMARY = "fit the knowledge space and what counts as new, on Meta-World tasks that are in no stream"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("--seed", type=int, default=0, help="of all that is random (default: %(default)s)")
    parser.add_argument("--episodes", type=int, default=64, help="of each family (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="of the simulator (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("out/space"), help="folder (default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    """Collect, fit, judge on the streams' tasks, save; the judgement is printed as JSON."""
    from legion_ros.cli.progress_bar import ProgressBar
    from legion_ros.evaluation.leave_one_out import leave_one_out
    from legion_ros.evaluation.metaworld_families import PERIODS, collect
    from legion_ros.evaluation.sentences import load
    from legion_ros.knowledge.hyperposterior import Sampling, calibrated
    from legion_ros.language import SentenceEncoder
    from legion_ros.share import share
    from legion_sim.metaworld.environment import OBSERVATION

    if args.seed < 0 or args.episodes < 16 or args.threads < 1:
        raise LegionError("a seed from 0, 16 or more episodes and 1 or more threads are needed")
    encode, rng = SentenceEncoder().encode, np.random.default_rng(args.seed)
    words = load(share("config", "streams", "metaworld_sentences.yaml"))
    families = {}
    with ProgressBar() as bar:
        for number, (task, said) in enumerate(words.items()):
            bar("episodes", number, len(words))
            families[task] = collect(task, said.sentences, encode, rng, args.episodes, args.threads)
        bar("episodes", len(words), len(words))
    held_out = [task for task, said in words.items() if not said.paraphrases]
    space, facts = calibrated([families[task] for task in held_out], OBSERVATION, args.seed, Sampling())
    judged = {task: families[task] for task, said in words.items() if said.paraphrases}
    unseen = {task: encode(words[task].paraphrases) for task in judged}
    figures = [judgement.row() for judgement in leave_one_out(space, judged, unseen)]
    record = {
        "command": f"legion calibrate --seed {args.seed} --episodes {args.episodes}",
        "families": held_out,
        "episodes": args.episodes,
        "early_periods": PERIODS,
        **facts,
        "judged_on": {"tasks": list(judged), "sentences": "unseen paraphrases", "figures": figures},
    }
    replace(space, facts=record).save(args.out)
    print(json.dumps(record["judged_on"], indent=2))
    print(f"saved in {args.out}", file=sys.stderr)
    return 0
