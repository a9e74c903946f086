"""From depth pictures to objects: pure functions over arrays, and a tracker. No ROS, no clock."""
