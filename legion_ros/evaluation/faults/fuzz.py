"""Actions and commands of any kind, also impossible ones: what comes out of the gate is inside the limits."""

import time
from collections.abc import Callable

import numpy as np

from legion_ros.core import Tool
from legion_ros.core.command import ACTION, Limits, ToolCommand
from legion_ros.evaluation.faults.figure import FaultFigure
from legion_ros.safety import SafetyGate

__all__ = ["fuzz"]

_ODD = np.array([np.nan, np.inf, -np.inf, 1e308, -1e308, 1e-320, 0.0, -0.0, 1e9, -1e9])
_SLACK = 1e-9
_PERIOD = 0.05  # s
_EVERY = 4096  # trials between two calls of `progress`
_RESCALED = 0.02  # share of trials before which somebody sets the scale of all speeds


def fuzz(
    trials: int, rng: np.random.Generator, progress: Callable[[int], object] = lambda _: None
) -> FaultFigure:
    """Throw actions at what turns them into commands, and commands at the gate.

    Half are actions of a policy, of any length, and what they become; half are commands as anybody could
    publish them. The tool is anywhere, mostly in the workspace, at times nowhere (NaN); states and stamps
    come late or not at all; now and then the scale of all speeds is set. A miss: something comes out that is
    not finite, faster than the scale allows, too wide, or that takes the tool out of the workspace within the
    gate's horizon, or farther out.
    """
    limits = Limits()
    gate = SafetyGate(limits)
    misses, passed, malformed, refused, example, began = 0, 0, 0, 0, "", time.perf_counter()
    now, stamp, tool = 0.0, 0.0, _tool(rng, limits)
    for trial in range(trials):
        now, stamp = now + _PERIOD, stamp + _PERIOD
        if rng.random() < 0.9:
            tool = _tool(rng, limits)
            if np.isfinite([*tool.position, tool.yaw, tool.opening]).all():
                known = tool
            gate.tool_state(tool, stamp, now)
        if rng.random() < _RESCALED:
            gate.motion.scale = float(rng.uniform(0.01, 1.0))
        if gate.state.mode == 2 and rng.random() < 0.2:
            gate.reset()
        try:
            command = limits.command(_action(rng)) if trial % 2 else _command(rng)
        except ValueError:
            malformed += 1
            continue
        late = rng.choice([0.0, 0.05, 0.5, -0.5, np.nan], p=[0.7, 0.1, 0.1, 0.05, 0.05])
        out = gate.command(command, stamp - late, now)
        refused += gate.state.mode != 0
        if out is None:
            continue
        passed += 1
        wrong = _outside(out, known, gate)
        misses += bool(wrong)
        example = example or (f"{command} with the tool at {known}: {wrong}" if wrong else "")
        if trial % _EVERY == 0:
            progress(trial)
    seconds = time.perf_counter() - began
    notes = (
        f"{malformed} malformed, {refused} refused, {passed} answered, {1e6 * seconds / trials:.0f} us each"
    )
    return FaultFigure(
        figure="fuzzed actions: outside limits at the output",
        trials=trials,
        misses=misses,
        target="0 outside",
        holds=misses == 0,
        notes=f"{notes}; {example}" if example else notes,
    )


def _outside(out: ToolCommand, tool: Tool, gate: SafetyGate) -> str:
    """What is wrong with an output, "" when nothing is."""
    limits, scale = gate.limits, gate.motion.scale
    if not out.finite:
        return "not finite"
    # the gate may brake from any speed to rest within a period: the ceiling holds at once
    if (
        np.abs(out.velocity).max() > scale * limits.max_speed + _SLACK
        or abs(out.yaw_rate) > scale * limits.max_yaw_rate + _SLACK
    ):
        return "too fast"
    if not -_SLACK <= out.opening <= limits.max_opening + _SLACK:
        return "no opening that the hand has"
    place = np.array([*tool.position, tool.yaw])
    low, high = np.array([*limits.low, limits.yaw[0]]), np.array([*limits.high, limits.yaw[1]])
    after = place + gate.config.motion.horizon * np.array([*out.velocity, out.yaw_rate])
    slack = _SLACK * (1 + np.abs(place))
    if (after < np.minimum(low, place) - slack).any() or (after > np.maximum(high, place) + slack).any():
        return "out of the workspace, or farther out"
    return ""


def _tool(rng: np.random.Generator, limits: Limits) -> Tool:
    low, high = np.array(limits.low), np.array(limits.high)
    spread = rng.choice([1.0, 1.2, 100.0], p=[0.7, 0.2, 0.1])
    position = 0.5 * (low + high) + spread * (high - low) * rng.uniform(-0.5, 0.5, 3)
    yaw = rng.uniform(*limits.yaw) * spread
    if rng.random() < 0.02:
        position[rng.integers(3)] = rng.choice(_ODD[:3])
    return Tool(position, float(yaw), float(rng.uniform(-0.01, 0.1)))


def _numbers(rng: np.random.Generator, size: int) -> np.ndarray:
    values = rng.normal(0.0, rng.choice([0.3, 3.0, 1e6]), size)
    if size and rng.random() < 0.3:
        values[rng.integers(size)] = rng.choice(_ODD)
    return values


def _action(rng: np.random.Generator) -> np.ndarray:
    """Of the length that an action has, or of another."""
    size = ACTION.size if rng.random() < 0.9 else int(rng.integers(0, 12))
    return _numbers(rng, size)


def _command(rng: np.random.Generator) -> ToolCommand:
    *velocity, rate, opening = _numbers(rng, 5)
    return ToolCommand(np.array(velocity), float(rate), float(opening))
