"""The reservoir is uniform, whatever the batches; a memory keeps what it was given."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legion_ros.learning.methods import MethodError
from legion_ros.learning.methods.rehearsal import Rehearsal, RehearsalConfig
from legion_ros.learning.methods.sample import Memory, Sample, Seen
from legion_ros.learning.methods.task_rule import Finished
from legion_ros.policy import Expert


def offered(parts, capacity, seed=0):
    """A sample to which 0, 1, 2, ... were offered in batches of these sizes."""
    sample = Sample(1, capacity, np.random.default_rng(seed))
    start = 0
    for count in parts:
        rows = np.arange(start, start + count, dtype=np.float32)[:, None]
        sample.offer(rows, tuple("even" if row % 2 == 0 else "odd" for row in rows[:, 0]))
        start += count
    return sample


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=10), st.integers(0, 40))
def test_a_sample_holds_as_many_different_rows_as_it_may_and_their_own_sentences(parts, capacity):
    seen = offered(parts, capacity).seen()
    rows = seen.observation[:, 0].astype(int)
    assert len(seen) == min(sum(parts), capacity) == len(set(rows))
    assert set(rows) <= set(range(sum(parts)))
    for row, sentence in zip(rows, seen.sentence, strict=True):
        assert seen.sentences[sentence] == ("even" if row % 2 == 0 else "odd")


@pytest.mark.parametrize("parts", [(40,), (1,) * 40, (3, 30, 7)])
def test_every_row_of_the_stream_is_kept_with_the_same_probability(parts):
    runs = 4000
    kept = np.zeros(40)
    for seed in range(runs):
        kept[offered(parts, 10, seed).seen().observation[:, 0].astype(int)] += 1
    # each count is binomial(4000, 1/4): deviation 27.4; five of them, 40 counts
    assert np.abs(kept - runs / 4).max() < 5 * np.sqrt(runs * 0.25 * 0.75)


def test_one_percent_of_what_was_seen_is_remembered_however_large_the_budget_was():
    rule = Rehearsal(RehearsalConfig(share=0.01))
    policy = Expert(np.zeros(3), np.ones(3), 2)
    rng = np.random.default_rng(0)
    for transitions in (1000, 250, 99):
        sample = offered((transitions,), rule.wanted(5000))  # 50 wanted: the lesson ended early
        rule.end_task(
            Finished(policy, sample.seen(), transitions, lambda words: np.ones((len(words), 2)), rng)
        )
    assert rule.kept_transitions == 10 + 2 + 0
    assert rule.tasks == 3


def test_a_memory_holds_what_the_network_did_when_the_task_ended():
    memory = Memory.empty(1, 2, 1)
    seen = Seen(np.array([[1.0], [2.0]], np.float32), np.array([1, 0]), ("a", "b"))
    embedding = {"a": (0.1, 0.2), "b": (0.3, 0.4)}

    def encode(words):
        return np.array([embedding[word] for word in words], np.float32)

    memory = memory.extended(seen, encode, lambda told: told.sum(1, keepdims=True))
    memory = memory.extended(seen, encode, lambda told: -told.sum(1, keepdims=True))
    np.testing.assert_allclose(memory.action[:, 0], [1.7, 2.3, -1.7, -2.3], rtol=1e-6)
    told, action = memory.batch(100, np.random.default_rng(0))
    np.testing.assert_allclose(np.abs(action[:, 0].numpy()), told.numpy().sum(1), rtol=1e-6)
    assert len(told.unique(dim=0)) == 2


def test_a_memory_that_names_a_sentence_it_lacks_is_refused():
    tensors = Memory.empty(1, 2, 1).tensors() | {
        "observation": np.zeros((1, 1), np.float32),
        "sentence": np.array([3]),
        "action": np.zeros((1, 1), np.float32),
    }
    with pytest.raises(MethodError, match="sentences beyond the 0"):
        Memory.from_tensors(tensors, 3, 1)
