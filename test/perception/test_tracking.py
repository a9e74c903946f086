"""What a tracker makes of sightings and tool states: things keep their ids and names."""

from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legion_ros.core import Tool
from legion_ros.core.predicates import inside
from legion_ros.perception import Tracker

from .hand_made import AWAY, SURROUNDINGS, gone, hidden, there, thing


class Life:
    """A tracker and the time it lives in: 20 tool states a second."""

    def __init__(self, ids=None):
        self.tracker, self.time, self.tool = Tracker(SURROUNDINGS, ids=ids), 0.0, AWAY
        self.scene = self.tracker.predict(AWAY, 0.0)

    def see(self, *things, view=there, frames=1, **joints):
        for _ in range(frames):
            self.tracker.update(things, self.time, view, **joints)
            self.move()
        return self

    def move(self, tool=None, steps=1):
        """To a tool state, in equal steps."""
        start, end = self.tool, tool or self.tool
        for share in np.linspace(0, 1, steps + 1)[1:]:
            self.time += 0.05
            self.tool = Tool(
                start.position + share * (end.position - start.position),
                start.yaw + share * (end.yaw - start.yaw),
                start.opening + share * (end.opening - start.opening),
            )
            self.scene = self.tracker.predict(self.tool, self.time)
        return self

    @property
    def names(self):
        return [o.name for o in self.scene.objects]

    @property
    def ids(self):
        return [o.id for o in self.scene.objects]


def over(at, z, opening=0.08, yaw=0.0):
    return Tool(np.array([*at, z]), yaw, opening)


def grasped(one):
    """A life in which the fingers have closed on a can at (0.5, 0)."""
    life = Life().see(one, frames=3)
    life.move(over((0.5, 0.0), 0.06), steps=10)
    return life.move(over((0.5, 0.0), 0.06, 0.062), steps=3).move(steps=2)


def test_a_phantom_that_is_seen_once_never_counts():
    life = Life().see(thing())
    assert life.names == []
    assert life.see().see().names == []


def test_what_is_seen_twice_counts_and_is_named_by_colour_and_kind():
    assert Life().see(thing(), frames=2).names == ["red_can"]


def test_of_two_alike_the_second_gets_a_number():
    life = Life().see(thing(at=(0.45, -0.1)), thing(at=(0.55, 0.1)), frames=2)
    assert sorted(life.names) == ["red_can", "red_can_2"]


def test_what_is_doubtful_does_not_become_a_thing():
    assert Life().see(thing(confidence=0.2), frames=5).names == []


def test_what_is_hidden_stays():
    life = Life().see(thing(), frames=3).see(view=hidden, frames=20)
    assert life.names == ["red_can"]
    assert life.scene.objects[0].position == pytest.approx((0.5, 0.0, 0.05))


def test_what_is_looked_through_is_gone_after_some_frames():
    life = Life().see(thing(), frames=3).see(view=gone, frames=2)
    assert life.names == ["red_can"]
    assert life.see(view=gone, frames=2).names == []


def test_what_somebody_moved_keeps_its_name():
    life = Life().see(thing(at=(0.45, -0.1)), frames=3)
    life.see(thing(at=(0.55, 0.15)), view=gone, frames=3)
    assert life.names == ["red_can"]
    assert life.scene.objects[0].position == pytest.approx((0.55, 0.15, 0.05))


def test_what_is_in_the_drawer_is_not_missed_while_nobody_sees_how_far_that_is_open():
    life = Life().see(thing("block", at=(0.52, 0.42), z=0.04), frames=3, drawer=0.18)
    assert life.see(view=gone, frames=8).names == ["red_block"]
    assert life.see(view=gone, frames=5, drawer=0.18).names == []


def test_of_two_alike_that_stood_together_the_one_left_keeps_its_own_name():
    one, other = thing(at=(0.45, -0.1)), thing(at=(0.55, 0.1))
    life = Life().see(one, other, frames=3)
    (second,) = (o.position for o in life.scene.objects if o.name == "red_can_2")
    life.see(thing(at=second[:2]), view=gone, frames=6)
    assert life.names == ["red_can_2"]


