import hashlib
import json
import os
import pickle
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load, save

from legion_ros.core.facts import Fact
from legion_ros.knowledge import Knowledge, KnowledgeError
from legion_ros.knowledge.operator import Case, Effect, Operator

from . import fakes


@pytest.fixture
def folder(tmp_path):
    fakes.knowledge().save(tmp_path / "known")
    return tmp_path / "known"


def read(folder) -> Knowledge:
    return Knowledge.load(folder, fakes.FakeExpert.from_tensors)


def contents(folder) -> dict:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def rewrite(folder, change=lambda tensors: None, change_manifest=lambda manifest: None) -> None:
    """Change what is stored and put the hash right again, as somebody hostile would."""
    tensors = load((folder / "knowledge.safetensors").read_bytes())
    change(tensors)
    data = save(tensors)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sha256"] = hashlib.sha256(data).hexdigest()
    change_manifest(manifest)
    (folder / "knowledge.safetensors").write_bytes(data)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def refused(folder, reason: str) -> None:
    before = contents(folder)
    with pytest.raises(KnowledgeError, match=reason):
        read(folder)
    assert contents(folder) == before


def test_what_was_saved_is_loaded_to_the_byte(folder):
    before, after = fakes.knowledge(), read(folder)
    sentence = fakes.FakeEncoder().encode(["open sesame"])[0]
    assert after.posterior(sentence).new == before.posterior(sentence).new
    for old, new in zip(before.components, after.components, strict=True):
        assert (old.name, old.skill, old.sentences, old.record) == (
            new.name,
            new.skill,
            new.sentences,
            new.record,
        )
        assert old.expert.weight.tobytes() == new.expert.weight.tobytes()


def test_operators_are_kept_with_their_components(folder):
    known = fakes.knowledge()
    effect = Effect(Fact.parse("open(?target)"), True, 18, 18, purpose=True)
    opening = Operator("open", (Case("drawer", 18, 20, (), (effect,)),), "legion operators")
    known = replace(known, components=tuple(with_operator(c, opening) for c in known.components))
    known.save(folder)
    again = read(folder)
    assert [c.operator for c in again.components] == [None, opening, None]
    with pytest.raises(KnowledgeError, match="what putting needs and brings about was not learned yet"):
        again.operators  # noqa: B018


def with_operator(component, operator):
    return replace(component, operator=operator) if component.skill == operator.skill else component


def test_a_component_takes_no_operator_of_another_skill():
    opening = Operator("open", (Case("drawer", 18, 20),))
    with pytest.raises(KnowledgeError, match="putting does put; its operator is of open"):
        replace(fakes.knowledge().components[0], operator=opening)


def test_knowledge_of_the_first_format_loads_without_operators(folder):
    def first(manifest):
        manifest["format"] = 1
        for component in manifest["components"]:
            del component["operator"]

    rewrite(folder, change_manifest=first)
    assert [component.operator for component in read(folder).components] == [None, None, None]


@pytest.mark.parametrize("operator", [3, "open", [], {}, {"command": "", "cases": []}, {"cases": None}])
def test_an_operator_that_is_none_is_refused(folder, operator):
    rewrite(folder, change_manifest=lambda m: m["components"][0].update(operator=operator))
    refused(folder, "the operator of 'put' can't be used")


def test_saving_again_replaces_and_leaves_nothing_behind(folder):
    fakes.knowledge().save(folder)
    assert sorted(contents(folder)) == ["knowledge.safetensors", "manifest.json"]


def test_manifest_says_how_each_skill_was_trained_and_measured(folder):
    entry = json.loads((folder / "manifest.json").read_text())["components"][0]
    assert entry["skill"] == "put"
    training = entry["training"]
    assert training["command"] == "legion train"
    assert (training["success"], training["episodes"], training["interval"]) == (0.97, 120, [0.92, 0.99])


@pytest.mark.parametrize("stop_at", [1, 2])
def test_a_crash_while_saving_leaves_one_whole_knowledge(folder, monkeypatch, stop_at):
    replace, calls = os.replace, []

    def crash(source, target):
        calls.append(source)
        if len(calls) == stop_at:
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(os, "replace", crash)
    part = Knowledge.build(fakes.knowledge().components[:2], fakes.FakeEncoder())
    with pytest.raises(KeyboardInterrupt):
        part.save(folder)
    assert len(read(folder).components) == {1: 3, 2: 2}[stop_at]


