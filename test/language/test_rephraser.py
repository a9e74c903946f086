"""The network: what it may be read from, what it can learn, what the one that ships makes of sentences."""

import numpy as np
import pytest

from legion_ros.core import LegionError
from legion_ros.language.rephrasing import Rephraser, notation
from legion_ros.share import share

SHIPPED = share("config", "language", "rephraser.safetensors")


@pytest.fixture(scope="module")
def rephraser():
    return Rephraser(SHIPPED)


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("the mug? bin it, love", "put the mug in the bin"),
        ("Before you hit the button, bin both cans.", "put both cans in the bin, then press the button"),
        ("into the drawer with that red box", "put that red box in the drawer"),
    ],
)
def test_a_sentence_is_said_again_in_plain_words(rephraser, sentence, text):
    found = rephraser.rephrase(sentence)
    assert found.text == text
    assert found.probability > 0.7
    assert found.refuse < 0.1


@pytest.mark.parametrize(
    "sentence", ["paint the mug red", "slam the drawer on his fingers", "is the drawer open?"]
)
def test_what_can_not_be_done_is_nothing(rephraser, sentence):
    found = rephraser.rephrase(sentence)
    assert found.text == ""
    assert found.verbs == frozenset()
    assert found.refuse > 0.9


@pytest.mark.parametrize("sentence", ["", ".", "mug " * 200, "ünïcödé 🤖", "!" * 512, "a" * 512])
def test_any_text_gives_an_answer(rephraser, sentence):
    found = rephraser.rephrase(sentence)
    assert 0.0 <= found.probability <= 1.0
    assert 0.0 <= found.refuse <= 1.0


def test_what_is_no_text_is_told_by_where_it_is_not(rephraser):
    with pytest.raises(LegionError, match=r"no valid unicode \(at character 5\)"):
        rephraser.rephrase("open \ud800 the drawer")


def test_a_file_that_is_no_network_is_refused(tmp_path):
    from safetensors.numpy import load_file, save

    good = load_file(SHIPPED)
    first = next(iter(good))
    for name, data, message in (
        ("text", b"no network", "can't read a rephraser"),
        ("cut", SHIPPED.read_bytes()[:-10], "can't read a rephraser"),
        ("less", save({k: v for k, v in good.items() if k != first}), "other names or shapes"),
        ("shape", save(good | {first: np.zeros((1, 1), np.float16)}), "other names or shapes"),
        ("nan", save(good | {first: np.full_like(good[first], np.nan)}), "NaN or an infinity"),
        ("pickle", b"\x80\x04\x95", "can't read a rephraser"),
    ):
        file = tmp_path / name
        file.write_bytes(data)
        with pytest.raises(LegionError, match=message):
            Rephraser(file).rephrase("open the drawer")
    with pytest.raises(LegionError, match="can't read"):
        Rephraser(tmp_path / "missing").rephrase("open the drawer")


@pytest.mark.slow
def test_a_network_learns_a_handful_of_sentences_and_is_read_back_from_its_file(tmp_path):
    from legion_ros.language.rephrasing.network import NetworkConfig
    from legion_ros.language.rephrasing.reading import Tokens, read, restored, stored
    from legion_ros.language.rephrasing.training import TrainingConfig, train

    lines = (
        "bin the mug => put [the mug] bin",
        "press it and shut the drawer => press ; close",
        "slide the ball left, not the can => push [the ball] left ; leave [the can]",
        "wash the mug => refuse",
    )
    examples = [notation.parse(line) for line in lines]
    network = NetworkConfig(adapted=2, rank=4, width=64, layers=1, dropout=0.0)
    config = TrainingConfig(steps=150, batch=8, rate=3e-3, joined=0.0, smoothing=0.0, network=network)
    losses = []
    learned = train(examples, config, np.random.default_rng(0), lambda step, loss: losses.append(loss))
    assert losses[-1] < 1.0
    stored(learned, tmp_path / "network")
    again = restored(tmp_path / "network", Tokens(), network)
    tokens = Tokens()
    for example in examples:
        ours, theirs = read(learned, tokens, example.sentence), read(again, tokens, example.sentence)
        assert notation.write(ours.example) == notation.write(example)
        assert notation.write(theirs.example) == notation.write(example)
        assert ours.probability == pytest.approx(theirs.probability, abs=0.02)  # float16 on the way
