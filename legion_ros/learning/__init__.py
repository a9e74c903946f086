"""How experts come to be: demonstrations, cloning, refinement."""

from legion_ros.learning.cloning import CloningConfig, clone
from legion_ros.learning.demonstrations import Demonstrations
from legion_ros.learning.rollout import rollout

__all__ = ["CloningConfig", "Demonstrations", "clone", "rollout"]
