"""`legion train`: clone the demonstrations, refine the clones, measure them, save the knowledge."""

import argparse
import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from legion_ros.core import SKILLS, LegionError

if TYPE_CHECKING:
    from legion_ros.knowledge import Component
    from legion_ros.learning.attempts import Attempts

SUMMARY = "learn the skills from demonstrations and save the knowledge, measured on unseen scenes"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument(
        "--demonstrations",
        type=Path,
        help="SQLite file of `legion demonstrate`; recorded first when not given",
    )
    parser.add_argument(
        "--episodes", type=int, default=100, help="of each skill, demonstrated and in each round"
    )
    parser.add_argument("--rounds", type=int, default=3, help="of refinement (default: 3)")
    parser.add_argument(
        "--evaluate", type=int, default=200, help="unseen scenes of each skill (default: 200)"
    )
    parser.add_argument(
        "--attempts",
        type=int,
        default=200,
        help="at whatever each skill's arguments allow, for what it needs and brings about (default: 200)",
    )
    parser.add_argument("--skills", nargs="+", metavar="SKILL", help="learn these alone (default: all)")
    parser.add_argument(
        "--knowledge",
        type=Path,
        metavar="FOLDER",
        help="where the skills that are not learned anew are taken from; without it they are left out",
    )
    parser.add_argument(
        "--interventions",
        type=Path,
        metavar="FOLDER",
        help="what people did by joystick, to learn from too: as given to `legion up --interventions`",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("out/knowledge"), help="folder for the knowledge")


def run(args: argparse.Namespace) -> int:
    """Train the skills from the start; print the success of each."""
    from legion_ros.cli.progress_bar import ProgressBar
    from legion_ros.evaluation.attempting import SHARES, try_skills
    from legion_ros.evaluation.practice import Practice
    from legion_ros.evaluation.success import measure_skills
    from legion_ros.evaluation.training import TrainingConfig, record_demonstrations, train_experts
    from legion_ros.learning import Demonstrations
    from legion_ros.learning.attempts import Attempts
    from legion_ros.learning.interventions import corrections

    config = TrainingConfig(rounds=args.rounds, episodes=args.episodes)
    skills = _chosen(args.skills)
    kept = _kept(args.knowledge, skills)
    corrected = corrections(args.interventions) if args.interventions else {}
    known = {component.skill: component.expert.tensors() for component in kept}
    with tempfile.TemporaryDirectory() as scratch, Practice(args.processes) as practice, ProgressBar() as bar:
        with Demonstrations(args.demonstrations or Path(scratch) / "demonstrations.sqlite") as store:
            if args.demonstrations is None:
                record_demonstrations(practice, store, skills, args.episodes, args.seed, config, bar)
            experts = train_experts(practice, store, skills, args.seed, config, bar, known, corrected)
        tensors = {skill: expert.tensors() for skill, expert in experts.items()}
        measured = {}
        with Attempts(args.out.with_name(f"{args.out.name}.attempts.sqlite")) as attempts:
            work = measure_skills(practice, tensors, args.evaluate, args.seed, keep=attempts.add)
            for skill, success in work:
                measured[skill] = success
                bar("measuring", len(measured), len(skills))
            made = try_skills(practice, tensors, args.attempts, args.seed)
            for number, (_, tried) in enumerate(made, start=1):
                attempts.add(tried)
                bar("attempts at anything", number, SHARES * len(skills))
            operators = _operators(args, attempts, skills)
    _save(args, experts, measured, operators, config.gradient_steps, kept)
    for skill in skills:
        print(f"{skill:<8} {measured[skill]}")
    print(f"saved in {args.out}")
    return 0


def _chosen(named: list[str] | None) -> tuple[str, ...]:
    """The skills to learn, in the order in which the robot has them."""
    named = named or list(SKILLS)
    if odd := [name for name in named if name not in SKILLS]:
        raise LegionError(f"no skill {', '.join(odd)}; known: {', '.join(SKILLS)}")
    return tuple(name for name in SKILLS if name in named)


def _kept(folder: Path | None, skills: tuple[str, ...]) -> "list[Component]":
    from legion_ros.knowledge import Knowledge

    known = Knowledge.load(folder).components if folder else ()
    return [component for component in known if component.skill not in skills]


def _command(args: argparse.Namespace) -> str:
    command = f"legion train --episodes {args.episodes} --rounds {args.rounds} --seed {args.seed}"
    if args.skills:
        command += f" --skills {' '.join(args.skills)}"
    if args.interventions:
        command += f" --interventions {shlex.quote(args.interventions.name)}"
    if args.demonstrations:
        command += f" --demonstrations {shlex.quote(args.demonstrations.name)}"
    return command


def _operators(args: argparse.Namespace, attempts: "Attempts", skills: tuple[str, ...]) -> dict:
    """What each skill needs and brings about; nothing where there were too few successes."""
    from legion_ros.knowledge import KnowledgeError
    from legion_ros.knowledge.operator_learning import learn_operator

    command = f"{_command(args)} --attempts {args.attempts}"
    learned = {}
    for skill in skills:
        try:
            learned[skill] = learn_operator(skill, attempts.of(skill), command=command)
        except KnowledgeError as error:
            print(f"{skill}: nothing can be planned with it: {error}")
    return learned


def _save(
    args: argparse.Namespace,
    experts: dict,
    measured: dict,
    operators: dict,
    steps: int,
    kept: "list[Component]",
) -> None:
    """Key the experts by what people say for them, and write the folder, with what is `kept` of another."""
    from legion_ros.knowledge import Component, Knowledge, TrainingRecord
    from legion_ros.language import Instructions, SentenceEncoder
    from legion_ros.share import share

    instructions = Instructions.load(share("config", "instructions.yaml"))
    encoder = SentenceEncoder()
    components = [
        Component.learn(
            skill,
            skill=skill,
            sentences=instructions.skills[skill],
            expert=expert,
            record=TrainingRecord(
                command=_command(args),
                seed=args.seed,
                steps=steps,
                episodes=measured[skill].episodes,
                success=measured[skill].rate,
                interval=measured[skill].interval,
            ),
            encoder=encoder,
            operator=operators.get(skill),
        )
        for skill, expert in experts.items()
    ]
    order = list(SKILLS)
    components = sorted([*kept, *components], key=lambda component: order.index(component.skill))
    Knowledge.build(components, encoder, instructions.background).save(args.out)
