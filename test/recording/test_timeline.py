"""The story of a run, from messages written by hand."""

import pytest
from hand_made_bags import clock, health, make_bag, safety, said, status
from test_bag import other_bag

from legion_ros.cli.main import main
from legion_ros.recording import Recording, RecordingError
from legion_ros.recording.timeline import timeline

STATUS = "/legion/goal_status"
PLAN = ("open(drawer)", "put(mug, drawer)")


def story(path, entries):
    with Recording(make_bag(path, entries)) as recording:
        return [(h.robot_time, h.what, h.text) for h in timeline(recording)]


def test_a_goal_is_told_from_its_words_to_its_outcome(tmp_path):
    told = story(
        tmp_path / "bag",
        [
            ("/clock", 1, clock(5.0)),
            ("/legion/goal", 1.1, said("put the mug away")),
            (
                STATUS,
                2,
                status("ACCEPTED", PLAN, 0, "the drawer is shut; it must be open", instruction="put"),
            ),
            (STATUS, 3, status("RUNNING", PLAN, 0)),
            ("/clock", 4, clock(7.5)),
            (STATUS, 5, status("RUNNING", PLAN, 1)),
            (STATUS, 6, status("RUNNING", PLAN, 1, "put(mug, drawer) failed: dropped")),
            (STATUS, 7, status("RUNNING", PLAN, 1, "put(mug, drawer) failed: dropped")),
            (STATUS, 8, status("RUNNING", ("open(drawer)", "push(mug, left)"), 1)),
            ("/clock", 9, clock(9.25)),
            (STATUS, 10, status("SUCCEEDED", ("open(drawer)", "push(mug, left)"), 1, "all of it is done")),
        ],
    )
    assert told == [
        (5.0, "said", "'put the mug away'"),
        (5.0, "goal", "'put'"),
        (5.0, "plan", "open(drawer), put(mug, drawer)"),
        (5.0, "why", "the drawer is shut"),
        (5.0, "why", "it must be open"),
        (5.0, "step", "1/2 open(drawer)"),
        (7.5, "step", "2/2 put(mug, drawer)"),
        (7.5, "trouble", "put(mug, drawer) failed: dropped"),
        (7.5, "replan", "open(drawer), push(mug, left)"),
        (7.5, "step", "2/2 push(mug, left)"),
        (9.25, "done", "all of it is done after 4.2 s"),
    ]


def test_help_that_is_asked_for_and_given_is_told(tmp_path):
    told = story(
        tmp_path / "bag",
        [
            (STATUS, 1, status("RUNNING", PLAN, 0)),
            (STATUS, 2, status("HELP", PLAN, 0, "the drawer is stuck")),
            (STATUS, 3, status("HELP", PLAN, 0, "the drawer is stuck")),
            (STATUS, 4, status("RUNNING", PLAN, 0)),
            (STATUS, 5, status("CANCELED", PLAN, 0, "canceled")),
        ],
    )
    assert [words[1:] for words in told[-3:]] == [
        ("help", "the drawer is stuck"),
        ("step", "1/2 goes on"),
        ("canceled", "canceled"),
    ]


def test_rejections_stops_and_sick_nodes_are_told_once(tmp_path):
    told = story(
        tmp_path / "bag",
        [
            ("/legion/safety_state", 1, safety("HOLDING", "no command")),
            (STATUS, 2, status("REJECTED", reason="says what not to do", goal="r")),
            ("/legion/safety_state", 3, safety("STOPPED", "five bad commands")),
            ("/legion/safety_state", 4, safety("STOPPED", "five bad commands")),
            ("/legion/safety_state", 5, safety("HOLDING")),
            ("/legion/safety_state", 5, safety("RETREATING", "effort alarm")),
            ("/legion/safety_state", 5, safety("STOPPED", "effort alarm")),
            ("/legion/safety_state", 5, safety("HOLDING")),
            ("/legion/safety_state", 5, safety("PASSING", intervention=True)),
            ("/legion/safety_state", 5, safety("PASSING")),
            ("/diagnostics", 6, health("sim_node", 0, "ok")),
            ("/diagnostics", 7, health("sim_node", 1, "slow")),
            ("/diagnostics", 8, health("sim_node", 1, "slow")),
            ("/diagnostics", 9, health("sim_node", 0, "ok")),
        ],
    )
    assert told == [
        (None, "rejected", "'press the button': says what not to do"),
        (None, "safety", "stopped: five bad commands"),
        (None, "safety", "holding"),
        (None, "safety", "retreating: effort alarm"),
        (None, "safety", "stopped: effort alarm"),
        (None, "safety", "holding"),
        (None, "safety", "a person has taken over"),
        (None, "safety", "the person has let go"),
        (None, "health", "sim_node warning: slow"),
        (None, "health", "sim_node ok: ok"),
    ]


def test_a_bag_of_another_robot_has_no_story(tmp_path):
    bag = other_bag(tmp_path / "bag", "legion_ros/msg/GoalStatus", "int32 mood\n", {"mood": 3})
    with (
        Recording(bag) as recording,
        pytest.raises(RecordingError, match="another definition of legion_ros/msg"),
    ):
        list(timeline(recording))


def test_the_command_prints_the_story_and_that_it_was_cut_off(tmp_path, capsys):
    bag = make_bag(
        tmp_path / "bag", [("/clock", 1, clock(5.0)), (STATUS, 2, status("FAILED", PLAN, 0, "stuck"))]
    )
    assert main(["replay", str(bag)]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("     5.00s   failed stuck after 0.0 s")
    (bag / "metadata.yaml").unlink()
    assert main(["replay", str(bag)]) == 0
    assert "here the recording ends: the recording was not completed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "complaint"),
    [(["nowhere"], "nowhere is no bag"), (["nowhere", "--publish", "--rate", "0"], "rate 0 is not valid")],
)
def test_the_command_says_what_is_wrong_and_ends_with_1(capsys, words, complaint):
    assert main(["replay", *words]) == 1
    assert complaint in capsys.readouterr().err
