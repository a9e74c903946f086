"""One contract for every continual-learning method. A new one is added to METHODS and to BOUNDS."""

import functools
import hashlib
import json

import numpy as np
import pytest

from legion_ros.core.episode import Episode
from legion_ros.learning import checkpoint
from legion_ros.learning.lesson import Budget, Learned, Lesson
from legion_ros.learning.methods import METHODS, Method, MethodError, make
from legion_ros.learning.methods.method import HasMixture

from .fakes import FakeReach

BUDGET = Budget(practice=800, cloning=60)
# {name: the most of the transitions seen in finished lessons that it claims to keep}
BOUNDS = {
    "experts": 0.01,
    "legion": 1.0,
    "finetune": 0.0,
    "reservoir": 0.01,
    "perfect_memory": 1.0,
    "agem": 0.01,
    "ewc": 0.0,
    "packnet": 0.0,
    "joint": 1.0,
}
pytestmark = pytest.mark.slow
TASKS = ({"sentence": "reach the point"}, {"sentence": "move backwards to the point", "flip": True})


class FakeReachCounted(FakeReach):
    """Counts the control periods that were really simulated, over all environments."""

    spent = 0

    def step(self, action):
        type(self).spent += self.num_envs
        return super().step(action)


def encode(sentences):
    """A fixed unit vector for each sentence, as long as MiniLM's."""
    seeds = [int.from_bytes(hashlib.sha256(words.encode()).digest()[:4]) for words in sentences]
    vectors = np.array([np.random.default_rng(seed).normal(size=384) for seed in seeds]).reshape(-1, 384)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def shown(task, count=10):
    """Straight ways to the goal."""
    environment = FakeReach(count, **task)
    observation, sign, steps = environment.reset(np.random.default_rng(5)), -1 if task.get("flip") else 1, []
    for _ in range(environment.horizon):
        action = np.clip(sign * (observation[:, 2:] - observation[:, :2]) / 0.2, -1, 1).astype(np.float32)
        steps.append((observation, action))
        observation = environment.step(action).observation
    parts = [np.stack(part, 1) for part in zip(*steps, strict=True)]
    return tuple(Episode(task["sentence"], o, a, a, True) for o, a in zip(*parts, strict=True))


def lesson(method, number, demonstrations=True, budget=BUDGET):
    task = TASKS[number]
    task_id = number if method.needs_task_id else None
    practice = lambda count: FakeReachCounted(count, **task)  # noqa: E731
    return Lesson(practice, shown(task) if demonstrations else (), budget, task_id, encode)


def fresh(name):
    try:
        return make(name, encode=encode)
    except ImportError as error:
        pytest.skip(f"{name} is not there yet: {error}")


def silent(done, total):
    pass


@functools.cache
def learned(name):
    """A method after one shown and one practised lesson, what they gave, and what was simulated in each."""
    method, rng, gave, spent = fresh(name), np.random.default_rng(0), [], []
    for number in range(len(TASKS)):
        FakeReachCounted.spent = 0
        gave.append(method.learn(lesson(method, number, demonstrations=number == 0), rng, silent))
        spent.append(FakeReachCounted.spent)
    return method, gave, spent


def actions(method, number=0):
    """What it does in 16 fixed situations of a task."""
    environment = FakeReach(16, **TASKS[number])
    observation = environment.reset(np.random.default_rng(3))
    task_id = {"task_id": number} if method.needs_task_id else {}
    actor = method.actor(environment.instructions, observation, **task_id)
    return actor(observation)


def same(first, second):
    assert first.keys() == second.keys()
    for path, value in first.items():
        assert value.dtype == second[path].dtype
        assert value.tobytes() == second[path].tobytes(), path


def copies(method):
    return {path: value.copy() for path, value in method.tensors().items()}


@pytest.fixture(params=METHODS)
def name(request):
    return request.param


def test_it_is_a_method_and_knows_its_name(name):
    method = fresh(name)
    assert isinstance(method, Method)
    assert method.name == name


def test_it_never_spends_more_than_its_budget_and_says_what_it_spent(name):
    _, gave, spent = learned(name)
    for result, periods in zip(gave, spent, strict=True):
        assert isinstance(result, Learned)
        assert result.practice == periods <= BUDGET.practice
        assert result.gradient_steps > 0


def test_it_learns_without_practice_where_something_is_shown(name):
    method = fresh(name)
    FakeReachCounted.spent = 0
    budget = Budget(practice=0, cloning=20)
    assert method.learn(lesson(method, 0, budget=budget), np.random.default_rng(0), silent).practice == 0
    assert FakeReachCounted.spent == 0


def test_progress_only_rises_and_stays_within_the_total(name):
    method, reports = fresh(name), []
    small = Budget(practice=400, cloning=20)
    rng = np.random.default_rng(0)
    method.learn(lesson(method, 0, budget=small), rng, lambda *report: reports.append(report))
    assert reports
    done = [report[0] for report in reports]
    assert done == sorted(done)
    assert all(0 <= part <= total for part, total in reports)


def test_it_acts_within_range_and_the_same_way_twice(name):
    method, _, _ = learned(name)
    action = actions(method)
    assert (action.shape, action.dtype) == ((16, 2), np.float32)
    assert (np.abs(action) <= 1).all()
    np.testing.assert_array_equal(action, actions(method))


