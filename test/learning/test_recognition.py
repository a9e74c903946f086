"""A lesson that is taken for another one's: what was learned stays, to the byte."""

import hashlib
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legion_ros.core import StepResult
from legion_ros.core.episode import Episode
from legion_ros.core.layout import Field, Layout
from legion_ros.learning.apprenticeship import Apprenticed
from legion_ros.learning.lesson import Budget, Lesson
from legion_ros.learning.methods import MethodError, study
from legion_ros.learning.methods.experts import Experts
from legion_ros.learning.methods.recognition import Recognition, Tried, Verdict, agrees, recognise
from legion_ros.learning.methods.rivals import Rivals, alike
from legion_ros.learning.ppo import PPOConfig, fresh_policy
from legion_ros.learning.trial import trial

from .test_method_contract import encode

CONFIG = Recognition()
WORKS, UNFINISHED, FAILS = Verdict.WORKS, Verdict.UNFINISHED, Verdict.FAILS


class FakeSecret:
    """Success is to answer within .1 of a secret, all episode long; all tasks have the same sentence."""

    observation_layout = Layout((Field("number", 1, "1"),))
    action_layout = Layout((Field("answer", 1, "1"),))
    control_period = 0.1
    horizon = 2
    instructions = ()

    def __init__(self, secret, num_envs):
        self.num_envs, self.secret = num_envs, secret
        self.instructions = ("guess",) * num_envs
        self.elapsed = 0

    def reset(self, rng, where=None):
        self.elapsed = 0
        return np.zeros((self.num_envs, 1), np.float32)

    def step(self, action):
        self.elapsed += 1
        none, over = np.zeros(self.num_envs, bool), np.full(self.num_envs, self.elapsed >= self.horizon)
        success = np.abs(action - self.secret)[:, 0] < 0.1
        return StepResult(
            np.zeros((self.num_envs, 1), np.float32), success.astype(np.float32), none, over, success
        )

    def close(self):
        pass


def answering(value):
    """An expert that always gives this answer."""
    expert = fresh_policy(1, 1, np.random.default_rng(0), PPOConfig(hidden=(2,)))
    for parameter in expert.network.parameters():
        parameter.data.zero_()
    expert.network[-1].bias.data.fill_(float(np.arctanh(value)))
    return expert


def taught(experts, secret, able=True, seed=0):
    """A lesson whose apprentice learns the secret, or (not able) something else."""

    def learned(lesson, environment, nearest, rng, config, progress):
        return Apprenticed(answering(secret if able else -0.95), 0, 1, "scratch", True)

    budget = Budget(practice=2000, cloning=0)
    lesson = Lesson(lambda count: FakeSecret(secret, count), (), budget, None, encode)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study, "apprentice", learned)
        return experts.learn(lesson, np.random.default_rng(seed), lambda done, total: None)


def digest(know):
    values = know.expert.tensors()
    return hashlib.sha256(b"".join(values[name].tobytes() for name in sorted(values))).hexdigest()


def success(experts, component, secret):
    return float(abs(experts.known[component].expert.act(np.zeros((1, 1), np.float32))[0, 0] - secret) < 0.1)


def forced(experts, shares):
    """The mixture is sure of what it is told: a number from 0 to 1 picks a component, or new."""

    def visit(*evidence):
        count = len(experts.recall.ids)
        found = np.full(count + 1, 1e-6)
        found[min(int(shares.pop(0) * (count + 1)), count)] = 1.0
        return found / found.sum()

    experts.recall.visit = visit


SECRETS = (-0.6, -0.2, 0.2, 0.6)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.floats(0, 1, exclude_max=True), st.booleans()), min_size=2, max_size=8
    )
)
def test_whatever_a_task_is_taken_for_no_finished_expert_changes(visits):
    experts = Experts(encode=encode)
    forced(experts, [share for _, share, _ in visits])
    for task, _, able in visits:
        before = {i: (know.success, digest(know)) for i, know in experts.known.items()}
        done = taught(experts, SECRETS[task], able)
        for i, (rate, was) in before.items():
            if digest(experts.known[i]) != was:
                assert i == done.component
                assert rate < CONFIG.mastered  # it never mastered anything ...
                assert experts.known[i].success > rate  # ... and what came in its place does better
                assert digest(experts.before[i]) == was
        if able:
            assert success(experts, done.component, SECRETS[task]) == 1.0


