import json

import numpy as np
import pytest

from legion_ros.core import Fixture, Object, Scene, Tool
from legion_ros.evaluation.table import TableScene, binned, scene_seeds, summary

BIN = Fixture("bin", "bin", np.array([0.5, 0.4, 0.0]), np.array([0.2, 0.2, 0.1]), np.array([0.5, 0.4, 0.1]))


def ball(name, *position):
    return Object(
        name, "ball", "red", "sphere", np.array(position), np.array([1.0, 0, 0, 0]), np.full(3, 0.06)
    )


def scene(seed, objects, in_bin, claimed, tries):
    return TableScene(
        seed=seed,
        objects=objects,
        binned=in_bin,
        claimed=claimed,
        reason="",
        planned=objects,
        tries=tries,
        wall=10.0,
        simulated=30.0,
    )


def test_what_is_in_the_bin_is_judged_by_where_it_is():
    things = (ball("in", 0.45, 0.45, 0.03), ball("beside", 0.65, 0.4, 0.03), ball("above", 0.5, 0.4, 0.3))
    seen = Scene(1.0, things, (BIN,), Tool(np.array([0.4, 0, 0.3]), 0.0, 0.08))
    assert binned(seen) == ["in"]


def test_a_scene_succeeds_by_what_is_in_the_bin_whatever_was_claimed():
    assert scene(1, 4, 4, claimed=False, tries=4).success
    assert not scene(1, 4, 3, claimed=True, tries=4).success


def test_the_seeds_of_fewer_scenes_are_the_first_of_more():
    assert scene_seeds(7, 3) == scene_seeds(7, 50)[:3]
    assert scene_seeds(7, 3) != scene_seeds(8, 3)
    assert len(set(scene_seeds(0, 50))) == 50


def test_figures_of_nine_scenes_in_ten():
    scenes = [scene(seed, 4, 4, claimed=True, tries=4) for seed in range(9)]
    scenes.append(scene(9, 5, 3, claimed=True, tries=8))
    figures = summary(scenes, "legion bench table")
    assert figures["success"] == 0.9
    assert figures["interval"] == pytest.approx((0.5958, 0.9821), abs=1e-4)  # Wilson, by hand
    assert figures["object_success"] == pytest.approx(39 / 41)
    assert (figures["tries"], figures["retries"]) == (44, 3)
    assert figures["claimed_but_wrong"] == 1
    assert [failure["seed"] for failure in figures["failures"]] == [9]
    assert json.loads(json.dumps(figures))["wall_s"] == 100.0
