"""`legion operators`: attempts at whatever the skills' arguments allow, and what is learned from them."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from legion_ros.core import LegionError

if TYPE_CHECKING:
    from legion_ros.knowledge import Component, Knowledge
    from legion_ros.learning.attempts import Attempts

SUMMARY = "learn what each skill needs and brings about, from attempts in simulation"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument(
        "--knowledge", type=Path, metavar="FOLDER", required=True, help="where to load from and save to"
    )
    parser.add_argument("--attempts", type=int, default=200, help="at each skill (default: %(default)s)")
    parser.add_argument("--skills", nargs="+", metavar="SKILL", help="default: all that are known")
    parser.add_argument("--seed", type=int, default=0, help="of the scenes (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--store",
        type=Path,
        default=Path("out/attempts.sqlite"),
        help="SQLite file of attempts; all that it holds are learned from (default: %(default)s)",
    )
    parser.add_argument(
        "--learn-only", action="store_true", help="from what the file holds: nothing is tried"
    )


def run(args: argparse.Namespace) -> int:
    """Attempt, keep, learn, save; print what was learned."""
    from legion_ros.knowledge import Knowledge
    from legion_ros.learning.attempts import Attempts

    known = Knowledge.load(args.knowledge)
    names = [component.skill for component in known.components]
    skills = list(dict.fromkeys(args.skills or names))
    if odd := [skill for skill in skills if skill not in names]:
        raise LegionError(f"no skill {', '.join(odd)} in {args.knowledge}; known: {', '.join(names)}")
    if min(args.attempts, args.processes) < 1 or args.seed < 0:
        raise LegionError("attempts and processes are counted from 1, seeds from 0")
    with Attempts(args.store) as store:
        if not args.learn_only:
            _attempt(args, known, skills, store)
        learned = [_learned(component, skills, store, args) for component in known.components]
    replace(known, components=tuple(learned)).save(args.knowledge)
    for component in learned:
        print("\n".join(lines(component)))
    return 0


def lines(component: "Component") -> list[str]:
    """What a component's operator says, for people."""
    if component.operator is None:
        return ["    what it needs and brings about was not learned"]
    found = []
    for case in component.operator.cases:
        arguments = ", ".join(filter(None, ("?object" * _takes_object(component), case.target)))
        found.append(f"    {component.skill}({arguments}): {case.successes} of {case.attempts} succeeded")
        for p in case.preconditions:
            met, unmet = (
                f"{p.successes_met} of {p.attempts_met}",
                f"{p.successes_unmet} of {p.attempts_unmet}",
            )
            found.append(f"        needs {p} ({met} succeeded with it, {unmet} without)")
        for e in case.effects:
            word = "for" if e.purpose else "does"
            found.append(f"        {word} {e} ({e.shown} of {e.chances})")
    return found


def _takes_object(component: "Component") -> bool:
    from legion_ros.core import SKILLS

    return SKILLS[component.skill].takes_object


def _attempt(args: argparse.Namespace, known: "Knowledge", skills: Sequence[str], store: "Attempts") -> None:
    from legion_ros.cli.progress_bar import ProgressBar
    from legion_ros.evaluation.attempting import try_skills
    from legion_ros.evaluation.practice import Practice

    experts = {skill: known.component_for(skill).expert.tensors() for skill in skills}
    total, done = args.attempts * len(skills), 0
    with Practice(args.processes) as practice, ProgressBar() as bar:
        for _, made in try_skills(practice, experts, args.attempts, args.seed):
            store.add(made)
            done += len(made)
            bar("attempts", min(done, total), total)


def _learned(
    component: "Component", skills: Sequence[str], store: "Attempts", args: argparse.Namespace
) -> "Component":
    from legion_ros.knowledge.operator_learning import learn_operator

    if component.skill not in skills:
        return component
    command = f"legion operators --attempts {args.attempts} --skills {component.skill} --seed {args.seed}"
    operator = learn_operator(component.skill, store.of(component.skill), command=command)
    return replace(component, operator=operator)
