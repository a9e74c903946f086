import numpy as np
import pytest

from legion_ros.core import Fixture, GroundedSkill, Object, Scene, Tool
from legion_ros.core.command import Limits
from legion_ros.core.observation import OBSERVATION
from legion_ros.nodes.skill_run import SkillRun

REACH = GroundedSkill("reach", "red_ball")
PRESS = GroundedSkill("press", "", "button")


class FakeExpert:
    """Always the same action; remembers what it was asked."""

    def __init__(self, action):
        self.action = np.array(action, np.float32)
        self.asked = []

    def __call__(self, observation):
        self.asked.append(observation)
        return self.action[None]


def scene(stamp, height=0.3, ball="red_ball", pressed=0.0, force=None):
    """The tool `height` above the table over a ball of 60 mm: 150 mm is where reach succeeds."""
    thing = Object(
        ball, "ball", "red", "sphere", np.array([0.5, 0, 0.03]), np.array([1.0, 0, 0, 0]), np.full(3, 0.06)
    )
    button = Fixture(
        "button",
        "button",
        np.array([0.7, 0, 0.05]),
        np.full(3, 0.05),
        np.array([0.7, 0, 0.05]),
        pressed,
        0.01,
    )
    pushed = None if force is None else np.array([0.0, 0.0, force])
    return Scene(stamp, (thing,), (button,), Tool(np.array([0.5, 0.0, height]), 0.0, 0.05, pushed))


def run(skill=REACH, action=(0, 0, -0.5, 0, 1), time_limit=0.0, max_force=np.inf):
    expert = FakeExpert(action)
    return SkillRun(skill, expert, Limits(), time_limit, max_force), expert


def test_the_expert_sees_one_observation_and_its_action_becomes_a_command():
    skill, expert = run()
    command = skill.step(scene(1.0))
    assert expert.asked[0].shape == (1, OBSERVATION.size)
    assert command.velocity.tolist() == pytest.approx([0, 0, -0.2])  # half of 0.4 m/s
    assert command.opening == pytest.approx(0.08)
    assert skill.outcome is None


def test_success_must_last_five_scenes_in_a_row_in_which_the_arm_holds_still():
    skill, expert = run()
    skill.step(scene(1.0))
    for number in range(1, 6):
        assert skill.outcome is None
        command = skill.step(scene(1.0 + 0.05 * number, height=0.12))
        assert not command.velocity.any() and command.opening == pytest.approx(0.08)
    assert skill.outcome.success and len(expert.asked) == 1
    assert skill.outcome.duration == pytest.approx(0.25)


def test_success_that_passes_does_not_count():
    skill, _ = run()
    for number in range(12):
        skill.step(scene(1.0 + 0.05 * number, height=0.12 if number % 4 else 0.3))
    assert skill.outcome is None


def test_the_same_scene_seen_again_confirms_nothing():
    skill, _ = run()
    for _ in range(10):
        skill.step(scene(1.0, height=0.12))
    assert skill.outcome is None


def test_one_scene_is_enough_for_a_button():
    skill, _ = run(PRESS)
    skill.step(scene(1.0, pressed=0.009))
    assert skill.outcome.success


def test_out_of_time_it_fails_with_the_limit():
    skill, _ = run(time_limit=1.0)
    skill.step(scene(5.0))
    skill.step(scene(5.95))
    assert skill.outcome is None
    command = skill.step(scene(6.0))
    assert not skill.outcome.success and skill.outcome.reason == "no success within 1 s"
    assert not command.velocity.any()


def test_without_a_limit_of_its_own_the_skill_s_counts():
    skill, _ = run()
    skill.step(scene(0.0))
    skill.step(scene(8.0))
    assert skill.outcome.reason == "no success within 8 s"


def test_an_object_that_is_gone_fails_the_skill_and_names_what_is_there():
    skill, _ = run()
    skill.step(scene(1.0))
    command = skill.step(scene(1.05, ball="blue_ball"))
    assert (
        not skill.outcome.success
        and "'red_ball'" in skill.outcome.reason
        and "blue_ball" in skill.outcome.reason
    )
    assert not command.velocity.any()


def test_an_expert_that_says_nan_fails_the_skill_and_the_arm_holds():
    skill, _ = run(action=(np.nan, 0, 0, 0, 0))
    command = skill.step(scene(1.0))
    assert not skill.outcome.success and "finite" in skill.outcome.reason
    assert command.finite and not command.velocity.any() and command.opening == 0.05


def test_an_end_from_outside_stays():
    skill, expert = run()
    skill.finish(False, "canceled")
    skill.finish(True, "later")
    command = skill.step(scene(1.0, height=0.12))
    assert skill.outcome.reason == "canceled" and not expert.asked and not command.velocity.any()


def commands_under(force_at, seconds, max_force=40.0):
    """What a run at 20 Hz commands upwards, (m/s) by step, and how it ends."""
    skill, _ = run(max_force=max_force)
    up = []
    for step in range(round(20 * seconds)):
        up.append(float(skill.step(scene(1.0 + step / 20, force=force_at(step / 20))).velocity[2]))
        if skill.outcome is not None:
            break
    return up, skill.outcome


def test_an_attempt_that_presses_for_a_second_goes_up_and_fails():
    up, outcome = commands_under(lambda t: 60.0, 5.0)
    assert up[:18] == pytest.approx([-0.2] * 18)
    assert up[-16:-1] == pytest.approx([0.1] * 15)
    assert up[-1] == 0.0
    assert not outcome.success
    assert outcome.reason == "pressed on something with more than 40 N for 1 s"
    assert outcome.duration < 2.0  # the circuit breaker takes 2.5 s


@pytest.mark.parametrize(
    "force_at",
    [lambda t: 39.0, lambda t: 200.0 if t % 1.0 < 0.15 else 0.0, lambda t: np.nan, lambda t: None],
    ids=["less than the limit", "knocks", "not a number", "nobody can tell"],
)
def test_an_attempt_that_does_not_press_for_long_goes_on(force_at):
    up, outcome = commands_under(force_at, 5.0)
    assert outcome is None
    assert up == pytest.approx([-0.2] * 100)