def test_a_second_crash_after_one_between_the_renames_loses_nothing(folder, monkeypatch):
    words = contents(folder)["manifest.json"]
    part = Knowledge.build(fakes.knowledge().components[:2], fakes.FakeEncoder())
    part.save(folder)
    # the first crash: the new tensors are in place, their manifest is still waiting beside the old one
    os.replace(folder / "manifest.json", folder / "manifest.json.new")
    (folder / "manifest.json").write_bytes(words)

    def crash(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", crash)  # the second: while the next one is being written
    with pytest.raises(KnowledgeError, match="No space left"):
        fakes.knowledge().save(folder)
    monkeypatch.undo()
    (folder / "manifest.json.new").write_text("{")
    assert len(read(folder).components) == 2


def test_a_missing_folder_or_file_is_named(folder, tmp_path):
    with pytest.raises(KnowledgeError, match="nowhere.*no such folder"):
        read(tmp_path / "nowhere")
    (folder / "manifest.json").unlink()
    refused(folder, "manifest.json")
    (folder / "knowledge.safetensors").unlink()
    refused(folder, "knowledge.safetensors")


def test_a_file_cut_off_is_refused(folder):
    path = folder / "knowledge.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    refused(folder, "changed or cut off")


def test_a_file_cut_off_with_a_matching_hash_is_refused(folder):
    path = folder / "knowledge.safetensors"
    data = path.read_bytes()[:-100]
    path.write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sha256"] = hashlib.sha256(data).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    refused(folder, "safetensors format")


def test_a_pickle_in_place_of_tensors_is_refused_and_never_run(folder, tmp_path):
    class Hostile:
        def __reduce__(self):
            return (open, (str(tmp_path / "was_run"), "w"))

    data = pickle.dumps(Hostile())
    (folder / "knowledge.safetensors").write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sha256"] = hashlib.sha256(data).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    refused(folder, "safetensors format")
    assert not (tmp_path / "was_run").exists()


def test_another_format_version_is_refused(folder):
    rewrite(folder, change_manifest=lambda m: m.update(format=3))
    refused(folder, "has format 3; this program reads 1 and 2")


def test_a_nan_weight_is_refused(folder):
    rewrite(folder, lambda t: t["putting/expert/weight"].__setitem__((0, 0), np.nan))
    refused(folder, "putting/expert/weight.*NaN")


def test_an_expert_of_the_wrong_shape_is_refused(folder):
    rewrite(folder, lambda t: t.update({"putting/expert/weight": np.zeros((3, 3), np.float32)}))
    refused(folder, "'putting': its tensors make no expert")


def test_a_key_of_the_wrong_dimension_is_refused(folder):
    rewrite(folder, lambda t: t.update({"putting/key/embeddings": np.ones((5, 7), np.float32)}))
    refused(folder, "7 numbers; the whitening takes 12")


def test_a_whitening_that_is_not_square_is_refused(folder):
    rewrite(folder, lambda t: t.update({"whitening/matrix": np.ones((12, 3), np.float32)}))
    refused(folder, "whitening")


def test_a_missing_or_surplus_tensor_is_named(folder):
    rewrite(folder, lambda t: t.pop("putting/key/embeddings"))
    refused(folder, "'putting/key/embeddings' is missing")
    fakes.knowledge().save(folder)
    rewrite(folder, lambda t: t.update({"stranger/expert/weight": np.zeros(2, np.float32)}))
    refused(folder, "stranger/expert/weight belong to no component")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "putting/../x", "a/b/c/d", "putting"])
def test_a_tensor_name_that_climbs_out_is_refused(folder, name):
    rewrite(folder, lambda t: t.update({name: np.zeros(2, np.float32)}))
    refused(folder, "a tensor is named")


def test_a_component_name_that_climbs_out_is_refused(folder):
    rewrite(folder, change_manifest=lambda m: m["components"][0].update(name="../putting"))
    refused(folder, "can't be used")


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '"text"', "[" * 100_000, "\udcff".encode("utf-8", "surrogateescape")]
)
def test_a_manifest_that_is_none_is_refused(folder, text):
    (folder / "manifest.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    refused(folder, "manifest.json")


@pytest.mark.parametrize(
    "change",
    [
        {"components": []},
        {"components": ["putting"]},
        {"components": [{"name": "putting"}]},
        {"base_measure": {"concentration": -1, "spread": 1, "temperature": 1}},
        {"base_measure": {"alpha": 1}},
        {"base_measure": None},
    ],
)
def test_a_manifest_with_odd_entries_is_refused(folder, change):
    rewrite(folder, change_manifest=lambda m: m.update(change))
    refused(folder, "can't be used")


@pytest.mark.parametrize("training", [{}, None, "x", {"success": 2}, {"interval": 3}])
def test_a_training_record_that_is_none_is_refused(folder, training):
    rewrite(folder, change_manifest=lambda m: m["components"][0].update(training=training))
    refused(folder, "can't be used")


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(KnowledgeError, match="can't write knowledge"):
        fakes.knowledge().save(tmp_path / "file" / "known")


def test_an_expert_with_a_nan_is_not_saved_over_a_good_one(folder):
    before, bad = contents(folder), fakes.knowledge()
    bad.components[0].expert.weight[0, 0] = np.nan
    with pytest.raises(KnowledgeError, match="NaN"):
        bad.save(folder)
    assert contents(folder) == before
