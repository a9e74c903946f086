"""Perfect memory: all that was ever seen is kept and rehearsed. Bounded memories are measured by it."""

from legion_ros.learning.methods.method import Encode
from legion_ros.learning.methods.rehearsal import Rehearsal, RehearsalConfig
from legion_ros.learning.methods.shared import SharedConfig, SharedMethod

__all__ = ["PerfectMemory"]


class PerfectMemory(SharedMethod):
    """Its memory grows without bound, by design."""

    name = "perfect_memory"

    def __init__(self, encode: Encode | None = None, config: SharedConfig | None = None) -> None:
        """A network that has learned nothing."""
        super().__init__(lambda: Rehearsal(RehearsalConfig(share=1.0)), encode, config)
