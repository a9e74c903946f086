import numpy as np
import pytest

from legion_ros.perception.solids import Part, distance, surface
from legion_ros.perception.stances import quaternion_from, rotation_about

CAN = (Part("cylinder", (0.03, 0.05)),)
BOX = (Part("box", (0.02, 0.03, 0.04)),)


@pytest.mark.parametrize(
    ("parts", "point", "expected", "way"),
    [
        (CAN, (0.05, 0.0, 0.0), 0.02, (1, 0, 0)),
        (CAN, (0.0, 0.0, 0.06), 0.01, (0, 0, 1)),
        (CAN, (0.033, 0.0, 0.054), 0.005, (0.6, 0, 0.8)),  # 3 mm beside the rim and 4 mm over it
        (CAN, (0.0, 0.028, 0.0), -0.002, (0, 1, 0)),
        (BOX, (0.0, -0.05, 0.0), 0.02, (0, -1, 0)),
        (BOX, (0.0, 0.0, 0.035), -0.005, (0, 0, 1)),
        ((Part("sphere", (0.03,)),), (0.0, 0.03, 0.04), 0.02, (0, 0.6, 0.8)),
    ],
)
def test_distance_is_measured_to_the_nearest_surface(parts, point, expected, way):
    found, direction = distance(parts, np.array([point]))
    assert found[0] == pytest.approx(expected)
    assert direction[0] == pytest.approx(way)


def test_a_union_is_as_near_as_its_nearest_part():
    parts = (*CAN, Part("box", (0.01, 0.01, 0.01), (0.1, 0.0, 0.0)))
    assert distance(parts, np.array([[0.08, 0.0, 0.0]]))[0][0] == pytest.approx(0.01)


@pytest.mark.parametrize("parts", [CAN, BOX, (Part("sphere", (0.03,)),)])
def test_points_of_the_surface_lie_on_it_and_look_outward(parts):
    points, normals = surface(parts, 0.01)
    assert np.abs(distance(parts, points)[0]).max() < 1e-9
    assert (distance(parts, points + 0.002 * normals)[0] > 0.0015).all()


def test_no_point_of_the_surface_is_inside_another_part():
    parts = (*CAN, Part("box", (0.02, 0.005, 0.005), (0.03, 0.0, 0.0)))
    points, _ = surface(parts, 0.004)
    assert distance(parts, points)[0].min() > -1e-6
    assert points[:, 0].max() == pytest.approx(0.05)


def test_a_quarter_turn_about_the_vertical_brings_x_to_y():
    turn = rotation_about(np.array([0.0, 0.0, np.pi / 2]))
    assert turn @ (1, 0, 0) == pytest.approx((0, 1, 0))
    assert quaternion_from(turn) == pytest.approx([np.sqrt(0.5), 0, 0, np.sqrt(0.5)])


@pytest.mark.parametrize("axis", np.eye(3))
def test_half_turns_have_a_quaternion_too(axis):
    assert np.abs(quaternion_from(rotation_about(np.pi * axis))) == pytest.approx([0, *axis], abs=1e-9)
