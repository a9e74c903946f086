"""What the demo tells of what happened: the story, the page, the video. And the demo itself, for real."""

import re
from dataclasses import replace

import imageio_ffmpeg
import numpy as np
import pytest

from legion_ros.cli.demo_page import Summary, Thing, page
from legion_ros.cli.demo_story import COMING, DONE, NOT_DONE, RUNNING, Step, Story, grounded, whereabouts
from legion_ros.cli.main import main
from legion_ros.cli.video import Video
from legion_ros.core import Fixture, GroundedSkill, LegionError, Object, Scene, Tool
from legion_ros.nodes.witness import GoalEvent

PLAN = ("put(can, bin)", "put(box, bin)")
ACCEPTED = GoalEvent(10.0, 0.0, "accepted", "", PLAN, 0, 0.0)
FIRST = GoalEvent(10.5, 0.1, "running", "", PLAN, 0, 0.0)
SECOND = GoalEvent(14.5, 0.2, "running", "", PLAN, 1, 0.5)


def scene(in_bin=(), on_floor=()):
    """A can and a box, beside a bin of 20 x 20 x 10 cm unless they are in it."""

    def thing(name, place):
        position = (0.5, -0.4, 0.03) if name in in_bin else (place, 0.1, -0.7 if name in on_floor else 0.03)
        turn = np.array([1.0, 0.0, 0.0, 0.0])
        return Object(name, name, "red", "box", np.array(position), turn, np.array([0.05, 0.05, 0.05]))

    bin_ = Fixture(
        "bin", "bin", np.array([0.5, -0.4, 0.0]), np.array([0.2, 0.2, 0.1]), np.array([0.5, -0.4, 0.1])
    )
    tool = Tool(np.array([0.4, 0.0, 0.4]), 0.0, 0.08)
    return Scene(0.0, (thing("can", 0.4), thing("box", 0.5)), (bin_,), tool)


def told(*events):
    story = Story(10.0)
    for event, seen in events:
        story.tell(event, seen)
    return story


def test_an_accepted_plan_is_all_to_come():
    assert told((ACCEPTED, scene())).steps == [Step("put(can, bin)", COMING), Step("put(box, bin)", COMING)]


def test_a_step_ends_when_the_next_begins_and_is_done_if_the_scene_says_so():
    story = told((ACCEPTED, scene()), (FIRST, scene()), (SECOND, scene(in_bin=["can"])))
    assert story.steps == [
        Step("put(can, bin)", DONE, 0.5, 4.5),
        Step("put(box, bin)", RUNNING, 4.5, 4.5),
    ]


def test_a_step_that_was_said_to_be_done_but_is_not_is_called_not_done():
    story = told((FIRST, scene()), (SECOND, scene()))
    assert story.past[0] == Step("put(can, bin)", NOT_DONE, 0.5, 4.5)


def test_a_second_attempt_at_the_same_step_is_a_step_of_its_own():
    again = replace(FIRST, stamp=13.0, reason="again: the can slipped")
    story = told((FIRST, scene()), (again, scene()), (replace(again, stamp=14.0), scene()))
    assert [(step.outcome, step.start, step.end) for step in story.past] == [
        (NOT_DONE, 0.5, 3.0),
        (RUNNING, 3.0, 3.0),
    ]


def test_success_leaves_nothing_to_come():
    last = GoalEvent(18.0, 0.3, "succeeded", "", PLAN, 1, 1.0)
    story = told((FIRST, scene()), (SECOND, scene(["can"])), (last, scene(["can", "box"])))
    assert story.over
    assert [step.outcome for step in story.steps] == [DONE, DONE]
    assert story.verdict == "Done after 8.0 simulated seconds."


def test_failure_keeps_what_was_not_begun():
    last = GoalEvent(12.0, 0.3, "failed", "the can cannot be grasped", PLAN, 0, 0.0)
    story = told((FIRST, scene()), (last, scene()))
    assert story.steps == [Step("put(can, bin)", NOT_DONE, 0.5, 2.0), Step("put(box, bin)", COMING)]
    assert story.verdict == "Failed after 2.0 simulated seconds: the can cannot be grasped"


def test_giving_up_ends_a_running_step_as_not_done():
    story = told((FIRST, scene()))
    story.give_up(70.0, "not done after 60 s of patience")
    assert (story.state, story.over, story.past[0].outcome) == ("failed", True, NOT_DONE)


