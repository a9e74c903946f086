"""What every node of the graph is: a lifecycle node that leads itself, says how it is, and ends cleanly."""

import gc
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.guard_condition import GuardCondition
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.publisher import Publisher
from rclpy.service import Service
from rclpy.subscription import Subscription
from rclpy.timer import Timer

from legion_ros.core import LegionError
from legion_ros.nodes import watchdog
from legion_ros.nodes.parameters import declare_parameters, parameter
from legion_ros.nodes.qos import DIAGNOSTICS
from legion_ros.nodes.realtime import raise_priority, threads
from legion_ros.nodes.security import check_security

__all__ = ["Health", "LegionNode", "NodeConfig", "run"]


@dataclass(frozen=True, kw_only=True)
class NodeConfig:
    """Parameters of every node."""

    autostart: bool = parameter(True, "configure and activate without being told to")
    realtime_priority: int = parameter(0, "of SCHED_RR, where permitted; 0: normal scheduling", 0, 99)
    watchdog: float = parameter(
        30.0, "s that the node may hang until its process ends itself; 0: for ever", 0, 3600
    )
    start_timeout: float = parameter(
        300.0,
        "s that it may take to configure and activate itself until its process ends; 0: for ever",
        0,
        3600,
    )


@dataclass(frozen=True)
class Health:
    """How a node is, for /diagnostics."""

    message: str = "ok"
    level: bytes = DiagnosticStatus.OK
    values: Mapping[str, object] | None = None  # figures by name


Config = TypeVar("Config", bound=NodeConfig)


