"""All that is known: components and the mixture that tells which one a sentence asks for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from legion_ros.knowledge.calibration import fit
from legion_ros.knowledge.component import Component, Encoder
from legion_ros.knowledge.errors import KnowledgeError
from legion_ros.knowledge.key import Key
from legion_ros.knowledge.mixture import Mixture, Posterior
from legion_ros.knowledge.operator import Operator
from legion_ros.language.template import embeddable

__all__ = ["Knowledge"]


@dataclass(frozen=True, eq=False)
class Knowledge:
    """Components in a fixed order, and the mixture over their keys in the same order."""

    components: tuple[Component, ...]
    mixture: Mixture

    def __post_init__(self) -> None:
        names = [component.name for component in self.components]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise KnowledgeError(
                f"components {', '.join(twice)} are there more than once; names must be unique"
            )

    @classmethod
    def build(
        cls, components: Sequence[Component], encoder: Encoder, background: Sequence[str] = ()
    ) -> "Knowledge":
        """Fit the whitening and the base measure to the components' sentences.

        Args:
            components: each made by `Component.learn`.
            encoder: the one that the components were learned with.
            background: sentences that ask for something, but for none of the components
                (`Instructions.background`); they sharpen what counts as new.
        """
        if not components:
            raise KnowledgeError("no components; a knowledge needs at least one")
        keys = tuple(component.key for component in components)
        others = Key(encoder.encode([embeddable(text) for text in background])) if background else None
        return cls(tuple(components), fit(keys, others))

    @classmethod
    def load(
        cls, folder: Path, expert: Callable[[Mapping[str, np.ndarray]], Any] | None = None
    ) -> "Knowledge":
        """Read what `save` wrote. Strict: see `legion_ros.knowledge.store`.

        Args:
            folder: holds knowledge.safetensors and manifest.json.
            expert: makes an expert of its tensors; `legion_ros.policy.Expert.from_tensors` when None.

        Raises:
            KnowledgeError: anything missing, cut off, changed, of another version or shape, or not finite.
        """
        from legion_ros.knowledge.store import read

        return read(Path(folder), expert)

    def save(self, folder: Path) -> None:
        """Write knowledge.safetensors and manifest.json, atomically; what was there is kept until then."""
        from legion_ros.knowledge.store import write

        write(self, Path(folder))

    def component_for(self, skill: str) -> Component:
        """The first component that does `skill`. Raises KnowledgeError listing the known."""
        for component in self.components:
            if component.skill == skill:
                return component
        known = ", ".join(component.skill for component in self.components)
        raise KnowledgeError(f"no skill for {skill!r} in the knowledge; known: {known}")

    @property
    def operators(self) -> tuple[Operator, ...]:
        """What each skill needs and brings about, one for each.

        Raises:
            KnowledgeError: of some skill that was not learned yet.
        """
        found: dict[str, Operator] = {}
        for component in self.components:
            if component.operator is None:
                raise KnowledgeError(
                    f"what {component.name} needs and brings about was not learned yet: nothing can be "
                    "planned with it; `legion operators --knowledge FOLDER` learns it"
                )
            found.setdefault(component.skill, component.operator)
        return tuple(found.values())

    def posterior(self, embedding: np.ndarray) -> Posterior:
        """Responsibilities over `components`, and over "new", for the embedding (D,) of a sentence."""
        return self.mixture.posterior(embedding)
