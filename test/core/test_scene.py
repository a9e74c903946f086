"""What a scene says of grips, predicates and names, with numbers by hand."""

import numpy as np
import pytest

from legion_ros.core import Fixture, LegionError, Object, Scene, Tool
from legion_ros.core.predicates import closed, held, inside, opened, pressed

UPRIGHT = np.array([1.0, 0, 0, 0])
R = np.sqrt(0.5)


def box(position=(0.5, 0.0, 0.045), quaternion=UPRIGHT, size=(0.05, 0.08, 0.09), shape="box", name="red_box"):
    return Object(name, "box", "red", shape, np.array(position), np.array(quaternion), np.array(size))


def scene_of(*things, tool=(0.5, 0.0, 0.3), opening=0.08, yaw=0.0, fixtures=()):
    return Scene(0.0, things, fixtures, Tool(np.array(tool, float), yaw, opening))


def bin_at_origin():
    return Fixture("bin", "bin", np.zeros(3), np.array([0.3, 0.2, 0.1]), np.zeros(3))


def test_a_box_is_gripped_across_its_narrow_side():
    # narrow along x; at yaw 0 the fingers close along y, so the tool turns by -90 or 90 degrees
    yaw, extents = box().grip
    assert abs(yaw) == pytest.approx(np.pi / 2)
    assert extents == pytest.approx([0.05, 0.08, 0.09])


def test_a_box_turned_by_a_quarter_is_gripped_at_yaw_zero():
    yaw, _ = box(quaternion=(R, 0, 0, R)).grip
    assert yaw == pytest.approx(0.0, abs=1e-9)


def test_an_upright_can_may_be_gripped_at_any_yaw_and_a_lying_one_may_not():
    size = (0.06, 0.06, 0.10)
    assert np.isnan(box(shape="cylinder", size=size).grip[0])
    yaw, extents = box(
        shape="cylinder", size=size, quaternion=(R, 0, R, 0)
    ).grip  # its axis along the base's x
    assert yaw == pytest.approx(0.0, abs=1e-9)
    assert extents == pytest.approx([0.06, 0.10, 0.06])


def test_inside_counts_the_centre_between_the_walls_and_a_pile_above_the_rim():
    assert inside(box((0.14, 0.09, 0.05)), bin_at_origin())
    assert not inside(box((0.16, 0.0, 0.05)), bin_at_origin())
    assert inside(box((0.0, 0.0, 0.18)), bin_at_origin())  # rim .10 + its own height .09 = .19
    assert not inside(box((0.0, 0.0, 0.20)), bin_at_origin())


def test_held_needs_fingers_around_the_object_that_are_closed_on_it():
    thing = box()
    assert held(thing, scene_of(thing, tool=(0.5, 0.0, 0.05), opening=0.05))
    assert not held(thing, scene_of(thing, tool=(0.5, 0.0, 0.05), opening=0.07))
    assert not held(thing, scene_of(thing, tool=(0.6, 0.0, 0.05), opening=0.05))


@pytest.mark.parametrize(
    ("joint", "is_open", "is_closed"), [(0.0, False, True), (0.15, True, False), (0.1, False, False)]
)
def test_a_drawer_is_open_from_four_fifths_on_and_closed_within_a_finger(joint, is_open, is_closed):
    drawer = Fixture("drawer", "drawer", np.zeros(3), np.ones(3), np.zeros(3), joint, 0.18)
    assert (opened(drawer), closed(drawer)) == (is_open, is_closed)


def test_a_button_is_pressed_from_two_thirds_of_its_travel_on():
    button = Fixture("button", "button", np.zeros(3), np.ones(3), np.zeros(3), 0.010, 0.014)
    assert pressed(button)
    assert not pressed(Fixture("button", "button", np.zeros(3), np.ones(3), np.zeros(3), 0.008, 0.014))


def test_an_unknown_name_is_an_error_that_says_what_there_is():
    with pytest.raises(LegionError, match="no object 'piano' in the scene; there are: red_box"):
        scene_of(box()).object("piano")
    with pytest.raises(LegionError, match="no fixture 'sink' in the scene; there are: bin"):
        scene_of(fixtures=(bin_at_origin(),)).fixture("sink")
