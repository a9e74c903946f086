"""What the tasks of a stream are called in words: `config/streams/*_sentences.yaml`."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from legion_ros.core import LegionError

__all__ = ["TaskSentences", "load"]

_KEYS = ("sentences", "paraphrases")


@dataclass(frozen=True)
class TaskSentences:
    """Words for one task: what is told while it is learned, and what is only measured on."""

    sentences: tuple[str, ...]  # at least one
    paraphrases: tuple[str, ...] = ()  # never learned from, never tuned on; empty for held-out families


def load(file: Path) -> dict[str, TaskSentences]:
    """Read and check the sentences of all tasks, in the file's order: {"pick-place": TaskSentences, ...}.

    Raises:
        LegionError: the file can't be read, is no YAML, names a key that is not known, has a task without
            sentences, or the same sentence twice (for two tasks, or to learn and to measure by).
    """
    try:
        data = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LegionError(f"can't read the sentences of tasks from {file}: {error}") from error
    if not isinstance(data, dict) or not data:
        raise LegionError(f"{file} must name tasks, each with {' and '.join(_KEYS)}, not {data!r:.80}")
    tasks = {str(task): _task(file, str(task), entry) for task, entry in data.items()}
    owners: dict[str, str] = {}
    for task, words in tasks.items():
        for text in (*words.sentences, *words.paraphrases):
            spelling = " ".join(text.lower().split())
            if spelling in owners:
                raise LegionError(f"{file} has {text!r} twice: for {owners[spelling]} and for {task}")
            owners[spelling] = task
    return tasks


def _task(file: Path, task: str, entry: object) -> TaskSentences:
    if not isinstance(entry, dict):
        raise LegionError(f"{file}: {task} is {entry!r:.80}; it needs {' and '.join(_KEYS)}")
    odd = [str(key) for key in entry if key not in _KEYS]
    if odd:
        raise LegionError(f"{file}: {task} has no key {', '.join(odd)}; known: {', '.join(_KEYS)}")
    words = TaskSentences(**{key: _texts(file, f"{task}: {key}", entry.get(key, [])) for key in _KEYS})
    if not words.sentences:
        raise LegionError(f"{file}: {task} has no sentences; at least one must say what asks for it")
    return words


def _texts(file: Path, where: str, texts: object) -> tuple[str, ...]:
    if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
        raise LegionError(f"{file}: {where} is {texts!r:.80}; a list of sentences is expected")
    return tuple(texts)
