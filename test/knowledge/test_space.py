import json

import numpy as np
import pytest

from legion_ros.core.layout import Field, Layout
from legion_ros.knowledge import KnowledgeError
from legion_ros.knowledge.families import fit_maps
from legion_ros.knowledge.recall import Recall
from legion_ros.knowledge.space import KnowledgeSpace

from .families import HORIZON, LAYOUT, WORDS, family


def evidence(task, sentences=8):
    asked = family(task, sentences=sentences)
    told = np.resize(np.arange(sentences), len(asked.observation))
    return asked.embeddings[told], asked.observation, asked.early, asked.reward


@pytest.fixture(scope="module")
def space():
    return fit_maps([family(number) for number in range(12)], LAYOUT)


def test_what_is_not_given_is_not_observed(space):
    embeddings, observation, early, reward = evidence(50)
    words, start = space.language.shape[1], space.language.shape[1] + len(space.columns)
    for given, seen in (
        ((embeddings,), words),
        ((embeddings, observation), start),
        ((embeddings, observation, early), start + 1),
        ((embeddings, observation, early, reward), start + 3),
    ):
        points, observed = space.point(*given)
        assert points.shape == observed.shape == (32, space.size)
        assert observed[:, :seen].all()
        assert not observed[:, seen:].any()
    points, observed = space.point(None, observation)
    assert observed.any(0).tolist() == [words <= column < start for column in range(space.size)]


def test_the_early_part_of_a_point_by_hand(space):
    still = np.zeros((1, LAYOUT.size))
    moved = np.zeros((1, HORIZON, LAYOUT.size))
    moved[0, -1, 3:6] = 0.0, 0.03, 0.04  # 5 cm
    points, _ = space.point(None, still, moved, np.array([[0.09, 0.29, 0.19, 0.19, 0.19]]))
    raw = points[0, -3:] * space.early_scale + space.early_offset
    assert raw == pytest.approx(np.log([0.002 + 0.05, 0.01 + 0.09, 0.01 + 0.19]))


def test_fields_that_are_not_listed_are_not_looked_at(space):
    assert space.columns.tolist() == [0, 1, 2, 3, 4, 5, 8, 9, 10]
    assert space.object.tolist() == [3, 4, 5]


def test_of_another_layout_the_way_to_the_goal_is_read_and_nothing_else():
    from legion_ros.core.observation import OBSERVATION

    space = Recall.shipped().space
    words, columns = space.language.shape[1], space.columns.tolist()
    seen, start = np.arange(2.0 * OBSERVATION.size).reshape(2, -1) / 100, slice(words, words + len(columns))
    later = np.repeat(seen[:, None], 3, 1)
    points, observed = space.point(None, seen, later, np.ones((2, 3)), OBSERVATION)
    theirs = OBSERVATION.slices["goal_from_object"]
    ours = [columns.index(c) for c in range(space.observation_size)[space.layout.slices["object_to_goal"]]]
    assert np.flatnonzero(observed[0]).tolist() == [words + i for i in ours]
    read = points[:, start] * space.scale + space.offset
    assert read[:, ours] == pytest.approx(seen[:, theirs])


def test_of_a_layout_that_shares_nothing_nothing_is_read(space):
    places = space.places(Layout((Field("object_to_goal", 3, "rad"), Field("odd", 1, "m"))))
    assert (places == -1).all()
    assert space.places(LAYOUT).tolist() == space.columns.tolist()


def test_each_task_is_born_once_and_recognised_when_it_returns(space):
    recall = Recall(space)
    for task in range(50, 56):
        assert recall.learn(*evidence(task)).born == (task - 50,)
    for task in range(50, 56):  # the same tasks, other sentences, other episodes
        change = recall.learn(*evidence(task + 100))
        assert change.born == ()
        assert set(change.assignment) == {task - 50}
    assert recall.posterior(*evidence(250))[:, 0].mean() > 0.9
    assert set(recall.known(*evidence(251)[:2])) == {1}
    assert recall.visit(*evidence(60))[-1] > 0.99


def test_a_sentence_said_again_counts_once(space):
    embeddings, observation, _, _ = evidence(50, sentences=2)
    recall = Recall(space)
    recall.learn(embeddings, observation)
    count = recall.mixture.statistics.count[0]
    assert count[0] == 2.0
    assert count[space.language.shape[1]] == 32.0


def test_nothing_is_known_before_something_was_learned(space):
    recall = Recall(space)
    assert recall.posterior(*evidence(50)).tolist() == [[1.0]] * 32
    with pytest.raises(KnowledgeError, match="nothing was learned yet"):
        recall.known(*evidence(50))


