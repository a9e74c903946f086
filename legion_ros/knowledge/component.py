"""One learned piece of know-how: what it is called, what asks for it, how it is done, how well, what for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from legion_ros.core import SKILLS
from legion_ros.core.declaration import Declaration
from legion_ros.knowledge.errors import KnowledgeError
from legion_ros.knowledge.key import Key
from legion_ros.knowledge.operator import Operator
from legion_ros.language.template import embeddable

if TYPE_CHECKING:
    from legion_ros.policy import Expert

__all__ = ["Component", "Encoder", "TrainingRecord"]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


class Encoder(Protocol):
    """What turns sentences into unit embeddings, such as `legion_ros.language.SentenceEncoder`."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """(N, D) float32, unit length each."""
        ...


@dataclass(frozen=True, kw_only=True)
class TrainingRecord:
    """Where an expert comes from and what it was measured to do; goes into the manifest."""

    command: str  # the command line that makes it again
    seed: int
    steps: int  # gradient steps that the expert was fitted with
    episodes: int  # unseen scenes that success was measured on
    success: float  # fraction of these
    interval: tuple[float, float]  # 95 % interval of that fraction

    def __post_init__(self) -> None:
        counts = {"seed": self.seed, "steps": self.steps, "episodes": self.episodes}
        for name, value in counts.items():
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise KnowledgeError(
                    f"{name} of a training record is {value!r}; it must be a whole number, 0 or more"
                )
        low, high = self.interval
        fractions = (low, self.success, high)
        if not all(isinstance(x, float | int) and 0.0 <= x <= 1.0 for x in fractions) or low > high:
            raise KnowledgeError(
                f"success {self.success!r} in {list(self.interval)!r}: these must be fractions from 0 to 1, "
                "low to high"
            )


@dataclass(frozen=True, eq=False)
class Component:
    """A key (which sentences ask for it), an expert (how it is done), a record (how well), an operator."""

    name: str  # lower-case letters, digits and _; unique in a knowledge
    skill: str  # a key of legion_ros.core.SKILLS
    expert: "Expert"
    key: Key
    sentences: tuple[str, ...]  # those of the key, slots included: "put {object} in {bin}"
    record: TrainingRecord
    operator: Operator | None = None  # what it needs and brings about; None where that was not learned
    declaration: Declaration | None = None  # of a skill that was taught; None where the robot begins with it

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise KnowledgeError(
                f"{self.name!r} can't name a component; a name is a lower-case letter, "
                "then up to 63 of a-z, 0-9 and _"
            )
        if self.skill not in SKILLS:
            raise KnowledgeError(
                f"component {self.name}: no skill {self.skill!r}; known: {', '.join(SKILLS)}"
            )
        if self.operator is not None and self.operator.skill != self.skill:
            raise KnowledgeError(
                f"component {self.name} does {self.skill}; its operator is of {self.operator.skill}"
            )
        if self.declaration is not None and self.declaration.name != self.skill:
            raise KnowledgeError(
                f"component {self.name} does {self.skill}; it declares {self.declaration.name}"
            )
        if len(self.sentences) != self.key.count:
            raise KnowledgeError(
                f"component {self.name}: {len(self.sentences)} sentences and {self.key.count} embeddings; "
                "there must be as many"
            )

    @classmethod
    def learn(
        cls,
        name: str,
        *,
        skill: str,
        sentences: Sequence[str],
        expert: "Expert",
        record: TrainingRecord,
        encoder: Encoder,
        operator: Operator | None = None,
        declaration: Declaration | None = None,
    ) -> "Component":
        """Key a trained expert by the sentences that ask for it.

        Args:
            name: of the component.
            skill: key of `legion_ros.core.SKILLS`.
            sentences: as in `config/instructions.yaml` (see `legion_ros.language.Instructions`), with slots
                such as `{object}` where the composer fills in what the sentence is about.
            expert: trained; saved by its `tensors()`.
            record: how it was trained and measured.
            encoder: a SentenceEncoder.
            operator: what it needs and brings about, as `learn_operator` has it from attempts.
            declaration: of a skill that was taught; registered already.

        Raises:
            KnowledgeError: an unknown skill, no sentences, a name that can't be one.
        """
        if not sentences:
            raise KnowledgeError(f"component {name}: no sentences; at least one must say what asks for it")
        key = Key(encoder.encode([embeddable(sentence) for sentence in sentences]))
        return cls(name, skill, expert, key, tuple(sentences), record, operator, declaration)

    def taught(self, sentences: Sequence[str], encoder: Encoder) -> "Component":
        """The same know-how under other sentences: the expert and its record are untouched."""
        return Component.learn(
            self.name,
            skill=self.skill,
            sentences=sentences,
            expert=self.expert,
            record=self.record,
            encoder=encoder,
            operator=self.operator,
            declaration=self.declaration,
        )
