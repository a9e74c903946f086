import pytest

from legion_ros.core import GroundedSkill
from legion_ros.skills import Execution, ExecutionStatus, Plan, SkillOutcome
from legion_ros.skills.behaviours import Settings
from legion_ros.skills.decomposition import Decomposition
from legion_ros.skills.plan import Part, SetGoal

from .scenes import SPOTS, scene

CLEAR = Decomposition(
    name="clear", sentences=("clear",), steps=("put({object}, {container})",), container="bin"
)
TWO = {name: SPOTS[name] for name in ("red_can", "white_mug")}


class FakeWorld:
    """A table and a runner on it: each skill takes two polls, and works unless told otherwise."""

    def __init__(self, spots=TWO, failures=None):
        self.spots, self.inside, self.drawer = spots, set(), 0.0
        self.failures = dict(failures or {})  # step -> how often it fails before it works
        self.started, self.canceled = [], 0
        self.running, self.polls = None, 0
        self.blind = self.lost = False

    def scene(self):
        return None if self.blind else scene(self.spots, self.drawer, inside=self.inside)

    def start(self, skill):
        assert self.running is None, "started while another runs"
        self.started.append(str(skill))
        self.running, self.polls = skill, 0

    def poll(self):
        self.polls += 1
        if self.polls < 2:
            return None
        step, self.running = self.running, None
        if self.lost:
            return SkillOutcome(False, "nobody moves the arm", fatal=True)
        if self.failures.get(str(step), 0) > 0:
            self.failures[str(step)] -= 1
            return SkillOutcome(False, "time limit of 15 s")
        if step.skill == "put":
            self.inside.add(step.object)
        if step.skill in ("open", "close"):
            self.drawer = 0.16 if step.skill == "open" else 0.0
        return SkillOutcome(True, "")

    def cancel(self):
        self.canceled += 1
        self.running = None


def steps(*calls) -> tuple[GroundedSkill, ...]:
    return tuple(GroundedSkill(*call) for call in calls)


def plan_of(*calls, before=None) -> Plan:
    return Plan("do it", tuple(Part((step,)) for step in steps(*calls)), before=before or {})


def clearing(world, container="bin", before=None) -> Plan:
    goal = SetGoal(CLEAR, container)
    return Plan("clear the table", (Part(goal.remaining(world.scene()), goal),), before=before or {})


def run(plan, world, ticks=300, **settings) -> Execution:
    execution = Execution(plan, world, world.scene, Settings(settle=2, **settings))
    for _ in range(ticks):
        if execution.tick() is not ExecutionStatus.RUNNING:
            break
    return execution


def test_steps_run_in_order_and_the_plan_succeeds():
    world = FakeWorld()
    execution = run(
        plan_of(("open", "", "drawer"), ("put", "red_can", "bin"), ("press", "", "button")), world
    )
    assert execution.status is ExecutionStatus.SUCCEEDED
    assert world.started == ["open(drawer)", "put(red_can, bin)", "press(button)"]
    assert execution.progress == 1.0
    assert execution.reason == ""


def test_an_empty_plan_succeeds_at_once():
    assert (
        Execution(Plan("clear the table", ()), FakeWorld(), FakeWorld().scene).tick()
        is ExecutionStatus.SUCCEEDED
    )


def test_a_step_that_holds_already_is_passed_over():
    world = FakeWorld()
    world.drawer = 0.16
    execution = run(plan_of(("open", "", "drawer"), ("put", "red_can", "bin")), world)
    assert execution.status is ExecutionStatus.SUCCEEDED
    assert world.started == ["put(red_can, bin)"]


def test_a_failed_step_is_tried_twice_more():
    world = FakeWorld(failures={"put(red_can, bin)": 2})
    assert run(plan_of(("put", "red_can", "bin")), world).status is ExecutionStatus.SUCCEEDED
    assert world.started == ["put(red_can, bin)"] * 3


def test_a_step_that_keeps_failing_fails_the_plan_with_its_reason():
    world = FakeWorld(failures={"put(red_can, bin)": 99})
    execution = run(plan_of(("put", "red_can", "bin"), ("press", "", "button")), world)
    assert execution.status is ExecutionStatus.FAILED
    assert execution.reason == "put(red_can, bin): time limit of 15 s"
    assert world.started == ["put(red_can, bin)"] * 3
    assert execution.current == 0


def test_success_that_the_scene_does_not_show_is_not_believed():
    world = FakeWorld()
    world.inside = frozenset()  # nothing ever gets in
    world.inside = type("Hole", (set,), {"add": lambda self, name: None})()
    execution = run(plan_of(("put", "red_can", "bin")), world)
    assert execution.status is ExecutionStatus.FAILED
    assert "the scene does not show it" in execution.reason


def test_an_effect_that_does_not_last_is_taken_on_the_runners_word():
    world = FakeWorld()  # the button springs back at once
    assert (
        run(plan_of(("press", "", "button"), ("reach", "red_can")), world).status is ExecutionStatus.SUCCEEDED
    )


