"""From a sentence to a goal: guard, what to leave alone, clauses, things here, what skills bring about."""

import re
from dataclasses import replace
from pathlib import Path

from legion_ros.core import LegionError, Scene
from legion_ros.core.facts import PREDICATES
from legion_ros.knowledge import Knowledge
from legion_ros.knowledge.component import Encoder
from legion_ros.language import fixture_words, guard
from legion_ros.language.asides import without_asides
from legion_ros.language.caveats import MARK, Caveat, take_off
from legion_ros.language.clauses import Clause, split
from legion_ros.language.grounding import Discourse, Grounder, Reference
from legion_ros.language.guard import NotUnderstood, Rejected
from legion_ros.language.phrases import Phrase, patterns
from legion_ros.language.plainer import plainer
from legion_ros.language.remarks import without_remarks
from legion_ros.skills import goal_text
from legion_ros.skills.concepts import Concepts
from legion_ros.skills.draft import Draft
from legion_ros.skills.goal import Goal
from legion_ros.skills.intents import Choice, Intents
from legion_ros.skills.reader import Reader
from legion_ros.skills.reading import readings
from legion_ros.skills.second_opinion import Opinion, Rephrasing, Second

__all__ = ["Interpreter"]

PARTS = 12  # clauses of one instruction, at most


