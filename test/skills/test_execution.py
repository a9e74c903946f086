from dataclasses import replace

import numpy as np
import pytest

from legion_ros.core import GroundedSkill
from legion_ros.core.facts import TABLE, TOOL, Fact, facts
from legion_ros.language.guard import Rejected
from legion_ros.skills import Execution, ExecutionStatus, SkillOutcome
from legion_ros.skills.behaviours import Settings
from legion_ros.skills.goal import THING, Every, Goal, Stage

from .scenes import SPOTS, scene

TWO = {name: SPOTS[name] for name in ("red_can", "white_mug")}


class FakePlanning:
    """Knows one way for each fact; what is to be put into the drawer has it opened first."""

    def __init__(self):
        self.asked = []

    def steps(self, scene, wanted):
        self.asked.append({str(fact) for fact in wanted})
        now, plan = facts(scene), []
        for fact in sorted(wanted - now):
            if fact.predicate == "in" and fact.arguments[0] not in {o.name for o in scene.objects}:
                raise Rejected(f"no object {fact.arguments[0]!r} is seen")
            if fact.predicate == "in":
                if fact.arguments[1] == "drawer" and Fact("open", ("drawer",)) not in now:
                    plan.append(GroundedSkill("open", "", "drawer"))
                plan.append(GroundedSkill("put", *fact.arguments))
            else:
                skill = {"open": "open", "closed": "close", "pressed": "press"}.get(fact.predicate)
                plan.append(
                    GroundedSkill(skill, "", *fact.arguments)
                    if skill
                    else GroundedSkill("reach", fact.arguments[1])
                )
        return tuple(plan)

    def still_works(self, scene, steps, wanted):
        now = facts(scene)
        done = {Fact("in", (s.object, s.target)) for s in steps if s.skill == "put"}
        needs = any(s.target == "drawer" and s.skill == "put" for s in steps)
        opens = Fact("open", ("drawer",)) in now or any(s.skill == "open" for s in steps)
        others = {f for f in wanted if f.predicate != "in"}
        return wanted - others - now <= done and (opens or not needs)

    def momentary(self, step):
        made = {"press": Fact("pressed", (step.target,)), "reach": Fact("near", (TOOL, step.object))}
        return frozenset({made[step.skill]} if step.skill in made else ())


class FakeWorld:
    """A table and a runner on it: each skill takes two polls, and works unless told otherwise."""

    def __init__(self, spots=TWO, failures=None):
        self.spots, self.inside, self.stowed, self.drawer = spots, set(), set(), 0.0
        self.failures = dict(failures or {})  # step -> how often it fails before it works
        self.started, self.canceled = [], 0
        self.running, self.polls = None, 0
        self.blind = self.lost = False

    def scene(self):
        return None if self.blind else scene(self.spots, self.drawer, inside=self.inside, stowed=self.stowed)

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
            (self.stowed if step.target == "drawer" else self.inside).add(step.object)
        if step.skill in ("open", "close"):
            self.drawer = 0.16 if step.skill == "open" else 0.0
        return SkillOutcome(True, "")

    def cancel(self):
        self.canceled += 1
        self.running = None


def fact(text) -> Fact:
    return Fact.parse(text)


def stage(*wanted) -> Stage:
    return Stage(" and ".join(wanted), frozenset(map(fact, wanted)))


def goal(*stages) -> Goal:
    return Goal("do it", tuple(stage(*wanted.split(" & ")) for wanted in stages))


CLEAR = Goal(
    "clear the table",
    (Stage("clear the table", every=(Every(Fact("in", (THING, "bin")), Fact("on", (THING, TABLE))),)),),
)


def execution_of(goal, world, planning=None, **settings) -> Execution:
    settings = {"settle": 2, "confirm": 1} | settings
    return Execution(goal, planning or FakePlanning(), world, world.scene, Settings(**settings))