def test_a_picture_of_its_fall_does_not_push_it_through_what_bears_it():
    life = grasped(thing()).move(over((0.5, 0.0), 0.26, 0.062), steps=10)
    life.move(over((0.5, 0.0), 0.26, 0.08))
    let_go = life.time
    life.move(steps=10)
    life.tracker.update([thing(z=0.12)], let_go + 0.1, there)
    assert life.move().scene.objects[0].position[2] >= 0.5 * 0.062 - 1e-9


def test_a_position_is_the_mean_of_what_was_seen():
    life = Life().see(thing(at=(0.500, 0.0))).see(thing(at=(0.504, 0.0)))
    assert life.scene.objects[0].position[0] == pytest.approx(0.502)


def test_a_kind_that_was_mistaken_at_first_is_corrected():
    life = Life().see(thing("bottle", confidence=0.4), frames=2).see(thing("can"), frames=3)
    assert life.names == ["red_can"]


def test_what_was_swapped_for_something_else_of_its_colour_is_called_by_its_kind_after_a_while():
    life = Life().see(thing("block"), frames=20).see(thing("can"), frames=5)
    assert life.names == ["red_block"]
    assert life.see(thing("can"), frames=3).names == ["red_can"]


def test_what_was_swapped_for_something_of_another_colour_is_gone():
    life = Life().see(thing(), frames=20).see(thing(color="blue"), frames=5)
    assert life.names == ["blue_can"]


def test_what_is_hidden_behind_its_neighbour_stays():
    behind, before = thing(), thing(color="blue", at=(0.5, 0.065))
    life = Life().see(behind, before, frames=20).see(before, view=hidden, frames=8)
    assert sorted(life.names) == ["blue_can", "red_can"]


def test_a_few_doubtful_pictures_do_not_change_a_kind():
    life = Life().see(thing("block"), frames=20)
    for _ in range(6):
        life.see(thing("can", confidence=0.5), frames=4).see(thing("can"), frames=3).see(thing("block"))
    assert life.names == ["red_block"]


def test_what_the_fingers_have_closed_on_moves_with_them():
    life = grasped(thing())
    life.move(over((0.5, 0.0), 0.26, 0.062), steps=10).move(over((0.43, -0.46), 0.26, 0.062), steps=30)
    assert life.scene.objects[0].position == pytest.approx((0.43, -0.46, 0.25), abs=2e-3)


def test_what_turns_with_the_hand_turns_in_the_scene():
    life = Life().see(thing("box"), frames=3)
    life.move(over((0.5, 0.0), 0.06, yaw=np.pi / 2), steps=5)
    life.move(over((0.5, 0.0), 0.06, 0.05, np.pi / 2), steps=3).move(steps=2)
    assert life.scene.objects[0].grip[0] == pytest.approx(np.pi / 2)
    life.move(over((0.5, 0.0), 0.26, 0.05, 1.0), steps=10)
    assert life.scene.objects[0].grip[0] == pytest.approx(1.0)


def test_pictures_from_before_the_grasp_do_not_pull_it_out_of_the_hand():
    life = grasped(thing())
    life.move(over((0.5, 0.0), 0.26, 0.062), steps=10)
    life.tracker.update([thing()], life.time - 0.6, there)
    assert life.move().scene.objects[0].position[2] == pytest.approx(0.25, abs=2e-3)


def test_what_is_let_go_over_the_bin_is_in_the_bin_even_unseen():
    life = grasped(thing()).move(over((0.43, -0.46), 0.26, 0.062), steps=30)
    life.move(over((0.43, -0.46), 0.17, 0.062), steps=10).move(over((0.43, -0.46), 0.17), steps=4)
    life.move(steps=6).see(view=hidden, frames=5)
    (can,) = life.scene.objects
    assert can.position[2] == pytest.approx(0.056, abs=1e-3)  # half its height over the bin's floor
    assert inside(can, life.scene.fixture("bin"))
    assert life.names == ["red_can"]


def test_what_is_let_go_takes_as_long_as_falling_takes():
    life = grasped(thing()).move(over((0.5, 0.0), 0.26, 0.062), steps=10)
    life.move(over((0.5, 0.0), 0.26, 0.08))
    life.move(steps=2)  # a tenth of a second: g t2 / 2 is 5 cm
    assert life.scene.objects[0].position[2] == pytest.approx(0.25 - 0.049, abs=0.002)


