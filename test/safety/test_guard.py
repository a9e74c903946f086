"""The gate with breaker, retreat and a person: what passes, what latches, what wins."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legion_ros.core import Tool
from legion_ros.core.command import Limits, ToolCommand
from legion_ros.safety import Guard, GuardConfig, JointLimit, JointWatch, Mode

STEP = 0.02  # s


class Arm:
    """A tool that goes where it is told to, at once."""

    def __init__(self, z=0.2, force=None, **config):
        self.guard = Guard(config=GuardConfig(**config))
        self.position, self.now, self.force, self.blocked = np.array([0.5, 0.0, z]), 0.0, force, False
        self.sent = []
        self.see()

    def see(self):
        tool = Tool(self.position.copy(), 0.0, 0.05, None if self.force is None else np.array(self.force))
        return self.guard.tool_state(tool, self.now, self.now)

    def asked(self, velocity=None, person=None, opening=0.03):
        """One step under a policy's and a person's velocity; the alarm if there is one."""
        outs = []
        for asked, whom in ((person, self.guard.intervention), (velocity, self.guard.command)):
            if asked is not None:
                outs.append(whom(ToolCommand(np.array(asked, float), 0.0, opening), self.now, self.now))
        outs.append(self.guard.watch(self.now))
        out = next((out for out in outs if out is not None), None)
        self.sent.append(out)
        if out is not None and not self.blocked:
            self.position = self.position + STEP * out.velocity
        self.now += STEP
        return self.see()

    @property
    def mode(self):
        return self.guard.state.mode


DOWN, AHEAD = (0.0, 0.0, -0.1), (0.1, 0.0, 0.0)


def alarmed(**kwargs):
    arm = Arm(**kwargs)
    arm.asked(AHEAD)
    arm.guard.alarm("task alarm: the fingers closed on nothing", arm.now)
    return arm


def test_after_an_alarm_the_tool_goes_up_by_ten_centimetres_and_the_arm_is_stopped():
    arm = alarmed()
    began = arm.position.copy()
    assert arm.mode is Mode.RETREATING
    for _ in range(round(4.5 / STEP)):
        arm.asked(DOWN)
        assert arm.sent[-1].velocity[2] >= 0.0 and arm.sent[-1].opening == 0.03
    assert arm.mode is Mode.STOPPED
    assert arm.position - began == pytest.approx([0.0, 0.0, 0.10], abs=0.002)
    assert max(out.velocity[2] for out in arm.sent) == pytest.approx(0.05)
    assert not arm.sent[-1].velocity.any()


def test_a_retreat_ends_below_the_ceiling():
    arm = alarmed(z=0.40)
    for _ in range(300):
        arm.asked(DOWN)
    assert arm.mode is Mode.STOPPED and arm.position[2] <= Limits().high[2] + 1e-9


def test_a_retreat_that_gets_nowhere_ends_in_time():
    arm = alarmed()
    arm.blocked = True
    for _ in range(round(4.1 / STEP)):
        arm.asked()
    assert arm.mode is Mode.STOPPED


def test_an_alarm_is_latched_with_its_first_reason_until_reset():
    arm = alarmed()
    assert not arm.guard.alarm("effort alarm: another", arm.now)
    for _ in range(400):
        arm.asked(AHEAD)
    state = arm.guard.state
    assert state.alarm and state.mode is Mode.STOPPED and "closed on nothing" in state.reason
    arm.guard.reset()
    arm.asked(AHEAD)
    assert arm.mode is Mode.PASSING and not arm.guard.state.alarm


def test_a_stop_ends_a_retreat_at_once_and_an_alarm_after_a_stop_moves_nothing():
    arm = alarmed()
    arm.asked()
    arm.guard.stop("asked by the operator")
    arm.asked()
    assert arm.mode is Mode.STOPPED and not arm.sent[-1].velocity.any()
    arm.guard.reset()
    arm.guard.stop("asked by the operator")
    assert not arm.guard.alarm("effort alarm", arm.now)
    arm.asked(AHEAD)
    assert not arm.sent[-1].velocity.any() and not arm.guard.state.alarm


def test_without_fresh_states_a_retreat_holds():
    arm = alarmed()
    assert arm.guard.watch(arm.now + 0.05).velocity[2] > 0.0
    assert not arm.guard.watch(arm.now + 0.5).velocity.any()


def test_an_alarm_before_any_tool_state_stops():
    guard = Guard()
    assert guard.alarm("task alarm", 0.0)
    assert guard.state.mode is Mode.STOPPED and guard.watch(0.0) is None


def test_pushing_on_for_two_and_a_half_seconds_trips_and_what_lets_go_does_not():
    arm = Arm(force=(0.0, 0.0, 60.0))
    steps = 0
    while not (alarm := arm.asked((0.05, 0.0, 0.0))):
        steps += 1
        assert steps < 130
    assert steps * STEP == pytest.approx(2.5, abs=2 * STEP)
    assert arm.mode is Mode.RETREATING and str(alarm) == arm.guard.state.reason


def test_a_force_beyond_the_limit_stops_in_three_states():
    arm = Arm(force=(0.0, 1000.0, 0.0))
    arm.asked(AHEAD)
    assert arm.mode is Mode.PASSING
    arm.asked(AHEAD)
    assert arm.mode is Mode.STOPPED and "more than 900 N" in arm.guard.state.reason


@pytest.mark.parametrize("begun_with", [None, (0.0, 0.0, 5.0), (np.nan, 0.0, 0.0), (np.inf, 0.0, 0.0)])
def test_a_retreat_into_something_is_broken_off_in_three_states(begun_with):
    arm = alarmed(max_force=25.0, force=begun_with)
    arm.force = (0.0, 0.0, -500.0)  # from above
    for _ in range(2):
        arm.asked()
        assert arm.sent[-1].velocity[2] > 0.0
    arm.asked()
    assert arm.mode is Mode.STOPPED
    assert "closed on nothing; the retreat was broken off: more than 25 N" in arm.guard.state.reason
    height = arm.position[2]
    for _ in range(10):
        arm.asked()
        assert not arm.sent[-1].velocity.any()
    assert arm.position[2] == height and arm.guard.state.alarm
    arm.guard.reset()
    assert "broken off" not in arm.guard.state.reason


def test_a_retreat_from_a_force_goes_on_while_that_gets_no_greater():
    arm = Arm(max_force=25.0)
    arm.force = (0.0, 0.0, 60.0)
    arm.asked(AHEAD)
    arm.guard.alarm("effort alarm: pushed", arm.now)
    for force in (60.0, 60.0, 55.0, 40.0, 59.0, 61.0, 61.0, 40.0):
        arm.force = (0.0, 0.0, force)
        arm.asked()
        assert arm.mode is Mode.RETREATING and arm.sent[-1].velocity[2] > 0.0
    for _ in range(3):
        arm.force = (0.0, 0.0, 61.0)
        arm.asked()
    assert arm.mode is Mode.STOPPED


def test_after_a_reset_the_force_is_counted_anew():
    arm = Arm(force=(0.0, 1000.0, 0.0))
    arm.asked(AHEAD)
    arm.asked(AHEAD)
    assert arm.mode is Mode.STOPPED
    arm.guard.reset()
    arm.asked(AHEAD)
    arm.asked(AHEAD)
    assert arm.mode is Mode.PASSING
    arm.asked(AHEAD)
    assert arm.mode is Mode.STOPPED


def with_joints(position):
    arm = Arm()
    arm.guard = Guard(joints=JointWatch({"elbow": JointLimit(-3.0, -0.1, 2.0)}))
    arm.see()
    arm.guard.joint_state(["elbow"], [position], [], arm.now, arm.now)
    return arm


def test_a_joint_out_of_its_limits_stops_and_after_the_reset_it_may_come_back_slowly():
    arm = with_joints(0.1)
    assert arm.mode is Mode.STOPPED and "elbow is at 0.100" in arm.guard.state.reason
    arm.guard.reset()
    for position in (0.1, 0.08, 0.05):
        arm.guard.joint_state(["elbow"], [position], [], arm.now, arm.now)
        arm.asked((0.4, 0.0, 0.0))
        assert arm.sent[-1].velocity[0] == pytest.approx(0.04)
        assert arm.mode is Mode.PASSING and "out of its limits: slowly" in arm.guard.state.reason
    arm.guard.joint_state(["elbow"], [-0.2], [], arm.now, arm.now)
    arm.asked((0.1, 0.0, 0.0))
    assert arm.sent[-1].velocity[0] == pytest.approx(0.1) and arm.guard.state.reason == ""


def test_a_joint_that_gets_farther_out_after_a_reset_stops_the_arm_also_where_a_person_commands():
    arm = with_joints(0.1)
    arm.guard.reset()
    arm.asked(person=AHEAD)
    arm.guard.joint_state(["elbow"], [0.12], [], arm.now, arm.now)
    arm.asked(person=AHEAD)
    assert arm.mode is Mode.STOPPED and "farther out" in arm.guard.state.reason
    assert not arm.sent[-1].velocity.any()


def test_a_reset_of_nothing_lets_no_joint_get_farther_out():
    arm = with_joints(0.1)
    arm.guard.reset()
    for number in range(1, 5):
        arm.guard.joint_state(["elbow"], [0.1 + 0.008 * number], [], arm.now, arm.now)
        if arm.mode is not Mode.STOPPED:
            arm.guard.reset()
    assert arm.mode is Mode.STOPPED


def test_a_person_takes_over_from_the_policy_and_gives_back():
    arm = Arm()
    arm.asked(AHEAD)
    for _ in range(10):
        arm.asked(AHEAD, person=(0.0, 0.1, 0.0))
        assert arm.sent[-1].velocity.tolist() == pytest.approx([0.0, 0.1, 0.0])
    assert arm.guard.state.intervention and arm.guard.state.reason == "a person has taken over"
    arm.asked(AHEAD)  # let go: the policy does not pass yet
    assert arm.sent[-1] is None
    for _ in range(10):
        arm.asked(AHEAD)
    assert arm.sent[-1].velocity.tolist() == pytest.approx([0.1, 0.0, 0.0])
    assert not arm.guard.state.intervention and arm.guard.state.reason == ""


def test_who_lets_go_leaves_an_arm_that_holds():
    arm = Arm()
    arm.asked(person=AHEAD)
    for _ in range(6):
        arm.asked()
    assert not arm.sent[-1].velocity.any() and arm.mode is Mode.HOLDING


def test_limits_hold_for_people_too():
    arm = Arm()
    for _ in range(20):
        arm.asked(person=(9.0, 0.0, 0.0))
        assert arm.sent[-1].velocity[0] <= Limits().max_speed


@pytest.mark.parametrize("latch", ["stop", "alarm"])
def test_a_stop_wins_over_a_person(latch):
    arm = Arm()
    arm.asked(person=AHEAD)
    arm.guard.stop("x") if latch == "stop" else arm.guard.alarm("x", arm.now)
    for _ in range(20):
        arm.asked(person=AHEAD)
        assert arm.sent[-1].velocity[0] == 0.0


def test_a_person_whose_commands_are_refused_keeps_the_policy_out():
    arm = Arm()
    arm.asked(AHEAD, person=(np.nan, 0.0, 0.0))
    assert not arm.sent[-1].velocity.any() and arm.mode is Mode.HOLDING


speed = st.floats(-1.0, 1.0)
vectors = st.one_of(st.none(), st.tuples(speed, speed, speed))


@given(
    st.lists(
        st.tuples(vectors, vectors, st.sampled_from(["", "", "", "alarm", "stop", "reset"])), max_size=40
    )
)
def test_whatever_happens_nothing_but_up_is_sent_while_it_is_latched(happenings):
    arm = Arm()
    for policy, person, event in happenings:
        if event:
            getattr(arm.guard, event)(*{"alarm": ("x", arm.now), "stop": ("x",), "reset": ()}[event])
        arm.asked(policy, person)
        out, mode = arm.sent[-1], arm.mode
        low, high = Limits().low, Limits().high
        assert np.all(arm.position >= np.array(low) - 1e-9) and np.all(arm.position <= np.array(high) + 1e-9)
        if mode is Mode.STOPPED:
            assert not out.velocity.any()
        if mode is Mode.RETREATING:
            assert out.velocity[2] >= 0.0 and not out.velocity[:2].any()