def run(goal, world, ticks=400, planning=None, **settings) -> Execution:
    execution = execution_of(goal, world, planning, **settings)
    for _ in range(ticks):
        if execution.tick() is not ExecutionStatus.RUNNING:
            break
    return execution


def test_stages_come_true_in_their_order():
    world = FakeWorld()
    execution = run(goal("open(drawer)", "in(red_can, bin)", "pressed(button)"), world)
    assert execution.status is ExecutionStatus.SUCCEEDED
    assert world.started == ["open(drawer)", "put(red_can, bin)", "press(button)"]
    assert execution.progress == 1.0
    assert execution.reason == ""


def test_what_holds_already_needs_no_step():
    world = FakeWorld()
    world.drawer = 0.16
    execution = run(goal("open(drawer)", "in(red_can, bin)"), world)
    assert execution.status is ExecutionStatus.SUCCEEDED
    assert world.started == ["put(red_can, bin)"]


def test_a_clear_table_is_done_at_once():
    world = FakeWorld(spots={})
    assert run(CLEAR, world).status is ExecutionStatus.SUCCEEDED
    assert world.started == []


def test_a_failed_step_is_tried_twice_more():
    world = FakeWorld(failures={"put(red_can, bin)": 2})
    assert run(goal("in(red_can, bin)"), world).status is ExecutionStatus.SUCCEEDED
    assert world.started == ["put(red_can, bin)"] * 3


def test_a_step_that_keeps_failing_fails_the_goal_with_what_is_left_and_why():
    world = FakeWorld(failures={"put(red_can, bin)": 99})
    execution = run(goal("in(red_can, bin)", "pressed(button)"), world)
    assert execution.status is ExecutionStatus.FAILED
    assert execution.reason == "left: in(red_can, bin) (put(red_can, bin): time limit of 15 s)"
    assert world.started == ["put(red_can, bin)"] * 6  # two rounds of three


def test_success_that_the_scene_does_not_show_is_not_believed():
    world = FakeWorld()
    world.inside = type("Hole", (set,), {"add": lambda self, name: None})()  # nothing ever gets in
    execution = run(goal("in(red_can, bin)"), world)
    assert execution.status is ExecutionStatus.FAILED
    assert "the scene does not show it" in execution.reason


def test_an_effect_that_does_not_last_is_taken_on_the_runners_word():
    world = FakeWorld()  # the button springs back at once
    execution = run(goal("pressed(button)", "near(tool, red_can)"), world)
    assert execution.status is ExecutionStatus.SUCCEEDED
    assert world.started == ["press(button)", "reach(red_can)"]


def test_clearing_goes_on_with_the_others_and_comes_back():
    world = FakeWorld(failures={"put(red_can, bin)": 3})
    execution = run(CLEAR, world)
    assert execution.status is ExecutionStatus.SUCCEEDED
    assert world.started == ["put(red_can, bin)"] * 3 + ["put(white_mug, bin)", "put(red_can, bin)"]
    assert world.inside == {"red_can", "white_mug"}


def test_clearing_fails_with_what_is_left_after_two_rounds():
    world = FakeWorld(failures={"put(red_can, bin)": 99})
    execution = run(CLEAR, world)
    assert execution.status is ExecutionStatus.FAILED
    assert execution.reason.startswith("left: in(red_can, bin) (")
    assert world.inside == {"white_mug"}
    assert execution.progress == 0.5


def test_a_thing_that_comes_back_onto_the_table_is_put_away_again():
    world = FakeWorld()
    execution = execution_of(CLEAR, world)
    while world.inside != {"red_can", "white_mug"}:
        execution.tick()
    world.inside.discard("red_can")
    for _ in range(30):
        execution.tick()
    assert execution.status is ExecutionStatus.SUCCEEDED
    assert world.started == ["put(red_can, bin)", "put(white_mug, bin)", "put(red_can, bin)"]


