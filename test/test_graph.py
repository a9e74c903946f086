"""The description of the graph, its supervision, and the domain it runs in."""

import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import yaml

from legion_ros.core import LegionError
from legion_ros.nodes.domain import free_domain
from legion_ros.nodes.graph import NODES, Process, Simulation, environment
from legion_ros.nodes.supervision import Exit, Line, Supervisor

DEADLINE = 20.0  # s, for what takes a fraction of a second

# Python acts on a signal between two instructions: one that comes just before a long sleep waits for its end.
WAIT = "import time\nwhile True: time.sleep(0.1)"


def supervise(*programs, respawns=0):
    """A supervisor of small Python programs: p0, p1, ..."""
    code = {f"p{i}": program for i, program in enumerate(programs)}
    processes = [Process(name, Path(), {}, respawns=respawns, respawn_delay=0.01) for name in code]
    return Supervisor(processes, {}, command=lambda process: [sys.executable, "-uc", code[process.name]])


def poll_until(supervisor, enough):
    """Everything that happened until `enough(happenings)`; fails after a while."""
    seen, end = [], time.monotonic() + DEADLINE
    while not enough(seen):
        assert time.monotonic() < end, seen
        seen.extend(supervisor.poll(0.05))
    return seen


def test_arguments_are_read_as_they_are_typed():
    simulation = Simulation.parse({"seed": "7", "rate": "0", "headless": "False", "camera": "true"})
    assert simulation == Simulation(seed=7, rate=0.0, headless=False, camera=True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"speed": "2"}, "no argument speed; known: headless, seed, rate"),
        ({"seed": "1.5"}, "seed '1.5' is not a whole number"),
        ({"rate": "fast"}, "rate 'fast' is not a number"),
        ({"rate": "nan"}, "rate nan is not valid"),
        ({"headless": "maybe"}, "headless 'maybe' is neither true nor false"),
        ({"perception": "ears"}, "perception 'ears' is not valid: camera or truth"),
        ({"domain": "102"}, "domain '102' is not a number from 0 to 101"),
        ({"knowledge": "/nowhere"}, "knowledge '/nowhere' is not a folder"),
    ],
)
def test_a_wrong_argument_is_answered_with_what_would_be_valid(words, message):
    with pytest.raises(LegionError, match=re.escape(message)):
        Simulation.parse(words)


def test_the_graph_is_a_process_a_node_with_a_parameter_file_each(tmp_path):
    simulation = Simulation(
        seed=3, knowledge=str(tmp_path), perception="truth", record=str(tmp_path / "runs")
    )
    processes = simulation.processes()
    assert tuple(process.name for process in processes) == (*NODES, "recorder_node") == simulation.nodes
    for process in processes:
        assert process.name in yaml.safe_load(process.parameter_file.read_text())
    parameters = {process.name: process.parameters for process in processes}
    seen = {"perception": "truth", "camera": False}
    assert (
        parameters["sim_node"]
        == {
            "headless": True,
            "seed": 3,
            "rate": 1.0,
            "realtime_priority": 15,
        }
        | seen
    )
    assert parameters["safety_node"] == {"realtime_priority": 20}  # whoever stops the arm waits for nobody
    assert parameters["composer_node"] == parameters["teacher_node"] == {"knowledge": str(tmp_path)}
    assert parameters["recorder_node"] == {"folder": str(tmp_path / "runs")}
    assert parameters["policy_node"] == {
        "knowledge": str(tmp_path),
        "use_sim_time": True,
        "realtime_priority": 10,
    }


def test_a_graph_that_sees_has_the_camera_on_and_a_node_for_perception(tmp_path):
    simulation = Simulation(knowledge=str(tmp_path))
    assert simulation.nodes == (*NODES, "perception_node")
    parameters = {process.name: process.parameters for process in simulation.processes()}
    assert parameters["sim_node"]["camera"] is True
    assert parameters["sim_node"]["perception"] == "camera"


def test_a_person_with_a_joystick_is_a_node_more_and_what_they_did_a_folder(tmp_path):
    folder = str(tmp_path / "kept")
    simulation = Simulation(perception="truth", joystick=True, interventions=folder)
    assert simulation.nodes == (*NODES, "intervention_node")
    parameters = {process.name: process.parameters for process in simulation.processes()}
    assert parameters["policy_node"]["interventions"] == folder
    assert "interventions" not in Simulation(perception="truth").processes()[2].parameters


def test_parameters_reach_the_command_line_with_their_types():
    process = Process("sim_node", Path("sim.yaml"), {"rate": 1.0, "camera": False, "knowledge": "a b"})
    given = [
        word for flag, word in zip(process.command(), process.command()[1:], strict=False) if flag == "-p"
    ]
    assert given == ["rate:=1.0", "camera:=false", 'knowledge:="a b"']


def test_the_environment_keeps_the_graph_on_this_machine_unless_told_otherwise():
    assert environment("5")["ROS_DOMAIN_ID"] == "5"
    ours, everybodys = environment(), environment(network=True)
    (name,) = [name for name in ours if name.endswith("_DEFAULT_PROFILES_FILE")]
    assert Path(ours[name]).is_file()
    assert name not in everybodys


def test_a_participant_listens_on_the_loopback_interface_alone():
    code = """
import os, legion_ros, rclpy
rclpy.init()
node = rclpy.create_node("listener")
mine = set()
for name in os.listdir("/proc/self/fd"):
    if os.path.exists(f"/proc/self/fd/{name}"):
        mine.add(os.readlink(f"/proc/self/fd/{name}"))
for line in [*open("/proc/net/udp"), *open("/proc/net/tcp")]:
    if f"socket:[{line.split()[9]}]" in mine:
        print(line.split()[1].split(":")[0])
"""
    run = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True)
    addresses = {socket.inet_ntoa(bytes.fromhex(word)[::-1]) for word in run.stdout.split()}
    assert addresses <= {"127.0.0.1", "239.255.0.1"}, run
    assert "127.0.0.1" in addresses


