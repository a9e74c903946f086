"""Fine-tuning: one network goes from task to task, nothing is done about forgetting. The lower reference."""

from legion_ros.learning.methods.method import Encode
from legion_ros.learning.methods.shared import SharedConfig, SharedMethod
from legion_ros.learning.methods.task_rule import TaskRule

__all__ = ["Finetune"]


class Finetune(SharedMethod):
    """No rule."""

    name = "finetune"

    def __init__(self, encode: Encode | None = None, config: SharedConfig | None = None) -> None:
        """A network that has learned nothing."""
        super().__init__(TaskRule, encode, config)