def test_a_new_thing_on_the_table_is_planned_for_when_the_step_ends():
    world, planning = FakeWorld(), FakePlanning()
    execution = execution_of(CLEAR, world, planning)
    execution.tick()
    execution.tick()
    world.spots = world.spots | {"green_block": SPOTS["green_block"]}
    while execution.tick() is ExecutionStatus.RUNNING:
        pass
    assert execution.status is ExecutionStatus.SUCCEEDED
    assert world.inside == {"red_can", "white_mug", "green_block"}
    assert planning.asked == [
        {"in(red_can, bin)", "in(white_mug, bin)"},
        {"in(white_mug, bin)", "in(green_block, bin)"},
    ]


def test_a_drawer_that_slid_shut_is_opened_again():
    world = FakeWorld()
    execution = execution_of(goal("in(red_can, drawer) & in(white_mug, drawer)"), world)
    while "put(red_can, drawer)" not in world.started or world.running:
        execution.tick()
    world.drawer = 0.0
    while execution.tick() is ExecutionStatus.RUNNING and len(world.started) < 8:
        pass
    assert world.started[:4] == [
        "open(drawer)", "put(red_can, drawer)", "open(drawer)", "put(white_mug, drawer)",
    ]  # fmt: skip


def test_what_came_undone_while_other_stages_ran_is_done_again():
    world = FakeWorld()
    asked = goal("in(red_can, bin)", "pressed(button)")
    execution = Execution(
        asked, FakePlanning(), world, world.scene, Settings(settle=2), lasting=stage("in(red_can, bin)")
    )
    while "press(button)" not in world.started:
        execution.tick()
    world.inside.clear()
    while execution.tick() is ExecutionStatus.RUNNING:
        pass
    assert execution.status is ExecutionStatus.SUCCEEDED
    assert world.started[-1] == "put(red_can, bin)"


def test_help_is_asked_for_and_taken():
    world = FakeWorld(failures={"put(red_can, bin)": 99})
    execution = execution_of(goal("in(red_can, bin)"), world, help_wait=1000)
    for _ in range(100):
        execution.tick()
    assert execution.status is ExecutionStatus.RUNNING
    assert execution.help == "left: in(red_can, bin) (put(red_can, bin): time limit of 15 s)"
    assert world.running is None
    world.inside.add("red_can")  # somebody does it
    for _ in range(10):
        execution.tick()
    assert (execution.status, execution.help) == (ExecutionStatus.SUCCEEDED, "")


def test_help_that_does_not_come_fails_the_goal():
    world = FakeWorld(failures={"put(red_can, bin)": 99})
    execution = run(goal("in(red_can, bin)"), world, help_wait=20)
    assert execution.status is ExecutionStatus.FAILED
    assert execution.reason.startswith("left: in(red_can, bin)")


def test_a_thing_that_somebody_moves_is_noticed():
    world = FakeWorld(spots=SPOTS)
    execution = execution_of(goal("in(red_can, bin)"), world)
    for _ in range(3):
        execution.tick()
    world.spots = world.spots | {"yellow_ball": (0.42, -0.05)}
    reasons = [execution.reason for _ in range(3) if execution.tick()]
    assert any("yellow_ball moved, and not by me" in reason for reason in reasons)


def test_the_thing_that_is_worked_on_is_not_reported_as_moved():
    world = FakeWorld()
    execution = run(goal("in(red_can, bin)"), world)
    assert execution.status is ExecutionStatus.SUCCEEDED
    assert execution.reason == ""


def test_cancel_stops_the_skill_that_runs_and_nothing_is_started_after():
    world = FakeWorld()
    execution = execution_of(goal("in(red_can, bin)", "pressed(button)"), world)
    while not world.running:
        execution.tick()
    execution.cancel()
    assert (execution.status, world.canceled, execution.reason) == (ExecutionStatus.CANCELED, 1, "canceled")
    execution.tick()
    execution.cancel()
    assert (world.started, world.canceled) == (["put(red_can, bin)"], 1)