def test_two_that_ask_at_the_same_time_get_two_domains():
    code = "from legion_ros.nodes.domain import free_domain; print(free_domain())"
    asking = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for _ in range(4)]
    assert len({process.communicate()[0] for process in asking}) == 4


def test_what_is_written_down_of_the_domains_may_be_torn(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    first = free_domain()
    (written,) = tmp_path.iterdir()
    assert str(first) in written.read_text()
    for torn in ('{"1": 2', "[1]", '{"1": null}', "\0"):
        written.write_text(torn)
        assert 1 <= free_domain() <= 101


def test_a_free_domain_is_not_one_that_somebody_is_in():
    taken = free_domain()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as participant:
        participant.bind(("127.0.0.1", 7410 + 250 * taken))
        assert all(free_domain() != taken for _ in range(300))


def test_lines_are_told_apart_by_process_whole_and_in_order():
    with supervise("print('a'); print('b', end='')", "print('ü')") as supervisor:
        seen = poll_until(supervisor, lambda _: len(supervisor.lost) == 2)
    assert [s for s in seen if s.process == "p0"] == [Line("p0", "a"), Line("p0", "b"), Exit("p0", 0, False)]
    assert [s for s in seen if s.process == "p1"] == [Line("p1", "ü"), Exit("p1", 0, False)]


def test_what_is_no_utf8_is_shown_and_does_no_harm():
    with supervise("import os; os.write(1, b'\\xff\\xfe\\n')") as supervisor:
        seen = poll_until(supervisor, lambda _: supervisor.lost)
    assert seen[0] == Line("p0", "\ufffd\ufffd")


def test_a_killed_process_is_started_again():
    with supervise("print('up'); import time; time.sleep(60)", respawns=1) as supervisor:
        poll_until(supervisor, lambda seen: Line("p0", "up") in seen)
        first = supervisor.pids["p0"]
        os.kill(first, signal.SIGKILL)
        seen = poll_until(supervisor, lambda seen: Line("p0", "up") in seen)
        assert seen[0] == Exit("p0", -9, True)
        assert seen[0].text == "ended (SIGKILL); starting it again"
        assert supervisor.pids["p0"] != first


def test_a_process_that_keeps_dying_is_given_up():
    with supervise("raise SystemExit(3)", respawns=2) as supervisor:
        seen = poll_until(supervisor, lambda _: supervisor.lost)
    assert seen == [Exit("p0", 3, True), Exit("p0", 3, True), Exit("p0", 3, False)]


def test_a_process_that_was_well_in_between_is_not_given_up(monkeypatch):
    monkeypatch.setattr("legion_ros.nodes.supervision.WELL", 0.2)
    with supervise("import time; time.sleep(0.5); raise SystemExit(3)", respawns=1) as supervisor:
        seen = poll_until(supervisor, lambda seen: len(seen) == 4)
    assert seen == [Exit("p0", 3, True)] * 4


def test_each_start_of_a_graph_has_a_name_of_its_own_that_a_process_started_again_keeps():
    code = "import os; print(os.environ['LEGION_RUN']); raise SystemExit(3)"
    names = []
    for _ in range(2):
        with supervise(code, respawns=1) as supervisor:
            seen = poll_until(supervisor, lambda _: supervisor.lost)
        names += [line.text for line in seen if isinstance(line, Line)]
    assert names[0] == names[1] != names[2] == names[3]


def test_a_process_started_in_the_background_still_hears_an_interrupt():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell does for `legion up &`
    try:
        supervisor = supervise("print('up')\n" + WAIT)
        poll_until(supervisor, lambda seen: seen)
        assert list(supervisor.stop())[-1].code in (-signal.SIGINT, 1)
    finally:
        signal.signal(signal.SIGINT, before)


def test_stopping_leaves_nothing_behind_not_even_a_grandchild():
    supervisor = supervise("import subprocess; print(subprocess.Popen(['sleep', '60']).pid)\n" + WAIT)
    seen = poll_until(supervisor, lambda seen: seen)
    children = [supervisor.pids["p0"], int(seen[0].text)]
    assert list(supervisor.stop())[-1].code in (-signal.SIGINT, 1)
    assert supervisor.pids == {}
    for pid in children:
        assert gone(pid)


def test_a_process_that_ignores_every_request_is_killed(monkeypatch):
    monkeypatch.setattr(
        "legion_ros.nodes.supervision.STOP_SIGNALS",
        ((signal.SIGINT, 0.1), (signal.SIGTERM, 0.1), (signal.SIGKILL, DEADLINE)),
    )
    ignore = "import signal, time; [signal.signal(s, signal.SIG_IGN) for s in (2, 15)]; "
    supervisor = supervise(ignore + "print('deaf'); time.sleep(60)")
    poll_until(supervisor, lambda seen: seen)
    assert list(supervisor.stop()) == [Exit("p0", -9, False)]


def test_when_the_supervisor_is_killed_its_processes_end():
    code = (
        "import sys; sys.path.insert(0, '')\n"
        "from test_graph import supervise\n"
        "supervisor = supervise('import os, time; print(os.getpid()); time.sleep(60)')\n"
        "while True:\n"
        "    for line in supervisor.poll(0.1): print(line.text, flush=True)\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent
    ) as supervisor:
        child = int(supervisor.stdout.readline())
        supervisor.kill()
    assert gone(child)


def gone(pid):
    """Whether a process ends, given a moment for it."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], DEADLINE)[0])
    finally:
        os.close(handle)
