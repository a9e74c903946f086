"""Real-time priority for the threads that control, where the machine permits it.

On two cores that others use too, a control loop at normal priority waits its turn for tens of milliseconds;
with SCHED_RR for less than one. That takes the right to do so: root, CAP_SYS_NICE or an rtprio limit.
"""

import os
from collections.abc import Iterable

__all__ = ["ARM", "POLICY", "SAFETY", "raise_priority", "threads"]

# Priorities of SCHED_RR: threads of the same one wait for each other, 100 ms at a time. Whoever stops the arm
# does not wait for who drives it, nor that one for a policy that has gone wild.
SAFETY, ARM, POLICY = 20, 15, 10


def threads() -> set[int]:
    """Kernel ids of this process's threads as they are now."""
    return {int(name) for name in os.listdir("/proc/self/task")}


def raise_priority(priority: int, chosen: Iterable[int]) -> str:
    """Schedule the `chosen` threads of this process by SCHED_RR at `priority` (1 to 99).

    What they start later runs at normal priority again: rendering, for instance.

    Returns:
        "" when it was permitted, otherwise why not.
    """
    policy = os.SCHED_RR | os.SCHED_RESET_ON_FORK
    try:
        for thread in chosen:
            os.sched_setscheduler(thread, policy, os.sched_param(priority))
    except ProcessLookupError:
        pass  # that thread has ended
    except PermissionError:
        return f"no real-time priority {priority}: it takes root, CAP_SYS_NICE or an rtprio limit"
    return ""