def test_a_task_taken_for_a_mastered_one_gets_a_component_of_its_own():
    experts = Experts(encode=encode)
    first = taught(experts, 0.2)
    was = digest(experts.known[first.component])
    assert (
        experts.recall.visit(encode(("guess",)))[0] > 0.5
    )  # the same words: the next is taken for the first
    second = taught(experts, -0.6)
    assert second.born and second.component != first.component
    assert digest(experts.known[first.component]) == was
    assert success(experts, second.component, -0.6) == 1.0


def test_tasks_in_the_same_words_are_told_apart_by_a_try_when_they_return():
    experts = Experts(encode=encode)
    first, second, third = (taught(experts, secret) for secret in (0.2, -0.6, 0.6))
    for lesson, secret in ((first, 0.2), (third, 0.6), (second, -0.6), (first, 0.2), (second, -0.6)):
        again = taught(experts, secret)
        assert (again.component, again.born, again.gradient_steps) == (lesson.component, False, 0)
        act = experts.actor(("guess",), np.zeros((1, 1), np.float32))
        assert act(np.zeros((1, 1), np.float32))[0, 0] == pytest.approx(
            secret, abs=1e-5
        )  # the last that worked
    assert experts.components == 3


def test_an_expert_that_never_mastered_its_task_is_improved_in_place_and_can_be_taken_back():
    experts = Experts(encode=encode)
    first = taught(experts, 0.2, able=False)
    old = digest(experts.known[first.component])
    again = taught(experts, 0.2)
    assert (again.component, again.born) == (first.component, False)
    assert experts.known[first.component].success == 1.0
    restored = Experts(encode=encode)
    restored.restore(experts.tensors(), experts.facts())
    assert restored.tensors().keys() == experts.tensors().keys()
    restored.take_back(first.component)
    assert digest(restored.known[first.component]) == old
    with pytest.raises(MethodError, match=r"component 0 was not improved; these were: \[\]"):
        restored.take_back(first.component)


def test_an_improvement_that_is_none_changes_nothing():
    experts = Experts(encode=encode)
    first = taught(experts, 0.2, able=False)
    old = digest(experts.known[first.component])
    assert taught(experts, 0.2, able=False).component == first.component
    assert digest(experts.known[first.component]) == old
    assert not experts.before


def tried(count, of):
    return np.arange(of) < count


@pytest.mark.parametrize(
    ("before", "count", "of", "verdict"),
    [
        (1.0, 64, 64, WORKS),
        (1.0, 12, 12, WORKS),
        (1.0, 10, 12, WORKS),  # .17 less, but P(10 or fewer of 12 | 12 of 12) = .24 by Beta(13, 1)
        (1.0, 7, 12, FAILS),  # P = .036
        (1.0, 50, 64, FAILS),
        (1.0, 0, 1, FAILS),  # less than half
        (0.5, 30, 64, WORKS),
        (0.5, 5, 64, FAILS),
        (0.2, 12, 64, UNFINISHED),
        (0.0, 0, 64, UNFINISHED),
        (0.0, 60, 64, WORKS),
        (None, 64, 64, WORKS),
        (None, 20, 64, FAILS),  # it may have been good at something else
    ],
)
def test_a_try_is_judged_by_what_the_expert_could_do(before, count, of, verdict):
    assert CONFIG.verdict(before, tried(count, of), (), answering(0.2)) is verdict


def episode(answer):
    wave = np.linspace(-0.05, 0.05, 10, dtype=np.float32)[:, None]
    return Episode("guess", np.zeros((10, 1), np.float32), answer + wave, answer + wave, True)


def test_an_expert_agrees_with_what_is_shown_when_it_explains_most_of_it():
    shown = [episode(0.2), episode(-0.2)]
    assert not agrees(answering(0.2), shown)
    does = SimpleNamespace(act=lambda seen: np.repeat([0.2, -0.2], 10)[:, None])
    assert agrees(does, shown)
    assert CONFIG.verdict(None, tried(20, 64), shown, does) is UNFINISHED