@pytest.mark.parametrize("after", range(14))
def test_cancel_at_any_tick_leaves_nothing_running(after):
    world = FakeWorld()
    execution = execution_of(CLEAR, world)
    for _ in range(after):
        execution.tick()
    execution.cancel()
    assert world.running is None
    assert execution.status in (ExecutionStatus.CANCELED, ExecutionStatus.SUCCEEDED)


def test_a_runner_that_is_gone_ends_the_goal_at_the_first_attempt():
    world = FakeWorld()
    world.lost = True
    execution = run(CLEAR, world)
    assert execution.status is ExecutionStatus.FAILED
    assert "nobody moves the arm" in execution.reason
    assert len(world.started) == 1


def test_without_a_scene_nothing_is_started():
    world = FakeWorld()
    world.blind = True
    execution = execution_of(CLEAR, world)
    for _ in range(20):
        execution.tick()
    assert (execution.status, world.started) == (ExecutionStatus.RUNNING, [])
    world.blind = False
    for _ in range(30):
        execution.tick()
    assert execution.status is ExecutionStatus.SUCCEEDED


def test_an_object_that_vanishes_fails_the_goal_by_name():
    world = FakeWorld(spots={"white_mug": SPOTS["white_mug"]})
    execution = run(goal("in(red_can, bin)"), world)
    assert execution.status is ExecutionStatus.FAILED
    assert "no object 'red_can' is seen" in execution.reason


def test_a_thing_that_fell_off_the_table_is_not_counted_as_cleared():
    world = FakeWorld()
    execution = Execution(CLEAR, FakePlanning(), world, world.scene, Settings(search=5))
    while not world.started:
        execution.tick()
    world.spots = (
        {"red_can": SPOTS["red_can"]} if "red_can" in world.started[0] else {"white_mug": SPOTS["white_mug"]}
    )
    (gone,) = set(TWO) - set(world.spots)
    for _ in range(100):
        execution.tick()
    assert execution.status is ExecutionStatus.FAILED
    assert execution.reason == f"left: in({gone}, bin) (no longer to be seen)"


def test_a_thing_that_was_named_and_has_gone_is_asked_for_before_anything_else_is_done():
    world = FakeWorld()
    named = goal("in(red_can, bin) & in(white_mug, bin)", "pressed(button)")
    execution = Execution(named, FakePlanning(), world, world.scene, Settings(search=5))
    while not world.started:
        execution.tick()
    kept = "red_can" if "red_can" in world.started[0] else "white_mug"
    (gone,) = set(TWO) - {kept}
    world.spots = {kept: SPOTS[kept]}
    for _ in range(60):
        execution.tick()
    assert execution.status is ExecutionStatus.FAILED
    assert execution.reason == f"left: in({gone}, bin) ({gone}: no longer to be seen)"
    assert "press(button)" not in world.started


def test_a_thing_that_nobody_named_and_that_has_gone_does_not_keep_the_rest_from_being_done():
    world = FakeWorld()
    clear_and_press = Goal("clear, then press", (*CLEAR.stages, stage("pressed(button)")))
    execution = Execution(clear_and_press, FakePlanning(), world, world.scene, Settings(search=5))
    while not world.started:
        execution.tick()
    kept = "red_can" if "red_can" in world.started[0] else "white_mug"
    (gone,) = set(TWO) - {kept}
    world.spots = {kept: SPOTS[kept]}
    for _ in range(60):
        execution.tick()
    assert world.started[-1] == "press(button)"
    assert execution.status is ExecutionStatus.FAILED
    assert execution.reason == f"left: in({gone}, bin) (no longer to be seen)"


def test_a_thing_that_is_hidden_for_a_moment_is_waited_for():
    world = FakeWorld()
    execution = Execution(CLEAR, FakePlanning(), world, world.scene, Settings(search=30))
    while not world.started:
        execution.tick()
    kept = "red_can" if "red_can" in world.started[0] else "white_mug"
    world.spots = {kept: SPOTS[kept]}
    for _ in range(20):
        execution.tick()
    assert execution.status is ExecutionStatus.RUNNING
    world.spots = TWO
    for _ in range(20):
        execution.tick()
    assert execution.status is ExecutionStatus.SUCCEEDED
    assert world.inside == set(TWO)


