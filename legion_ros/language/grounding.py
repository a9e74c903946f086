"""Noun phrases to things in a scene: "the red can" to red_can, "the trash" to bin, "it" to what was named."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from legion_ros.core import Fixture, Scene
from legion_ros.language import lexicon
from legion_ros.language.choosing import (
    Reference,
    UnknownThing,
    described,
    on_table,
    seen,
    several,
    single,
)
from legion_ros.language.guard import NotUnderstood
from legion_ros.language.phrases import Phrase

__all__ = ["REST", "Discourse", "Grounder", "Reference", "on_table", "UnknownThing"]

CLOSENESS = 0.55  # cosine of two nouns from which one may stand for the other


class Encoder(Protocol):
    """What turns words into unit embeddings."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """(N, D) float32, unit length each."""
        ...


@dataclass
class Discourse:
    """What was mentioned so far, the latest last: what "it" and "them" can stand for."""

    mentioned: list[Reference] = field(default_factory=list)
    place: str = ""  # the latest place that was named: what "there" can stand for

    def mention(self, reference: Reference) -> None:
        """Remember a thing."""
        if reference.objects or reference.fixture or reference.slot == "table":
            self.mentioned.append(reference)

    @property
    def kind(self) -> str:
        """The kind of the latest thing that was called by it: what "the blue one" can be one of."""
        return next((reference.kind for reference in reversed(self.mentioned) if reference.kind), "")

    def antecedents(self, pronoun: str, container: bool = False) -> list[Reference]:
        """What the pronoun can stand for, the latest first: one thing for "it", several for "them".

        `container` asks for what something can be put into.
        """
        found: list[Reference] = []
        for reference in reversed(self.mentioned):
            single = not reference.objects or len(reference.objects) == 1
            fits = bool(reference.fixture) if container else (pronoun == "it") == single
            if fits and reference not in found:
                found.append(reference)
        return found[:2]


class Grounder:
    """Finds what a noun phrase names. Needs the embeddings only for nouns that it has never heard."""

    def __init__(self, encoder: Encoder) -> None:
        """Nothing is embedded before it is asked for."""
        self._encoder = encoder

    def ground(self, phrase: Phrase, scene: Scene, discourse: Discourse) -> list[Reference]:
        """What the phrase can stand for, the likeliest first: more than one only for pronouns.

        Where several objects answer and the phrase does not say how many, the one nearest the robot's base is
        taken, things on the table before things in a container, and the reference's note says so.

        Raises:
            UnknownThing: nothing in the scene answers to it; the message names what is seen.
            Rejected: how many or which are meant can't be told.
        """
        if len(phrase.words) == 1 and phrase.words[0] in lexicon.PRONOUNS:
            pronoun = phrase.words[0]
            found = discourse.antecedents(pronoun, container=phrase.preposition in lexicon.GOAL)
            if not found:
                raise NotUnderstood(
                    f"nothing was named before that {pronoun!r} could stand for", seen(scene), "seen"
                )
            return found
        if len(phrase.words) > 1 and phrase.words[0] == "all" and phrase.words[-1] in lexicon.PRONOUNS:
            named = discourse.antecedents("them")  # "all of it", "all of them"
            return named or [self._name(Phrase(("everything",)), scene)]
        if _OTHER.intersection(phrase.words):
            return [self._others(phrase, scene, discourse)]
        return [self._name(phrase, scene, discourse.kind)]

    def _others(self, phrase: Phrase, scene: Scene, discourse: Discourse) -> Reference:
        """What was not mentioned yet: "everything else", "the others", "the other can"."""
        named = {name for reference in discourse.mentioned for name in reference.objects}
        noun = _singular(phrase.words[-1])
        if REST.intersection(phrase.words) and not any(noun in names for names in lexicon.KINDS.values()):
            rest = tuple(thing.name for thing in on_table(scene) if thing.name not in named)
            return Reference("objects", rest, every=True, quantified=True, excepted=tuple(sorted(named)))
        words = tuple(word for word in phrase.words if word not in _OTHER)
        unnamed = tuple(thing for thing in scene.objects if thing.name not in named)
        if not named or not unnamed:
            raise NotUnderstood(f"which is meant by {str(phrase)!r} can't be told", seen(scene), "seen")
        found = self._name(Phrase(words, phrase.preposition), replace(scene, objects=unnamed), discourse.kind)
        if found.chosen and "another" not in phrase.words:
            raise NotUnderstood(f"which is meant by {str(phrase)!r} can't be told", seen(scene), "seen")
        return replace(found, quantified=False, every=False)

    def _name(self, phrase: Phrase, scene: Scene, before: str = "") -> Reference:
        """`before` is the kind of what was named before: "the blue one" is then one of that kind."""
        words = [word for word in phrase.words if word]
        if "of" in words:
            words = _without_of(words)
        noun, modifiers = _split_noun(words)
        if not noun:
            raise UnknownThing(f"what {str(phrase)!r} stands for can't be told", seen(scene), "seen")
        if noun in lexicon.TOOL:
            return Reference("tool")
        if noun in lexicon.TABLE:
            return Reference("table")
        for kind, names in lexicon.FIXTURES.items():
            if noun in names or noun == kind:
                return _fixture(kind, noun, scene)
        for fixture in scene.fixtures:
            if noun in (fixture.kind, fixture.name):
                return Reference(_slot(fixture), fixture=fixture.name)
        return self._objects(str(phrase), noun, modifiers, scene, before)

    def _objects(self, phrase: str, noun: str, modifiers: list[str], scene: Scene, before: str) -> Reference:
        plural = _singular(noun) != noun
        anything = _singular(noun) in lexicon.THINGS or noun in lexicon.EVERYTHING
        one = noun in ("one", "ones", "")
        kind, note = ("", "") if anything or one else self._kind(noun, scene)
        things = [thing for thing in scene.objects if not kind or thing.kind == kind]
        if kind and not things:
            raise UnknownThing(f"there is no {noun!r} here", seen(scene), "seen")
        fitting, color, selector = described(phrase, things, modifiers, scene)
        if one and before and any(thing.kind == before for thing in fitting):
            kind, fitting = before, [thing for thing in fitting if thing.kind == before]
        things = fitting
        free = [thing for thing in on_table(scene) if thing in things]
        vague = sorted(lexicon.VAGUE.intersection(modifiers))
        if vague:
            raise NotUnderstood(
                f"which are meant by {phrase!r} can't be told from {vague[0]!r}", seen(scene), "seen"
            )
        all_of = bool(_ALL.intersection(modifiers)) or noun in _COLLECTIVE
        count = 2 if "both" in modifiers else next((lexicon.NUMBERS[word] for word in _numbers(modifiers)), 0)
        unlimited = anything and not color and not selector and not count
        if unlimited and (plural or all_of or noun in lexicon.EVERYTHING):
            names = tuple(thing.name for thing in free)
            return Reference("objects", names, every=True, quantified=True, note=note)
        if plural or count > 1 or all_of or noun in lexicon.EVERYTHING:
            reference = several(phrase, free or things, count, selector, scene)
            return replace(
                reference,
                quantified=bool(free) and not count,
                color=color,
                kind=kind,
                note="; ".join(filter(None, (note, reference.note))),
            )
        if noun in lexicon.THINGS and not color and not selector and len(free) != 1:
            raise NotUnderstood(f"which thing is meant by {phrase!r} can't be told", seen(scene), "seen")
        return replace(single(phrase, things, free, selector, note), color=color, kind=kind)

    def _kind(self, noun: str, scene: Scene) -> tuple[str, str]:
        """The kind that a noun stands for, and a note where it was found by meaning alone."""
        single = _singular(noun)
        kinds = dict.fromkeys(thing.kind for thing in scene.objects)
        names = {kind: (kind, *lexicon.KINDS.get(kind, ())) for kind in (*kinds, *lexicon.KINDS)}
        for kind, known in names.items():
            if single in known or noun in known:
                return kind, ""
        vocabulary = [(name, kind) for kind in kinds for name in names[kind]]
        others = [name for name in (*lexicon.OTHERS, *lexicon.TABLE) if name not in dict(vocabulary)]
        others += [name for fixture in lexicon.FIXTURES.values() for name in fixture]
        vectors = self._encoder.encode([single, *(name for name, _ in vocabulary), *others])
        closeness = vectors[1:] @ vectors[0]
        best = int(np.argmax(closeness))
        if best >= len(vocabulary) or closeness[best] < CLOSENESS:
            raise UnknownThing(f"there is no {noun!r} here", seen(scene), "seen")
        name, kind = vocabulary[best]
        return kind, f"took {noun!r} for a {kind}"


# "everything else", "the rest": what no clause before has named
REST = frozenset(("else", "rest", "others", "remaining"))
_OTHER = REST | {"other", "another"}
_ALL = frozenset(("all", "every", "each"))
_COLLECTIVE = frozenset(("stuff", "mess", "clutter", "junk"))


def _numbers(modifiers: list[str]) -> list[str]:
    return [word for word in modifiers if word in lexicon.NUMBERS]


def _split_noun(words: list[str]) -> tuple[str, list[str]]:
    """The longest ending that is a name, or else the last word; and the words before it."""
    words = [word for word in words if word not in lexicon.DETERMINERS or word in ("some", "any")]
    known = set(lexicon.TABLE | lexicon.TOOL | lexicon.THINGS | {"one", "ones", "everything", "all"})
    known.update(name for names in (*lexicon.KINDS.values(), *lexicon.FIXTURES.values()) for name in names)
    for start in range(len(words)):
        ending = " ".join(words[start:])
        if ending in known or _singular(ending) in known:
            single = _singular(ending)
            keep = single in known and single not in lexicon.THINGS and _is_fixture(single)
            return (single if keep else ending), words[:start]
    if words and words[-1] in lexicon.COLORS:  # "the white and the yellow one"
        return "one", words
    return (words[-1], words[:-1]) if words else ("", [])


def _is_fixture(name: str) -> bool:
    return any(name in names for names in lexicon.FIXTURES.values()) or name in lexicon.TABLE | lexicon.TOOL


def _singular(noun: str) -> str:
    for ending, one in (("boxes", "box"), ("switches", "switch"), ("ies", "y")):
        if noun.endswith(ending):
            return noun.removesuffix(ending) + one
    return noun[:-1] if len(noun) > 3 and noun.endswith("s") and not noun.endswith("ss") else noun


def _without_of(words: list[str]) -> list[str]:
    """Of "all of the cans", all the cans; of "one of the cans", one can; of "the can of soda", the can."""
    at = words.index("of")
    before, after = words[:at], words[at + 1 :]
    if before and all(
        word in lexicon.QUANTIFIERS | lexicon.NUMBERS.keys() | lexicon.VAGUE for word in before
    ):
        if before == ["one"]:
            after = [_singular(word) for word in after]
        return before + after
    return before


def _fixture(kind: str, noun: str, scene: Scene) -> Reference:
    for fixture in scene.fixtures:
        if fixture.kind == kind:
            return Reference(_slot(fixture), fixture=fixture.name)
    raise UnknownThing(f"there is no {noun!r} here", seen(scene), "seen")


def _slot(fixture: Fixture) -> str:
    return fixture.kind if fixture.kind in lexicon.FIXTURES else "object"
