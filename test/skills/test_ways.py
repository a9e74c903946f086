"""Ways of speaking that are understood: see test/language/sentences/README.md."""

from pathlib import Path

import pytest

from legion_ros.evaluation.instructions import InstructionSet, measure

SENTENCES = Path(__file__).parent.parent / "language" / "sentences"


@pytest.mark.parametrize("name", [f"ways{number}" for number in range(1, 9)])
def test_each_sentence_gives_the_goal_that_is_meant_or_none(composer, name):
    sentences = InstructionSet.load(SENTENCES / f"{name}.yaml")
    judged = measure(sentences, lambda said, scene: composer.plan(said, scene).goal)
    assert [(j.instruction.said, j.got) for j in judged if not j.right] == []
