"""How well instructions are understood: sentences with the goals they are to give, or none."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from legion_ros.core import Fixture, LegionError, Object, Scene, Tool
from legion_ros.core.facts import facts
from legion_ros.language.guard import Rejected
from legion_ros.skills import goal_text
from legion_ros.skills.goal import Goal

__all__ = ["Instruction", "InstructionSet", "Judgement", "measure", "summary"]

REFUSED = "refused"


@dataclass(frozen=True)
class Instruction:
    """A sentence and what it is to come to."""

    said: str
    kind: str  # "feasible", or why it is to be refused
    goal: str = ""  # in the writing of legion_ros.skills.goal_text; "" where it is to be refused


@dataclass(frozen=True)
class InstructionSet:
    """Sentences and the scene that they are said in."""

    scene: Scene
    instructions: tuple[Instruction, ...]

    @classmethod
    def load(cls, path: Path) -> "InstructionSet":
        """Read a file like test/language/sentences/instructions100.yaml.

        Raises:
            LegionError: it can't be read, is not as that one is, or has a goal that can't be in its scene.
        """
        try:
            data = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise LegionError(f"can't read instructions from {path}: {error}") from error
        if not isinstance(data, dict) or set(data) != {"scene", "feasible", "refused"}:
            raise LegionError(f"{path} must have just the keys scene, feasible and refused")
        try:
            scene = _scene(data["scene"])
            good = [Instruction(said, "feasible", goal) for said, goal in data["feasible"].items()]
            bad = [
                Instruction(_text(entry), k) for k, entries in data["refused"].items() for entry in entries
            ]
            for instruction in good:
                expected(instruction, scene)
        except (AttributeError, KeyError, TypeError, ValueError, LegionError) as error:
            raise LegionError(f"{path}: {error}") from error
        return cls(scene, (*good, *bad))


@dataclass(frozen=True)
class Judgement:
    """What came of an instruction."""

    instruction: Instruction
    right: bool
    got: str  # the goal in writing, or "refused: " and the reason
    seconds: float


def measure(sentences: InstructionSet, goal: Callable[[str, Scene], Goal]) -> list[Judgement]:
    """Ask for the goal of each sentence.

    It is right to give the goal that is written, stage for stage and with the same things untouched, and to
    refuse (`Rejected`) where none is.

    Args:
        sentences: what to say.
        goal: gives the goal, or raises Rejected; any other error is not caught.
    """
    return [_judged(instruction, sentences.scene, goal) for instruction in sentences.instructions]


def expected(instruction: Instruction, scene: Scene) -> Goal:
    """The goal that an instruction is to give, "*" written out. Raises LegionError."""
    parts: list[str] = []
    for part in instruction.goal.split(";"):
        names = [thing.name for thing in scene.objects] if "*" in part else [""]
        first, *others = (part.replace("*", name) for name in names)
        parts += [first, *(other.replace("then ", "") for other in others)]
    return goal_text.parse(";".join(parts), scene, instruction.said)


def summary(judged: list[Judgement], command: str) -> dict:
    """Figures: shares judged right, and which were not."""
    feasible = [judgement for judgement in judged if judgement.instruction.goal]
    refused = [judgement for judgement in judged if not judgement.instruction.goal]
    milliseconds = 1e3 * np.array([judgement.seconds for judgement in judged])
    return {
        "command": command,
        "feasible": len(feasible),
        "feasible_right": _share(feasible),
        "refused": len(refused),
        "refused_right": _share(refused),
        "right": _share(judged),
        "refused_right_by_kind": {
            kind: _share([j for j in refused if j.instruction.kind == kind])
            for kind in dict.fromkeys(j.instruction.kind for j in refused)
        },
        "p50_ms": round(float(np.percentile(milliseconds, 50)), 2),
        "p99_ms": round(float(np.percentile(milliseconds, 99)), 2),
        "wrong": [
            {"said": j.instruction.said[:200], "wanted": j.instruction.goal or REFUSED, "got": j.got}
            for j in judged
            if not j.right
        ],
    }


def _share(judged: list[Judgement]) -> float | None:
    return round(sum(judgement.right for judgement in judged) / len(judged), 4) if judged else None


def _judged(instruction: Instruction, scene: Scene, goal: Callable[[str, Scene], Goal]) -> Judgement:
    began = time.perf_counter()
    try:
        got = goal(instruction.said, scene)
    except Rejected as error:
        seconds = time.perf_counter() - began
        return Judgement(instruction, not instruction.goal, f"{REFUSED}: {error}", seconds)
    seconds = time.perf_counter() - began
    now = facts(scene)
    right = bool(instruction.goal) and got.same(expected(instruction, scene), scene)
    return Judgement(instruction, right, goal_text.write(got, scene, now), seconds)


def _text(entry: str | dict) -> str:
    """{say: ..., times: n} is the text n times over."""
    return entry["say"] * entry["times"] if isinstance(entry, dict) else entry


_SHAPES = {"can": "cylinder", "bottle": "cylinder", "ball": "sphere"}


def _scene(spots: dict[str, list[float]]) -> Scene:
    """A table with things on it, a bin to the left, a closed drawer to the right, a button."""
    bin_, drawer, button = np.array([[0.5, 0.42, 0.0], [0.55, -0.42, 0.0], [0.62, -0.2, 0.03]])
    fixtures = (
        Fixture("bin", "bin", bin_, np.array([0.24, 0.24, 0.12]), bin_ + (0, 0, 0.12)),
        Fixture(
            "drawer", "drawer", drawer, np.array([0.18, 0.22, 0.1]), drawer + (-0.12, 0, 0.06), 0.0, 0.16
        ),
        Fixture("button", "button", button, np.full(3, 0.04), button, 0.0, 0.012),
    )
    things: list[Object] = []
    for name, (x, y) in spots.items():
        color, kind = name.split("_")
        size = np.array([0.06, 0.06, 0.12 if kind == "bottle" else 0.06])
        position, upright = np.array([x, y, 0.5 * size[2]]), np.array([1.0, 0.0, 0.0, 0.0])
        things.append(Object(name, kind, color, _SHAPES.get(kind, "box"), position, upright, size))
    return Scene(0.0, tuple(things), fixtures, Tool(np.array([0.4, 0.0, 0.3]), 0.0, 0.08))
