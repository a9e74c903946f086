"""NVIDIA's Isaac Gym, which nobody here can run."""

from legion_sim.isaac_gym.availability import available

__all__ = ["available"]
