"""The training sentences of the skills, as `config/instructions.yaml` has them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from legion_ros.core import SKILLS, LegionError
from legion_ros.language.template import embeddable

__all__ = ["Instructions"]


@dataclass(frozen=True)
class Instructions:
    """What people say for each skill, and what they say for none."""

    skills: Mapping[str, tuple[str, ...]]  # key of SKILLS -> sentences with slots
    background: tuple[str, ...] = ()  # requests that no skill is meant by

    @classmethod
    def load(cls, path: Path) -> "Instructions":
        """Read and check the file.

        Raises:
            LegionError: it can't be read, is no YAML, has an unknown key, skill or slot, or a sentence twice.
        """
        try:
            data = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise LegionError(f"can't read instructions from {path}: {error}") from error
        if not isinstance(data, dict) or not isinstance(data.get("skills"), dict):
            raise LegionError(f"{path} must have the key skills, with a list of sentences for each skill")
        _known(path, "key", data, ("skills", "background"))
        _known(path, "skill", data["skills"], tuple(SKILLS))
        skills = {skill: _sentences(path, skill, texts) for skill, texts in data["skills"].items()}
        background = _sentences(path, "background", data.get("background", []))
        everything = [text for texts in (*skills.values(), background) for text in texts]
        twice = {text for text in everything if everything.count(text) > 1}
        if twice:
            raise LegionError(f"{path} has more than once: {', '.join(sorted(twice))}")
        return cls(skills, background)


def _known(path: Path, noun: str, names: Mapping, known: tuple[str, ...]) -> None:
    odd = [str(name) for name in names if name not in known]
    if odd:
        raise LegionError(f"{path}: no {noun} {', '.join(odd)}; known: {', '.join(known)}")


def _sentences(path: Path, owner: str, texts: object) -> tuple[str, ...]:
    if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
        raise LegionError(f"{path}: {owner} is {texts!r}; a list of sentences is expected")
    for text in texts:
        embeddable(text)
    return tuple(texts)
