"""A whole run: what is learned, measured, kept, and gone on with after a stop."""

import json
from dataclasses import replace

import numpy as np
import pytest

from legion_ros.core import LegionError
from legion_ros.evaluation.evaluation import checked
from legion_ros.evaluation.run_folder import RunError, RunFolder, read_rows

from .fakes import CONFIG, FakeMethod, FakeMixture, ran

TIMES = {"train_wall_s", "train_cpu_s", "demonstration_wall_s", "demonstration_cpu_s", "measure_wall_s"}
TIMES |= {"measure_cpu_s", "curve", "wall_s_to_80", "date", "load"}


def timeless(row):
    return {name: value for name, value in row.items() if name not in TIMES}


def events(out, config=CONFIG):
    return [timeless(event) for event in read_rows(out / "runs" / config.name / "events.jsonl")]


def test_a_row_says_of_which_code_it_is_from_when_and_how_busy_the_machine_was(tmp_path, monkeypatch):
    moments = iter(
        {"commit": commit, "date": f"2026-01-0{day} 00:00 UTC", "load": load, "seed": 0}
        for day, commit, load in ((1, "aaa", 1.0), (1, "aaa", 2.0), (2, "bbb", 6.0))
    )
    monkeypatch.setattr("legion_ros.evaluation.stream_run.circumstances", lambda seed: next(moments))
    row = ran(tmp_path)
    assert (row["commit"], row["date"], row["load"]) == ("aaa, bbb", "2026-01-01 00:00 UTC", 3.0)


def test_a_method_that_remembers_ends_with_everything_and_forgets_nothing(tmp_path):
    row = ran(tmp_path)
    assert row["average_success"] == 1.0
    assert row["forgetting"] == 0.0
    assert row["paraphrase_success"] == 1.0
    assert row["success_matrix"] == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]


def test_a_method_that_forgets_is_found_out(tmp_path):
    row = ran(tmp_path, make=lambda: FakeMethod(forgetful=True))
    assert row["average_success"] == pytest.approx(1 / 3)
    assert row["forgetting"] == pytest.approx(2 / 3)
    assert row["success_matrix"] == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_a_row_says_all_that_is_asked_of_it(tmp_path):
    row = ran(tmp_path)
    asked = (
        "stream, method, order, seed, demonstrations, task_ids, episodes_per_task, average_success, "
        "forgetting, forward_transfer, train_wall_s, train_cpu_s, memory_fraction, components, ari, "
        "novelty_auroc, paraphrase_accuracy, command"
    )
    assert set(asked.split(", ")) <= row.keys()
    assert (row["components"], row["ari"], row["novelty_auroc"]) == (None, None, None)
    assert row["command"].startswith("legion evaluate --stream cw10 --methods finetune --orders curriculum")
    assert read_rows(tmp_path / "streams.jsonl") == [json.loads(json.dumps(row))]


def test_memory_is_counted_against_what_was_practised_and_shown(tmp_path):
    # 3 kept of 3 x (120 periods of practice + 3 demonstrations of 3)
    assert ran(tmp_path)["memory_fraction"] == pytest.approx(3 / (3 * 129))


def test_practice_is_counted_in_the_simulators_not_believed(tmp_path):
    class FakeLiar(FakeMethod):
        def learn(self, lesson, rng, progress):
            return replace(super().learn(lesson, rng, progress), practice=1)

    ran(tmp_path, make=FakeLiar)
    first = read_rows(tmp_path / "runs" / CONFIG.name / "events.jsonl")[1]
    assert (first["practice"], first["practice_reported"]) == (120, 1)


def test_the_figures_of_a_mixture_are_those_of_what_it_says(tmp_path):
    row = ran(tmp_path, make=FakeMixture)
    assert (row["components"], row["ari"], row["novelty_auroc"], row["paraphrase_accuracy"]) == (
        3,
        1.0,
        1.0,
        1.0,
    )
    assert row["novelty_auroc_paraphrased"] == 1.0
    assert "novelty_auroc_words" not in row
    assert row["novelty_calibration_error"] == pytest.approx(0.1)
    assert (row["false_births"], row["missed_births"], row["detection_delay"]) == (0, 0, 0.0)


def test_known_tasks_in_other_words_can_be_taken_for_new_ones(tmp_path):
    class FakeDeaf(FakeMixture):
        def novelty(self, instructions, observation, early=None, reward=None):
            known = super().novelty(instructions, observation, early, reward)
            return np.where([words.startswith("utter") for words in instructions], 0.95, known)

    row = ran(tmp_path, make=FakeDeaf)
    assert (row["novelty_auroc"], row["novelty_auroc_paraphrased"]) == (1.0, 0.0)


def test_ids_are_given_to_who_needs_them_and_what_has_none_yet_is_not_tried(tmp_path):
    row = ran(tmp_path, make=lambda: FakeMethod(needs_task_id=True))
    assert row["task_ids"]
    assert row["success_matrix"] == [[1, None, None], [1, 1, None], [1, 1, 1]]
    assert row["forward_transfer"] is None


