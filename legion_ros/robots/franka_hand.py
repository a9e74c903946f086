"""The Franka Hand beside the arm: its commands take seconds, so a thread of its own waits for them."""

import threading
import time
from collections.abc import Callable
from typing import Any

__all__ = ["FrankaHand"]

_STEP = 0.003  # m: smaller changes of what is asked for are not worth a new motion
_RATE = 30.0  # Hz


class FrankaHand:
    """Follows the newest opening asked for, and knows the newest measured.

    To close is to grasp with a force, so that what is between the fingers is held; to open is to move.

    Args:
        make: connects to the gripper (a `franky.Gripper`), raises where it can't.
        speed: m/s.
        force: N.
        widest: m.
    """

    def __init__(self, make: Callable[[], Any], speed: float, force: float, widest: float) -> None:
        self._gripper = make()
        self._speed, self._force, self._widest = speed, force, widest
        self.opening = float(self._gripper.width)  # m, measured
        self.fault = ""  # why the hand does not obey any more
        self._asked: float | None = None  # m
        self._sent: float | None = None  # m
        self._busy: Any = None  # future of the motion under way
        self._running = True
        self._thread = threading.Thread(target=self._follow, name="franka_hand", daemon=True)
        self._thread.start()

    def ask(self, opening: float) -> None:
        """Go to `opening` m, in good time."""
        self._asked = min(max(opening, 0.0), self._widest)

    def recover(self) -> None:
        """Try again after a fault."""
        if not self._running:
            return
        self.fault, self._sent = "", None

    def close(self) -> None:
        """Leave the fingers as they are: what they hold stays held."""
        self._running = False
        self._thread.join(3.0)

    def _follow(self) -> None:
        while self._running:
            began = time.monotonic()
            try:
                self.opening = float(self._gripper.width)
                if not self.fault:
                    self._pursue()
            except Exception as error:  # franky's exceptions share no base class but this
                self.fault = f"the hand does not obey: {error}"
            time.sleep(max(0.002, 1.0 / _RATE - (time.monotonic() - began)))

    def _pursue(self) -> None:
        asked = self._asked
        if asked is None:
            return
        sent = self._sent
        extreme = asked in (0.0, self._widest) and asked != sent
        if sent is not None and abs(asked - sent) < _STEP and not extreme:
            return
        if self._busy is not None and not self._busy.wait(0.0):
            self._gripper.stop()
        if asked < self.opening:
            self._busy = self._gripper.grasp_async(
                asked, self._speed, self._force, self._widest, self._widest
            )
        else:
            self._busy = self._gripper.move_async(asked, self._speed)
        self._sent = asked