class Interpreter:
    """Finds what is to hold. Slow (tens of milliseconds): call it in a worker, not in a callback."""

    def __init__(
        self,
        knowledge: Knowledge,
        encoder: Encoder,
        goals_file: Path,
        reader: Reader | None = None,
        rephraser: Rephrasing | None = None,
    ) -> None:
        """Embeds the sentences of the declared goals.

        Args:
            knowledge: whose skills can be asked for; what they are for is in their operators.
            encoder: the one that the knowledge was built with.
            goals_file: config/goals.yaml or one like it.
            reader: a language model to ask for what the grammar does not understand; nobody where None.
            rephraser: says in plain words what the grammar does not understand, and doubts what it does;
                nobody where None.

        Raises:
            LegionError: the file can't be read or is not as it should be.
        """
        concepts = Concepts.load(goals_file)
        self._grounder = Grounder(encoder)
        self._intents = Intents(knowledge, encoder, concepts)
        self._reader = reader
        self._second = Second(rephraser) if rephraser else None

    def goal(self, instruction: str, scene: Scene) -> Goal:
        """What an instruction asks for.

        Raises:
            Rejected: why it asks for nothing that is known, in words for the user.
        """
        written = guard.plain(instruction)  # nobody reads what is no text, too long or a computer's
        fixture_words.check(written)
        text = without_remarks(written)
        remarks = text != written
        opinion = self._second.opinion(instruction) if self._second else None
        try:
            goal, meant = self._said(instruction, text, scene)
        except Rejected as error:
            return self._otherwise(instruction, text, remarks, opinion, scene, error)
        if opinion is None:
            return goal
        opinion.check(instruction, meant)
        if remarks:
            opinion.check_remarks(instruction, bool(take_off(plainer(text))[1]))
            return goal
        return self._surer(goal, meant, opinion, scene)

    def _otherwise(
        self,
        instruction: str,
        text: str,
        remarks: bool,
        opinion: Opinion | None,
        scene: Scene,
        refused: Rejected,
    ) -> Goal:
        """What the grammar refused, by the rephraser's words, else by a language model. Raises Rejected."""
        if opinion and self._stands(opinion, instruction, text, remarks, refused):
            try:
                return self._said_again(instruction, opinion, scene, refused)
            except Rejected as error:
                refused = error
        if self._reader is None or not isinstance(refused, NotUnderstood):
            raise refused
        try:
            return self._ask(self._reader, instruction, take_off(plainer(text))[1], scene)
        except LegionError as problem:
            raise refused from problem

    def _stands(
        self, opinion: Opinion, instruction: str, text: str, remarks: bool, refused: Rejected
    ) -> bool:
        """Whether what the rephraser says may stand for what was refused, if need be without asides."""
        if opinion.answers(refused, instruction, text):
            return self._agrees(opinion, text, remarks)
        rest = without_asides(text)
        return (
            rest != text
            and opinion.answers(refused, instruction, rest)
            and self._second is not None
            and opinion.repeats(self._second.opinion(rest))
        )

    def _agrees(self, opinion: Opinion, text: str, remarks: bool) -> bool:
        """Whether the rephraser finds in the text alone what it finds in it with the remarks."""
        return not remarks or (self._second is not None and opinion.agrees(self._second.opinion(text)))

    def _surer(self, goal: Goal, meant: tuple[Choice, ...], opinion: Opinion, scene: Scene) -> Goal:
        """What the grammar understood, unless the rephraser is very sure of something else."""
        if not opinion.contradicts(meant):
            return goal
        try:
            other = self._said_again(goal.instruction, opinion, scene, NotUnderstood(""))
        except Rejected:
            return goal
        careful = other.untouched >= goal.untouched  # what is to be left alone is, whoever understood it
        return other if careful and not other.same(goal, scene) else goal

    def _said_again(self, instruction: str, opinion: Opinion, scene: Scene, refused: Rejected) -> Goal:
        """The goal of a sentence that the grammar refused, by what the rephraser made of it."""
        try:
            goal, _ = self._said(opinion.text, guard.plain(opinion.text), scene)
        except NotUnderstood:
            raise refused from None
        except Rejected as error:  # it says what is not there, say, where the grammar was at a loss
            raise (error if isinstance(refused, NotUnderstood) else refused) from None
        return replace(goal, instruction=instruction, notes=(f"understood as: {opinion.text}", *goal.notes))

    def _said(self, instruction: str, written: str, scene: Scene) -> tuple[Goal, tuple[Choice, ...]]:
        """The goal of a sentence, and what each of its clauses was taken to mean. Raises Rejected."""
        plain = plainer(written)
        text, caveats = take_off(plain)
        text = _MEANWHILE.sub(r"\1", text)
        rest = MARK.sub(" ", text)
        guard.check(rest)
        if caveats and not re.search(r"[a-z]", rest):
            guard.check(plain)
            raise Rejected(
                f"{plain!r} says only what to leave alone; say what to do", guard.EXAMPLES, "for example"
            )
        return self._grammar(instruction, text, caveats, scene)

    def _grammar(
        self, instruction: str, text: str, caveats: tuple[Caveat, ...], scene: Scene
    ) -> tuple[Goal, tuple[Choice, ...]]:
        clauses = split(text)
        if len(clauses) > PARTS:
            raise Rejected(f"the instruction has {len(clauses)} parts; at most {PARTS} are taken at once")
        draft = Draft(scene)
        discourse = Discourse()
        meant: list[Choice] = []
        for index, clause in enumerate(clauses):
            if clause.caveat is not None:
                self._leave(caveats[clause.caveat], scene, discourse, draft)
                continue
            following = next((other for other in clauses[index + 1 :] if other.caveat is None), None)
            meant += self._take(clause, following, scene, discourse, draft)
        goal = draft.goal(instruction)
        if not goal.stages:
            raise Rejected(f"{instruction!r} asks for nothing", guard.EXAMPLES, "for example")
        return goal, tuple(meant)

    def _ask(self, reader: Reader, instruction: str, caveats: tuple[Caveat, ...], scene: Scene) -> Goal:
        """What a language model makes of it; what is to be left alone is so whatever it says."""
        names = tuple(thing.name for thing in (*scene.objects, *scene.fixtures))
        answer = goal_text.parse(reader.read(instruction, names, tuple(PREDICATES)), scene, instruction)
        draft = Draft(scene)
        for caveat in caveats:
            self._leave(caveat, scene, Discourse(), draft)
        for rank, stage in enumerate(answer.stages):
            draft.add(rank, stage)
        draft.leave(tuple(sorted(answer.untouched)), "the language model's answer")
        draft.note(f"read by a language model: {goal_text.write(answer, scene, frozenset())}")
        return draft.goal(instruction)

    def _take(
        self, clause: Clause, following: Clause | None, scene: Scene, discourse: Discourse, draft: Draft
    ) -> list[Choice]:
        """Add what a clause asks for; returns what it was taken to mean, nothing for a remark."""
        text = clause.text
        if clause.taken:  # "take all but the mug and put it away": "put all but the mug away"
            text, replaced = _IT.subn(clause.taken, text, count=1)
            for reference in [] if replaced else self._ground(clause.taken, scene, discourse)[:1]:
                discourse.mention(reference)
        if clause.remark:
            self._note(clause, scene, discourse)
            return []
        text = _without_there(text, discourse)
        if cut := _CUT_SHORT.search(text):
            raise NotUnderstood(
                f"{text!r} ends with {cut.group(1)!r}; say where", guard.EXAMPLES, "for example"
            )
        found, problem = readings(patterns(text), scene, discourse, self._grounder)
        if following and not any(reading.mentioned for reading in found) and not following.remark:
            # "open and close the drawer": the first verb has to borrow
            borrowed = f"{clause.text} {following.text.partition(' ')[2]}"
            found += readings(patterns(borrowed), scene, discourse, self._grounder)[0]
            if not any(map(self._intents.knows, _stems(clause.text.split()[0]))):
                raise NotUnderstood(f"{clause.text!r} is no instruction", guard.EXAMPLES, "for example")
        choice = self._intents.choose(clause.text, found, problem, scene)
        for reference in choice.reading.mentioned:
            discourse.mention(reference)
        discourse.place = choice.reading.place or discourse.place
        draft.take(clause, choice, self._intents.discard(choice.reading))
        return [choice]

    def _leave(self, caveat: Caveat, scene: Scene, discourse: Discourse, draft: Draft) -> None:
        """Add what is to be left alone."""
        names: list[str] = []
        for phrase in caveat.phrases:
            found = self._ground(phrase, scene, discourse)
            # "put the mug in the drawer, but don't put it in the bin": not the drawer
            reference = next((r for r in found if r.objects), found[0]) if caveat.container else found[0]
            if reference.chosen:
                raise NotUnderstood(f"which is meant in {caveat.said!r} can't be told: {reference.note}")
            if not reference.objects and not reference.fixture:
                raise Rejected(f"{caveat.said!r} says what not to do; say what to do")
            names += reference.objects or (reference.fixture,)
            discourse.mention(reference)
        if caveat.state:
            draft.keep(tuple(names), caveat.state, caveat.said)
        elif caveat.container:
            container = self._ground(caveat.container, scene, discourse)[0]
            if not container.fixture:
                raise Rejected(f"{caveat.said!r}: {caveat.container!r} is nothing that things go into")
            draft.keep_out(tuple(names), container.fixture, caveat.said)
        else:
            draft.leave(tuple(names), caveat.said)

    def _ground(self, words: str, scene: Scene, discourse: Discourse) -> list[Reference]:
        return self._grounder.ground(Phrase(tuple(words.split())), scene, discourse)

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


