import sqlite3
import threading

import numpy as np
import pytest

from legion_ros.language import SentenceEncoder
from legion_ros.language.encoder import SIZE


class FakeModel:
    """Counts what it is asked to embed."""

    def __init__(self):
        self.asked = []

    def encode(self, texts, **settings):
        self.asked += texts
        vectors = np.array([[len(text), 1.0] + [0.0] * (SIZE - 2) for text in texts], np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def model(monkeypatch):
    model = FakeModel()
    monkeypatch.setattr("legion_ros.language.encoder._load_model", lambda: model)
    return model


def test_embeddings_are_unit_float32_in_the_order_of_the_texts(model):
    got = SentenceEncoder().encode(["abc", "a", "abc"])
    assert (got.shape, got.dtype) == ((3, SIZE), np.float32)
    assert np.linalg.norm(got, axis=1) == pytest.approx(np.ones(3))
    assert got[0, 0] == pytest.approx(3 / np.sqrt(10))
    assert (got[0] == got[2]).all()


def test_nothing_to_embed_gives_an_empty_array(model):
    assert SentenceEncoder().encode([]).shape == (0, SIZE)


def test_a_text_is_embedded_once(model):
    encoder = SentenceEncoder()
    encoder.encode(["clear the table", "clear the table"])
    encoder.encode(["clear the table", "open"])
    assert model.asked == ["clear the table", "open"]


def test_the_model_is_not_read_before_it_is_needed(monkeypatch):
    monkeypatch.setattr("legion_ros.language.encoder._load_model", lambda: pytest.fail("read too early"))
    SentenceEncoder().encode([])


def test_memory_holds_no_more_than_its_capacity(model):
    encoder = SentenceEncoder(capacity=2)
    encoder.encode(["a", "b"])
    encoder.encode(["a"])  # used last, so b is dropped for c
    encoder.encode(["c"])
    encoder.encode(["a", "c"])
    assert model.asked == ["a", "b", "c"]
    encoder.encode(["b"])
    assert model.asked == ["a", "b", "c", "b"]


def test_more_texts_at_once_than_the_capacity_are_all_answered(model):
    assert SentenceEncoder(capacity=2).encode(list("abcde")).shape == (5, SIZE)


def test_the_cache_on_disk_outlives_the_encoder(model, tmp_path):
    first = SentenceEncoder(tmp_path / "deep" / "cache.sqlite").encode(["a"])
    second = SentenceEncoder(tmp_path / "deep" / "cache.sqlite").encode(["a"])
    assert model.asked == ["a"]
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("junk", [b"", b"junk", b"\xff" * 4 * SIZE, np.zeros(SIZE, "<f4").tobytes()])
def test_a_spoilt_entry_on_disk_is_embedded_again(model, tmp_path, junk):
    SentenceEncoder(tmp_path / "cache.sqlite").encode(["a"])
    with sqlite3.connect(tmp_path / "cache.sqlite") as connection:
        connection.execute("UPDATE embeddings SET vector = ?", (junk,))
    got = SentenceEncoder(tmp_path / "cache.sqlite").encode(["a"])
    assert np.linalg.norm(got) == pytest.approx(1)
    assert model.asked == ["a", "a"]


def test_a_file_that_is_no_cache_is_done_without(model, tmp_path):
    (tmp_path / "cache.sqlite").write_bytes(b"this is no database, but long enough to look at" * 100)
    assert SentenceEncoder(tmp_path / "cache.sqlite").encode(["a"]).shape == (1, SIZE)
    assert (tmp_path / "cache.sqlite").read_bytes().startswith(b"this is no database")


def test_many_threads_get_the_same_answers(model, tmp_path):
    encoder, results = SentenceEncoder(tmp_path / "cache.sqlite", capacity=3), []

    def work():
        results.extend(encoder.encode([str(i) * i for i in range(1, 9)])[:, 0] for _ in range(20))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 80
    assert (np.array(results) == results[0]).all()


def test_the_weights_of_the_wheel_know_that_a_cup_is_nearer_to_a_mug_than_to_a_piano():
    cup, mug, piano = SentenceEncoder().encode(["cup", "mug", "piano"])
    assert cup.shape == (SIZE,)
    assert cup @ mug > 0.7 > cup @ piano
