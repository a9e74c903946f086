"""What stands between whoever commands the arm and the arm: limits, staleness, stop. No clock, no ROS."""

from legion_ros.safety.gate import GateConfig, GateState, Mode, SafetyGate

__all__ = ["GateConfig", "GateState", "Mode", "SafetyGate"]
