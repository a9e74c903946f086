"""`legion rephrase`: what a sentence is taken to ask for; and how that is learned anew, from examples."""

import argparse
from pathlib import Path

SUMMARY = 'show how a sentence is said again in plain words: legion rephrase "the mug? bin it, love"'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `legion rephrase`."""
    parser.add_argument("sentences", nargs="*", metavar="SENTENCE")
    parser.add_argument("--network", type=Path, metavar="FILE", help="default: the one that ships")
    parser.add_argument(
        "--train", type=Path, metavar="FILE", help="learn a network from the examples and write it to FILE"
    )
    parser.add_argument(
        "--examples",
        type=Path,
        metavar="FOLDER",
        help="of *.txt, each line a sentence => program (default: those that ship)",
    )
    parser.add_argument(
        "--begin", type=Path, metavar="FILE", help="a network to go on from, instead of from scratch"
    )
    parser.add_argument("--rate", type=float, default=6e-4, help="highest learning rate (default: 6e-4)")
    parser.add_argument("--steps", type=int, default=4000, help="of the optimiser (default: 4000)")
    parser.add_argument("--seed", type=int, default=0, help="of all that is drawn (default: 0)")
    parser.add_argument("--threads", type=int, default=2, help="processor threads (default: 2)")


def run(args: argparse.Namespace) -> int:
    """Train where that is asked for, then read the sentences."""
    from legion_ros.core import LegionError
    from legion_ros.language.rephrasing import Rephraser
    from legion_ros.share import share

    if not args.sentences and not args.train:
        raise LegionError('say a sentence, such as: legion rephrase "the mug? bin it, love"; or --train FILE')
    if args.train:
        _train(args, args.examples or share("config", "language", "examples"))
    network = args.train or args.network or share("config", "language", "rephraser.safetensors")
    rephraser = Rephraser(network)
    for sentence in args.sentences:
        found = rephraser.rephrase(sentence)
        said = found.text or "nothing that the robot can do"
        print(f"{found.probability:.2f}  {said}    (nothing: {found.refuse:.2f})")
    return 0


def _train(args: argparse.Namespace, folder: Path) -> None:
    import numpy as np
    import torch
    from tqdm import tqdm

    from legion_ros.core import LegionError
    from legion_ros.language.rephrasing import notation, reading, training

    files = sorted(folder.glob("*.txt"))
    if not files:
        raise LegionError(f"no *.txt with examples in {folder}")
    if args.steps < 1 or args.threads < 1 or not 0 < args.rate < 1:
        raise LegionError(
            f"--steps {args.steps} --threads {args.threads} --rate {args.rate}: steps and threads must be at "
            "least 1, the rate between 0 and 1"
        )
    examples = [example for file in files for example in notation.load(file)]
    torch.set_num_threads(args.threads)
    print(f"{len(examples)} examples of {len(files)} files, {args.steps} steps, seed {args.seed}")
    with tqdm(total=args.steps, unit="step") as bar:

        def tell(step: int, loss: float) -> None:
            bar.update(step - bar.n)
            bar.set_postfix(loss=f"{loss:.3f}")

        config = training.TrainingConfig(steps=args.steps, rate=args.rate)
        begin = reading.restored(args.begin, reading.Tokens()) if args.begin else None
        network = training.train(examples, config, np.random.default_rng(args.seed), tell, begin)
    reading.stored(network, args.train)
    print(args.train)
