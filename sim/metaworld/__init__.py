"""Meta-World v3 on EnvPool: the tasks that continual-learning methods are compared on."""

from legion_sim.metaworld.environment import MetaWorldEnvironment
from legion_sim.metaworld.tasks import TASKS

__all__ = ["TASKS", "MetaWorldEnvironment"]
