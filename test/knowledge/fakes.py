"""Stand-ins for what the knowledge is made of, small enough to reckon with by hand."""

import hashlib

import numpy as np

from legion_ros.knowledge import Component, Knowledge, TrainingRecord

RECORD = TrainingRecord(
    command="legion train", seed=1, steps=100, episodes=120, success=0.97, interval=(0.92, 0.99)
)


class FakeExpert:
    """A linear map from 21 to 5."""

    def __init__(self, weight: np.ndarray) -> None:
        self.weight = weight

    def act(self, observation: np.ndarray) -> np.ndarray:
        return np.clip(observation @ self.weight, -1, 1)

    def tensors(self) -> dict[str, np.ndarray]:
        return {"weight": self.weight}

    @classmethod
    def from_tensors(cls, tensors) -> "FakeExpert":
        if tensors["weight"].shape != (21, 5):
            raise ValueError(f"weight of shape {tensors['weight'].shape}, not (21, 5)")
        return cls(tensors["weight"])


class FakeEncoder:
    """Each verb is an axis; the rest of the sentence is small noise that depends on the text alone."""

    verbs = ("put", "push", "open", "close", "press", "reach", "sing", "wash")

    def encode(self, texts) -> np.ndarray:
        vectors = []
        for text in texts:
            noise = np.random.default_rng(int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)).normal(
                size=12
            )
            vector = 0.1 * noise
            for axis, verb in enumerate(self.verbs):
                vector[axis] += verb in text.split()
            vectors.append(vector / np.linalg.norm(vector))
        return np.array(vectors, np.float32).reshape(-1, 12)


def component(name: str, skill: str, seed: int = 0) -> Component:
    expert = FakeExpert(np.random.default_rng(seed).normal(size=(21, 5)).astype(np.float32))
    sentences = [
        f"{skill} {rest}" for rest in ("it", "this now", "that", "{object} please", "{object} at once")
    ]
    return Component.learn(
        name, skill=skill, sentences=sentences, expert=expert, record=RECORD, encoder=FakeEncoder()
    )


def knowledge() -> Knowledge:
    components = [
        component("putting", "put", 1),
        component("opening", "open", 2),
        component("pressing", "press", 3),
    ]
    background = [
        f"{verb} {rest}" for verb in ("sing", "wash") for rest in ("a song", "it", "{object}", "now")
    ]
    return Knowledge.build(components, FakeEncoder(), background)
