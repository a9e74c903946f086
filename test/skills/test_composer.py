import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legion_ros.core import LegionError
from legion_ros.knowledge import Knowledge
from legion_ros.share import share
from legion_ros.skills import Composer, Plan, Rejected
from legion_ros.skills.infeasible import Infeasible

from .scenes import SPOTS, scene


def plan(composer, instruction, where=None) -> list[str]:
    return [str(step) for step in composer.plan(instruction, where or scene()).steps]


def test_clear_the_table_puts_everything_into_the_bin(composer):
    got = composer.plan("clear the table", scene())
    assert {str(step) for step in got.steps} == {f"put({name}, bin)" for name in SPOTS}
    assert got.instruction == "clear the table"


def test_only_what_is_on_the_table_is_cleared(composer):
    left = {name for name in SPOTS if name not in ("red_can", "white_mug")}
    got = plan(composer, "clear the table", scene(inside={"red_can", "white_mug"}))
    assert set(got) == {f"put({name}, bin)" for name in left}


def test_a_clear_table_needs_no_steps(composer):
    got = composer.plan("clear the table", scene({}))
    assert got.steps == ()
    assert any("nothing is left to do" in note for note in got.notes)


def test_the_drawer_is_opened_before_something_is_put_into_it(composer):
    got = composer.plan("put the mug in the drawer", scene())
    assert [str(step) for step in got.steps] == ["open(drawer)", "put(white_mug, drawer)"]
    assert "open(drawer): put(white_mug, drawer) needs open(drawer)" in got.notes


def test_an_open_drawer_is_not_opened_again(composer):
    assert plan(composer, "put the mug in the drawer", scene(drawer=0.16)) == ["put(white_mug, drawer)"]


def test_a_drawer_that_the_plan_closes_is_opened_again_for_the_next_thing(composer):
    got = plan(composer, "put the mug in the drawer, close it, and put the ball in the drawer")
    assert got == [
        "open(drawer)", "put(white_mug, drawer)", "close(drawer)", "open(drawer)", "put(yellow_ball, drawer)",
    ]  # fmt: skip


def test_tidying_up_closes_the_drawer(composer):
    assert "close(drawer)" in plan(composer, "tidy up", scene(drawer=0.16))
    assert "close(drawer)" not in plan(composer, "tidy up")


def test_a_choice_among_several_is_said_in_the_notes(composer):
    got = composer.plan("put the can in the bin", scene())
    assert got.notes == ("'the can': took red_can, the nearest; there is also blue_can",)


def test_what_lies_in_the_bin_cannot_be_pushed_about(composer):
    with pytest.raises(Infeasible, match="nothing learned takes white_mug out of bin"):
        composer.plan("push the mug to the left", scene(inside={"white_mug"}))


def test_a_known_skill_that_misses_its_place_says_which_there_are(composer):
    with pytest.raises(Rejected, match="needs to be told where: bin, drawer"):
        composer.plan("drop the ball", scene())


@pytest.mark.parametrize(
    ("instruction", "reason"),
    [
        ("polish the moon", "no learned skill fits 'polish the moon'; nearest known: "),
        ("polish the mug", "no learned skill fits 'polish the mug'; nearest known: "),
        ("put the piano in the drawer", "there is no 'piano' here; seen: red can, blue can, white mug"),
        ("do not clear the table", "says what not to do"),
        ("clear the table and sing a song", "no learned skill fits 'sing a song'|there is no 'song'"),
        ("put it in the bin", "nothing was named before that 'it'"),
        ("open the drawer" + ", open the drawer" * 20, "21 parts; at most 12"),
    ],
)
def test_what_cannot_be_done_is_rejected_with_the_reason(composer, instruction, reason):
    with pytest.raises(Rejected, match=reason):
        composer.plan(instruction, scene())


def test_a_scene_without_the_fixture_is_told(composer):
    whole = scene()
    bare = type(whole)(0.0, whole.objects, tuple(f for f in whole.fixtures if f.name != "button"), whole.tool)
    with pytest.raises(Rejected, match="there is no 'button' here"):
        composer.plan("press the button", bare)


def test_a_skill_that_was_not_learned_is_not_planned(composer, encoder):
    whole = Knowledge.load(share("config", "knowledge", "tabletop"), expert=dict)
    background = ["sing a song", "wash {object}", "lift {object}", "go home"]
    part = Knowledge.build(
        [c for c in whole.components if c.skill not in ("press", "push")], encoder, background
    )
    lesser = Composer(part, encoder, share("config", "goals.yaml"))
    assert plan(lesser, "put the mug in the bin") == ["put(white_mug, bin)"]
    with pytest.raises(Rejected):
        lesser.plan("press the button", scene())


def test_the_same_instruction_gives_the_same_plan(composer):
    assert plan(composer, "tidy up the desk please") == plan(composer, "tidy up the desk please")


VOCABULARY = """
put push open close press reach the a red can mug drawer bin button table all both everything except and , .
then to left in into of it them that is with on off away back one two please there inside clear tidy pick up
take give make sure else for 3 far ! ? i you want
"""


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(VOCABULARY.split()), min_size=1, max_size=8).map(" ".join) | st.text(max_size=80)
)
def test_whatever_is_said_gives_a_checked_plan_or_a_rejection(composer, instruction):
    try:
        got = composer.plan(instruction, scene())
    except Rejected as error:
        assert str(error)
        return
    assert isinstance(got, Plan)
    for step in got.steps:
        step.skill.check(scene())


def test_a_file_of_goals_that_is_not_right_is_refused(encoder, tmp_path):
    knowledge = Knowledge.load(share("config", "knowledge", "tabletop"), expert=dict)
    (tmp_path / "g.yaml").write_text("concepts: {clear: {each: room}}")
    with pytest.raises(LegionError, match="g.yaml"):
        Composer(knowledge, encoder, tmp_path / "g.yaml")


def test_what_must_hold_still_at_the_end_is_what_no_later_part_undoes(composer):
    got = composer.plan("open the drawer, put the mug in it, close it, and press the button", scene())
    assert {str(fact) for fact in got.lasting.facts} == {"in(white_mug, drawer)", "closed(drawer)"}
    assert composer.plan("clear the table", scene()).lasting is None


def test_the_plan_is_explained_before_it_runs(composer):
    got = composer.plan("put the mug in the drawer", scene())
    assert got.explanation == (
        "open(drawer): put(white_mug, drawer) needs open(drawer)",
        "put(white_mug, drawer): so that in(white_mug, drawer), which was asked for",
    )