def test_what_was_seen_in_the_bin_may_be_buried_there():
    world = FakeWorld()
    execution = Execution(CLEAR, FakePlanning(), world, world.scene, Settings(search=5))
    while len(world.started) < 2:
        execution.tick()
    (buried,) = world.inside
    world.spots = {name: spot for name, spot in TWO.items() if name != buried}
    for _ in range(40):
        execution.tick()
    assert execution.status is ExecutionStatus.SUCCEEDED


def test_what_was_put_away_and_can_not_be_seen_there_keeps_nobody_from_closing_the_drawer():
    world = FakeWorld()
    put_and_close = goal("in(red_can, drawer) & in(white_mug, drawer)", "closed(drawer)")
    lasting = stage("in(red_can, drawer)", "in(white_mug, drawer)", "closed(drawer)")
    execution = Execution(put_and_close, FakePlanning(), world, world.scene, lasting=lasting)
    for _ in range(100):
        execution.tick()
        if len(world.stowed) == 2 and world.running is not None:
            world.spots = {}
    assert execution.status is ExecutionStatus.SUCCEEDED, execution.reason
    assert world.started[-1] == "close(drawer)"


def test_current_step_and_progress_follow_the_plan():
    world = FakeWorld()
    execution = execution_of(CLEAR, world)
    seen = []
    while execution.tick() is ExecutionStatus.RUNNING:
        if execution.steps:
            seen.append((str(execution.steps[execution.current]), execution.progress))
    assert seen[0] == ("put(red_can, bin)", 0.0)
    assert seen[-2][0] == "put(white_mug, bin)"
    assert [share for _, share in seen] == sorted(share for _, share in seen)
    assert execution.progress == 1.0


def test_the_scene_moves_on_while_a_plan_is_made_in_a_worker():
    from concurrent.futures import Future

    made = []

    def later(work):
        made.append((Future(), work))
        return made[-1][0]

    world = FakeWorld()
    execution = Execution(
        CLEAR, FakePlanning(), world, world.scene, Settings(settle=2, confirm=1), submit=later
    )
    for _ in range(5):
        assert execution.tick() is ExecutionStatus.RUNNING
    assert (len(made), world.started) == (1, [])
    future, work = made[0]
    future.set_result(work())
    for _ in range(40):
        execution.tick()
    assert execution.status is ExecutionStatus.SUCCEEDED
    assert np.isclose(execution.progress, 1.0)


class Rolling(FakeWorld):
    """What was put away moves on by 1 cm a tick, for so many ticks."""

    def __init__(self, ticks):
        super().__init__({"red_can": TWO["red_can"]})
        self.left = ticks

    def scene(self):
        seen = super().scene()
        if not self.inside:
            return seen
        self.left = max(self.left - 1, 0)
        (can,) = (o for o in seen.objects if o.name == "red_can")
        moved = replace(can, position=can.position + (0.01 * (self.left % 2), 0, 0))
        return replace(seen, objects=tuple(moved if o is can else o for o in seen.objects))


@pytest.mark.parametrize(("ticks", "at_least", "at_most"), [(0, 3, 12), (20, 20, 30), (10_000, 40, 52)])
def test_what_still_rolls_is_not_done_until_it_rests_or_patience_ends(ticks, at_least, at_most):
    world = Rolling(ticks)
    execution = execution_of(goal("in(red_can, bin)"), world, confirm=4, rolling=40)
    while not world.inside:
        execution.tick()
    count = 0
    while execution.tick() is ExecutionStatus.RUNNING:
        count += 1
        assert count < 100
    assert at_least <= count <= at_most
    assert execution.status is ExecutionStatus.SUCCEEDED
