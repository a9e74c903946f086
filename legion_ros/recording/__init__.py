"""Runs on disk: what the graph said, in rosbag2 bags that can be read again. Needs no ROS."""

from legion_ros.recording.bag import Bag
from legion_ros.recording.errors import RecordingError
from legion_ros.recording.recorder import Recorder
from legion_ros.recording.recording import Recording

__all__ = ["Bag", "Recorder", "Recording", "RecordingError"]
