"""From a sentence to a plan: guard, clauses, things in the scene, skills in the knowledge."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from legion_ros.core import SKILLS, GroundedSkill, LegionError, Scene, predicates
from legion_ros.knowledge import Key, Knowledge, fit
from legion_ros.knowledge.component import Encoder
from legion_ros.language.clauses import Clause, split
from legion_ros.language.grounding import Discourse, Grounder, UnknownThing
from legion_ros.language.guard import EXAMPLES, Rejected, sentence
from legion_ros.language.lexicon import DISCARD
from legion_ros.language.phrases import Phrase, patterns
from legion_ros.language.template import SLOTS, embeddable
from legion_ros.skills.decomposition import Decomposition, Decompositions
from legion_ros.skills.plan import Part, Plan, SetGoal
from legion_ros.skills.reading import Reading, readings, supposed

__all__ = ["Composer"]

KNOWN = 0.5  # probability of not being new from which a skill is taken to be meant
CLEARLY = 1.5  # how many times likelier than any other skill the one that is meant must be
PARTS = 12  # clauses of one instruction, at most


@dataclass(frozen=True)
class _Choice:
    """A reading and what is meant by it."""

    reading: Reading
    intent: "str | Decomposition"  # a skill, or a decomposition
    probability: float
    rival: str = ""  # another skill that may as well be meant


class Composer:
    """Makes plans. Slow (tens of milliseconds a sentence): call it in a worker, not in a callback."""

    def __init__(self, knowledge: Knowledge, encoder: Encoder, decompositions: Path) -> None:
        """Embeds the sentences of the decompositions.

        Args:
            knowledge: whose components can be used.
            encoder: the one that the knowledge was built with.
            decompositions: config/decompositions.yaml or one like it.

        Raises:
            LegionError: the file can't be read or is not as it should be.
        """
        self._declared = Decompositions.load(decompositions)
        self._encoder = encoder
        self._grounder = Grounder(encoder)
        self._intents: tuple[str | Decomposition, ...] = (
            *(component.skill for component in knowledge.components),
            *self._declared.known,
        )
        self._sentences = tuple(c.sentences[0] for c in knowledge.components) + tuple(
            decomposition.sentences[0] for decomposition in self._declared.known
        )
        keys = [Key(encoder.encode([embeddable(text) for text in d.sentences])) for d in self._declared.known]
        # what is declared competes with what was learned: the prior of "new" has to know both
        self._mixture = fit([*knowledge.mixture.keys, *keys], knowledge.mixture.background)

    def plan(self, instruction: str, scene: Scene) -> Plan:
        """The plan for an instruction.

        Raises:
            Rejected: why there is none, in words for the user.
        """
        clauses = split(sentence(instruction))
        if len(clauses) > PARTS:
            raise Rejected(f"the instruction has {len(clauses)} parts; at most {PARTS} are taken at once")
        draft = _Draft(scene, self._declared)
        discourse = Discourse()
        for index, clause in enumerate(clauses):
            following = clauses[index + 1] if index + 1 < len(clauses) else None
            self._take(clause, following, scene, discourse, draft)
        return draft.plan(instruction)

    def _take(
        self, clause: Clause, following: Clause | None, scene: Scene, discourse: Discourse, draft: "_Draft"
    ) -> None:
        if clause.taken:
            phrase = Phrase(tuple(clause.taken.split()))
            for reference in self._grounder.ground(phrase, scene, discourse)[:1]:
                discourse.mention(reference)
        if clause.remark:
            self._note(clause, scene, discourse)
            return
        text = _without_there(clause.text, discourse)
        found, problem = readings(patterns(text), scene, discourse, self._grounder)
        if following and not any(reading.mentioned for reading in found) and not following.remark:
            # "open and close the drawer": the first verb has to borrow
            borrowed = f"{clause.text} {following.text.partition(' ')[2]}"
            found += readings(patterns(borrowed), scene, discourse, self._grounder)[0]
        choice = self._choose(clause.text, found, problem, scene)
        for reference in choice.reading.mentioned:
            discourse.mention(reference)
        discourse.place = choice.reading.place or discourse.place
        draft.add(choice)

    def _note(self, remark: Clause, scene: Scene, discourse: Discourse) -> None:
        """Remember what a remark is about, as far as it is here."""
        pattern = patterns(f"remark {remark.text}")[0]
        discourse.place = pattern.place or discourse.place
        for phrase in pattern.phrases:
            try:
                references = self._grounder.ground(phrase, scene, discourse)
            except Rejected:
                continue
            discourse.mention(references[0])

    def _choose(self, text: str, found: Sequence[Reading], problem: Rejected | None, scene: Scene) -> _Choice:
        """The best reading. Raises Rejected with the most telling reason where none is good enough."""
        choices = [choice for reading in found if (choice := self._best(reading))]
        if choices:
            choice = max(choices, key=lambda choice: (not choice.reading.guess, choice.probability))
            if choice.rival:
                raise Rejected(f"{text!r} could mean {choice.intent} as well as {choice.rival}; say which")
            return choice
        if problem and (not isinstance(problem, UnknownThing) or self._is_known(text, scene)):
            raise problem
        raise self._no_skill(text, found)

    def _best(self, reading: Reading) -> _Choice | None:
        among = np.array([not self._lacks(reading, intent) for intent in self._intents])
        if not among.any():
            return None
        vector = self._encoder.encode([reading.text])[0]
        posterior = self._mixture.posterior(vector, among)
        best = int(posterior.responsibilities.argmax())
        anything = self._mixture.posterior(vector).responsibilities
        if 1 - posterior.new < KNOWN or anything[best] < 0.1 * anything.max():
            return None
        skills = np.array([isinstance(intent, str) for intent in self._intents]) * posterior.responsibilities
        second = int(np.argsort(-skills)[1]) if len(skills) > 1 else best
        close = (
            second != best
            and isinstance(self._intents[best], str)
            and CLEARLY * skills[second] > skills[best]
        )
        rival = str(self._intents[second]) if close else ""
        return _Choice(reading, self._intents[best], float(posterior.responsibilities[best]), rival)

    def _lacks(self, reading: Reading, intent: "str | Decomposition") -> str:
        if isinstance(intent, str):
            return reading.lacks(intent, self._discard(reading))
        if reading.odd or reading.direct or reading.place:
            return reading.odd or f"{intent.name} takes a container at most"
        return ""

    def _discard(self, reading: Reading) -> str:
        return self._declared.discard if DISCARD.search(reading.text) else ""

    def _is_known(self, text: str, scene: Scene) -> bool:
        """Whether the words, taken as they are or about something that is here, ask for what is known."""
        texts = [text] + [t for pattern in patterns(text) for t in supposed(pattern, scene, self._grounder)]
        return any(self._mixture.posterior(v).new < KNOWN for v in self._encoder.encode(texts))

    def _no_skill(self, text: str, found: Sequence[Reading]) -> Rejected:
        query = found[0].text if found else text
        posterior = self._mixture.posterior(self._encoder.encode([query])[0])
        order = np.argsort(-posterior.responsibilities)
        nearest = tuple(embeddable(self._sentences[i]) for i in order[:3])
        if posterior.new < KNOWN and found and (lack := self._lacks(found[0], self._intents[order[0]])):
            return Rejected(f"{text!r} can't be done: {lack}", nearest)
        if found and (lack := self._lacks_aim(found[0])):
            return Rejected(f"{text!r} can't be done: {lack}", nearest)
        return Rejected(f"no learned skill fits {text!r}", nearest)

    def _lacks_aim(self, reading: Reading) -> str:
        """What a skill lacks that the words would ask for, if only they said where to."""
        if not reading.objects or reading.goal or reading.place:
            return ""
        lacking: list[str] = []
        for aim in (f"in {SLOTS['bin']}", SLOTS["place"]):
            posterior = self._mixture.posterior(self._encoder.encode([f"{reading.text} {aim}"])[0])
            best = self._intents[int(posterior.responsibilities.argmax())]
            if posterior.new < KNOWN and isinstance(best, str) and SKILLS[best].targets:
                lacking.append(reading.lacks(best))
        return "; ".join(dict.fromkeys(lacking))


class _Draft:
    """A plan in the making."""

    def __init__(self, scene: Scene, declared: Decompositions) -> None:
        self._scene = scene
        self._declared = declared
        self._parts: list[Part] = []
        self._notes: list[str] = []

    def add(self, choice: _Choice) -> None:
        """Append what the choice comes to."""
        reading = choice.reading
        self._notes += [note for note in reading.notes if note not in self._notes]
        if isinstance(choice.intent, Decomposition):
            self._add_set(choice.intent, reading, reading.goal)
            return
        skill = choice.intent
        target = reading.direct or reading.goal or reading.place
        if not target and reading.lacks(skill):
            target = self._declared.discard
        if reading.every:
            template = f"{skill}({{object}}, {{container}})" if target else f"{skill}({{object}})"
            self._add_set(
                Decomposition(name=skill, sentences=(), steps=(template,), container=target), reading, target
            )
            return
        for name in reading.objects or ("",):
            self._add_step(GroundedSkill(skill, name, target))

    def plan(self, instruction: str) -> Plan:
        """The finished plan. Raises Rejected where a step can't be done in this scene."""
        plan = Plan(instruction, tuple(self._parts), tuple(self._notes), self._declared.before)
        for step in plan.steps:
            self._check(step)
        return plan

    def _add_set(self, decomposition: Decomposition, reading: Reading, container: str) -> None:
        names = None if reading.every or not reading.objects else reading.objects
        goal = SetGoal(decomposition, container, names, reading.excepted)
        steps = goal.remaining(self._scene)
        needed = dict.fromkeys(filter(None, (self._declared.needed(step) for step in steps)))
        for step in needed:
            self._need(step)
        if not steps:
            self._notes.append(f"{decomposition.name}: nothing is left to do")
        self._parts.append(Part(steps, goal))
        for step in decomposition.last:
            if not self._holds(step):
                self._parts.append(Part((step,)))

    def _add_step(self, step: GroundedSkill) -> None:
        if step.object and self._parts and self._parts[-1].steps == (step,):
            return  # said twice: "reach out and go to the mug"
        needed = self._declared.needed(step)
        if needed:
            self._need(needed)
        self._parts.append(Part((step,)))

    def _need(self, step: GroundedSkill) -> None:
        if not self._holds(step):
            self._parts.append(Part((step,)))
            self._notes.append(f"{step} comes first: it does not hold yet")

    def _holds(self, step: GroundedSkill) -> bool:
        """Whether the step's success holds at the end of the plan so far, as far as can be foreseen."""
        for part in reversed(self._parts):
            for planned in reversed(part.steps):
                if planned.target == step.target and not planned.object:
                    return planned == step
        return step.succeeded(self._scene)

    def _check(self, step: GroundedSkill) -> None:
        try:
            step.check(self._scene)
        except Rejected:
            raise
        except LegionError as error:
            raise Rejected(str(error), EXAMPLES, "for example") from error
        if not step.object or step.succeeded(self._scene):
            return
        thing = self._scene.object(step.object)
        for fixture in self._scene.fixtures:
            if fixture.kind in ("bin", "drawer") and predicates.inside(thing, fixture):
                raise Rejected(
                    f"{step}: {thing.name} lies in the {fixture.name}, and taking out is not learned"
                )


def _without_there(text: str, discourse: Discourse) -> str:
    """Say where "there" is: "put the ball inside" -> "put the ball in it", of the container named before."""
    container = bool(discourse.antecedents("it", container=True))
    for ending in (" in there", " into there", " inside there", " inside", " there"):
        if text.endswith(ending):
            aim = f"to the {discourse.place}" if discourse.place and not container else "in it"
            return f"{text.removesuffix(ending)} {aim}"
    return text
