"""NVIDIA's Isaac Gym, which nobody here can run: `make lint` holds what is here against its types."""

from legion_sim.isaac_gym.availability import available
from legion_sim.isaac_gym.environment import IsaacGymReach

__all__ = ["IsaacGymReach", "available"]
