"""The ROS side: message in, one core call, message out. `graph` says which processes make it up."""
