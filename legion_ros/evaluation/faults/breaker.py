"""The circuit breaker: each fault made many times, each to trip in time and to stay; nominal work, never."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from legion_ros.core import SKILLS, GroundedSkill, Scene
from legion_ros.core.command import ToolCommand
from legion_ros.core.observation import observe
from legion_ros.evaluation.faults.figure import FaultFigure
from legion_ros.safety import Guard, Mode
from legion_ros.safety.conduct import Conduct

__all__ = ["WEDGES", "nominal", "wedge"]

PERIOD = 0.05  # s
_LATCHED = 90  # periods that a policy goes on commanding after the alarm: nothing of it may pass
_LONGEST = 200  # periods in which a wedged tool must have been noticed
_SUCCESS_HOLD = 5  # periods that the arm holds after success
_STUCK = 1e5  # N s/m: damping of a drawer that nobody can move
_AT_DRAWER = ("open", "close")  # skills that move it
Act = Callable[[np.ndarray], np.ndarray]
Ask = Callable[[Scene], ToolCommand]


@dataclass(frozen=True)
class _Wedge:
    """A tool sent to where it can't go: from over `place`, in `direction`, at most `spread` m aside of it."""

    place: tuple[float, float, float]
    direction: tuple[float, float, float]
    spread: tuple[float, float, float]


# The world as it is built (legion_sim.tabletop.model): bin at the right, cabinet at the left, button far off.
WEDGES: Mapping[str, _Wedge] = {
    "down on the wall of the bin": _Wedge((0.43, -0.343, 0.15), (0, 0, -1), (0.10, 0.0, 0)),
    "down on the cabinet": _Wedge((0.69, 0.40, 0.24), (0, 0, -1), (0.02, 0.06, 0)),
    "down on the button": _Wedge((0.70, -0.06, 0.10), (0, 0, -1), (0.008, 0.008, 0)),
    "into the cabinet from the side": _Wedge((0.66, 0.22, 0.08), (0, 1, 0), (0.03, 0.0, 0.01)),
    "into the closed drawer": _Wedge((0.50, 0.42, 0.07), (1, 0, 0), (0.0, 0.03, 0.01)),
}


def wedge(
    trials: int,
    experts: Mapping[str, Act],
    rng: np.random.Generator,
    progress: Callable[[int], object] = lambda _: None,
) -> FaultFigure:
    """Drive the tool against what does not give way, in physics, through the guard.

    In turn: straight on at 0.05 to 0.4 m/s from one of `WEDGES`, and the experts at a drawer that is stuck.
    A miss: no alarm, one more than a control period away from the first moment at which five windows of what
    was measured fulfil the condition (found again from the whole record), one that lets a later command
    through, or a retreat that does not leave the tool higher.
    """
    from legion_sim.tabletop import TabletopWorld

    world, misses, notes, lags = TabletopWorld(), 0, [], []
    kinds = [*WEDGES, *(f"{name} a drawer that is stuck" for name in _AT_DRAWER if name in experts)]
    for trial in range(trials):
        name = kinds[trial % len(kinds)]
        if name in WEDGES:
            ask = _straight_on(world, WEDGES[name], float(rng.uniform(0.05, 0.4)), rng)
            wrong, lag = _wedged(world, ask)
        else:
            ask = _at_drawer(world, name.split()[0], experts, rng)
            with _stuck_drawer(world):
                wrong, lag = _wedged(world, ask)
        misses += bool(wrong)
        notes += [f"{name}: {wrong}"] if wrong else []
        lags += [lag] if lag is not None else []
        progress(trial)
    return FaultFigure.of(
        "breaker, effort: wedged tools, not tripped in time, or not latched",
        "all within one control period (50 ms), latched",
        misses,
        lags,
        trials=trials,
        notes="; ".join([f"{len(kinds)} kinds in turn", *notes[:5]]),
    )


@contextmanager
def _stuck_drawer(world) -> Iterator[None]:  # noqa: ANN001
    damping, dof = world.model.dof_damping, world.model.joint("drawer").dofadr[0]
    usual, damping[dof] = float(damping[dof]), _STUCK
    try:
        yield
    finally:  # all worlds share the model
        damping[dof] = usual


def _straight_on(world, wedge: _Wedge, speed: float, rng: np.random.Generator) -> Ask:  # noqa: ANN001
    """What drives the tool on, once it was brought before the obstacle."""
    world.reset(rng, 1, 1)
    start = np.array(wedge.place) + rng.uniform(-1, 1, 3) * np.array(wedge.spread)
    for height in (0.30, start[2]):
        for _ in range(50):
            way = np.array([*start[:2], height]) - world.tool().position
            world.step(ToolCommand(np.clip(way * 7, -0.4, 0.4), 0.0, 0.0))
    command = ToolCommand(speed * np.array(wedge.direction, float), 0.0, 0.0)
    return lambda scene: command


def _at_drawer(world, name: str, experts: Mapping[str, Act], rng: np.random.Generator) -> Ask:  # noqa: ANN001
    from legion_sim.tabletop.practice import draw_episode

    skill = draw_episode(rng, world, name)
    return lambda scene: world.limits.command(_action(experts[name], scene, skill))