def test_it_does_what_it_was_shown(name):
    if name == "legion":
        pytest.skip("learns by SAC from its replay alone: this budget is far too small for it")
    method = fresh(name)
    rng = np.random.default_rng(0)
    method.learn(lesson(method, 0, budget=Budget(practice=0, cloning=300)), rng, silent)
    environment = FakeReach(64, **TASKS[0])
    observation = environment.reset(np.random.default_rng(3))
    task_id = {"task_id": 0} if method.needs_task_id else {}
    actor, success = method.actor(environment.instructions, observation, **task_id), np.zeros(64, bool)
    for _ in range(environment.horizon):
        result = environment.step(actor(observation))
        observation = result.observation
        success |= result.success
    assert success.mean() > 0.8


def test_a_mixture_is_asked_with_and_without_what_was_seen_early(name):
    method, _, _ = learned(name)
    if not isinstance(method, HasMixture):
        assert name not in ("experts", "legion")
        return
    environment = FakeReach(16, **TASKS[0])
    observation = environment.reset(np.random.default_rng(3))
    early = np.zeros((16, 3, observation.shape[1] + environment.action_layout.size), np.float32)
    reward = np.zeros((16, 3), np.float32)
    for evidence in ((), (early,), (early, reward)):
        novelty = method.novelty(environment.instructions, observation, *evidence)
        assigned = method.assigned(environment.instructions, observation, *evidence)
        assert novelty.shape == assigned.shape == (16,)
        assert ((novelty >= 0) & (novelty <= 1)).all()


def test_an_actor_before_any_lesson_is_an_error(name):
    method = fresh(name)
    with pytest.raises(MethodError, match="learned nothing"):
        method.actor(("reach the point",), np.zeros((1, 4), np.float32))


def test_a_fresh_instance_becomes_the_saved_one_to_the_byte(name, tmp_path):
    method, _, _ = learned(name)
    checkpoint.save(tmp_path, method.tensors(), method.facts())
    again = fresh(name)
    again.restore(*checkpoint.load(tmp_path))
    same(method.tensors(), again.tensors())
    assert json.loads(json.dumps(again.facts())) == json.loads(json.dumps(method.facts()))
    assert again.kept_transitions == method.kept_transitions
    for number in range(len(TASKS)):
        np.testing.assert_array_equal(actions(method, number), actions(again, number))


def test_the_same_seed_learns_the_same_and_a_restart_between_lessons_changes_nothing(name):
    method, gave, _ = learned(name)
    once, rng = fresh(name), np.random.default_rng(0)
    assert once.learn(lesson(once, 0), rng, silent) == gave[0]
    again = fresh(name)
    again.restore(copies(once), json.loads(json.dumps(once.facts())))
    if hasattr(again, "revisit"):  # what no checkpoint can hold: the tasks themselves
        again.revisit([lesson(again, 0).practice])
    assert again.learn(lesson(again, 1, demonstrations=False), rng, silent) == gave[1]
    same(method.tensors(), again.tensors())


def spoilt(tensors):
    """Tensors that no method wrote."""
    floats = [path for path, value in tensors.items() if value.dtype.kind == "f" and value.size]
    for path in {floats[0], floats[-1]}:
        yield "NaN", tensors | {path: np.full_like(tensors[path], np.nan)}
        yield "shape", tensors | {path: np.zeros((3, 5, 7), tensors[path].dtype)}
        yield "surplus", tensors | {path + "x": tensors[path]}
        yield "missing", {other: value for other, value in tensors.items() if other != path}
    yield "nothing", {}


def test_hostile_tensors_are_refused_and_change_nothing(name):
    method, _, _ = learned(name)
    before, facts, did = copies(method), method.facts(), actions(method)
    for what, tensors in spoilt(before):
        with pytest.raises(MethodError):
            method.restore(tensors, facts)
            pytest.fail(f"took {what}")
    same(before, method.tensors())
    assert method.facts() == facts
    np.testing.assert_array_equal(did, actions(method))


@pytest.mark.parametrize("facts", [{}, {"method": "another"}, {"lessons": "many"}, {"lessons": -1}])
def test_facts_of_something_else_are_refused(name, facts):
    method, _, _ = learned(name)
    before = method.facts()
    with pytest.raises(MethodError):
        method.restore(copies(method), facts)
    assert method.facts() == before


def test_a_task_id_is_asked_for_only_where_the_report_says_so(name):
    method = fresh(name)
    if not method.needs_task_id:
        assert actions(learned(name)[0]).shape == (16, 2)
        return
    without = Lesson(lambda count: FakeReach(count), shown(TASKS[0]), BUDGET, None, encode)
    with pytest.raises(MethodError, match="id"):
        method.learn(without, np.random.default_rng(0), silent)
    with pytest.raises(MethodError, match=r"known: \[0, 1\]"):
        learned(name)[0].actor(("reach the point",), np.zeros((1, 4), np.float32))


def test_it_keeps_no_more_transitions_than_it_claims(name):
    method, _, spent = learned(name)
    seen = sum(spent) + sum(map(len, shown(TASKS[0])))
    assert 0 <= method.kept_transitions <= BOUNDS[name] * seen


def test_every_method_states_its_bound():
    assert BOUNDS.keys() == METHODS.keys()


def test_an_unknown_method_is_an_error_that_lists_the_known():
    with pytest.raises(MethodError, match="no method 'sorcery'; known: experts, legion, finetune, reservoir"):
        make("sorcery")
