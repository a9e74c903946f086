"""Checkpoints and the state of optimisers and generators: exact, whole, refused where they are not ours."""

import hashlib
import json
import os
import pickle

import numpy as np
import pytest
import torch

from legion_ros.learning import checkpoint
from legion_ros.learning.checkpoint import CheckpointError, exists, load, save
from legion_ros.learning.resumption import optimiser_tensors, restore_optimiser, restore_rng, rng_facts

TENSORS = {
    "a/weight": np.arange(6, dtype=np.float32).reshape(2, 3),
    "count": np.int64(7),
    "none": np.zeros((0, 4)),
}
FACTS = {"words": ["push", "ziehen ö"], "big": 2**127 + 1, "third": 1 / 3, "nothing": None, "yes": True}


@pytest.fixture
def folder(tmp_path):
    save(tmp_path / "run", TENSORS, FACTS)
    return tmp_path / "run"


def same(one, other):
    return one.keys() == other.keys() and all(
        np.asarray(one[n]).dtype == other[n].dtype and np.array_equal(one[n], other[n]) for n in one
    )


def test_what_was_saved_is_loaded_to_the_bit(folder):
    tensors, facts = load(folder)
    assert same(TENSORS, tensors)
    assert tensors["count"].shape == ()
    assert facts == FACTS
    tensors["a/weight"][0, 0] = 9  # the caller's own


def test_a_second_save_replaces_the_first_and_leaves_no_old_numbers(folder):
    save(folder, {"b": np.ones(2)}, {})
    assert load(folder)[1] == {}
    assert sorted(p.suffix for p in folder.iterdir()) == [".json", ".safetensors"]


def test_a_folder_without_a_checkpoint_does_not_exist(tmp_path):
    assert not exists(tmp_path)
    with pytest.raises(CheckpointError, match=r"no checkpoint at .*manifest\.json"):
        load(tmp_path)


@pytest.mark.parametrize("moment", range(6))
def test_a_crash_at_any_moment_leaves_the_old_checkpoint_or_the_new(folder, monkeypatch, moment):
    """Dies before the moment-th call of those that reach the disk: two fsyncs and a rename for each file."""
    calls = iter(range(99))

    def dying(real):
        def call(*arguments):
            if next(calls) == moment:
                raise KeyboardInterrupt
            return real(*arguments)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", dying(os.fsync))
        patch.setattr(os, "replace", dying(os.replace))
        with pytest.raises(KeyboardInterrupt):
            save(folder, {"b": np.ones(2)}, {"new": True})
    tensors, facts = load(folder)
    assert (same(TENSORS, tensors) and facts == FACTS) or (facts == {"new": True} and "b" in tensors)
    assert (facts == {"new": True}) == (moment == 5)
    save(folder, {"c": np.ones(2)}, {})  # and the next one is as good as ever
    assert len(list(folder.iterdir())) == 2 + len(list(folder.glob("manifest.json.new")))


@pytest.mark.parametrize(
    "value", [np.array([1.0, np.nan]), np.array([np.inf]), np.array([object()]), np.array(["a"])]
)
def test_what_is_no_finite_number_is_refused_and_the_old_checkpoint_stays(folder, value):
    with pytest.raises(CheckpointError, match="'bad'"):
        save(folder, {"bad": value}, {})
    assert load(folder)[1] == FACTS


@pytest.mark.parametrize(
    "facts", [{"a": float("nan")}, {1: "a"}, {"a": {"b": np.float32(1)}}, {"a": [{1, 2}]}]
)
def test_facts_that_json_would_change_are_refused(tmp_path, facts):
    with pytest.raises(CheckpointError, match="facts"):
        save(tmp_path, {}, facts)
    assert not exists(tmp_path)


def numbers(folder):
    return next(folder.glob("*.safetensors"))


