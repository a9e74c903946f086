"""A new skill beside those that are known: what is kept, what is refused, what stays as it was."""

import hashlib
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load_file

from legion_ros.cli.main import main
from legion_ros.core import SKILLS, GroundedSkill
from legion_ros.core import skill as skill_module
from legion_ros.core.attempt import Attempt
from legion_ros.core.declaration import Declaration
from legion_ros.core.episode import Episode
from legion_ros.core.facts import Fact
from legion_ros.evaluation import teaching
from legion_ros.evaluation.teaching import TeachingConfig, TeachingError
from legion_ros.knowledge import Knowledge, KnowledgeError
from legion_ros.learning import Demonstrations
from legion_ros.policy import Expert
from legion_ros.share import share

PILE = Declaration.of_reward("pile", ["on(?object, ?target)"], ("block",), ("block",))
SENTENCES = ("pile {objects} up", "pile {object} on {object}")
BEFORE, AFTER = ("on(a, table)", "on(b, table)"), ("on(a, b)", "on(b, table)")


class FakeEncoder:
    """A vector of 384 numbers that depends on the words of a sentence alone."""

    def encode(self, texts):
        rows = []
        for text in texts:
            seeds = [int(hashlib.sha256(word.encode()).hexdigest()[:8], 16) for word in text.split()]
            row = sum(np.random.default_rng(seed).normal(size=384) for seed in seeds)
            rows.append(row / np.linalg.norm(row))
        return np.array(rows, np.float32)


class FakePractice:
    """Answers for the processes: experts are stale, attempts succeed as often as they are told to."""

    def __init__(self, success):
        self.success = success
        self.asked = []

    def run(self, work):
        return self.each(None, work)

    def each(self, function, work):
        for piece in work:
            name = getattr(function, "__name__", "practise")
            self.asked.append(name)
            yield piece, getattr(self, name)(piece)

    def _fit(self, work):
        return still().tensors()

    def practise(self, job):
        return {skill: [] for skill in job.skills}

    def _practise(self, work):
        return work.start, 7

    def attempt(self, job):
        pile = GroundedSkill("pile", "a", "b")
        hard = (*BEFORE, "on(c, b)")  # something stands on it already
        well = [made(pile, True, BEFORE, AFTER)] * round(self.success * job.attempts)
        badly = [made(pile, False, BEFORE, BEFORE)] * (job.attempts - len(well))
        return [*well, *badly, *[made(pile, False, hard, hard)] * (10 if job.anything else 0)]


@pytest.fixture(autouse=True)
def forgotten():
    """What is declared here is no skill of other tests."""
    yield
    skill_module._known.pop("pile", None)


def made(skill, success, before, after):
    before, after = (frozenset(map(Fact.parse, texts)) for texts in (before, after))
    return Attempt(skill, success, before, after, after)


def still():
    return Expert(np.zeros(21), np.ones(21), 5)


def learn(practice, store, tmp_path, **given):
    PILE.register()
    shipped = Knowledge.load(share("config", "knowledge", "tabletop"))
    config = TeachingConfig(evaluate=40, attempts=40, **given)
    told = []
    taught = teaching.learn_skill(
        PILE,
        store,
        shipped.components,
        practice,
        config,
        3,
        "legion teach",
        lambda *what: told.append(what),
    )
    return shipped, taught


@pytest.fixture
def store(tmp_path):
    with Demonstrations(tmp_path / "shown.sqlite") as store:
        rows = np.zeros((3, 21), np.float32), np.zeros((3, 5), np.float32), np.zeros((3, 5), np.float32)
        store.add("pile", [Episode("pile a b", *rows, True)])
        store.declare(PILE)
        yield store


def test_what_was_shown_and_works_is_measured_and_its_operator_learned(store, tmp_path):
    practice = FakePractice(0.9)
    _, taught = learn(practice, store, tmp_path)
    assert taught.how == "demonstrations and practice"  # nobody can be asked how to pile
    assert (taught.success.successes, taught.success.episodes) == (36, 40)
    assert taught.operator.goal("x", "y") == {Fact.parse("on(x, y)")}
    (case,) = taught.operator.cases
    assert case.target == "object"
    assert [str(p) for p in case.preconditions] == ["not on(?other, ?target)"]


