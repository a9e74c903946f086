"""Reservoir: a uniform 1% of what was seen is rehearsed (Chaudhry et al. 2019, arXiv:1902.10486)."""

from legion_ros.learning.methods.method import Encode
from legion_ros.learning.methods.rehearsal import Rehearsal, RehearsalConfig
from legion_ros.learning.methods.shared import SharedConfig, SharedMethod

__all__ = ["KEPT", "Reservoir"]

KEPT = 0.01  # of the transitions seen in each finished task


class Reservoir(SharedMethod):
    """Keeps at most 1% of the transitions of each finished task."""

    name = "reservoir"

    def __init__(self, encode: Encode | None = None, config: SharedConfig | None = None) -> None:
        """A network that has learned nothing."""
        super().__init__(lambda: Rehearsal(RehearsalConfig(share=KEPT)), encode, config)
