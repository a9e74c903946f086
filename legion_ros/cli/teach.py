"""`legion teach`: a new skill, from demonstrations or from its reward; the known ones stay as they are."""

import argparse
import os
import re
import shlex
import sys
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from legion_ros.cli.simulation_options import add_simulation_options
from legion_ros.core.errors import LegionError
from legion_ros.nodes.graph import Simulation, environment

if TYPE_CHECKING:
    from legion_ros.core.declaration import Declaration
    from legion_ros.evaluation.teaching import TeachingConfig
    from legion_ros.knowledge import Knowledge
    from legion_ros.learning import Demonstrations

SUMMARY = 'teach a new skill: legion teach "stack the blocks" --demonstrations FILE --out FOLDER'

_FINDING = 3.0  # s in which a graph that runs is found


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is to be learned, from what, and where to keep it."""
    parser.add_argument("instruction", help="what somebody would say who wants it done")
    parser.add_argument("--skill", help="its name (default: the instruction's first word)")
    parser.add_argument(
        "--say", nargs="+", default=[], metavar="SENTENCE", help="more that people say; the more the better"
    )
    parser.add_argument(
        "--demonstrations", type=Path, metavar="FILE", help="SQLite file of `legion demonstrate`"
    )
    parser.add_argument(
        "--reward",
        nargs="+",
        default=[],
        metavar="FACT",
        help="what holds when it has succeeded, such as 'on(?object, ?target)'; demonstrations may tell it",
    )
    kinds = "(default: those that the instruction names; demonstrations may tell it)"
    parser.add_argument("--kinds", nargs="+", metavar="KIND", help=f"of things it is done with {kinds}")
    parser.add_argument("--onto", nargs="+", metavar="KIND", help=f"of things it aims at {kinds}")
    parser.add_argument("--knowledge", type=Path, metavar="FOLDER", help="to add to (default: what ships)")
    parser.add_argument("--out", type=Path, default=Path("out/taught"), help="(default: %(default)s)")
    _add_amounts(parser)
    parser.add_argument(
        "--tell",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="have the robot that is running, if any, use it from its next goal on",
    )
    where = ("domain", "network")
    add_simulation_options(parser, tuple(f.name for f in fields(Simulation) if f.name not in where))


def _add_amounts(parser: argparse.ArgumentParser) -> None:
    amounts = {
        "episodes": (100, "in each round of refinement"),
        "rounds": (2, "of refinement, where a scripted teacher can be asked"),
        "practice": (200_000, "control periods of reinforcement learning, where none can"),
        "evaluate": (100, "unseen scenes that it is measured in"),
        "attempts": (200, "at anything, to learn what it needs and brings about"),
        "seed": (0, "of everything drawn"),
        "processes": (2, "that work at once"),
    }
    for name, (amount, text) in amounts.items():
        parser.add_argument(f"--{name}", type=int, default=amount, help=f"{text} (default: %(default)s)")
    parser.add_argument(
        "--least", type=float, default=0.5, help="success below which it is not kept (default: %(default)s)"
    )


def run(args: argparse.Namespace) -> int:
    """Learn, measure, save; print what came of it."""
    from legion_ros.cli.progress_bar import ProgressBar
    from legion_ros.evaluation import teaching
    from legion_ros.evaluation.practice import Practice
    from legion_ros.evaluation.starting import by_nearness
    from legion_ros.evaluation.wordings import wordings
    from legion_ros.knowledge import Knowledge
    from legion_ros.language import SentenceEncoder
    from legion_ros.language.slots import slotted
    from legion_ros.learning import Demonstrations
    from legion_ros.share import share

    config = _config(args)
    _check_out(args.out)
    known = Knowledge.load(args.knowledge or share("config", "knowledge", "tabletop"))
    command = shlex.join(["legion", *sys.argv[1:]])
    with ExitStack() as stack:
        store = None
        if args.demonstrations:
            if not args.demonstrations.is_file():
                raise LegionError(
                    f"no demonstrations at {args.demonstrations}; `legion demonstrate` makes some"
                )
            store = stack.enter_context(Demonstrations(args.demonstrations))
        declaration = _declaration(args, store, known)
        declaration.register()
        said = (*map(slotted, (args.instruction, *args.say)), *wordings(declaration))
        sentences = tuple(dict.fromkeys(said))
        practice = stack.enter_context(Practice(args.processes, [declaration]))
        bar = stack.enter_context(ProgressBar())
        encoder = SentenceEncoder()
        starts = by_nearness(known, declaration, sentences, encoder)
        taught = teaching.learn_skill(declaration, store, starts, practice, config, args.seed, command, bar)
    component = teaching.component(declaration, taught, sentences, args.seed, command, encoder)
    teaching.with_component(known, component).save(args.out)
    _report(component, taught, args.out)
    if args.tell:
        _tell(args)
    return 0


def _config(args: argparse.Namespace) -> "TeachingConfig":
    from legion_ros.evaluation.teaching import TeachingConfig
    from legion_ros.evaluation.training import TrainingConfig

    counts = ("episodes", "practice", "evaluate", "attempts", "processes")
    if odd := [name for name in counts if getattr(args, name) < 1]:
        raise LegionError(f"{odd[0]} is {getattr(args, odd[0])}; 1 or more is valid")
    if min(args.rounds, args.seed) < 0 or not 0.0 <= args.least <= 1.0:
        raise LegionError("rounds and seed are 0 or more, least is from 0 to 1")
    return TeachingConfig(
        training=TrainingConfig(rounds=args.rounds, episodes=args.episodes),
        practice=args.practice,
        evaluate=args.evaluate,
        attempts=args.attempts,
        least=args.least,
    )


def _check_out(out: Path) -> None:
    """What ships is never overwritten."""
    from legion_ros.share import share

    if out.resolve().is_relative_to(share("config").resolve()):
        raise LegionError(f"{out} is what ships: name another folder with --out")


def _declaration(
    args: argparse.Namespace, store: "Demonstrations | None", known: "Knowledge"
) -> "Declaration":
    """What is to be learned, as it was named or as the demonstrations say."""
    from legion_ros.core.declaration import Declaration
    from legion_ros.language.slots import named_kinds

    name = args.skill or re.sub(r"\W.*", "", args.instruction.strip().lower())
    mine = [c.name for c in known.components if c.declaration is None]
    if name in mine:
        raise LegionError(f"{name!r} is known, and the robot begins with it; name another skill with --skill")
    shown = store.declaration(name) if store else None
    if shown is None and not args.reward:
        raise LegionError(
            f"it is not known what {name!r} is for: name its reward, such as --reward 'on(?object, ?target)',"
            f" or demonstrations that know (`legion demonstrate --skills {name} --reward ...`)"
        )
    if store is not None:
        next(store.successes(name))  # says what there is, where there are none
    if shown is not None and not args.reward:
        return shown
    said = named_kinds(args.instruction)
    return Declaration.of_reward(
        name, args.reward, tuple(args.kinds or said), tuple(args.onto or args.kinds or said)
    )


def _tell(args: argparse.Namespace) -> None:
    """Have the running graph use what was learned."""
    os.environ.update(environment(args.domain, args.network))
    from legion_ros.nodes.client import GraphClient

    with GraphClient("legion_teach") as client:
        if client.graph_is_up(_FINDING):
            print(client.load_knowledge(args.out.resolve()))


def _report(component, taught, out: Path) -> None:  # noqa: ANN001  (a Component, a Taught)
    from legion_ros.cli.operators import lines

    print(f"{component.name}: learned from {taught.how}; succeeds in {taught.success} unseen scenes")
    print("\n".join(lines(component)))
    print(f"saved in {out}: start the robot with `legion up --knowledge {shlex.quote(str(out))}`")