def test_grounded_skills_are_read_back_from_their_text():
    for skill in (
        GroundedSkill("put", "can", "bin"),
        GroundedSkill("reach", "can"),
        GroundedSkill("open", target="drawer"),
    ):
        assert grounded(str(skill)) == skill
    with pytest.raises(LegionError, match="'dance' is no grounded skill"):
        grounded("dance")


def test_whereabouts_are_told_in_words():
    seen = scene(in_bin=["can"], on_floor=["box"])
    assert [whereabouts(name, seen) for name in ("can", "box", "mug")] == [
        "in the bin",
        "on the floor",
        "gone",
    ]


def picture(value):
    return np.full((48, 64, 3), value, np.uint8)


def test_a_video_shows_each_picture_until_the_time_of_the_next(tmp_path):
    with Video(tmp_path / "v.mp4", rate=20) as video:
        video.add(5.0, picture(0))
        video.add(5.5, picture(255))
        video.add(5.5, picture(128))  # no newer: left out
        video.add(6.0, picture(0))
    assert video.frames == 21  # 10 black, 10 white, the last
    reader = imageio_ffmpeg.read_frames(str(tmp_path / "v.mp4"))
    about = next(reader)
    assert (about["codec"], about["size"], about["fps"]) == ("h264", (64, 48), 20.0)
    assert about["pix_fmt"].startswith("yuv420p")
    brightness = [round(np.frombuffer(frame, np.uint8).mean() / 255) for frame in reader]
    assert brightness == [0] * 10 + [1] * 10 + [0]


def test_a_long_gap_between_pictures_is_cut_to_five_seconds(tmp_path):
    with Video(tmp_path / "v.mp4", rate=20) as video:
        for stamp in (0.0, 1000.0, 1000.05):
            video.add(stamp, picture(0))
    assert video.frames == 100 + 1 + 1


def test_without_pictures_there_is_no_video_file(tmp_path):
    with Video(tmp_path / "v.mp4"):
        pass
    assert not (tmp_path / "v.mp4").exists()


SUMMARY = Summary(
    instruction="clear <the> table",
    success=True,
    verdict="Done after 8.0 simulated seconds.",
    steps=[
        Step("put(can, bin)", DONE, 0.0, 2.0),
        Step("put(box, bin)", NOT_DONE, 2.0, 8.0),
        Step("press(button)"),
    ],
    duration=8.0,
    things=[Thing("can", "red", "on the table", "in the bin")],
    figures={"commands limited": "3"},
    command="legion demo --seed 3",
    video=b"mp4",
    video_name="demo.mp4",
    pictures=[("before", picture(0)), ("after", picture(255))],
)


def test_the_page_tells_all_and_needs_no_other_file():
    html = page(SUMMARY)
    for part in (
        "Done after 8.0",
        "put(can, bin)",
        "not begun",
        "in the bin",
        "commands limited",
        "--seed 3",
    ):
        assert part in html
    assert "left:25.0%;width:75.0%" in html  # from 2 s to 8 s of 8 s
    assert all(url.startswith("data:") for url in re.findall(r'(?:src|href|poster)="([^"]*)"', html))


def test_what_was_said_cannot_put_markup_into_the_page():
    assert "clear &lt;the&gt; table" in page(SUMMARY)
    assert "<the>" not in page(SUMMARY)


def test_a_page_without_pictures_says_so():
    assert "No picture came from the camera" in page(replace(SUMMARY, video=None, pictures=[]))


def test_a_video_too_large_to_embed_is_linked(monkeypatch):
    monkeypatch.setattr("legion_ros.cli.demo_page.LARGEST_VIDEO", 2)
    assert 'src="demo.mp4"' in page(SUMMARY)


@pytest.mark.slow
def test_the_demo_clears_the_table_and_leaves_a_video_and_a_page(tmp_path, capsys):
    assert main(["demo", "--seed", "1", "--rate", "0", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "Done after" in said
    html = (tmp_path / "index.html").read_text()
    assert "Done after" in html
    assert "in the bin" in html
    assert imageio_ffmpeg.count_frames_and_secs(str(tmp_path / "demo.mp4"))[0] > 20


@pytest.mark.slow
def test_a_demo_that_is_refused_fails_and_says_why(tmp_path, capsys):
    assert (
        main(["demo", "--instruction", "do not clear the table", "--rate", "0", "--out", str(tmp_path)]) == 1
    )
    assert "Not begun" in capsys.readouterr().out
    assert "Not begun" in (tmp_path / "index.html").read_text()