def test_what_is_let_go_over_another_thing_comes_to_lie_on_it():
    life = Life().see(thing("block"), thing("block", "blue", at=(0.5, 0.15)), frames=3)
    life.move(over((0.5, 0.0), 0.03), steps=5).move(over((0.5, 0.0), 0.03, 0.045), steps=3).move(steps=2)
    life.move(over((0.5, 0.15), 0.12, 0.045), steps=10).move(over((0.5, 0.15), 0.12), steps=2).move(steps=6)
    assert life.scene.object("red_block").position == pytest.approx((0.5, 0.15, 0.0675), abs=2e-3)


def test_what_slips_out_is_found_again_under_its_name():
    life = grasped(thing()).move(over((0.5, 0.0), 0.20, 0.062), steps=10)
    life.see(thing(at=(0.52, 0.01)), view=gone, frames=3)
    assert life.names == ["red_can"]
    assert life.scene.objects[0].position == pytest.approx((0.52, 0.01, 0.05), abs=2e-3)


def test_open_fingers_around_a_thing_do_not_hold_it():
    life = Life().see(thing(), frames=3).move(over((0.5, 0.0), 0.06), steps=10)
    life.move(over((0.5, 0.0), 0.26), steps=10)
    assert life.scene.objects[0].position == pytest.approx((0.5, 0.0, 0.05), abs=1e-3)


def test_a_thing_that_is_pushed_gives_way_before_the_next_picture():
    life = Life().see(thing(), frames=3).move(over((0.44, 0.0), 0.022, 0.03), steps=10)
    life.move(over((0.54, 0.0), 0.022, 0.03), steps=20)
    x, y, _ = life.scene.objects[0].position
    assert 0.56 < x < 0.59 and abs(y) < 0.005


def test_what_is_buried_in_the_bin_is_still_in_it():
    life = Life().see(thing(at=(0.43, -0.46), z=0.056), frames=3)
    life.see(thing("box", "blue", at=(0.43, -0.46), z=0.11), view=hidden, frames=10)
    assert sorted(life.names) == ["blue_box", "red_can"]
    assert all(inside(o, life.scene.fixture("bin")) for o in life.scene.objects)


def test_a_piece_of_what_is_buried_is_no_new_thing():
    life = Life().see(thing(at=(0.40, -0.46), z=0.056), frames=3)
    life.see(thing("block", at=(0.47, -0.50), z=0.06, confidence=0.5), view=hidden, frames=5)
    assert life.names == ["red_can"]


def test_two_of_one_colour_in_the_bin_are_two():
    two = (thing(at=(0.38, -0.46), z=0.056), thing("box", at=(0.48, -0.46), z=0.051))
    assert sorted(Life().see(*two, frames=3).names) == ["red_box", "red_can"]


def test_what_lies_in_the_drawer_moves_with_it():
    life = Life().see(thing("block", at=(0.52, 0.42), z=0.0345), frames=3, drawer=0.18)
    life.see(view=hidden, frames=1, drawer=0.08)
    assert life.scene.object("red_block").position[0] == pytest.approx(0.62)
    assert inside(life.scene.object("red_block"), life.scene.fixture("drawer"))


def test_a_finger_behind_the_bar_takes_the_drawer_along_before_it_is_seen():
    life = Life().see(drawer=0.0).move(over((0.555, 0.42), 0.25, 0.0), steps=5)
    life.move(over((0.555, 0.42), 0.093, 0.0), steps=10)
    assert life.scene.fixture("drawer").joint == 0.0
    life.move(over((0.455, 0.42), 0.093, 0.0), steps=10)
    # the bar's middle is 17 mm before the finger's: 0.525 - (0.455 - 0.017)
    assert life.scene.fixture("drawer").joint == pytest.approx(0.087, abs=1e-3)


def test_a_picture_that_comes_late_does_not_close_the_drawer_again():
    life = Life().see(drawer=0.0).move(over((0.555, 0.42), 0.093, 0.0), steps=10)
    taken = life.time
    life.move(over((0.455, 0.42), 0.093, 0.0), steps=10)
    life.tracker.update([], taken, there, drawer=0.002)
    assert life.move().scene.fixture("drawer").joint == pytest.approx(0.089, abs=1e-3)


