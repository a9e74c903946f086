"""An encoder without a model: the same text gives the same vector, others are nearly orthogonal."""

import hashlib

import numpy as np


class FakeEncoder:
    """`alike` maps a text to another one that it is to lie next to."""

    def __init__(self, alike=()):
        self.alike, self.asked = dict(alike), []

    def encode(self, texts):
        self.asked += texts
        vectors = []
        for text in texts:
            seed = int(hashlib.sha256(self.alike.get(text, text).encode()).hexdigest()[:8], 16)
            vector = np.random.default_rng(seed).normal(size=64)
            vectors.append(vector / np.linalg.norm(vector))
        return np.array(vectors, np.float32)
