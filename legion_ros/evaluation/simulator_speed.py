"""How much faster than the clock the tabletop runs on one core, with nothing waiting for it."""

import os
import time

import numpy as np

from legion_ros.core.command import ACTION, Limits

__all__ = ["measure_speed"]

OBJECTS = 6
SCENES = 10


def measure_speed(seed: int, simulated: float = 100.0) -> dict:
    """Run the world for `simulated` s, in ten scenes of six objects, under commands that wander about.

    The process is bound to one core. Settling new scenes is not counted, looking at the scene after each
    step is.

    Returns:
        The figures, ready for JSON; `real_time_factor` is simulated s in a second of wall time;
        undisturbed, in a second of the process's own time: the same on a machine that does nothing else.
    """
    from legion_sim.tabletop import TabletopWorld

    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    rng = np.random.default_rng(seed)
    world, limits = TabletopWorld(), Limits()
    wall = busy = advanced = 0.0
    for _ in range(SCENES):
        world.reset(rng, OBJECTS, OBJECTS)
        action, start = np.zeros(ACTION.size), world.time
        began, worked = time.perf_counter(), time.process_time()
        while world.time - start < simulated / SCENES:
            action = np.clip(0.9 * action + 0.4 * rng.standard_normal(ACTION.size), -1, 1)
            world.step(limits.command(action))
            world.scene()
        wall += time.perf_counter() - began
        busy += time.process_time() - worked
        advanced += world.time - start
    world.close()
    return {
        "objects": OBJECTS,
        "cores": 1,
        "simulated_s": round(advanced, 2),
        "wall_s": round(wall, 2),
        "cpu_s": round(busy, 2),
        "real_time_factor": round(advanced / wall, 2),
        "real_time_factor_undisturbed": round(advanced / busy, 2),
        "load_average": os.getloadavg()[0],
        "seed": seed,
    }
