"""Scenes that a bench draws, through a graph that is made up here."""

import numpy as np
import pytest

from legion_ros.cli.bench_scenes import Tries, posed, scene_after, scene_with, true_scene
from legion_ros.core import LegionError, Scene, Tool
from legion_ros.core.scene import Object
from legion_ros.evaluation.long_tasks import Beginning
from legion_ros.evaluation.table import scene_seeds


def scene_of(names, stamp=0.0):
    things = tuple(
        Object(name, "can", "red", "cylinder", np.zeros(3), np.eye(4)[0], np.full(3, 0.05)) for name in names
    )
    return Scene(stamp, things, (), Tool(np.zeros(3), 0.0, 0.08))


class Graph:
    """A client whose scenes have so many things as `counts` says, one reset after the other."""

    def __init__(self, counts, rolls_away=()):
        self.counts, self.rolls_away = list(counts), rolls_away
        self.resets, self.looked, self.seeds = 0, 0, []
        self.now = self.coming = None

    def reset_safety(self):
        self.resets += 1

    def reset_scene(self, seed, low, high, binned=0, drawer=0.0):
        names = [f"can_{n}" for n in range(self.counts[len(self.seeds)])]
        self.seeds.append(seed)
        self.asked_for = (low, high, binned, drawer)
        self.coming = scene_of(names, float(len(self.seeds)))
        return names[::-1]  # in no order

    def await_seen(self, names):
        if len(self.seeds) in self.rolls_away:
            self.now = scene_of([], self.now.stamp)

    def true_scene(self):
        self.looked += 1
        return self.now

    def wait(self, condition, timeout, what):
        for _ in range(3):
            if value := condition():
                return value
            self.now = self.coming
        raise LegionError(f"no {what} within {timeout:g} s")


def pairs(scene, number, rng):
    """Asks something where there are two things: which scene it is, and a number."""
    return (number, int(rng.integers(1000))) if len(scene.objects) == 2 else None


def test_scenes_that_do_not_allow_it_are_passed_over_and_each_can_be_made_again_from_its_seed():
    client, seeds = Graph([1, 2, 3, 2, 2]), scene_seeds(7, 5)
    found = list(posed(client, "pairs", Beginning((1, 3), 4, 0.5), pairs, 7, 2))
    assert [scene.seed for scene in found] == [seeds[1], seeds[3]] and client.seeds == seeds[:4]
    drawn = [np.random.default_rng(seed) for seed in (seeds[1], seeds[3])]
    assert [scene.asked for scene in found] == [(n, int(rng.integers(1000))) for n, rng in enumerate(drawn)]
    assert [scene.before.stamp for scene in found] == [2.0, 4.0]
    assert found[0].rng.random() == drawn[0].random()  # what comes after it is drawn from the same
    assert client.asked_for == (1, 3, 4, 0.5) and client.resets == 4


def test_a_scene_from_which_something_has_rolled_away_is_passed_over():
    client = Graph([2, 2], rolls_away=(1,))
    (found,) = posed(client, "pairs", Beginning((2, 2)), pairs, 7, 1)
    assert found.seed == client.seeds[1] and found.asked[0] == 0


def test_too_few_scenes_are_an_error_in_words():
    client = Graph([2] + [1] * 79)
    with pytest.raises(LegionError, match="only 1 of 2 scenes allow 'pairs'"):
        list(posed(client, "pairs", Beginning((1, 2)), pairs, 7, 2))


def test_the_scenes_of_several_words_are_others_than_those_of_one():
    assert scene_seeds((7, 0), 3) == [int(w) for w in np.random.SeedSequence((7, 0)).generate_state(3)]
    assert scene_seeds((7, 1), 3) != scene_seeds((7, 0), 3) != scene_seeds((0, 7), 3)


def test_a_scene_counts_once_it_has_just_the_things_that_were_named():
    client = Graph([])
    client.now, client.coming = scene_of(["mug"]), scene_of(["can", "mug"], 2.0)
    assert scene_with(client, ["mug", "can"]).stamp == 2.0
    assert scene_after(client, 1.0, 5.0).stamp == 2.0
    with pytest.raises(LegionError, match="no scene after the task within 5 s"):
        scene_after(client, 2.0, 5.0)
    with pytest.raises(LegionError, match="no new scene within 10 s"):
        scene_with(client, ["ball"])


def test_the_first_true_scene_is_waited_for():
    client = Graph([])
    with pytest.raises(LegionError, match="no true scene within 10 s"):
        true_scene(client)
    client.coming = scene_of([])
    assert true_scene(client) is client.coming


def test_a_second_try_at_the_same_skill_counts_when_another_came_between():
    class Doing:
        current = ""

    tries, task = Tries(), Doing()
    for task.current in ("reach", "reach", "put", "reach"):
        tries.count(task)
    assert tries.number == 3
