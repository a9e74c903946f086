"""What stands between whoever commands the arm and the arm: limits, staleness, stop. No clock, no ROS."""

from legion_ros.safety.gate import GateConfig, GateState, Mode, SafetyGate
from legion_ros.safety.joints import JointLimit, JointWatch
from legion_ros.safety.motion import MotionConfig, MotionLimiter

__all__ = [
    "GateConfig",
    "GateState",
    "JointLimit",
    "JointWatch",
    "Mode",
    "MotionConfig",
    "MotionLimiter",
    "SafetyGate",
]
