"""Which skill, or which declared goal, a clause means: the mixture asked for each reading of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from legion_ros.core import SKILLS, Scene
from legion_ros.knowledge import Component, Key, Knowledge, fit
from legion_ros.knowledge.component import Encoder
from legion_ros.language import lexicon
from legion_ros.language.grounding import Grounder, UnknownThing
from legion_ros.language.guard import NotUnderstood, Rejected
from legion_ros.language.phrases import patterns
from legion_ros.language.template import SLOTS, embeddable
from legion_ros.skills.concepts import Concept, Concepts
from legion_ros.skills.reading import Reading, supposed

__all__ = ["Choice", "Intents"]

KNOWN = 0.5  # probability of not being new from which something is taken to be meant
SAID = 0.97  # cosine to a sentence of its own from which something is meant, however few sentences it has
CLEARLY = 1.5  # how many times likelier than any other skill the one that is meant must be
_TEACH = "`legion teach` can have it learned, from demonstrations or a reward"


@dataclass(frozen=True)
class Choice:
    """A reading and what is meant by it."""

    reading: Reading
    intent: Component | Concept
    probability: float
    rival: str = ""  # another skill that may as well be meant
    said: bool = False  # whether it is nearly a sentence that the intent was taught with


class Intents:
    """All that can be meant: what was learned, and the concepts that are declared."""

    def __init__(self, knowledge: Knowledge, encoder: Encoder, concepts: Concepts) -> None:
        """Embeds the sentences of the concepts; those of the components are in their keys."""
        self._encoder = encoder
        self._grounder = Grounder(encoder)
        self._discard = concepts.discard
        self._intents: tuple[Component | Concept, ...] = (*knowledge.components, *concepts.known)
        keys = [Key(encoder.encode([embeddable(text) for text in c.sentences])) for c in concepts.known]
        self._words = [_content(intent) for intent in self._intents]
        # what is declared competes with what was learned: the prior of "new" has to know both
        self._keys = [*knowledge.mixture.keys, *keys]
        self._mixture = fit(self._keys, knowledge.mixture.background)

    def choose(self, text: str, found: Sequence[Reading], problem: Rejected | None, scene: Scene) -> Choice:
        """The best of the readings of a clause.

        Args:
            text: the clause.
            found: its readings.
            problem: the first reason why a way to read it gave none.
            scene: what is there.

        Raises:
            Rejected: the most telling reason, where none is good enough.
        """
        vectors = self._encoder.encode([reading.text for reading in found])
        pairs = zip(found, vectors, strict=True)
        choices = [choice for reading, vector in pairs if (choice := self._best(reading, vector))]
        if choices:
            choice = max(choices, key=lambda choice: (not choice.reading.guess, choice.probability))
            if choice.rival:
                meant = _skill(choice.intent)
                raise NotUnderstood(f"{text!r} could mean {meant} as well as {choice.rival}; say which")
            return choice
        if problem and (not isinstance(problem, UnknownThing) or self._is_known(text, scene)):
            raise problem
        unknown = self._unknown(text, found)
        if problem:  # about something that is not here: nobody need read it again
            offer = _TEACH if isinstance(unknown, NotUnderstood) else ""
            raise Rejected(unknown.reason, unknown.nearest, offer=offer) from problem
        raise unknown

    def knows(self, verb: str) -> bool:
        """Whether anything known is asked for with this verb."""
        return any(embeddable(text).split()[0] == verb for i in self._intents for text in i.sentences)

    def discard(self, reading: Reading) -> str:
        """Where things go by the verb alone: "throw the can away"."""
        return self._discard if lexicon.DISCARD.search(reading.text) else ""

    def _best(self, reading: Reading, vector: np.ndarray) -> Choice | None:
        among = np.array([not self._lacks(reading, intent) for intent in self._intents])
        if not among.any():
            return None
        posterior = self._mixture.posterior(vector, among)
        best = int(posterior.responsibilities.argmax())
        anything = self._mixture.posterior(vector).responsibilities
        said = float((self._keys[best].embeddings @ vector).max()) >= SAID
        if (1 - posterior.new < KNOWN and not said) or anything[best] < 0.1 * anything.max():
            return None
        intent = self._intents[best]
        if not said and self._belies(reading, best):
            return None
        skills = posterior.responsibilities * [isinstance(other, Component) for other in self._intents]
        skills[[_skill(other) == _skill(intent) for other in self._intents]] = 0.0
        second = int(np.argmax(skills))
        close = isinstance(intent, Component) and CLEARLY * skills[second] > posterior.responsibilities[best]
        rival = _skill(self._intents[second]) if close else ""
        return Choice(reading, intent, float(posterior.responsibilities[best]), rival, said)

    def _belies(self, reading: Reading, best: int) -> bool:
        """Whether no word of it is one of those that ask for this: "press the drawer", "raise the button".

        There is only one drawer and one button, so what is said of them lies close to what they are for.
        """
        intent = self._intents[best]
        if isinstance(intent, Concept) or SKILLS[intent.skill].takes_object:
            return False
        words = frozenset(reading.text.split()) - _SLOT_WORDS
        longer = tuple(word for word in self._words[best] if len(word) > 3)  # "pressed" is "press", too
        own = any(word in self._words[best] or word.startswith(longer) for word in words - _LIGHT)
        return bool(words) and not own

    def _lacks(self, reading: Reading, intent: Component | Concept) -> str:
        """What keeps the intent from being meant, in words, or ""."""
        if isinstance(intent, Component):
            return reading.lacks(intent.skill, self.discard(reading))
        if reading.odd or reading.direct or reading.place or reading.onto:
            return reading.odd or f"{intent.name} takes a container at most"
        return ""

    def _is_known(self, text: str, scene: Scene) -> bool:
        """Whether the words, taken as they are or about something that is here, ask for what is known."""
        texts = [text] + [t for pattern in patterns(text) for t in supposed(pattern, scene, self._grounder)]
        return any(self._mixture.posterior(v).new < KNOWN for v in self._encoder.encode(texts))

    def _unknown(self, text: str, found: Sequence[Reading]) -> Rejected:
        query = found[0].text if found else text
        posterior = self._mixture.posterior(self._encoder.encode([query])[0])
        order = np.argsort(-posterior.responsibilities)
        nearest = tuple(embeddable(self._intents[i].sentences[0]) for i in order[:3])
        if posterior.new < KNOWN and found and (lack := self._lacks(found[0], self._intents[order[0]])):
            return Rejected(f"{text!r} can't be done: {lack}", nearest)
        if found and (lack := self._lacks_aim(found[0])):
            return Rejected(f"{text!r} can't be done: {lack}", nearest)
        return NotUnderstood(f"no learned skill fits {text!r}", nearest, offer=_TEACH)

    def _lacks_aim(self, reading: Reading) -> str:
        """What a skill lacks that the words would ask for, if only they said where to."""
        if not reading.objects or reading.goal or reading.place or reading.onto:
            return ""
        lacking: list[str] = []
        texts = [f"{reading.text} {aim}" for aim in (f"in {SLOTS['bin']}", SLOTS["place"])]
        for vector in self._encoder.encode(texts):
            posterior = self._mixture.posterior(vector)
            best = self._intents[int(posterior.responsibilities.argmax())]
            if posterior.new < KNOWN and isinstance(best, Component) and SKILLS[best.skill].targets:
                lacking.append(reading.lacks(best.skill))
        return "; ".join(dict.fromkeys(lacking))


_SLOT_WORDS = frozenset(word for slot in SLOTS.values() for word in slot.split()) | lexicon.PREPOSITIONS

_LIGHT = lexicon.words("give get have make sure hold return")  # verbs that say nothing of themselves


def _content(intent: Component | Concept) -> frozenset[str]:
    """The words of its sentences, other than those for things and places."""
    return frozenset(w for text in intent.sentences for w in embeddable(text).split()) - _SLOT_WORDS


def _skill(intent: Component | Concept) -> str:
    """What it is called."""
    return intent.skill if isinstance(intent, Component) else intent.name