def test_the_button_is_as_deep_as_it_is_seen_or_as_the_finger_on_it_is_low():
    life = Life().see(button=0.003)
    assert life.scene.fixture("button").joint == pytest.approx(0.003)
    life.move(over((0.70, -0.06), 0.054, 0.0), steps=10)  # the tips are 9 mm lower
    assert life.scene.fixture("button").joint == pytest.approx(0.010, abs=1e-6)
    assert life.move(AWAY).scene.fixture("button").joint == pytest.approx(0.003)


def test_a_scene_carries_the_stamp_of_its_tool_state():
    life = Life().see(thing(), frames=2).move(replace(AWAY, yaw=0.3))
    assert life.scene.stamp == life.time
    assert life.scene.tool.yaw == 0.3


# -- ids --------------------------------------------------------------------------------------------


def test_things_get_numbers_of_their_own_from_1_and_phantoms_get_none():
    life = Life().see(thing(at=(0.55, -0.1))).see(thing(at=(0.45, 0.1)), thing(at=(0.5, 0.0)), frames=2)
    assert sorted(life.ids) == [1, 2]


def test_an_id_survives_a_renaming():
    life = Life().see(thing("bottle", confidence=0.4), frames=2)
    assert (life.names, life.ids) == (["red_bottle"], [1])
    life.see(thing("can"), frames=3)
    assert (life.names, life.ids) == (["red_can"], [1])


def test_an_id_is_not_given_again_when_another_is_put_where_one_was_taken_away():
    life = Life().see(thing(), frames=3).see(view=gone, frames=4)
    assert life.ids == []
    life.see(thing(), frames=2)
    assert (life.names, life.ids) == (["red_can"], [2])  # the name is


@pytest.mark.parametrize("other", [{"kind": "block"}, {"color": "blue"}])
def test_what_was_swapped_has_another_id(other):
    life = Life().see(thing(), frames=20).see(thing(**other), frames=8)
    assert len(life.names) == 1 and life.names != ["red_can"]
    assert life.ids == [2]


def test_an_id_survives_as_long_a_hiding_as_the_thing_does():
    life = Life().see(thing(), frames=3).see(view=hidden, frames=40)
    assert life.ids == [1]
    assert life.see(thing(at=(0.51, 0.0)), frames=3).ids == [1]


def test_what_somebody_moved_keeps_its_id():
    life = Life().see(thing(at=(0.45, -0.1)), frames=3)
    assert life.see(thing(at=(0.55, 0.15)), view=gone, frames=3).ids == [1]
    assert life.see(thing(at=(0.55, 0.15)), thing(at=(0.45, -0.1)), frames=3).ids == [1, 2]


def test_an_id_goes_with_the_hand_into_the_bin():
    life = grasped(thing()).move(over((0.43, -0.46), 0.26, 0.062), steps=30)
    assert life.ids == [1]
    assert life.move(over((0.43, -0.46), 0.17), steps=4).see(view=hidden, frames=5).ids == [1]


def test_a_tracker_that_follows_another_goes_on_counting():
    ids = count(1)
    assert Life(ids).see(thing(), frames=2).ids == [1]
    assert Life(ids).see(thing(), frames=2).ids == [2]


SPOTS = [(0.42, -0.15), (0.42, 0.15), (0.57, 0.0)]
STANDING = st.lists(st.sampled_from([None, "can", "block", "bottle"]), min_size=3, max_size=3)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(STANDING, st.sampled_from([there, hidden, gone]), st.integers(1, 9)), max_size=12))
def test_whatever_is_put_down_or_taken_away_ids_are_unique_and_those_that_went_never_return(history):
    life, before, went = Life(), set(), set()
    for standing, view, frames in history:
        things = [thing(kind, at=spot) for kind, spot in zip(standing, SPOTS, strict=True) if kind]
        for _ in range(frames):
            now = life.see(*things, view=view).ids
            assert len(set(now)) == len(now) and min(now, default=1) > 0
            went |= before - set(now)
            assert not went & set(now)
            before = set(now)