class OneCan(FakePractice):
    """One of the experts can pile; which one is told by its tensors."""

    def __init__(self, expert, success):
        super().__init__(success)
        self.skilled = expert.tensors()

    def attempt(self, job):
        can = all(np.array_equal(job.expert[name], value) for name, value in self.skilled.items())
        self.success = 0.9 if can else 0.25
        return super().attempt(job)

    def _practise(self, work):
        self.good = work.good
        return super()._practise(work)


def test_with_the_reward_alone_practice_sets_out_from_the_expert_that_does_best_at_it(tmp_path):
    shipped = Knowledge.load(share("config", "knowledge", "tabletop"))
    practice = OneCan(shipped.components[2].expert, 0.9)
    _, taught = learn(practice, None, tmp_path)
    assert taught.how == f"practice from {shipped.components[2].name} (22 of 24 at it)"
    assert practice.asked[: len(shipped.components) + 1] == ["attempt"] * len(shipped.components) + [
        "_practise"
    ]
    assert practice.good and taught.steps == 7


def test_where_none_of_them_can_it_sets_out_from_the_nearest_and_may_go_far(tmp_path):
    practice = OneCan(still(), 0.0)
    practice.attempt = lambda job: FakePractice.attempt(FakePractice(0.25), job)
    shipped = Knowledge.load(share("config", "knowledge", "tabletop"))
    with pytest.raises(TeachingError, match=rf"practice from {shipped.components[0].name} \(6 of 24 at it\)"):
        learn(practice, None, tmp_path)
    assert not practice.good


def test_what_fails_too_often_is_not_kept(store, tmp_path):
    with pytest.raises(TeachingError, match=r"pile was learned from .* succeeds in 0\.300 .* at least 0\.5"):
        learn(FakePractice(0.3), store, tmp_path)


def test_all_other_components_stay_as_they_are_to_the_byte(store, tmp_path):
    shipped, taught = learn(FakePractice(0.9), store, tmp_path)
    sentences = [f"pile {word} {{object}} on {{object}}" for word in ("quickly", "now", "please")]
    new = teaching.component(PILE, taught, sentences, 3, "legion teach", FakeEncoder())
    teaching.with_component(shipped, new).save(tmp_path / "taught")
    before, after = share("config", "knowledge", "tabletop"), tmp_path / "taught"

    def hashes(folder):
        tensors = load_file(folder / "knowledge.safetensors")
        return {
            name: hashlib.sha256(value.tobytes()).hexdigest()
            for name, value in tensors.items()
            if name.split("/")[0] not in ("whitening", "background", "pile")
        }

    def entries(folder):
        listed = json.loads((folder / "manifest.json").read_text())["components"]
        return {entry["name"]: entry for entry in listed}

    assert hashes(before) == hashes(after) and len(hashes(before)) > 40
    known = entries(after)
    assert known.pop("pile")["declaration"] == PILE.described()
    assert known == entries(before)
    # and once more: it makes way for itself alone
    again = teaching.with_component(Knowledge.load(after), replace(new, expert=still()))
    assert [c.name for c in again.components] == [*known, "pile"]


def test_a_taught_skill_is_known_in_a_process_that_has_only_loaded_it(store, tmp_path):
    shipped, taught = learn(FakePractice(0.9), store, tmp_path)
    new = teaching.component(PILE, taught, SENTENCES, 3, "legion teach", FakeEncoder())
    teaching.with_component(shipped, new).save(tmp_path / "taught")
    code = (
        "from pathlib import Path; from legion_ros.core import SKILLS\n"
        "from legion_ros.knowledge import Knowledge\n"
        "assert 'pile' not in SKILLS\n"
        f"known = Knowledge.load(Path({str(tmp_path / 'taught')!r}))\n"
        "print(SKILLS['pile'].kinds, known.component_for('pile').declaration.aim)"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True)
    assert done.stdout == "('block',) on_top\n", done.stderr


