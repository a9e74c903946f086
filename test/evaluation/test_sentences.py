import re

import pytest

from legion_ros.core import LegionError
from legion_ros.evaluation.sentences import load
from legion_ros.share import share

LEGION10 = [
    "reach",
    "push",
    "pick-place",
    "door-open",
    "faucet-open",
    "drawer-close",
    "button-press-topdown",
    "peg-unplug-side",
    "window-open",
    "window-close",
]
CW10 = [
    "hammer",
    "push-wall",
    "faucet-close",
    "push-back",
    "stick-pull",
    "handle-press-side",
    "push",
    "shelf-place",
    "window-close",
    "peg-unplug-side",
]


@pytest.fixture(scope="module")
def shipped():
    return load(share("config", "streams", "metaworld_sentences.yaml"))


def test_the_shipped_file_has_every_task_of_envpool(shipped):
    envpool = pytest.importorskip("envpool")
    names = [name for name in envpool.list_all_envs() if name.startswith("MetaWorld/")]
    kebab = {re.sub(r"(?<!^)(?=[A-Z])", "-", n.split("/")[1].removesuffix("-v3")).lower() for n in names}
    assert set(shipped) == kebab
    assert len(kebab) == 50


def test_tasks_of_the_streams_have_ten_sentences_and_ten_paraphrases(shipped):
    for task in {*LEGION10, *CW10}:
        assert (len(shipped[task].sentences), len(shipped[task].paraphrases)) == (10, 10), task


def test_held_out_families_have_six_sentences_and_nothing_to_measure_by(shipped):
    for task in shipped.keys() - {*LEGION10, *CW10}:
        assert (len(shipped[task].sentences), len(shipped[task].paraphrases)) == (6, 0), task


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("reach:\n  sentences: [go]\n  words: [x]\n", "no key words; known: sentences, paraphrases"),
        ("reach:\n  sentences: []\n", "reach has no sentences"),
        ("reach:\n  sentences: go\n", "a list of sentences is expected"),
        ("reach:\n  sentences: [3]\n", "a list of sentences is expected"),
        ("reach: [go]\n", "needs sentences and paraphrases"),
        ("[]\n", "must name tasks"),
        ("a: {sentences: [go]}\nb: {sentences: [Go]}\n", "'Go' twice: for a and for b"),
        ("a: {sentences: [go], paraphrases: [go]}\n", "'go' twice"),
        ("a: [\n", "can't read"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_reason(tmp_path, text, says):
    (tmp_path / "words.yaml").write_text(text)
    with pytest.raises(LegionError, match=says.replace("(", r"\(")):
        load(tmp_path / "words.yaml")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(LegionError, match="can't read the sentences"):
        load(tmp_path / "none.yaml")
