"""What the simulators say of a lesson."""

import numpy as np

from legion_ros.evaluation.practice_record import PracticeRecord, Recorded

from .fakes import FakeGuess


def practised(record, task, count, periods, answer):
    environment = Recorded(FakeGuess(0.0, count, 1, ("say 0",)), lambda: record, task)
    environment.reset(np.random.default_rng(0))
    for _ in range(periods):
        result = environment.step(np.full((count, 1), answer))
        over = result.terminated | result.truncated
        if over.any():
            environment.reset(np.random.default_rng(0), over)


def test_every_control_period_of_every_copy_is_counted():
    record = PracticeRecord("a")
    practised(record, "a", 4, 7, 0.0)
    assert record.periods == 28


def test_an_episode_succeeds_when_any_of_its_steps_has():
    record = PracticeRecord("a")
    environment = Recorded(FakeGuess(0.0, 1, 1, ("say 0",)), lambda: record, "a")
    environment.reset(np.random.default_rng(0))
    for answer in (5.0, 0.0, 5.0):
        environment.step(np.full((1, 1), answer))
    assert [point[2] for point in record.curve()] == [1.0]


def test_success_of_one_episode_is_not_that_of_the_next():
    record = PracticeRecord("a")
    practised(record, "a", 2, 3, 0.0)
    practised(record, "a", 2, 3, 5.0)
    # an episode lasts 3 periods: the curve's points are 6 and 12 periods of two copies
    assert [(point[0], point[2]) for point in record.curve()] == [(6, 1.0), (12, 0.0)]


def test_practice_of_other_tasks_is_charged_but_is_no_part_of_the_curve():
    record = PracticeRecord("a")
    practised(record, "b", 2, 3, 0.0)
    assert (record.periods, record.curve()) == (6, [])
