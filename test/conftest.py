"""What all tests share: a ROS domain of their own on the loopback interface, and nothing from a model hub."""

import os

from legion_ros.nodes.domain import free_domain
from legion_ros.nodes.graph import environment

os.environ.update(environment(domain=os.environ.get("ROS_DOMAIN_ID", "") or str(free_domain())))
os.environ["HF_HUB_OFFLINE"] = "1"
# Processes that a test starts import what is installed, even where the checkout is the working directory.
os.environ["PYTHONSAFEPATH"] = "1"


def pytest_collection_modifyitems(items):
    """The fast ones first."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)