def recognised(shares, new, verdicts, rivals=None, most=3):
    asked = []

    def attempt(i):
        asked.append(i)
        verdict = verdicts[i]
        return verdict if isinstance(verdict, Tried) else Tried(verdict, float(verdict is WORKS))

    return recognise(shares, new, (rivals or Rivals()).of, attempt, CONFIG, most), asked


def test_the_most_probable_is_tried_first_and_no_more_once_one_works():
    found, asked = recognised({0: 0.1, 1: 0.9}, 0.0, {0: WORKS, 1: WORKS})
    assert (found.component, found.finished, asked) == (1, True, [1])


def test_the_next_plausible_one_is_tried_where_the_first_fails():
    found, asked = recognised({0: 0.1, 1: 0.9}, 0.0, {0: WORKS, 1: FAILS})
    assert (found.component, found.failed, asked) == (0, (1,), [1, 0])


def test_what_is_new_beyond_doubt_is_not_tried():
    assert recognised({0: 1e-5}, 0.99, {})[0].component is None


def test_what_nobody_expected_has_to_work_nearly_always():
    half = Tried(WORKS, 0.5)
    assert recognised({0: 0.4}, 0.6, {0: half})[0].component is None
    assert recognised({0: 0.6}, 0.4, {0: half})[0].component == 0


def test_no_more_are_tried_than_the_budget_allows():
    found, asked = recognised(dict.fromkeys(range(5), 0.2), 0.0, dict.fromkeys(range(5), FAILS), most=2)
    assert (found.component, asked) == (None, [0, 1])


def test_a_rival_of_one_that_failed_is_tried_however_improbable():
    rivals = Rivals()
    rivals.met(1, {0: False}, True)
    found, asked = recognised({0: 1.0, 1: 1e-9}, 0.0, {0: FAILS, 1: WORKS}, rivals)
    assert (found.component, asked) == (1, [0, 1])


def test_two_are_told_apart_where_most_episodes_are_clearly_likelier_under_their_own():
    likelihood = np.array([[0.4, 0.1, 0.3], [0.4, 0.1, 0.3], [0.1, 0.4, 0.1]])
    assert alike(4, [5, 6], [4, 5, 6], likelihood) == {5: False, 6: True}


def test_what_is_shown_is_looked_at_where_a_probe_says_no_more():
    probe = trial(FakeSecret(0.2, 3), lambda seen: np.zeros((3, 1)), np.random.default_rng(0))
    shown = [episode(0.2)] * 100
    sight = Experts().sight
    sight.meet(FakeSecret.observation_layout)
    assert len(sight.of_probe(probe, (), encode)[0]) == 3
    embeddings, starts, early, reward, layout = sight.of_probe(probe, shown, encode)
    assert (len(embeddings), len(starts), early, reward) == (64, 64, None, None)
    assert layout is FakeSecret.observation_layout


def test_of_rivals_that_look_alike_the_one_that_worked_last_is_meant():
    rivals, shares = Rivals(), np.array([[0.6, 0.3, 0.1], [0.9, 0.05, 0.05], [0.2, 0.1, 0.7]])
    assert rivals.chosen([4, 5, 6], shares, np.ones(3)).tolist() == [4, 4, 6]
    rivals.met(4, {}, True)
    rivals.met(5, {4: False}, True)  # words and looks tell them apart
    assert rivals.chosen([4, 5, 6], shares, np.ones(3)).tolist() == [4, 4, 6]
    rivals.met(5, {4: True}, True)
    assert rivals.chosen([4, 5, 6], shares, np.ones(3)).tolist() == [5, 4, 6]
    rivals.met(4, {5: True}, True)
    assert rivals.chosen([4, 5, 6], shares, np.ones(3)).tolist() == [4, 4, 6]
    assert Rivals.of_facts(rivals.facts()).facts() == rivals.facts()


@pytest.mark.parametrize(
    "facts",
    [
        [],
        {},
        {"pairs": [[1]], "latest": []},
        {"pairs": [[1, 2, 3]], "latest": []},
        {"pairs": [], "latest": ["x"]},
        {"pairs": [[2, 1, True]], "latest": []},
    ],
)
def test_rivals_of_something_else_are_refused(facts):
    with pytest.raises(MethodError, match="are no rivals"):
        Rivals.of_facts(facts)
