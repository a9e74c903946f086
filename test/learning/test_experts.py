import hashlib

import numpy as np
import pytest

from legion_ros.core.layout import Field, Layout
from legion_ros.learning.apprenticeship import ApprenticeshipConfig, apprentice
from legion_ros.learning.lesson import Budget, Lesson
from legion_ros.learning.methods import MethodError
from legion_ros.learning.methods.experts import Experts

from .fakes import FakeReach
from .test_method_contract import encode, shown

FORWARDS = {"sentence": "reach the point"}
BACKWARDS = {"sentence": "move backwards to the point", "flip": True}
FURTHER = {"sentence": "press the button", "centre": (0.2, 0.0)}


def lesson(task, practice=40_000, demonstrations=()):
    budget = Budget(practice=practice, cloning=300)
    return Lesson(lambda count: FakeReach(count, **task), demonstrations, budget, None, encode)


def learn(experts, task, seed=0, **other):
    return experts.learn(lesson(task, **other), np.random.default_rng(seed), lambda done, total: None)


def digest(experts, component):
    values = experts.known[component].expert.tensors()
    return hashlib.sha256(b"".join(values[name].tobytes() for name in sorted(values))).hexdigest()


@pytest.fixture(scope="module")
def learned():
    """Two tasks, learned by practice alone: (method, what each lesson gave, the first digest then)."""
    experts = Experts()
    first = learn(experts, FORWARDS)
    before = digest(experts, first.component)
    return experts, (first, learn(experts, BACKWARDS)), before


def success(experts, task):
    environment = FakeReach(100, **task)
    observation = environment.reset(np.random.default_rng(77))
    act = experts.actor(environment.instructions, observation)
    reached = np.zeros(100, bool)
    for _ in range(environment.horizon):
        result = environment.step(act(observation))
        observation = result.observation
        reached |= result.success
    return reached.mean()


def test_two_tasks_give_two_components_that_both_work(learned):
    experts, (first, second), _ = learned
    assert first.born and second.born
    assert first.component != second.component
    assert success(experts, FORWARDS) >= 0.9
    assert success(experts, BACKWARDS) >= 0.9


def test_what_was_learned_before_is_the_same_to_the_byte_afterwards(learned):
    experts, (first, second), before = learned
    assert digest(experts, first.component) == before
    assert digest(experts, second.component) != before


def test_a_task_that_returns_is_known_and_costs_no_training(learned):
    experts, (first, _), before = learned
    again = learn(experts, FORWARDS, seed=5)
    assert (again.component, again.born, again.gradient_steps) == (first.component, False, 0)
    assert again.practice <= 64 * (10 + 12)  # the probe and one try
    assert digest(experts, first.component) == before


def test_a_task_whose_expert_fails_now_is_learned_anew_and_no_expert_changes(learned):
    experts, (first, second), before = learned
    worn = Experts(encode=encode)
    worn.restore(experts.tensors(), experts.facts())
    turned = {
        "sentence": FORWARDS["sentence"],
        "flip": True,
        "centre": (0.3, 0.0),
    }  # the old words, motors turned
    assert success(worn, turned) <= 0.3
    both = [digest(worn, lesson.component) for lesson in (first, second)]
    again = learn(worn, turned, seed=6, practice=100_000)
    assert again.component != first.component
    assert [digest(worn, lesson.component) for lesson in (first, second)] == both
    assert success(worn, turned) >= 0.7  # of two that are asked for by the same words, the last that worked
    returned = learn(worn, FORWARDS, seed=8, practice=100_000)
    assert (returned.component, returned.gradient_steps) == (first.component, 0)
    assert success(worn, FORWARDS) >= 0.9
    assert digest(worn, first.component) == before


@pytest.mark.parametrize(("task", "started"), [(FURTHER, "nearest"), (BACKWARDS, "scratch")])
def test_a_new_expert_starts_from_the_nearest_where_that_gets_somewhere(learned, task, started):
    experts, (first, _), before = learned
    nearest = experts.known[first.component].expert
    config, rng = ApprenticeshipConfig(), np.random.default_rng(7)
    done = apprentice(lesson(task, 9000), FakeReach(64, **task), nearest, rng, config, lambda *_: None)
    assert done.started == started
    assert digest(experts, first.component) == before


