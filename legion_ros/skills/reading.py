"""One way to understand a clause: what it is about, where that is to go, which skills take such arguments."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice, product

from legion_ros.core import SKILLS, Scene
from legion_ros.core.skill import PLACES, THING
from legion_ros.language.grounding import REST, Discourse, Grounder, Reference
from legion_ros.language.guard import Rejected
from legion_ros.language.lexicon import GOAL, PRONOUNS, SOURCE
from legion_ros.language.phrases import Pattern, Phrase
from legion_ros.language.template import SLOTS

__all__ = ["Reading", "readings", "supposed"]

READINGS = 8  # at most, of one clause
_ON_TABLE = frozenset(("on", "from", "off", "across", "along", "over", "of", "in", "upon"))
_WITH = frozenset(("with", "using", "by"))
_YOU = frozenset(("you", "yourself", "robot"))


@dataclass(frozen=True)
class Reading:
    """A clause with its phrases grounded."""

    text: str  # what to embed
    objects: tuple[str, ...] = ()
    things: tuple[Reference, ...] = ()  # what the objects were called by
    every: bool = False  # the objects are all there are on the table
    excepted: tuple[str, ...] = ()
    direct: str = ""  # fixture that something is done to
    goal: str = ""  # fixture that something goes to
    onto: str = ""  # object that something goes to
    place: str = ""
    guess: bool = False  # to be taken only where no other reading will do
    odd: str = ""  # what no skill has a use for, in words
    mentioned: tuple[Reference, ...] = ()
    notes: tuple[str, ...] = ()

    def takes(self, skill: str) -> bool:
        """Whether the clause names just the arguments of `skill`."""
        return not self.lacks(skill)

    def lacks(self, skill: str, discard: str = "") -> str:
        """What keeps `skill` from doing it, in words, or "". `discard` is the goal when none is named."""
        declared = SKILLS[skill]
        if self.odd:
            return self.odd
        if not declared.takes_object:
            known = ", ".join(declared.targets)
            if self.objects:
                return f"{skill} takes no object, only: {known}"
            if self.direct not in declared.targets or self.goal:
                return f"{skill} is for: {known}"
            if self.place:
                return f"{skill} takes no place"
            return ""
        if self.direct:
            return f"{skill} takes an object of the table, not the {self.direct}"
        if not self.objects and not self.things:
            return f"{skill} needs an object"
        named = self.goal or self.place or self.onto
        if self.onto:
            if THING not in declared.targets:
                return "no skill takes two objects for different roles"
            return f"{skill} takes no {self.goal or self.place}" if self.goal or self.place else ""
        if not declared.targets:
            return f"{skill} takes no {named}" if named else ""
        if THING in declared.targets and not named and len(self.objects) > 1:
            return ""  # onto one another: "stack the blocks"
        known = [target for target in declared.targets if target != THING]
        if (self.goal and self.place) or (named or discard) not in known:
            return f"{skill} needs to be told where: {', '.join(known) or 'an object'}"
        return ""


@dataclass
class _Roles:
    """Collects what the phrases of a pattern stand for."""

    slots: dict[Phrase, str] = field(default_factory=dict)
    objects: list[tuple[str, ...]] = field(default_factory=list)  # of each group of phrases that go together
    things: list[Reference] = field(default_factory=list)
    every: bool = False
    excepted: list[str] = field(default_factory=list)
    direct: list[str] = field(default_factory=list)
    goal: list[str] = field(default_factory=list)
    table: list[Phrase] = field(default_factory=list)  # phrases that only say that things are on the table
    odd: str = ""

    def add(self, phrase: Phrase, reference: Reference) -> None:
        self.slots[phrase] = reference.slot
        if phrase.excepted:
            self.excepted += reference.objects
            self.odd = self.odd or ("" if reference.objects else f"{phrase} is none of the objects")
            if reference.chosen:
                self.odd = self.odd or f"which is to be left out can't be told from {str(phrase)!r}"
        elif reference.slot == "tool":
            if phrase.preposition in _WITH:
                self.slots[phrase] = ""
            elif phrase.preposition and _YOU.intersection(phrase.words):
                self.slots[phrase] = "you"  # as it is: "pull the drawer toward you"
        elif reference.slot == "table":
            if phrase.preposition in _ON_TABLE:
                self.table.append(phrase)
            elif phrase.preposition:
                self.odd = f"{phrase.preposition} {phrase!s} is not understood"
        elif reference.fixture:
            self._fixture(phrase, reference)
        else:
            self._object(phrase, reference)

    def _object(self, phrase: Phrase, reference: Reference) -> None:
        if phrase.joined and self.objects:
            self.objects[-1] += tuple(name for name in reference.objects if name not in self.objects[-1])
        else:
            self.objects.append(reference.objects)
        if len(self.objects) == 1:
            self.things.append(reference)
        self.every = self.every or reference.every
        self.excepted += reference.excepted

    def _fixture(self, phrase: Phrase, reference: Reference) -> None:
        about = self.objects or self.every or self.table or self._cleared
        if phrase.preposition in GOAL and about:
            self.goal.append(reference.fixture)
        elif phrase.preposition in SOURCE or (phrase.preposition in GOAL and phrase.preposition != "in"):
            self.odd = f"{phrase.preposition} {phrase!s} is not understood there"
        else:
            self.direct.append(reference.fixture)

    @property
    def _cleared(self) -> bool:
        return "table" in self.slots.values()


def readings(
    patterns: list[Pattern], scene: Scene, discourse: Discourse, grounder: Grounder
) -> tuple[list[Reading], Rejected | None]:
    """All readings of a clause, and the first reason why a pattern has none."""
    found: list[Reading] = []
    problem: Rejected | None = None
    for pattern in patterns:
        try:
            found += islice(_of_pattern(pattern, scene, discourse, grounder), READINGS)
        except Rejected as error:
            problem = problem if pattern.guess else problem or error
    return found[:READINGS], problem


def supposed(pattern: Pattern, scene: Scene, grounder: Grounder) -> list[str]:
    """What a pattern would say if what is not here were: to tell an unknown thing from an unknown skill."""
    slots: dict[Phrase, str] = {}
    unknown: list[Phrase] = []
    for phrase in pattern.phrases:
        try:
            slots[phrase] = grounder.ground(phrase, scene, Discourse())[0].slot
        except Rejected:
            slots[phrase] = "bin" if phrase.preposition in GOAL else "object"
            unknown += [] if phrase.preposition in GOAL else [phrase]
    fixtures = [fixture.kind for fixture in scene.fixtures if fixture.kind in SLOTS]
    return [pattern.text(slots)] + [pattern.text(slots | dict.fromkeys(unknown, kind)) for kind in fixtures]


def _of_pattern(
    pattern: Pattern, scene: Scene, discourse: Discourse, grounder: Grounder
) -> Iterator[Reading]:
    phrases = pattern.phrases
    choices: list[list[Reference]] = []
    said = Discourse(list(discourse.mentioned), discourse.place)
    for phrase in phrases:
        # "all cans but the blue one"; yet "it" and "everything else" look back to other clauses alone
        backward = (PRONOUNS | REST).intersection(phrase.words)
        choices.append(grounder.ground(phrase, scene, discourse if backward else said))
        said.mention(choices[-1][0])
    for references in product(*choices):
        roles = _Roles()
        for phrase, reference in zip(phrases, references, strict=True):
            roles.add(phrase, reference)
        reading = _reading(pattern, roles, references)
        yield reading
        # "clear away all the cans" is like "clear away the object" and like "clear away all the objects"
        many = [p for p, r in zip(phrases, references, strict=True) if r.quantified and r.slot == "object"]
        if many:
            yield replace(reading, text=pattern.text(roles.slots | dict.fromkeys(many, "objects")))


def _reading(pattern: Pattern, roles: _Roles, references: tuple[Reference, ...]) -> Reading:
    odd = roles.odd
    onto = roles.objects[1] if len(roles.objects) == 2 else ()
    if len(roles.objects) > 1 and len(onto) != 1:
        odd = odd or "no skill takes two objects for different roles"
    if len(set(roles.direct)) + len(set(roles.goal)) > 1:
        odd = odd or "no skill takes two fixtures at once"
    if roles.goal or pattern.place in PLACES:
        roles.slots.update(
            dict.fromkeys(roles.table, "")
        )  # "the mug on the table in the bin": where it is now
    objects = roles.objects[0] if roles.objects else ()
    return Reading(
        text=pattern.text(roles.slots),
        objects=tuple(name for name in objects if name not in roles.excepted),
        things=tuple(roles.things),
        every=roles.every,
        excepted=tuple(roles.excepted),
        direct=roles.direct[0] if roles.direct else "",
        goal=roles.goal[0] if roles.goal else "",
        onto=onto[0] if onto else "",
        place=pattern.place,
        guess=pattern.guess,
        odd=odd,
        mentioned=tuple(reference for reference in references if reference.slot != "tool"),
        notes=tuple(reference.note for reference in references if reference.note),
    )