def test_a_manifest_that_declares_a_skill_the_robot_begins_with_is_refused(store, tmp_path):
    shipped, taught = learn(FakePractice(0.9), store, tmp_path)
    new = teaching.component(PILE, taught, SENTENCES, 3, "legion teach", FakeEncoder())
    teaching.with_component(shipped, new).save(tmp_path / "taught")
    file = tmp_path / "taught" / "manifest.json"
    file.write_text(file.read_text().replace('"name": "pile"', '"name": "put"'))
    before = SKILLS["put"]
    with pytest.raises(KnowledgeError):
        Knowledge.load(tmp_path / "taught")
    assert SKILLS["put"] is before


def test_what_asked_for_something_unknown_before_and_asks_for_it_now_is_no_background(store, tmp_path):
    shipped, taught = learn(FakePractice(0.9), store, tmp_path)
    encoder = FakeEncoder()
    stranger = encoder.encode(["sing a song"])
    background = type(shipped.mixture.background)(
        np.concatenate([encoder.encode(["pile the object on the object"]), stranger])
    )
    known = replace(shipped, mixture=replace(shipped.mixture, background=background))
    new = teaching.component(PILE, taught, SENTENCES, 3, "legion teach", encoder)
    after = teaching.with_component(known, new).mixture.background
    assert np.array_equal(after.embeddings, stranger)


def test_demonstrations_know_what_they_show(store, tmp_path):
    assert store.declaration("pile") == PILE
    assert store.declaration("other") is None
    store.declare(PILE)
    with pytest.raises(Exception, match="holds demonstrations of another 'pile'"):
        store.declare(replace(PILE, time_limit=3.0))


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["stack the blocks"], "it is not known what 'stack' is for: name its reward, such as --reward"),
        (["stack the blocks", "--demonstrations", "nowhere.sqlite"], "no demonstrations at nowhere.sqlite"),
        (
            ["put the can away", "--reward", "on(?object, ?target)"],
            "'put' is known, and the robot begins with it",
        ),
        (["stack the blocks", "--reward", "flies(?object)"], "flies\\(\\?object\\) is no fact"),
        (["stack the blocks", "--reward", "clear(?object)"], "where to aim can't be told from that"),
        (["stack the blocks", "--episodes", "0"], "episodes is 0; 1 or more is valid"),
        (["stack the blocks", "--out", str(share("config", "knowledge", "tabletop"))], "is what ships"),
        (["stack the blocks", "--knowledge", "nowhere"], "no knowledge at nowhere"),
    ],
)
def test_the_command_says_what_is_missing(capsys, words, complaint):
    import re

    assert main(["teach", *words]) == 1
    assert re.search(complaint, capsys.readouterr().err)


def test_a_sentence_that_was_taught_once_is_understood_word_for_word(store, tmp_path):
    from legion_ros.core import Fixture, Object, Scene, Tool
    from legion_ros.language import SentenceEncoder
    from legion_ros.language.guard import Rejected
    from legion_ros.skills.interpreter import Interpreter

    shipped, taught = learn(FakePractice(0.9), store, tmp_path)
    encoder = SentenceEncoder()
    new = teaching.component(PILE, taught, ["lift {object} onto {object}"], 3, "legion teach", encoder)
    interpreter = Interpreter(teaching.with_component(shipped, new), encoder, share("config", "goals.yaml"))
    place, size, level = np.array([0.4, 0.0, 0.02]), np.full(3, 0.04), np.array([1.0, 0, 0, 0])
    blocks = tuple(
        Object(f"{color}_block", "block", color, "box", place + (0, 0.2 * side, 0), level, size)
        for side, color in enumerate(("red", "blue"))
    )
    table = Scene(0.0, blocks, (Fixture("bin", "bin", place, size, place),), Tool(place, 0.0, 0.05))
    asked = interpreter.goal("lift the red block onto the blue block", table)
    assert [str(fact) for stage in asked.stages for fact in stage.facts] == ["on(red_block, blue_block)"]
    with pytest.raises(Rejected):
        interpreter.goal("paint the red block onto the blue block", table)