def forged(folder, data):
    """Other numbers under a manifest that names them."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sha256"] = hashlib.sha256(data).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    numbers(folder).write_bytes(data)


def test_a_cut_or_changed_or_missing_file_is_refused(folder):
    whole = numbers(folder).read_bytes()
    numbers(folder).write_bytes(whole[:-1])
    with pytest.raises(CheckpointError, match="changed or cut off"):
        load(folder)
    numbers(folder).write_bytes(whole[:-1] + b"\x01")
    with pytest.raises(CheckpointError, match="changed or cut off"):
        load(folder)
    numbers(folder).unlink()
    with pytest.raises(CheckpointError, match="can't read"):
        load(folder)


def test_a_pickle_in_place_of_the_numbers_is_refused_unread(folder):
    class Bomb:
        def __reduce__(self):
            return (os.mkdir, (str(folder / "exploded"),))

    forged(folder, pickle.dumps(Bomb()))
    with pytest.raises(CheckpointError, match="safetensors format"):
        load(folder)
    assert not (folder / "exploded").exists()


def test_nan_and_other_shapes_are_refused_even_under_a_matching_manifest(folder):
    from safetensors.numpy import save as serialised

    forged(folder, serialised({"a/weight": np.full((2, 3), np.nan, np.float32)}))
    with pytest.raises(CheckpointError, match="NaN"):
        load(folder)
    forged(folder, serialised({"a/weight": np.zeros((3, 2), np.float32)}))
    with pytest.raises(CheckpointError, match="names and shapes"):
        load(folder)


def edited(folder, **entries):
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | entries))


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"format": 2}, r"format 2; this program reads 1"),
        ({"facts": {"third": 0.3}}, "were changed"),
        ({"facts": []}, "were changed"),
        ({"numbers": "../elsewhere.safetensors"}, "a file beside it"),
        ({"more": 1}, "more missing or unknown"),
    ],
)
def test_an_edited_manifest_is_refused(folder, entries, message):
    edited(folder, **entries)
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    with pytest.raises(CheckpointError, match=message):
        load(folder)
    assert before == {p.name: p.read_bytes() for p in folder.iterdir()}


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"[" * 100_000, b"\xff\xfe"])
def test_a_manifest_that_is_none_is_refused(folder, text):
    (folder / "manifest.json").write_bytes(text)
    with pytest.raises(CheckpointError, match=r"manifest\.json is"):
        load(folder)


def test_a_manifest_that_is_a_folder_is_refused(tmp_path):
    (tmp_path / "manifest.json").mkdir()
    with pytest.raises(CheckpointError, match="no checkpoint"):
        load(tmp_path)


def test_a_folder_that_cannot_be_written_is_a_typed_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CheckpointError, match="can't write"):
        save(tmp_path / "file" / "run", {}, {})


def test_a_checkpoint_replaced_between_two_reads_is_the_newer_one(folder, monkeypatch):
    read = checkpoint._read

    def slow(path):
        data = read(path)
        if path.name == "manifest.json" and load_once:
            load_once.pop()
            save(folder, {"newer": np.ones(1)}, {})
        return data

    load_once = [True]
    monkeypatch.setattr(checkpoint, "_read", slow)
    assert list(load(folder)[0]) == ["newer"]


# -- optimisers and generators ----------------------------------------------------------------------------


class Learner:
    """A regression with everything that has a state: weights, moments, a changing rate, two generators."""

    def __init__(self, kind=torch.optim.AdamW):
        self.rng = np.random.default_rng(3)
        self.noise = torch.Generator().manual_seed(4)
        self.network = torch.nn.Linear(5, 2)
        torch.nn.init.normal_(self.network.weight, generator=torch.Generator().manual_seed(5))
        torch.nn.init.zeros_(self.network.bias)
        self.optimiser = kind(self.network.parameters(), lr=0.01)

    def learn(self, steps):
        for _ in range(steps):
            x = torch.from_numpy(self.rng.normal(size=(8, 5)).astype(np.float32))
            y = torch.randn(8, 2, generator=self.noise)
            self.optimiser.zero_grad()
            (self.network(x) - y).square().mean().backward()
            self.optimiser.step()
            self.optimiser.param_groups[0]["lr"] *= 0.97

    def save(self, folder):
        weights = {f"network/{n}": v.numpy() for n, v in self.network.state_dict().items()}
        moments = {f"optimiser/{n}": v for n, v in optimiser_tensors(self.optimiser).items()}
        save(folder, weights | moments, {"rng": rng_facts(self.rng), "noise": rng_facts(self.noise)})

    def load(self, folder):
        tensors, facts = load(folder)
        part = {
            k: {n.partition("/")[2]: v for n, v in tensors.items() if n.startswith(k)}
            for k in ("network", "opt")
        }
        self.network.load_state_dict({n: torch.from_numpy(v) for n, v in part["network"].items()})
        restore_optimiser(self.optimiser, part["opt"])
        restore_rng(self.rng, facts["rng"])
        restore_rng(self.noise, facts["noise"])

    def bytes(self):
        return b"".join(v.numpy().tobytes() for v in self.network.state_dict().values())


@pytest.mark.parametrize("kind", [torch.optim.Adam, torch.optim.AdamW])
@pytest.mark.parametrize("stop", [0, 1, 17])
def test_a_learner_stopped_and_resumed_from_disk_has_the_bytes_of_one_never_stopped(tmp_path, kind, stop):
    unbroken, first, second = Learner(kind), Learner(kind), Learner(kind)
    unbroken.learn(30)
    first.learn(stop)
    first.save(tmp_path)
    second.learn(5)  # whatever it was before does not matter
    second.load(tmp_path)
    second.learn(30 - stop)
    assert second.bytes() == unbroken.bytes()


def test_a_moment_of_another_shape_is_refused_and_the_optimiser_stays_as_it_was():
    learner = Learner()
    learner.learn(2)
    tensors = optimiser_tensors(learner.optimiser)
    with pytest.raises(CheckpointError, match=r"state/0/exp_avg .* \(5, 2\), not \(2, 5\)"):
        restore_optimiser(learner.optimiser, tensors | {"state/0/exp_avg": np.zeros((5, 2), np.float32)})
    with pytest.raises(CheckpointError, match="belongs to no parameter"):
        restore_optimiser(learner.optimiser, tensors | {"state/2/exp_avg": np.zeros(2, np.float32)})
    with pytest.raises(CheckpointError, match="group/0/lr"):
        restore_optimiser(learner.optimiser, {k: v for k, v in tensors.items() if k != "group/0/lr"})
    assert same(tensors, optimiser_tensors(learner.optimiser))


@pytest.mark.parametrize("kind", ["PCG64", "MT19937", "Philox", "SFC64"])
def test_every_numpy_generator_goes_on_where_it_was(tmp_path, kind):
    rng, other = (np.random.Generator(getattr(np.random, kind)(seed)) for seed in (1, 2))
    rng.random(3)
    rng.integers(9, dtype=np.uint32)  # leaves half a word waiting
    save(tmp_path, {}, rng_facts(rng))
    restore_rng(other, load(tmp_path)[1])
    assert np.array_equal(
        rng.integers(2**32, size=9, dtype=np.uint32), other.integers(2**32, size=9, dtype=np.uint32)
    )


def test_a_state_of_another_generator_is_refused():
    with pytest.raises(CheckpointError, match="Generator"):
        restore_rng(np.random.default_rng(), rng_facts(torch.Generator()))
    with pytest.raises(CheckpointError, match="Generator"):
        restore_rng(torch.Generator(), {"torch": "AAAA"})
    with pytest.raises(CheckpointError, match="Generator"):
        restore_rng(np.random.default_rng(), rng_facts(np.random.Generator(np.random.MT19937(0))))