def _wedged(world, ask: Ask) -> tuple[str, float | None]:  # noqa: ANN001
    """(what went wrong or "", s of simulated time from the condition to the alarm)."""
    guard, record, tripped = Guard(), [], None
    for number in range(_LONGEST):
        scene = world.scene()
        now, tool = scene.stamp, replace(scene.tool, force=world.force())
        alarm = guard.tool_state(tool, now, now)
        sent = guard.command(ask(scene), now, now)
        record.append((tool.position, float(np.linalg.norm(tool.force)), sent.velocity))
        if alarm is not None:
            tripped = number
            break
        world.step(sent)
    if tripped is None:
        return f"no alarm within {_LONGEST * PERIOD:g} s", None
    due = _due(record)
    if due is None or tripped - due not in (0, 1):
        return f"alarm {tripped}, due {due}", None
    return _latched(world, guard, ask, float(tool.position[2])), PERIOD * (tripped - due)


def _due(record: list[tuple]) -> int | None:
    """The state that completes five windows of ten periods that fulfil the condition, if one does."""
    places = np.array([entry[0] for entry in record])
    pushes = np.array([entry[1] for entry in record])
    speeds = np.array([entry[2] for entry in record])
    forces, errors = [], []
    for end in range(10, len(record), 10):
        told = PERIOD * speeds[end - 10 : end]
        asked, came = told.sum(axis=0), places[end] - places[end - 10]
        tries = np.linalg.norm(told, axis=1).sum() >= 0.02 * 0.5
        missed = float(np.linalg.norm(asked - came))
        forces.append(pushes[end - 9 : end + 1].mean() if tries else 0.0)
        errors.append(missed / 0.5 if tries and missed > 0.8 * np.linalg.norm(asked) else 0.0)
        for figures, most in ((forces[-5:], 40.0), (errors[-5:], 0.03)):
            if len(figures) == 5 and min(figures) > most and figures[-1] >= 0.9 * figures[0]:
                return end
    return None


def _latched(world, guard: Guard, ask: Ask, height: float) -> str:  # noqa: ANN001
    """What is wrong with the retreat and what follows, "" when nothing is."""
    for _ in range(_LATCHED):
        now = world.time
        guard.tool_state(replace(world.tool(), force=world.force()), now, now)
        out = guard.command(ask(world.scene()), now, now)
        if out.velocity[2] < 0.0 or out.velocity[:2].any():
            return f"a command has passed after the alarm: {out.velocity}"
        world.step(out)
    if guard.state.mode is not Mode.STOPPED or not guard.state.alarm:
        return f"{guard.state.mode.name.lower()} after the retreat"
    if world.tool().position[2] < height + 0.05:
        return f"the retreat took the tool from {height:.3f} m to {world.tool().position[2]:.3f} m"
    return ""


def nominal(
    episodes: int,
    experts: Mapping[str, Act],
    rng: np.random.Generator,
    progress: Callable[[int], object] = lambda _: None,
) -> FaultFigure:
    """Let the experts work in fresh scenes, up to two control periods late; all that watches them watches.

    A miss: an alarm or a stop in an episode that succeeds. What fails by itself is no nominal work: it is
    told in the notes, and how much of it the breaker has ended.
    """
    from legion_sim.tabletop import TabletopWorld

    world, misses, failed, ended, notes, began = TabletopWorld(), 0, 0, 0, [], time.perf_counter()
    names = [name for name in experts if name in SKILLS]
    done = 0
    for number in range(3 * episodes):
        skill, success, alarm = _episode(world, names[number % len(names)], experts, rng)
        misses += bool(success and alarm)
        failed += not success
        ended += bool(not success and alarm)
        notes += [f"{skill}: {alarm}"] if alarm else []
        done += success
        progress(done)
        if done == episodes:
            break
    spent = time.perf_counter() - began
    said = f"{failed} more failed by themselves, {ended} of them with an alarm; {spent:.0f} s"
    return FaultFigure(
        figure="breaker: trips in nominal episodes",
        trials=done,
        misses=misses,
        target="0",
        holds=misses == 0 and done == episodes,
        notes="; ".join([said, *notes[:5]]),
    )


def _episode(world, name: str, experts: Mapping[str, Act], rng: np.random.Generator):  # noqa: ANN001, ANN202
    """(skill, whether it succeeded, the first alarm or stop in words)."""
    from legion_sim.tabletop.practice import draw_episode

    skill = draw_episode(rng, world, name)
    guard, conduct, held, alarm = Guard(), Conduct(), 0, ""
    waiting = [ToolCommand(np.zeros(3), 0.0, world.tool().opening)] * int(rng.integers(3))
    conduct.begin(skill, world.scene())
    for _ in range(round(SKILLS[name].time_limit / PERIOD)):
        scene = world.scene()
        guard.tool_state(replace(scene.tool, force=world.force()), scene.stamp, scene.stamp)
        conduct.look(scene)
        held = held + 1 if held or skill.succeeded(scene) else 0
        if held > _SUCCESS_HOLD or guard.state.mode is Mode.STOPPED:
            break
        command = world.limits.command(_action(experts[name], scene, skill))
        waiting.append(replace(command, velocity=np.zeros(3), yaw_rate=0.0) if held else command)
        sent = guard.command(waiting.pop(0), scene.stamp, scene.stamp)
        alarm = alarm or (guard.state.reason if guard.state.mode in (Mode.STOPPED, Mode.RETREATING) else "")
        world.step(sent)
    conduct.end(world.scene(), held > 0)
    return skill, held > 0, alarm or str(conduct.alarm or "")


def _action(act: Act, scene, skill: GroundedSkill) -> np.ndarray:  # noqa: ANN001
    return act(observe(scene, skill)[None])[0]