def test_recall_is_restored_to_the_bit_and_only_in_its_own_space(space):
    recall = Recall(space)
    recall.learn(*evidence(50))
    again = Recall.from_tensors(space, recall.tensors())
    assert np.array_equal(again.posterior(*evidence(51)), recall.posterior(*evidence(51)))
    other = fit_maps([family(number) for number in range(20, 32)], LAYOUT)
    with pytest.raises(KnowledgeError, match="another knowledge space"):
        Recall.from_tensors(other, recall.tensors())


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ((None,), "nothing was given"),
        ((np.zeros((2, 5)),), r"embeddings has shape \(2, 5\); embeddings \(N, 16\)"),
        ((np.zeros((2, WORDS)), np.zeros((2, 4))), r"observation has shape \(2, 4\).*O = 11"),
        ((np.zeros((2, WORDS)), np.zeros((3, 11))), "not of the same episodes"),
        ((np.full((2, WORDS), np.nan),), "embeddings holds a NaN"),
        ((None, np.zeros((2, 11)), np.zeros((2, 5, 11)), np.zeros((2, 4))), "not of the same episodes"),
        ((None, None, np.zeros((2, 5, 11))), "needs the observation that it began with"),
        ((None, np.zeros((2, 11)), np.zeros((2, 0, 11))), "early has shape"),
    ],
)
def test_evidence_that_can_not_be_is_refused(space, given, says):
    with pytest.raises(KnowledgeError, match=says):
        space.point(*given)


def test_a_space_is_loaded_as_it_was_saved(space, tmp_path):
    space.save(tmp_path)
    loaded = KnowledgeSpace.load(tmp_path)
    for mine, theirs in zip(space.point(*evidence(50)), loaded.point(*evidence(50)), strict=True):
        assert np.array_equal(mine, theirs)
    ours, theirs = space.prior.tensors(), loaded.prior.tensors()
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)


def rewritten(folder, change):
    manifest = json.loads((folder / "manifest.json").read_text())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda m: m.update(format=99), "has format 99; this program reads 2"),
        (lambda m: m.update(sha256="0" * 64), "changed or cut off"),
        (lambda m: m.update(odd=1), r"the manifest has .*odd \(int\)"),
        (lambda m: m.update(layout="30"), r"layout \(str\)"),
        (lambda m: m.update(layout=[["hand", "3", "m", ""]]), "is no layout"),
        (lambda m: m.update(layout=[["hand", 3, "m", ""], ["hand", 3, "m", ""]]), "comes twice"),
        (lambda m: m.update(layout=[["object", 4, "m", ""]]), "whole numbers from 0 to 3"),
        (lambda m: m.pop("calibration"), "calibration"),
    ],
)
def test_a_manifest_that_was_changed_is_refused(space, tmp_path, change, says):
    space.save(tmp_path)
    rewritten(tmp_path, change)
    with pytest.raises(KnowledgeError, match=says):
        KnowledgeSpace.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("map/scale", np.zeros(9), "must be above 0"),
        ("map/language", np.zeros((3, 3)), "has shape"),
        ("map/centre", np.full(WORDS, np.nan), "NaN"),
        ("map/columns", np.arange(9.0), "whole numbers"),
        ("map/odd", np.zeros(1), "are not those of a knowledge space"),
        ("prior/rate", np.zeros(3), "has shape"),
        ("prior/weight", np.array([True]), "type bool"),
    ],
)
def test_hostile_numbers_are_refused(space, tmp_path, name, value, says):
    from legion_ros.knowledge import folder, space_store

    space.save(tmp_path)
    tensors, manifest = folder.read_pair(tmp_path, space_store.TENSORS, space_store.FORMAT)
    del manifest["sha256"]
    folder.write_pair(tmp_path, space_store.TENSORS, tensors | {name: value}, manifest)
    with pytest.raises(KnowledgeError, match=says):
        KnowledgeSpace.load(tmp_path)


def test_a_cut_file_a_pickle_and_an_empty_folder_are_refused(space, tmp_path):
    import pickle

    with pytest.raises(KnowledgeError, match="can't read"):
        KnowledgeSpace.load(tmp_path)
    with pytest.raises(KnowledgeError, match="legion calibrate"):
        KnowledgeSpace.load(tmp_path / "none")
    space.save(tmp_path)
    file = tmp_path / "space.safetensors"
    for data in (file.read_bytes()[:1000], pickle.dumps({"map/centre": 1})):
        file.write_bytes(data)
        with pytest.raises(KnowledgeError, match="changed or cut off"):
            KnowledgeSpace.load(tmp_path)


def test_the_shipped_space_says_how_it_was_calibrated_and_is_small():
    from legion_ros.share import share

    shipped = Recall.shipped().space
    assert shipped.observation_size == 30
    assert len(shipped.facts["families"]) == 33
    for estimate in shipped.facts["trust"].values():
        assert np.isfinite(estimate["mean"]).all()
        assert (np.array(estimate["sd"]) > 0).all()
    assert sum(file.stat().st_size for file in share("config", "knowledge", "space").iterdir()) < 1e6


def test_the_shipped_space_knows_no_task_of_a_stream():
    from legion_ros.evaluation.sentences import load
    from legion_ros.share import share

    words = load(share("config", "streams", "metaworld_sentences.yaml"))
    judged = {task for task, said in words.items() if said.paraphrases}
    assert not judged & set(Recall.shipped().space.facts["families"])
