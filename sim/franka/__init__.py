"""A Franka FR3 at the table behind the protocol of the real one: franky-sim's server over our scene."""

from legion_sim.franka.server import FrankaServer

__all__ = ["FrankaServer"]
