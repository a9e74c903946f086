"""The newest message of a stream, and when it came."""

import time
from collections.abc import Mapping
from typing import Generic, TypeVar

__all__ = ["Newest"]

Message = TypeVar("Message")


class Newest(Generic[Message]):
    """A place for a subscription to store what it receives: pass `store` as its callback."""

    def __init__(self) -> None:
        self.message: Message | None = None
        self.received = 0.0  # s, monotonic
        self.published = 0.0  # s since the epoch, by the publisher's clock

    def store(self, message: Message, info: Mapping[str, int]) -> None:
        """Keep this one, forget the one before."""
        self.message = message
        self.received = time.monotonic()
        self.published = info["source_timestamp"] * 1e-9
