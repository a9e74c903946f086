"""Observation statistics come from units, so that no later task is out of scale."""

import numpy as np

from legion_ros.core.episode import Episode
from legion_ros.core.layout import Field, Layout
from legion_ros.learning.methods.course import statistics, told

LAYOUT = Layout((Field("hand", 2, "m", "base"), Field("open", 1, "1"), Field("turn", 1, "rad")))


def test_metres_begin_where_the_task_lies_and_nothing_is_scaled_by_what_it_happens_to_vary():
    seen = np.array([[1, 2, 0, 0], [3, 2, 0, 0]], np.float32)  # the second metre never varies
    mean, deviation = statistics(LAYOUT, seen, 4 + 16)
    np.testing.assert_allclose(mean, [2, 2, *[0] * 18])
    np.testing.assert_allclose(deviation, [0.1, 0.1, 0.5, 1.0, *[0.25] * 16])  # 1 / sqrt(16)


def test_an_episode_is_told_what_it_was_asked():
    three = np.arange(3, dtype=np.float32)[:, None]
    episode = told(Episode("go", three, three, three, True), lambda words: np.full((len(words), 2), 0.5))
    np.testing.assert_allclose(episode.observation, [[0, 0.5, 0.5], [1, 0.5, 0.5], [2, 0.5, 0.5]])
    assert episode.observation.dtype == np.float32
