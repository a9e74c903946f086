import pytest

from legion_ros.core import LegionError
from legion_ros.share import share
from legion_ros.skills.concepts import Concepts

GOOD = """
concepts:
  clear:
    each: "on(?thing, table)"
    wanted: ["in(?thing, ?container)"]
    container: bin
    also: ["closed(drawer)"]
    sentences: [clear it all]
discard: drawer
"""


def load(tmp_path, text):
    (tmp_path / "g.yaml").write_text(text)
    return Concepts.load(tmp_path / "g.yaml")


def test_what_is_wanted_is_bound_to_a_thing_and_a_container(tmp_path):
    concepts = load(tmp_path, GOOD)
    (clear,) = concepts.known
    assert concepts.discard == "drawer"
    assert [str(fact) for fact in clear.of("mug")] == ["in(mug, bin)"]
    assert [str(fact) for fact in clear.of("mug", "drawer")] == ["in(mug, drawer)"]
    assert [str(fact) for fact in clear.also] == ["closed(drawer)"]


@pytest.mark.parametrize(
    ("there", "instead", "reason"),
    [
        ("concepts:", "concept:", "no key concept; known: concepts, discard"),
        ("container: bin", "container: moon", "container is 'moon'; known: bin, drawer"),
        ("    container: bin\n", "", "'container' is missing"),
        ("in(?thing, ?container)", "in(?other, bin)", r"no variable \?other"),
        ("in(?thing, ?container)", "inside(?thing, bin)", "is no fact"),
        ("on(?thing, table)", "on(?thing, ?container)", r"no variable \?container"),
        ("[clear it all]", "[]", "sentences is"),
        ("[clear it all]", "['clear {it}']", "slot 'it'"),
        ("discard: drawer", "discard: moon", "discard is 'moon'"),
        ("    sentences", "    steps: []\n    sentences", "no key steps"),
        (GOOD, "- a", "where the keys concepts, discard are expected"),
        (GOOD, "a: [", "can't read goals"),
    ],
)
def test_a_file_that_is_not_right_is_refused_with_the_reason(tmp_path, there, instead, reason):
    with pytest.raises(LegionError, match=reason):
        load(tmp_path, GOOD.replace(there, instead))


def test_the_goals_that_ship_are_right():
    known = {concept.name: concept for concept in Concepts.load(share("config", "goals.yaml")).known}
    assert set(known) == {"clear_table", "tidy_up"}
    assert known["clear_table"].also == ()
