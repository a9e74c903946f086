import pytest
from rclpy.serialization import serialize_message
from std_msgs.msg import String

from legion_ros.nodes.goal_intake import GoalIntake, cut


def serialised(text):
    return bytes(serialize_message(String(data=text)))


@pytest.fixture
def intake():
    return GoalIntake()


def test_goals_are_taken_once_in_the_order_they_came(intake):
    for text in ("open the drawer", "", "fängt an"):
        intake.store(serialised(text))
    arrivals, more = intake.take()
    assert [a.instruction for a in arrivals] == ["open the drawer", "", "fängt an"]
    assert not any(a.complaint for a in arrivals) and more == 0
    assert intake.take() == ([], 0)


def test_five_are_kept_and_the_rest_counted(intake):
    for number in range(1000):
        intake.store(serialised(str(number)))
    arrivals, more = intake.take()
    assert [a.instruction for a in arrivals] == ["0", "1", "2", "3", "4"]
    assert more == 995 and intake.received == 1000


def test_of_what_is_too_long_only_the_beginning_is_read(intake):
    intake.store(serialised("x" * 100_000))
    (arrival,), _ = intake.take()
    assert arrival.instruction == "x" * 512
    assert arrival.complaint == "an instruction of 100000 bytes is too long; at most 512 will do"


def test_512_bytes_are_not_too_long(intake):
    intake.store(serialised("x" * 512))
    (arrival,), _ = intake.take()
    assert arrival.instruction == "x" * 512 and not arrival.complaint


@pytest.mark.parametrize("junk", [b"", b"\x00", b"\x00\x01\x00\x00\xff\xff\xff\xff", b"\xff" * 100])
def test_what_is_no_string_is_complained_about(intake, junk):
    intake.store(junk)
    (arrival,), _ = intake.take()
    assert (
        arrival.instruction == "" and f"these {len(junk)} bytes are no std_msgs/String" in arrival.complaint
    )


def test_a_cut_does_not_split_a_character():
    assert cut("ä" * 300) == "ä" * 256
    assert cut("a" + "ä" * 300) == "a" + "ä" * 255
