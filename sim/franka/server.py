"""The libfranka protocol over the tabletop: what `franky-control` connects to as to a real FR3."""

import queue
import select
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from franky_sim.franka_gripper_protocol import GripperCommandStatus, GripperMoveCommand
from franky_sim.franka_gripper_server import FrankaGripperServer
from franky_sim.franka_robot_protocol import MoveCommand, MoveStatus, RobotCommand
from franky_sim.franka_robot_server import FrankaRobotServer
from franky_sim.franka_server import NonBlockingReceiver

from legion_ros.core import LegionError, Scene
from legion_sim.franka.arm import TICK, TabletopSimulator

__all__ = ["FrankaServer"]

_BEAT = 10  # ticks
_BEHIND = 0.02  # s that the server may lag behind the wall clock before it gives the time up as lost
_PATIENCE = 0.4  # s of wall time that a motion waits for its driver: less than the arm may seem silent for
_MISSED = 20  # ticks without a command that end a motion (libfranka: communication_constraints_violation)


def _bind_to_host(server: Any) -> None:
    """Let a connection's UDP socket hear its own address alone; franky-sim binds it to all interfaces."""
    old = server._FrankaServer__udp_socket
    if old is None:
        return
    old.close()
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound.bind((server.hostname or server._hostname, 0))
    bound.setblocking(False)
    server._FrankaServer__udp_socket = bound
    server._FrankaServer__udp_receiver = NonBlockingReceiver(bound)


class _Gripper(FrankaGripperServer):
    """The hand; a motion that another takes the place of is answered, as the real hand does."""

    def start_move(self, width: float, speed: float, command_id: int, tcp_socket: socket.socket) -> None:
        self._abort()
        super().start_move(width, speed, command_id, tcp_socket)

    def start_grasp(self, *motion: Any) -> None:
        self._abort()
        super().start_grasp(*motion)

    def stop(self, command_id: int, tcp_socket: socket.socket) -> None:
        self._abort()
        super().stop(command_id, tcp_socket)

    def _abort(self) -> None:
        waiting, kind, number = self._pending_tcp_socket, self._pending_command_type, self._pending_command_id
        if waiting is not None and kind is not None and number is not None:
            GripperMoveCommand.send_response(
                waiting,
                kind,
                number,
                GripperCommandStatus.kUnsuccessful,
                command_type_struct="H",
                status_type_struct="H",
            )
            self._pending_command_id = None

    def _setup_udp_connection(self, network_udp_port: int) -> None:
        super()._setup_udp_connection(network_udp_port)
        _bind_to_host(self)


class _Arm(FrankaRobotServer):
    """The arm; in motion it answers for its driver's pace as the real one does.

    franky extrapolates with constant acceleration what its motion has become while it was not heard, as the
    real control box does. franky-sim's goes on at the last velocity instead, for ever: on a busy machine the
    two drift apart, and the arm jumps to a speed that nobody asked for. So here the arm's time waits for the
    driver, and where that is silent for longer, the arm stops itself after the ticks that the real one bears.
    """

    _driven = False  # whether the driver of this motion has begun to answer states
    _silent = False  # whether it then did not in time
    _missed = 0  # ticks since it last did

    def await_driver(self) -> None:
        """Return when the command that answers the last state is here, or `_PATIENCE` is over."""
        heard = self._FrankaServer__udp_socket
        if not self._driven or self._silent or not self.current_motion_id or heard is None:
            return
        # by TCP come stops, and the driver's end
        self._silent = not select.select([heard, self._tcp_socket], [], [], _PATIENCE)[0]

    def start_motion(self, *motion: Any) -> None:
        super().start_motion(*motion)
        self._driven, self._silent, self._missed = False, False, 0

    def _pre_process_commands(self) -> None:
        super()._pre_process_commands()
        self._missed += 1

    def _post_process_commands(self) -> None:
        if self.current_motion_id and self._silent and self._missed > _MISSED:
            self._abort()
        super()._post_process_commands()

    def _handle_udp_command(self, command_data: bytes) -> None:
        super()._handle_udp_command(command_data)
        self._driven, self._silent, self._missed = True, False, 0

    def _abort(self) -> None:
        """What the real arm does when it misses commands: stand still, and say that a reflex did it."""
        number = self.current_motion_id
        self.stop_motion(send_preemption_signal=False)
        self.reset_current_motion_id()
        MoveCommand.send_response(self._tcp_socket, RobotCommand.kMove, number, MoveStatus.kReflexAborted)

    def _setup_udp_connection(self, network_udp_port: int) -> None:
        super()._setup_udp_connection(network_udp_port)
        _bind_to_host(self)

    def _bind_children(self, hostname: str) -> None:
        gripper = _Gripper(self.robot, hostname)
        gripper.init()
        self._FrankaRobotServer__gripper_server = gripper


