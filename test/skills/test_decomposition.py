import pytest

from legion_ros.core import GroundedSkill, LegionError
from legion_ros.share import share
from legion_ros.skills.decomposition import Decompositions

GOOD = """
decompositions:
  clear:
    each: table
    steps: ["put({object}, {container})"]
    container: bin
    finally: ["close(drawer)"]
    sentences: [clear it all]
before: {"put(drawer)": "open(drawer)"}
"""


def load(tmp_path, text):
    (tmp_path / "d.yaml").write_text(text)
    return Decompositions.load(tmp_path / "d.yaml")


def test_steps_are_grounded_for_a_thing_and_a_container(tmp_path):
    declared = load(tmp_path, GOOD)
    assert declared.known[0].grounded("mug") == (GroundedSkill("put", "mug", "bin"),)
    assert declared.known[0].grounded("mug", "drawer") == (GroundedSkill("put", "mug", "drawer"),)
    assert declared.known[0].last == (GroundedSkill("close", "", "drawer"),)


def test_what_must_come_before_is_found_by_skill_and_target(tmp_path):
    declared = load(tmp_path, GOOD)
    assert declared.needed(GroundedSkill("put", "mug", "drawer")) == GroundedSkill("open", "", "drawer")
    assert declared.needed(GroundedSkill("put", "mug", "bin")) is None


def test_the_file_that_ships_can_be_read():
    shipped = Decompositions.load(share("config", "decompositions.yaml"))
    assert [decomposition.name for decomposition in shipped.known] == ["clear_table", "tidy_up"]
    assert shipped.discard == "bin"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("each: table", "each: room", "each is 'room'; known: table"),
        ("each: table", "every: table", "no key every; known: each, steps"),
        ("put({object}, {container})", "juggle({object})", "no skill 'juggle'; known: reach, put"),
        ("put({object}, {container})", "put({thing}, bin)", "may name {object} and {container}"),
        ("put({object}, {container})", "put {object}", "is no step; write it like put"),
        ("container: bin", "container: moon", "does not fit put; its targets are: bin, drawer"),
        ("    container: bin\n", "", "'container' is missing"),
        ("close(drawer)", "close(mug)", "does not fit close"),
        ("put(drawer)", "put(moon)", "must be a skill and one of its targets"),
        ("clear it all", "'clear {x}'", "slot 'x'"),
        ("[clear it all]", "clear it all", "a list of sentences is expected"),
        ("before:", "after:", "no key after; known: decompositions, before, discard"),
        ("decompositions:", "discard: moon\ndecompositions:", "discard is 'moon'; known: bin, drawer"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path, old, new, reason):
    with pytest.raises(LegionError, match=reason):
        load(tmp_path, GOOD.replace(old, new))


@pytest.mark.parametrize(
    "text", ["", "[]", "3", "decompositions: [a]", "decompositions: {", "decompositions: {a: 3}"]
)
def test_a_file_that_is_none_is_refused(tmp_path, text):
    with pytest.raises(LegionError, match="d.yaml"):
        load(tmp_path, text)