def test_what_the_nearest_expert_can_do_already_is_not_practised(learned):
    experts, (first, second), _ = learned
    able = experts.known[second.component].expert
    same = {**BACKWARDS, "sentence": "walk the other way to it"}
    config, rng = ApprenticeshipConfig(), np.random.default_rng(1)
    done = apprentice(lesson(same), FakeReach(16, **same), able, rng, config, lambda *_: None)
    assert (done.started, done.gradient_steps, done.practice) == ("nearest", 0, 16 * FakeReach.horizon)
    assert done.policy is not able


def test_demonstrations_alone_are_enough_where_nothing_may_be_practised():
    experts = Experts()
    done = learn(experts, FORWARDS, practice=0, demonstrations=shown(FORWARDS, 20))
    assert (done.practice, done.born) == (0, True)
    assert success(experts, FORWARDS) >= 0.9
    assert experts.kept_transitions <= 0.01 * 20 * FakeReach.horizon
    assert experts.known[done.component].success is None


def test_what_was_only_shown_is_measured_and_practised_when_that_becomes_possible():
    experts = Experts()
    first = learn(experts, FORWARDS, practice=0, demonstrations=shown(FORWARDS, 6))
    again = learn(experts, FORWARDS, demonstrations=shown(FORWARDS, 20))
    assert (again.component, again.born) == (first.component, False)
    assert again.practice > 0
    assert experts.known[first.component].success >= 0.9


def test_what_is_shown_and_not_known_is_learned_without_practice_whatever_the_words_are():
    experts = Experts()
    words = FORWARDS["sentence"]
    first = learn(experts, FORWARDS, practice=0, demonstrations=shown(FORWARDS, 20))
    before = digest(experts, first.component)
    turned = {"sentence": words, "flip": True}
    assert learn(experts, turned, practice=0, demonstrations=shown(turned, 20)).born
    again = learn(experts, FORWARDS, practice=0, demonstrations=shown(FORWARDS, 20))
    assert (again.component, again.gradient_steps) == (first.component, 0)
    assert digest(experts, first.component) == before


def test_observations_of_another_kind_are_named_once_and_told_from_others_of_their_length(caplog):
    experts = Experts()
    for seed in range(2):
        learn(experts, FORWARDS, seed, practice=0, demonstrations=shown(FORWARDS, 2))
    assert [record.message for record in caplog.records] == [
        "tasks with observations ['point', 'goal'] are told apart by their words and a try alone"
    ]
    again = Experts()
    again.restore(experts.tensors(), experts.facts())
    other = Layout((Field("point", 2, "m", "base"), Field("end", 2, "m", "base")))
    with pytest.raises(
        MethodError, match=r"of 4 numbers are \['point', 'goal'\]; these are \['point', 'end'\]"
    ):
        again.sight.meet(other)
    with pytest.raises(MethodError, match=r"observations of 7 numbers; experts are there for \[4\]"):
        again.actor(("reach the point",), np.zeros((1, 7), np.float32))


def test_practice_too_short_for_anything_is_refused_where_nothing_is_shown():
    with pytest.raises(MethodError, match="20 control periods are less than 4 episodes of 12"):
        learn(Experts(), FORWARDS, practice=20)


def test_merged_components_are_one_that_does_both_and_can_be_parted_to_the_byte():
    experts = Experts()
    left, right = (
        {"sentence": words, "centre": (x, 0.0)} for words, x in (("go left", -1.2), ("go right", 1.2))
    )
    a, b = (learn(experts, task, seed=3, practice=100_000).component for task in (left, right))
    before = experts.tensors()
    merged = experts.merge(a, b, np.random.default_rng(0))
    assert experts.components == 1
    assert success(experts, left) >= 0.8 * experts.known[a].success
    assert success(experts, right) >= 0.8 * experts.known[a].success
    experts.undo(merged)
    after = experts.tensors()
    assert after.keys() == before.keys()
    for name, value in before.items():
        np.testing.assert_array_equal(value, after[name])


def test_components_that_are_not_there_cannot_be_merged(learned):
    experts, (first, _), _ = learned
    with pytest.raises(MethodError, match=r"can't merge components 0 and 99; known: \[0, 1"):
        experts.merge(first.component, 99, np.random.default_rng(0))