class FrankaServer:
    """Serves the arm on ports 1337 and 1338 of `host` and steps the scene, in a thread of its own.

    It keeps to the wall clock where the machine is fast enough and runs slower where it is not: the
    protocol's time is counted in ticks, so the client notices nothing but a slower arm.

    Args:
        host: an address of this machine, 127.x.y.z.
        seed, low, high: the scene, and how many objects are in it.
        show: called with the scene, from the serving thread, `rate` times a second of the arm's time.
        rate: Hz.
        beat: called with the arm's time in s, likewise, a hundred times a second of it.
    """

    def __init__(
        self,
        host: str,
        seed: int = 0,
        low: int = 3,
        high: int = 6,
        show: Callable[[Scene], None] = lambda scene: None,
        rate: float = 20.0,
        beat: Callable[[float], None] = lambda time: None,
    ) -> None:
        if not host.startswith("127."):
            raise LegionError(f"host {host!r} is not of this machine alone: 127.0.0.1 to 127.255.255.254")
        self._simulator = TabletopSimulator()
        self._simulator.draw(seed, low, high)
        self._show, self._beat, self._every = show, beat, round(1.0 / rate / TICK)
        self._asked: queue.SimpleQueue[tuple[Future, Callable[[], Any]]] = queue.SimpleQueue()
        self._running = False
        self.ticks = 0
        self._simulator.init()
        self._simulator.start()
        self._server = _Arm(self._simulator.robot, [host])
        try:
            self._server.init()
        except OSError as error:
            raise LegionError(
                f"ports 1337 and 1338 of {host} can't be had: another server is there;"
                " another 127.x.y.z is valid too"
            ) from error
        self._thread = threading.Thread(target=self._serve, name="franka_server", daemon=True)

    def start(self) -> None:
        """Begin to serve."""
        self._running = True
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether it serves."""
        return self._thread.is_alive()

    def ask(self, action: Callable[[TabletopSimulator], Any], timeout: float = 10.0) -> Any:
        """What `action` returns, done by the serving thread between two ticks. Raises what it raises."""
        answer: Future = Future()
        self._asked.put((answer, lambda: action(self._simulator)))
        return answer.result(timeout)

    def close(self) -> None:
        """Cease to serve."""
        self._running = False
        if self._thread.is_alive():
            self._thread.join(5.0)
        self._server.cleanup()
        self._simulator.cleanup()

    def _serve(self) -> None:
        due = time.monotonic()
        while self._running:
            self._tick()
            if self.ticks % self._every == 0:
                self._show(self._simulator.world.scene())
            if self.ticks % _BEAT == 0:
                self._beat(self._simulator.world.time)
            now = time.monotonic()
            due += TICK
            if due > now:
                time.sleep(due - now)
            elif now - due > _BEHIND:
                due = now

    def _tick(self) -> None:
        while not self._asked.empty():
            answer, action = self._asked.get()
            try:
                answer.set_result(action())
            except Exception as error:
                answer.set_exception(error)
        self._server.await_driver()
        self._server.process_commands()
        self._simulator.step()
        self._server.send_state()
        self.ticks += 1
