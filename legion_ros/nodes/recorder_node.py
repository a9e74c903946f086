"""Records what the graph says into bags that can be replayed: see legion_ros/recording."""

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from diagnostic_msgs.msg import DiagnosticStatus

from legion_ros.core import LegionError
from legion_ros.nodes.lifecycle import Health, LegionNode, NodeConfig, run
from legion_ros.nodes.parameters import parameter
from legion_ros.nodes.raw_topics import message_class, quality
from legion_ros.recording import Recorder
from legion_ros.recording.recorder import RecorderConfig
from legion_ros.recording.topics import TOPICS

__all__ = ["RecorderNode", "main"]


@dataclass(frozen=True, kw_only=True)
class RecorderNodeConfig(NodeConfig):
    """Parameters of recorder_node."""

    folder: str = parameter("", "where the bags go; made where it is missing")
    bag_size: int = parameter(64, "MiB after which a new bag begins, once no goal is under way", 1, 4096)
    longest_bag: int = parameter(256, "MiB after which a new bag begins in any case", 1, 4096)
    folder_size: int = parameter(1024, "MiB of all bags; the oldest are deleted", 1, 1 << 20)
    commit_period: float = parameter(0.5, "s between commits: what a kill -9 can take", 0.05, 60.0)


class RecorderNode(LegionNode[RecorderNodeConfig]):
    """Hands serialized messages to a thread that writes them; decodes nothing itself."""

    def __init__(self) -> None:
        super().__init__("recorder_node", RecorderNodeConfig)
        self._recorder: Recorder | None = None

    def configure(self) -> None:
        """Listen to everything that makes the log of a run."""
        if not self.config.folder:
            raise LegionError("recorder_node: no folder to record into; set the parameter 'folder'")
        for topic in TOPICS:
            store = partial(self._store, topic.name)
            self.create_subscription(message_class(topic.kind), topic.name, store, quality(topic), raw=True)

    def activate(self) -> None:
        """Begin a recording."""
        c = self.config
        sizes = {name: getattr(c, name) << 20 for name in ("bag_size", "longest_bag", "folder_size")}
        bounds = RecorderConfig(commit_period=c.commit_period, **sizes)
        self._recorder = Recorder(Path(c.folder).absolute(), bounds)

    def deactivate(self) -> None:
        """End the recording: its last bag is completed."""
        recorder, self._recorder = self._recorder, None
        recorder.close()

    def health(self) -> Health:
        """What was written, and what was not."""
        r = self._recorder
        values = {"bag": r.bag or "none", "messages": r.written, "dropped": r.dropped}
        if r.fault:
            return Health(r.fault, DiagnosticStatus.ERROR, values)
        if r.dropped:
            return Health(
                "messages were dropped: too many at once, or too long", DiagnosticStatus.WARN, values
            )
        return Health(values=values)

    def _store(self, topic: str, message: bytes) -> None:
        if self._recorder is not None:
            self._recorder.store(topic, message)


def main() -> int:
    """Run until told to end."""
    return run(RecorderNode)


if __name__ == "__main__":
    sys.exit(main())
