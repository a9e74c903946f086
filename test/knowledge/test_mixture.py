import numpy as np
import pytest

from legion_ros.knowledge import Component, Knowledge, KnowledgeError, TrainingRecord
from legion_ros.knowledge.key import Key
from legion_ros.knowledge.mixture import BaseMeasure, Mixture
from legion_ros.knowledge.whitening import Whitening

from . import fakes


def unit(*rows) -> np.ndarray:
    return np.array(rows, np.float32)


def plain(keys, **base) -> Mixture:
    """A mixture whose whitening changes nothing."""
    return Mixture(
        tuple(keys), Whitening(np.zeros(2, np.float32), np.eye(2, dtype=np.float32)), BaseMeasure(**base)
    )


def test_posterior_matches_the_hand_computed_chinese_restaurant():
    # one sentence each at (1, 0) and (0, 1); spread 1: shrink 1/2, variance 3/2; new: variance 2
    mixture = plain([Key(unit([1, 0])), Key(unit([0, 1]))], concentration=2.0, spread=1.0, temperature=1.0)
    near = 1 / 4 * np.exp(-0.5 * 0.25 / 1.5) / 1.5  # distance 0.5 from (0.5, 0)
    far = 1 / 4 * np.exp(-0.5 * 1.25 / 1.5) / 1.5  # distance squared 1 + 0.25 from (0, 0.5)
    new = 2 / 4 * np.exp(-0.5 * 1.0 / 2.0) / 2.0
    total = near + far + new
    got = mixture.posterior(np.array([1.0, 0.0]))
    assert got.responsibilities == pytest.approx([near / total, far / total])
    assert got.new == pytest.approx(new / total)


def test_posterior_adds_up_to_one():
    got = fakes.knowledge().posterior(fakes.FakeEncoder().encode(["open up"])[0])
    assert got.responsibilities.sum() + got.new == pytest.approx(1)


def test_components_that_are_ruled_out_get_nothing():
    mixture = plain([Key(unit([1, 0])), Key(unit([0, 1]))])
    got = mixture.posterior(np.array([1.0, 0.0]), among=np.array([False, True]))
    assert got.responsibilities[0] == 0
    assert got.responsibilities[1] + got.new == pytest.approx(1)


def test_whitened_sentences_scatter_alike_in_every_direction():
    rng = np.random.default_rng(0)
    spread = rng.normal(size=(400, 2)) * (3.0, 0.1)
    keys = [Key((spread[:200] + (0, 5)).astype(np.float32)), Key((spread[200:] - (0, 5)).astype(np.float32))]
    whitening = Whitening.fit(keys, shrinkage=0.0)
    white = np.concatenate([whitening(key.embeddings) - whitening(key.mean) for key in keys])
    assert np.cov(white.T) == pytest.approx(np.eye(2), abs=0.02)


def test_a_sentence_of_an_unseen_verb_is_new_and_of_a_known_one_is_not():
    known, encoder = fakes.knowledge(), fakes.FakeEncoder()
    assert known.posterior(encoder.encode(["open the thing over there"])[0]).responsibilities.argmax() == 1
    assert known.posterior(encoder.encode(["open the thing over there"])[0]).new < 0.5
    assert known.posterior(encoder.encode(["wash the thing over there"])[0]).new > 0.5


def test_each_component_left_out_is_flagged_as_new():
    parts = list(fakes.knowledge().components)
    for index, left_out in enumerate(parts):
        rest = Knowledge.build(
            parts[:index] + parts[index + 1 :], fakes.FakeEncoder(), ["sing a song", "wash it"]
        )
        assert np.mean([rest.posterior(e).new > 0.5 for e in left_out.key.embeddings]) == 1


def test_an_embedding_of_the_wrong_size_or_with_a_nan_is_refused():
    known = fakes.knowledge()
    with pytest.raises(KnowledgeError, match="12 are expected"):
        known.posterior(np.ones(3))
    with pytest.raises(KnowledgeError, match="finite"):
        known.posterior(np.full(12, np.nan))


def test_component_for_names_the_known_skills():
    known = fakes.knowledge()
    assert known.component_for("open").name == "opening"
    with pytest.raises(KnowledgeError, match="no skill for 'polish'.*known: put, open, press"):
        known.component_for("polish")


def test_two_components_of_one_name_are_refused():
    with pytest.raises(KnowledgeError, match="opening are there more than once"):
        Knowledge.build(
            [fakes.component("opening", "open"), fakes.component("opening", "put")], fakes.FakeEncoder()
        )


@pytest.mark.parametrize("name", ["", "../etc", "a/b", "Upper", "x" * 65, "a b", ".hidden"])
def test_a_name_that_could_be_a_path_is_refused(name):
    with pytest.raises(KnowledgeError, match="can't name a component"):
        fakes.component(name, "put")


def test_a_component_of_an_unknown_skill_or_without_sentences_is_refused():
    with pytest.raises(KnowledgeError, match="no skill 'juggle'; known: reach, put"):
        fakes.component("juggling", "juggle")
    with pytest.raises(KnowledgeError, match="no sentences"):
        Component.learn(
            "a", skill="put", sentences=[], expert=None, record=fakes.RECORD, encoder=fakes.FakeEncoder()
        )


def test_a_success_over_one_is_refused():
    with pytest.raises(KnowledgeError, match="fractions from 0 to 1"):
        TrainingRecord(command="", seed=0, steps=0, episodes=10, success=1.2, interval=(0.9, 1.0))
