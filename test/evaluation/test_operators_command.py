import pytest

from legion_ros.cli.main import main
from legion_ros.core import SKILLS, GroundedSkill
from legion_ros.core.attempt import Attempt
from legion_ros.core.facts import Fact
from legion_ros.evaluation.attempting import AttemptJob, attempt
from legion_ros.knowledge import Knowledge
from legion_ros.learning.attempts import Attempts
from legion_ros.share import share

SHIPPED = ("config", "knowledge", "tabletop")


@pytest.fixture
def copied(tmp_path):
    for path in share(*SHIPPED).iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def test_what_attempts_tell_is_saved_and_the_experts_stay_to_the_byte(copied, capsys):
    weights = (copied / "knowledge.safetensors").read_bytes()
    press, pressed = GroundedSkill("press", target="button"), frozenset({Fact("pressed", ("button",))})
    with Attempts(copied / "attempts.sqlite") as store:
        store.add([Attempt(press, True, frozenset(), pressed, frozenset())] * 17)
    told = ["--knowledge", str(copied), "--store", str(copied / "attempts.sqlite")]
    assert main(["operators", *told, "--skills", "press", "--learn-only"]) == 0
    assert "for pressed(?target) for a moment (17 of 17)" in capsys.readouterr().out
    assert (copied / "knowledge.safetensors").read_bytes() == weights
    (case,) = Knowledge.load(copied, expert=dict).component_for("press").operator.cases
    assert (case.successes, case.attempts) == (17, 17)


def test_skills_and_counts_that_are_none_are_refused(copied, capsys):
    assert main(["operators", "--knowledge", str(copied), "--skills", "sing"]) == 1
    assert "no skill sing in" in capsys.readouterr().err
    assert main(["operators", "--knowledge", str(copied), "--attempts", "0"]) == 1
    assert "counted from 1" in capsys.readouterr().err


def test_what_ships_was_learned_from_attempts_that_failed_as_well():
    for component in Knowledge.load(share(*SHIPPED), expert=dict).components:
        command = component.operator.command
        assert command.startswith(("legion operators ", "legion train ")) and "--attempts" in command
        for case in component.operator.cases:
            assert any(effect.purpose for effect in case.effects)
            assert case.successes >= 30
    put = Knowledge.load(share(*SHIPPED), expert=dict).component_for("put").operator.case("drawer")
    (opened,) = [p for p in put.preconditions if str(p) == "open(?target)"]
    assert opened.attempts_unmet >= 20 and opened.successes_unmet < 0.2 * opened.attempts_unmet


def test_what_ships_is_for_what_its_success_tests_say():
    known = Knowledge.load(share(*SHIPPED), expert=dict)
    goals = {
        "put": ("mug", "bin", "in(mug, bin)"),
        "push": ("mug", "left", "near(mug, left)"),
        "reach": ("mug", "", "near(tool, mug)"),
        "open": ("", "drawer", "open(drawer)"),
        "close": ("", "drawer", "closed(drawer)"),
        "press": ("", "button", "pressed(button)"),
    }
    assert set(goals) <= set(SKILLS)
    for skill, (thing, target, goal) in goals.items():
        assert known.component_for(skill).operator.goal(thing, target) == {Fact.parse(goal)}


def test_attempts_are_made_and_kept_as_facts():
    expert = Knowledge.load(share(*SHIPPED)).component_for("press").expert.tensors()
    job = AttemptJob(skill="press", attempts=3, seed=(9, 9), expert=expert, num_envs=2)
    made = attempt(job)
    assert len(made) == 4  # as many of each world
    assert {str(one.skill) for one in made} == {"press(button)"}
    pressed = Fact("pressed", ("button",))
    for one in made:
        assert one.success == (pressed in one.after)
        assert pressed not in one.before and pressed not in one.later
        assert any(fact.predicate == "on" for fact in one.before)


def test_the_same_job_gives_the_same_attempts():
    expert = Knowledge.load(share(*SHIPPED)).component_for("press").expert.tensors()
    job = AttemptJob(skill="press", attempts=1, seed=(9, 8), expert=expert, num_envs=1)
    assert attempt(job) == attempt(job)
