import pytest

from legion_ros.core import SKILLS, LegionError
from legion_ros.language import Instructions
from legion_ros.language.template import embeddable
from legion_ros.share import share


def load(tmp_path, text):
    (tmp_path / "instructions.yaml").write_text(text)
    return Instructions.load(tmp_path / "instructions.yaml")


def test_every_skill_has_sentences_in_the_file_that_ships():
    shipped = Instructions.load(share("config", "instructions.yaml"))
    assert shipped.skills.keys() == SKILLS.keys()
    assert min(len(sentences) for sentences in shipped.skills.values()) >= 15
    assert len(shipped.background) > 100


def test_slots_become_the_words_of_the_composer():
    assert embeddable("Put {object} into  {drawer}") == "put the object into the drawer"
    with pytest.raises(LegionError, match="slot 'thing'; known: object, objects"):
        embeddable("put {thing} away")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "must have the key skills"),
        ("- a", "must have the key skills"),
        ("skills: {put: [put it]}\nextra: 1", "no key extra; known: skills, background"),
        ("skills: {juggle: [juggle it]}", "no skill juggle; known: reach, put"),
        ("skills: {put: put it}", "put is 'put it'; a list of sentences"),
        ("skills: {put: [put it, 3]}", "a list of sentences"),
        ("skills: {put: [put it, put it]}", "more than once: put it"),
        ("skills: {put: ['put {x}']}", "slot 'x'"),
        ("skills: {put: [", "can't read instructions"),
        ("skills: !!python/object:os.system {}", "can't read instructions"),
    ],
)
def test_a_file_that_is_not_right_is_refused_with_the_reason(tmp_path, text, reason):
    with pytest.raises(LegionError, match=reason):
        load(tmp_path, text)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(LegionError, match="nowhere.yaml"):
        Instructions.load(tmp_path / "nowhere.yaml")