class LegionNode(LifecycleNode, Generic[Config]):
    """A lifecycle node with parameters from a dataclass and diagnostics at 1 Hz.

    A subclass says what `configure`, `activate`, `deactivate` and `cleanup` do; it makes what it talks
    through (publishers, subscriptions, servers) in `configure` and its timers, by `every`, in `activate`.
    A LegionError in `configure` or `activate` is the user's: it is logged and the transition fails.

    Args:
        name: of the node, unless remapped.
        config: a frozen dataclass of `parameter` fields.

    Raises:
        LegionError: a parameter is unknown or not valid.
    """

    def __init__(self, name: str, config: type[Config]) -> None:
        super().__init__(name)
        self.config = declare_parameters(self, config)
        # wall time, for what must work when /clock stands still
        self.steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._scheduling = "normal"
        self.fault = ""  # why the last transition failed
        self.watched = False  # whether a hang ends the process
        self._running: list[Timer] = []  # timers of the active state
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", DIAGNOSTICS)
        self.create_timer(1.0, self._publish_health, clock=self.steady)
        self._standing: set[Any] = {*self.publishers, *self.subscriptions, *self.services, *self.guards}

    # -- for subclasses -----------------------------------------------------------------------------

    def configure(self) -> None:
        """Load what is needed and make what the node talks through."""

    def activate(self) -> None:
        """Begin to act."""

    def deactivate(self) -> None:
        """Cease to act."""

    def cleanup(self) -> None:
        """Undo `configure`; publishers, subscriptions, services and guard conditions go by themselves."""

    def health(self) -> Health:
        """How the node is doing its work."""
        return Health()

    def every(self, period: float, callback: Callable[[], None], clock: Clock | None = None) -> Timer:
        """Call back every `period` s of `clock` (wall time unless given) while the node is active."""
        timer = self.create_timer(period, callback, clock=clock or self.steady)
        self._running.append(timer)
        return timer

    def set_priority(self, chosen: Iterable[int]) -> None:
        """Give threads the real-time priority that was asked for; without the right to, say so and go on."""
        refusal = raise_priority(self.config.realtime_priority, chosen)
        self._scheduling = "normal" if refusal else f"SCHED_RR {self.config.realtime_priority}"
        if refusal:
            self.get_logger().info(refusal)

    # -- transitions --------------------------------------------------------------------------------

    def start(self) -> bool:
        """Configure and activate; false where either failed, `fault` says why."""
        done = TransitionCallbackReturn.SUCCESS
        return self.trigger_configure() == done and self.trigger_activate() == done

    @property
    def active(self) -> bool:
        """Whether the node is in its active state."""
        return self._state_machine.current_state[1] == "active"

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Unconfigured to inactive."""
        return self._attempt(self.configure, super().on_configure, state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Inactive to active."""
        return self._attempt(self.activate, super().on_activate, state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Active to inactive."""
        self._stop_timers()
        return self._attempt(self.deactivate, super().on_deactivate, state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Inactive to unconfigured."""
        return self._attempt(self._clean_up, super().on_cleanup, state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Anything to finalized."""
        self._stop_timers()
        if state.label == "active":
            self.deactivate()
        if state.label != "unconfigured":
            self._clean_up()
        return super().on_shutdown(state)

    def close(self) -> None:
        """End whatever state it is in, even when the ROS context is gone already."""
        self.on_shutdown(LifecycleState(*reversed(self._state_machine.current_state)))
        self.destroy_node()

    def _attempt(
        self,
        action: Callable[[], None],
        parent: Callable[[LifecycleState], TransitionCallbackReturn],
        state: LifecycleState,
    ) -> TransitionCallbackReturn:
        """Run a transition; rclpy itself would swallow what it raises."""
        try:
            action()
        except LegionError as error:
            self.fault = str(error)
        except Exception:
            self.fault = traceback.format_exc()
        else:
            self.fault = ""
            return parent(state)
        self._stop_timers()
        if self.context.ok():  # else it failed because the node was told to end
            self.get_logger().error(self.fault)
        return TransitionCallbackReturn.FAILURE

    def _clean_up(self) -> None:
        self.cleanup()
        mine: set[Any] = {*self.publishers, *self.subscriptions, *self.services, *self.guards}
        for thing in mine - self._standing:
            {
                Publisher: self.destroy_publisher,
                Subscription: self.destroy_subscription,
                Service: self.destroy_service,
                GuardCondition: self.destroy_guard_condition,
            }[type(thing)](thing)

    def _stop_timers(self) -> None:
        for timer in self._running:
            self.destroy_timer(timer)
        self._running.clear()

    def _publish_health(self) -> None:
        if self.watched:
            watchdog.end_after(self.config.watchdog)
        state = self._state_machine.current_state[1]
        health = self.health() if state == "active" else Health(self.fault or state, DiagnosticStatus.STALE)
        status = DiagnosticStatus(level=health.level, name=self.get_name(), message=health.message)
        values = {**(health.values or {}), "scheduling": self._scheduling}
        status.values = [KeyValue(key=key, value=_text(value)) for key, value in values.items()]
        message = DiagnosticArray(status=[status])
        message.header.stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(message)


def _text(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _started(node: LegionNode) -> bool:
    """Lead a node that starts by itself to where it is active; false where that fails."""
    if not node.config.autostart:
        return True
    watchdog.end_after(node.config.start_timeout)
    return node.start()


def run(make: Callable[[], LegionNode]) -> int:
    """The main of a node: start it, spin until SIGINT, SIGTERM or shutdown. Returns the exit code.

    A node that hangs, at work or on its way there, says where, in tracebacks, and ends by SIGALRM: whoever
    supervises starts it again.
    """
    # rclpy ends the context on SIGINT; Python would raise KeyboardInterrupt besides, wherever it is
    signal.signal(signal.SIGINT, lambda *_: None)
    watchdog.ready()
    node = None
    try:
        check_security()
        rclpy.init()
        node = make()
        controlling = threads()  # this one and those of DDS; what `configure` starts is not among them
        if not _started(node):
            return 1 if rclpy.ok() else 0
        watchdog.end_after(node.config.watchdog)
        # what lives now lives on: the collector need not look at it again, in pauses of tens of milliseconds
        gc.collect()
        gc.freeze()
        if node.config.realtime_priority:
            node.set_priority(controlling)
        executor = SingleThreadedExecutor()
        executor.add_node(node)
        node.watched = node.config.watchdog > 0
        executor.spin()
    except LegionError as error:
        print(error, file=sys.stderr)
        return 1
    except ExternalShutdownException:
        pass
    except Exception:
        if rclpy.ok():
            raise  # otherwise it failed because the context ended just then
    finally:
        watchdog.end_after(0.0)
        if node is not None:
            node.close()
        rclpy.try_shutdown()
    return 0