def test_clearing_goes_on_with_the_others_and_comes_back():
    # the can has the shorter way to the bin, so it is tried first
    world = FakeWorld(failures={"put(red_can, bin)": 3})
    execution = run(clearing(world), world)
    assert execution.status is ExecutionStatus.SUCCEEDED
    assert world.started == ["put(red_can, bin)"] * 3 + ["put(white_mug, bin)", "put(red_can, bin)"]
    assert world.inside == {"red_can", "white_mug"}


def test_clearing_fails_with_what_is_left_and_why_after_two_rounds():
    world = FakeWorld(failures={"put(red_can, bin)": 99})
    execution = run(clearing(world), world)
    assert execution.status is ExecutionStatus.FAILED
    assert execution.reason.startswith("left: red_can (")
    assert "time limit of 15 s" in execution.reason
    assert world.started.count("put(red_can, bin)") == 6
    assert world.inside == {"white_mug"}
    assert execution.progress == 0.5


def test_a_thing_that_falls_out_again_is_seen_in_the_next_round():
    world = FakeWorld()
    execution = Execution(clearing(world), world, world.scene, Settings(settle=2))
    while world.inside != {"red_can", "white_mug"}:
        execution.tick()
    world.inside.discard("red_can")
    for _ in range(30):
        execution.tick()
    assert execution.status is ExecutionStatus.SUCCEEDED
    assert world.started == ["put(red_can, bin)", "put(white_mug, bin)", "put(red_can, bin)"]


def test_a_drawer_that_has_slid_shut_is_opened_before_the_next_thing():
    before = {"put(drawer)": GroundedSkill("open", "", "drawer")}
    world = FakeWorld()
    plan = plan_of(("put", "red_can", "drawer"), before=before)
    execution = Execution(plan, world, world.scene, Settings(settle=2))
    for _ in range(8):
        execution.tick()
    assert world.started[:2] == ["open(drawer)", "put(red_can, drawer)"]


def test_cancel_stops_the_skill_that_runs_and_nothing_is_started_after():
    world = FakeWorld()
    execution = Execution(plan_of(("put", "red_can", "bin"), ("press", "", "button")), world, world.scene)
    execution.tick()
    execution.cancel()
    assert (execution.status, world.canceled, execution.reason) == (ExecutionStatus.CANCELED, 1, "canceled")
    execution.tick()
    execution.cancel()
    assert (world.started, world.canceled) == (["put(red_can, bin)"], 1)


@pytest.mark.parametrize("after", range(12))
def test_cancel_at_any_tick_leaves_nothing_running(after):
    world = FakeWorld()
    execution = Execution(clearing(world), world, world.scene, Settings(settle=2))
    for _ in range(after):
        execution.tick()
    execution.cancel()
    assert world.running is None
    assert execution.status in (ExecutionStatus.CANCELED, ExecutionStatus.SUCCEEDED)


def test_a_runner_that_is_gone_ends_the_plan_at_the_first_attempt():
    world = FakeWorld()
    world.lost = True
    execution = run(clearing(world), world)
    assert execution.status is ExecutionStatus.FAILED
    assert "nobody moves the arm" in execution.reason
    assert len(world.started) == 1


def test_without_a_scene_nothing_is_started():
    world = FakeWorld()
    plan = clearing(world)
    world.blind = True
    execution = Execution(plan, world, world.scene)
    for _ in range(20):
        execution.tick()
    assert (execution.status, world.started) == (ExecutionStatus.RUNNING, [])
    world.blind = False
    for _ in range(30):
        execution.tick()
    assert execution.status is ExecutionStatus.SUCCEEDED


def test_an_object_that_vanishes_fails_its_step_by_name():
    world = FakeWorld()
    plan = plan_of(("put", "red_can", "bin"))
    world.spots = {"white_mug": SPOTS["white_mug"]}
    execution = run(plan, world)
    assert execution.status is ExecutionStatus.FAILED
    assert "no object 'red_can'" in execution.reason


def test_current_step_and_progress_follow_the_plan():
    world = FakeWorld()
    execution = Execution(clearing(world), world, world.scene, Settings(settle=2))
    seen = []
    while execution.tick() is ExecutionStatus.RUNNING:
        seen.append((str(execution.steps[execution.current]), execution.progress))
    assert seen[0] == ("put(red_can, bin)", 0.0)
    assert seen[-1][0] == "put(white_mug, bin)"
    assert [share for _, share in seen] == sorted(share for _, share in seen)
    assert execution.progress == 1.0


def test_what_has_the_shortest_way_to_the_bin_comes_first():
    # bin at (0.5, 0.42): green_block at (0.50, 0.14) is 0.28 m off, red_can at (0.38, 0.10) 0.34 m
    goal = SetGoal(CLEAR)
    order = [step.object for step in goal.remaining(scene())]
    assert order[:2] == ["green_block", "red_can"]
    assert len(order) == 7


def test_what_is_in_the_bin_or_excepted_is_not_cleared():
    goal = SetGoal(CLEAR, excepted=("white_mug",))
    left = {step.object for step in goal.remaining(scene(inside={"red_can"}))}
    assert left == set(SPOTS) - {"white_mug", "red_can"}
