"""Made-up task families in a small layout."""

import numpy as np

from legion_ros.core.layout import Field, Layout
from legion_ros.knowledge.families import Family

WORDS, HORIZON = 16, 5
LAYOUT = Layout(
    (Field("hand", 3, "m"), Field("object", 3, "m"), Field("spare", 2, "1"), Field("goal", 3, "m"))
)


def family(number, episodes=32, sentences=6):
    """A task: its sentences lie around one direction, its things around one place, its rewards too.

    Numbers with the same last two digits are the same task, in other words and episodes.
    """
    rng = np.random.default_rng(number)
    task = np.random.default_rng(1000 + number % 100)
    embeddings = task.normal(0, 1, WORDS) + rng.normal(0, 0.3, (sentences, WORDS))
    places, first_reward = task.normal(0, 0.3, LAYOUT.size), task.uniform(0.02, 2)
    observation = places + rng.normal(0, 0.02, (episodes, LAYOUT.size))
    return Family(
        (embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)).astype(np.float32),
        observation.astype(np.float32),
        (observation[:, None] + rng.normal(0, 1e-4, (episodes, HORIZON, LAYOUT.size))).astype(np.float32),
        (first_reward + rng.normal(0, 0.01, (episodes, HORIZON))).astype(np.float32),
    )