def _stems(verb: str) -> tuple[str, ...]:
    """The verb, and what it may be a participle of: "tidying" of "tidy", "closing" of "close"."""
    stem = re.sub(r"(?:ing|ed)$", "", verb)
    return verb, stem, f"{stem}e", stem[:-1]


_CUT_SHORT = re.compile(r" (to|into|toward|towards|onto|at|from|of|with|under|behind|beside|between|for)$")
# "leave the mug alone while you clear the table"
_MEANWHILE = re.compile(rf"({MARK.pattern} ; )while (?:you (?:are )?)?")
_IN_ITSELF = re.compile(r"\b(?:it|them|drawer|button|switch)\b")
_IT = re.compile(r"(?<!in )(?<!into )(?<!inside )(?<!to )\b(?:it|them)\b")


def _without_there(text: str, discourse: Discourse) -> str:
    """Say where "there" is: "put the ball inside" -> "put the ball in it", of the container named before."""
    container = bool(discourse.antecedents("it", container=True))
    for ending in (" in there", " into there", " inside there", " inside", " there"):
        if text.endswith(ending):
            aim = f"to the {discourse.place}" if discourse.place and not container else "in it"
            return f"{text.removesuffix(ending)} {aim}"
    if container and text.endswith(" in") and not _IN_ITSELF.search(text):
        return f"{text} it"  # "open the drawer and drop the mug in"
    return text
