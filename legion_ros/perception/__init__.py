"""From depth pictures to objects: pure functions over arrays, and a tracker. No ROS, no clock."""

from legion_ros.perception.catalogue import load_catalogue
from legion_ros.perception.detector import Detector
from legion_ros.perception.foreground import Frame
from legion_ros.perception.surroundings import load_surroundings
from legion_ros.perception.tracking import Tracker
from legion_ros.perception.viewpoint import load_cameras

__all__ = ["Detector", "Frame", "Tracker", "load_cameras", "load_catalogue", "load_surroundings"]
