"""Says again in plain words what a sentence asks for, for the grammar to read. Learned from examples."""

import threading
from dataclasses import dataclass
from pathlib import Path

from legion_ros.language import guard
from legion_ros.language.rephrasing import notation
from legion_ros.share import share

__all__ = ["Rephrased", "Rephraser"]


@dataclass(frozen=True)
class Rephrased:
    """What a sentence was taken to ask for."""

    text: str  # in plain words; empty where it asks for nothing that the robot can do
    probability: float  # that this is what it asks for, as the network sees it
    refuse: float  # that it asks for nothing that the robot can do, likewise
    asks: tuple[tuple[str, str], ...] = ()  # the verb and the aim of each request, in their order

    @property
    def verbs(self) -> frozenset[str]:
        """Of `notation.VERBS`, that it is made of."""
        return frozenset(verb for verb, _ in self.asks)


class Rephraser:
    """Reads its network when it is first asked. May be asked from any thread."""

    def __init__(self, file: Path) -> None:
        """Nothing heavy happens yet.

        Args:
            file: the numbers that `legion rephrase --train` wrote.
        """
        self._file, self._lock = Path(file), threading.Lock()
        self._loaded = None

    @classmethod
    def shipped(cls) -> "Rephraser":
        """With the network that ships."""
        return cls(share("config", "language", "rephraser.safetensors"))

    def rephrase(self, sentence: str) -> Rephrased:
        """Tens of milliseconds; a second the first time.

        Raises:
            LegionError: there is no good file, or the sentence is no valid unicode, which has no words.
        """
        from legion_ros.language.rephrasing import reading

        guard.encoded(sentence)
        with self._lock:
            if self._loaded is None:
                tokens = reading.Tokens()
                self._loaded = reading.restored(self._file, tokens), tokens
            found = reading.read(*self._loaded, sentence)
        return Rephrased(
            notation.plain(found.example),
            found.probability,
            found.refuse,
            tuple((request.verb, request.aim) for request in found.example.requests),
        )