def test_a_second_loop_finds_what_the_first_one_left(tmp_path):
    row = ran(tmp_path, replace(CONFIG, loops=2), make=FakeMixture)
    assert row["recall_on_return"] == 1.0
    assert row["visits"] == ["task-0", "task-1", "task-2"] * 2
    assert (row["false_births"], row["missed_births"]) == (0, 0)


def test_alone_every_task_is_learned_by_a_fresh_method_and_serves_as_reference(tmp_path):
    alone = ran(tmp_path, replace(CONFIG, order="alone"))
    assert (alone["average_success"], alone["forgetting"]) == (1.0, None)
    assert alone["success_matrix"] == [[1, None, None], [None, 1, None], [None, None, 1]]
    row = ran(tmp_path)
    # FakeMethod practises at random both times: the areas are like each other
    assert row["forward_transfer_by"] == "finetune alone"
    assert abs(row["forward_transfer"]) < 0.3


def test_the_same_run_again_changes_nothing(tmp_path):
    row = ran(tmp_path)
    before = (tmp_path / "streams.jsonl").read_bytes()
    assert ran(tmp_path) == row
    assert (tmp_path / "streams.jsonl").read_bytes() == before


class Stop(BaseException):
    """As sudden as SIGKILL, as far as Python goes."""


@pytest.mark.parametrize("where", ["add", "save", "saved and not measured", "half learned"])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_run_that_was_stopped_goes_on_to_the_same_rows(tmp_path, monkeypatch, where, after):
    ran(tmp_path / "whole", make=FakeMixture)
    count = iter(range(100))

    def stop_at(function, early):
        def wrapped(*args, **kwargs):
            due = next(count) == after
            if due and early:
                raise Stop
            result = function(*args, **kwargs)
            if due:
                raise Stop
            return result

        return wrapped

    with monkeypatch.context() as patch:
        if where == "add":
            patch.setattr(RunFolder, "add", stop_at(RunFolder.add, early=False))
        elif where == "half learned":
            patch.setattr(FakeMethod, "actor", stop_at(FakeMethod.actor, early=True))
        else:
            patch.setattr(RunFolder, "save", stop_at(RunFolder.save, early=where == "save"))
        with pytest.raises(Stop):
            ran(tmp_path / "stopped", make=FakeMixture)
    row = ran(tmp_path / "stopped", make=FakeMixture)
    assert events(tmp_path / "stopped") == events(tmp_path / "whole")
    assert timeless(json.loads(json.dumps(row))) == timeless(read_rows(tmp_path / "whole/streams.jsonl")[0])


def test_another_config_in_the_same_folder_is_refused(tmp_path):
    ran(tmp_path)
    with pytest.raises(RunError, match="holds another run: episodes 8, not 9; choose another --out"):
        ran(tmp_path, replace(CONFIG, episodes=9))


def test_a_run_is_run_by_one_process(tmp_path):
    folder = RunFolder(tmp_path / "runs" / CONFIG.name, CONFIG, {})
    with folder.claimed(), pytest.raises(RunError, match="being run by another process"):
        ran(tmp_path)


def test_events_without_a_checkpoint_are_an_error(tmp_path):
    ran(tmp_path)
    folder = tmp_path / "runs" / CONFIG.name
    (folder / "checkpoint" / "manifest.json").unlink()
    ran(tmp_path)  # finished: nothing to go on with
    rows = (folder / "events.jsonl").read_text().splitlines(keepends=True)
    (folder / "events.jsonl").write_text("".join(rows[:2]))
    with pytest.raises(RunError, match="1 finished tasks and no checkpoint"):
        ran(tmp_path)


@pytest.mark.parametrize("text", ["{", "[1, 2]\n", '"words"\n'])
def test_events_that_are_none_are_an_error(tmp_path, text):
    ran(tmp_path)
    (tmp_path / "runs" / CONFIG.name / "events.jsonl").write_text(text)
    with pytest.raises(RunError):
        ran(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stream": "cw30"}, "no stream 'cw30'; known: legion10, cw10, cw20, tabletop"),
        ({"method": "magic"}, "no method 'magic'; known: experts, legion, finetune"),
        ({"order": "backwards"}, "no order 'backwards'; known: curriculum, random, reverse, alone"),
        ({"tasks": 11}, "tasks 11 is not valid: 1 to 10"),
        ({"episodes": 0}, "episodes 0 is not valid"),
        ({"practice": 0, "demonstrations": 0}, "nothing to learn from"),
    ],
)
def test_what_is_not_known_is_an_error_that_says_what_is(change, message):
    with pytest.raises(LegionError, match=message):
        checked(replace(CONFIG, **change))


def test_what_is_left_open_comes_from_the_stream():
    config = checked(replace(CONFIG, stream="cw20", tasks=0, loops=0))
    assert (config.tasks, config.loops) == (10, 2)
