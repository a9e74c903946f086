"""Parameters of safety_node, and what they come to for the gate and who stands beside it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from legion_ros.nodes.lifecycle import NodeConfig
from legion_ros.nodes.parameters import parameter
from legion_ros.safety import (
    EffortConfig,
    GateConfig,
    GuardConfig,
    JointLimit,
    MotionConfig,
    RetreatConfig,
)

if TYPE_CHECKING:
    from legion_ros.robots import RobotConfig

__all__ = ["SafetyConfig", "guard_config", "joint_limits"]


@dataclass(frozen=True, kw_only=True)
class SafetyConfig(NodeConfig):
    """Parameters of safety_node."""

    command_timeout: float = parameter(0.08, "s without a newer command until the arm holds", 0.01, 5.0)
    state_timeout: float = parameter(
        0.08, "s without a new state, of the tool or of a known arm's joints, until it holds", 0.01, 5.0
    )
    max_lag: float = parameter(0.15, "s that a command may lag behind the tool state", 0.01, 5.0)
    max_delay: float = parameter(
        0.0,
        "s that a tool state may come later than others did; 0: any, the robot's clock may be slow",
        0,
        60,
    )
    most_bad: int = parameter(5, "commands with NaN or infinity within a second that latch a stop", 1, 1000)
    watch_rate: float = parameter(200.0, "Hz at which staleness is looked for", 1.0, 1000.0)
    hold_rate: float = parameter(50.0, "Hz at which a hold is repeated", 1.0, 1000.0)
    speed_scale: float = parameter(
        1.0, "of all speeds: less where people are near; can be set at any time", 0.01, 1.0, live=True
    )
    max_acceleration: float = parameter(8.0, "m/s^2 of the tool, each axis", 0.1, 100.0)
    max_yaw_acceleration: float = parameter(40.0, "rad/s^2 of the tool", 0.1, 1000.0)
    deadman_timeout: float = parameter(
        0.0, "s without a true on /legion/deadman until the arm holds; 0: none", 0, 5
    )
    max_force: float = parameter(900.0, "N on the tool, 3 states in a row, that latch a stop", 1.0, 1e4)
    effort_force: float = parameter(40.0, "N, mean of a window, that may last", 0.1, 1e4)
    effort_error: float = parameter(0.03, "m/s that the tool may lastingly be off its commands", 1e-3, 10.0)
    effort_window: float = parameter(0.5, "s of the robot's time in a window", 0.1, 10.0)
    effort_windows: int = parameter(5, "in a row without getting better that trip the breaker", 2, 100)
    retreat_speed: float = parameter(0.05, "m/s upwards after an alarm", 0.001, 0.2)
    retreat_distance: float = parameter(0.10, "m upwards after an alarm, at most", 0.001, 0.5)
    intervention_timeout: float = parameter(
        0.15, "s that a person's command keeps the policy's from passing", 0.05, 5.0
    )
    latch: str = parameter(
        "", "file that what is latched is kept in; empty: one of the user's, for each domain"
    )
    robot: str = parameter("", "the arm's yaml, whose limits hold; empty: those of the simulated table")


def guard_config(c: SafetyConfig) -> GuardConfig:
    """All of the parameters that are not the node's own."""
    return GuardConfig(
        gate=gate_config(c),
        effort=EffortConfig(
            window=c.effort_window,
            windows=c.effort_windows,
            max_force=c.effort_force,
            max_error=c.effort_error,
        ),
        retreat=RetreatConfig(speed=c.retreat_speed, distance=c.retreat_distance),
        max_force=c.max_force,
        intervention_timeout=c.intervention_timeout,
    )


def gate_config(c: SafetyConfig) -> GateConfig:
    """The gate's part of the parameters."""
    motion = MotionConfig(
        speed_scale=c.speed_scale,
        max_acceleration=c.max_acceleration,
        max_yaw_acceleration=c.max_yaw_acceleration,
    )
    return GateConfig(
        command_timeout=c.command_timeout,
        state_timeout=c.state_timeout,
        joint_timeout=c.state_timeout if c.robot else 0.0,
        max_lag=c.max_lag,
        max_delay=c.max_delay,
        most_bad=c.most_bad,
        deadman_timeout=c.deadman_timeout,
        motion=motion,
    )


def joint_limits(arm: "RobotConfig") -> dict[str, JointLimit]:
    """Those of the arm's yaml."""
    each = zip(arm.joints, arm.joint_low, arm.joint_high, arm.joint_speed, strict=True)
    return {name: JointLimit(low, high, speed) for name, low, high, speed in each}
