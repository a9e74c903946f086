import numpy as np

from legion_ros.evaluation.planning_speed import measure_planning
from legion_ros.knowledge import Knowledge
from legion_ros.share import share


def test_every_number_of_objects_is_timed_and_planned_for_with_what_ships():
    operators = Knowledge.load(share("config", "knowledge", "tabletop"), expert=dict).operators
    two, ten = measure_planning(operators, (2, 10), 6, np.random.default_rng(0))
    assert (two.objects, ten.objects, two.plans, ten.plans) == (2, 10, 6, 6)
    assert two.refused == ten.refused == 0
    assert ten.steps == 13  # at most: open, nine puts, close, a push, the button
    assert 0 < two.own_p50 <= two.own_p99 and two.p50 <= two.p99 <= two.longest
    assert ten.own_p50 < 500  # ms; a few dozen on an idle core
