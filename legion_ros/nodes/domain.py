"""ROS domains: which one is free on this machine."""

import fcntl
import json
import os
import random
import socket
import tempfile
import time
from pathlib import Path

from legion_ros.core.errors import LegionError
from legion_ros.nodes.graph import LAST_DOMAIN

__all__ = ["free_domain"]


def free_domain(rng: random.Random | None = None) -> int:
    """A ROS domain from 1 to 101 that nobody on this machine is in, for a graph to be alone in.

    The first participant of domain d listens on UDP port 7410 + 250 d (DDSI-RTPS, well-known ports). It takes
    a graph seconds to get there, so what was given out is written down, for all processes of a user, and the
    free domain that was given out the longest ago is given out next.
    """
    domains = list(range(1, LAST_DOMAIN + 1))
    (rng or random.SystemRandom()).shuffle(domains)
    path = Path(tempfile.gettempdir()) / f"legion_ros_domains_{os.getuid()}"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "r+", encoding="utf-8", errors="replace") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        given = _read(file.read())
        for domain in sorted(domains, key=lambda domain: given.get(str(domain), 0.0)):
            if _silent(domain):
                file.seek(0)
                file.truncate()
                json.dump({**given, str(domain): time.time()}, file)
                return domain
    raise LegionError(f"all ROS domains from 1 to {LAST_DOMAIN} are in use on this machine")


def _read(text: str) -> dict[str, float]:
    """When each domain was given out, in s since the epoch; of a torn file, nothing."""
    try:
        given = json.loads(text)
        return {str(domain): float(when) for domain, when in given.items()}
    except (ValueError, AttributeError, TypeError):
        return {}


def _silent(domain: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", 7410 + 250 * domain))
        except OSError:
            return False
    return True
