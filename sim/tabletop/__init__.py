"""A table with an FR3 arm, a bin, a drawer, a button and things to move, in MuJoCo."""

from legion_sim.tabletop.environment import TabletopEnvironment
from legion_sim.tabletop.world import TabletopWorld

__all__ = ["TabletopEnvironment", "TabletopWorld"]
