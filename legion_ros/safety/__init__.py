"""What stands between whoever commands the arm and the arm: limits, staleness, stop. No clock, no ROS."""

from legion_ros.safety.alarm import Alarm, Level
from legion_ros.safety.effort import EffortConfig
from legion_ros.safety.gate import RESET, GateConfig, GateState, Mode, SafetyGate
from legion_ros.safety.guard import Guard, GuardConfig
from legion_ros.safety.joints import JointLimit, JointWatch
from legion_ros.safety.latch import Latch, LatchError, LatchFile, latch_path
from legion_ros.safety.motion import MotionConfig, MotionLimiter
from legion_ros.safety.retreat import RetreatConfig

__all__ = [
    "RESET",
    "Alarm",
    "EffortConfig",
    "GateConfig",
    "GateState",
    "Guard",
    "GuardConfig",
    "JointLimit",
    "JointWatch",
    "Latch",
    "LatchError",
    "LatchFile",
    "Level",
    "Mode",
    "MotionConfig",
    "MotionLimiter",
    "RetreatConfig",
    "SafetyGate",
    "latch_path",
]
