from dataclasses import dataclass

import pytest
import rclpy
from rclpy.node import Node
from rclpy.parameter import Parameter

from legion_ros.core import LegionError
from legion_ros.nodes.parameters import declare_parameters, parameter


@dataclass(frozen=True, kw_only=True)
class Config:
    rate: float = parameter(20.0, "Hz", 1, 200)
    tries: int = parameter(3, "before giving up", 1, 9)
    folder: str = parameter("", "where it lies")


@pytest.fixture(scope="module")
def context():
    context = rclpy.Context()
    rclpy.init(context=context)
    yield context
    context.try_shutdown()


@pytest.fixture
def declared(context):
    nodes = []

    def declare(**given):
        overrides = [Parameter(name, value=value) for name, value in given.items()]
        nodes.append(
            Node("tried", context=context, parameter_overrides=overrides, start_parameter_services=False)
        )
        return declare_parameters(nodes[-1], Config), nodes[-1]

    yield declare
    for node in nodes:
        node.destroy_node()


def test_parameters_that_are_not_given_have_their_defaults(declared):
    assert declared()[0] == Config()


def test_what_is_given_is_taken(declared):
    assert declared(rate=5.0, folder="here")[0] == Config(rate=5.0, folder="here")


def test_a_whole_number_will_do_for_a_real_one(declared):
    assert declared(rate=5)[0].rate == 5.0


def test_an_unknown_parameter_is_an_error_that_lists_the_known(declared):
    with pytest.raises(LegionError, match=r"tried: no parameter 'speed'; known: rate, tries, folder"):
        declared(speed=5.0)


@pytest.mark.parametrize("value", [0.5, 201.0])
def test_a_value_out_of_range_is_an_error_that_says_the_range(declared, value):
    with pytest.raises(LegionError, match=r"'rate' is .*; valid is a float from 1 to 200 \(Hz\)"):
        declared(rate=value)


def test_a_value_of_another_type_is_an_error(declared):
    with pytest.raises(LegionError, match="'tries' is 'many'; valid is a int from 1 to 9"):
        declared(tries="many")


def test_a_parameter_is_described_and_read_only(declared):
    _, node = declared()
    descriptor = node.describe_parameter("rate")
    assert descriptor.description == "Hz" and descriptor.read_only
    assert (descriptor.floating_point_range[0].from_value, descriptor.floating_point_range[0].to_value) == (
        1,
        200,
    )
    assert not node.set_parameters([Parameter("rate", value=10.0)])[0].successful
