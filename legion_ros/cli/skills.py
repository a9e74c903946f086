"""`legion skills`: what is known, how well it works, what it needs and does, which sentences ask for it."""

import argparse
from pathlib import Path

SUMMARY = "list the skills that were learned, how well they work, what they need and bring about"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `legion skills`."""
    parser.add_argument("--knowledge", type=Path, metavar="FOLDER", help="default: what ships")
    parser.add_argument("--sentences", action="store_true", help="list the sentences of each skill as well")
    parser.add_argument(
        "--teach",
        type=Path,
        metavar="FILE",
        help="key the skills anew by the sentences of FILE (like config/instructions.yaml) and save them "
        "in FOLDER; nothing is trained, the experts stay as they are",
    )


def run(args: argparse.Namespace) -> int:
    """List, after teaching where that is asked for."""
    from legion_ros.cli.operators import lines
    from legion_ros.knowledge import Knowledge
    from legion_ros.share import share

    folder = args.knowledge or share("config", "knowledge", "tabletop")
    if args.teach:
        _teach(folder, args.teach)
    # nobody acts here: the experts' tensors are read and checked, but not made into networks
    knowledge = Knowledge.load(folder, expert=dict)
    print(folder)
    print(f"{'component':<12} {'skill':<8} {'sentences':>9}  success (95 % interval, unseen scenes)")
    for component in knowledge.components:
        record, (low, high) = component.record, component.record.interval
        measured = f"{record.success:.3f} ({low:.3f} to {high:.3f}, {record.episodes})"
        print(f"{component.name:<12} {component.skill:<8} {len(component.sentences):>9}  {measured}")
        print("".join(f"{line}\n" for line in lines(component)), end="")
        if args.sentences:
            print("".join(f"    {sentence}\n" for sentence in component.sentences), end="")
    return 0


def _teach(folder: Path, instructions: Path) -> None:
    from legion_ros.core import LegionError
    from legion_ros.knowledge import Knowledge
    from legion_ros.language import Instructions, SentenceEncoder

    known, said = Knowledge.load(folder), Instructions.load(instructions)
    silent = [component.skill for component in known.components if component.skill not in said.skills]
    if silent:
        raise LegionError(
            f"{instructions} has no sentences for {', '.join(silent)}; every known skill needs some"
        )
    encoder = SentenceEncoder()
    components = [component.taught(said.skills[component.skill], encoder) for component in known.components]
    Knowledge.build(components, encoder, said.background).save(folder)
