"""ROS domains: which one is free on this machine."""

import random
import socket

from legion_ros.core.errors import LegionError
from legion_ros.nodes.graph import LAST_DOMAIN

__all__ = ["free_domain"]


def free_domain(rng: random.Random | None = None) -> int:
    """A ROS domain from 1 to 101 that nobody on this machine is in, for a graph to be alone in.

    The first participant of domain d listens on UDP port 7410 + 250 d (DDSI-RTPS, well-known ports).
    """
    domains = list(range(1, LAST_DOMAIN + 1))
    (rng or random.SystemRandom()).shuffle(domains)
    for domain in domains:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", 7410 + 250 * domain))
            except OSError:
                continue
            return domain
    raise LegionError(f"all ROS domains from 1 to {LAST_DOMAIN} are in use on this machine")
