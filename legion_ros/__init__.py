"""legion_ros: a robot that is told in words what to do, keeps what it learned, and chains what it knows."""

import os
import sys

# ROS from wheels lives in the environment's own prefix, and no setup file exports it.
os.environ.setdefault("AMENT_PREFIX_PATH", sys.prefix)
