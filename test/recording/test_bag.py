"""Bags: written, read, killed in the middle, cut short, of others, and none at all."""

import os
import shutil

import pytest
from hand_made_bags import SECOND, TYPES, clock, make_bag, said

from legion_ros.recording import Bag, Recording, RecordingError


def messages(path):
    with Recording(path) as recording:
        return [(e.topic, e.stamp, e.data) for e in recording.entries()], recording.cut_off


def test_what_was_written_is_read_with_its_times_in_the_order_in_which_it_came(tmp_path):
    made = [
        ("/legion/goal", 1.5, said("hello")),
        ("/clock", 2.0, clock(0.25)),
        ("/legion/goal", 3.0, said("x")),
    ]
    read, cut_off = messages(make_bag(tmp_path / "bag", made))
    assert read == [(topic, round(s * SECOND), data) for topic, s, data in made]
    assert cut_off == ""


def test_only_the_topics_that_are_named_are_read(tmp_path):
    bag = make_bag(tmp_path / "bag", [("/clock", 1, clock(1)), ("/legion/goal", 2, said("hello"))])
    with Recording(bag) as recording:
        assert [recording.decode(e).data for e in recording.entries(("/legion/goal",))] == ["hello"]


def test_a_bag_stands_alone_its_definitions_are_in_it(tmp_path):
    from rosbags.highlevel import AnyReader

    bag = make_bag(tmp_path / "bag", [("/legion/goal", 1, said("hello"))])
    with AnyReader([bag]) as reader:  # given no types at all
        kinds = {c.topic: c.msgtype for c in reader.connections}
        assert kinds["/legion/scene"] == "legion_ros/msg/Scene"
        assert "legion_ros/msg/SceneObject" in reader.typestore.fielddefs
        ((connection, _, raw),) = reader.messages()
        assert reader.deserialize(raw, connection.msgtype).data == "hello"


def test_of_a_bag_that_was_killed_everything_committed_is_there_and_nothing_else(tmp_path):
    bag = Bag(tmp_path / "bag", TYPES)
    for second in range(2000):
        bag.write("/legion/goal", second * SECOND, said(f"{second}" + 500 * "x"))
        if second == 1499:
            bag.commit()
    # SQLite has written some of the rest to the file already: what a kill -9 leaves behind
    killed = shutil.copytree(bag.path, tmp_path / "killed")
    bag.abandon()
    assert any(path.name.endswith("-journal") for path in killed.iterdir())
    read, cut_off = messages(killed)
    assert [stamp for _, stamp, _ in read] == [second * SECOND for second in range(1500)]
    assert cut_off == "the recording was not completed"
    assert sorted(p.name for p in killed.iterdir()) == ["bag.db3", "bag.db3-journal"]  # untouched


def test_a_bag_can_be_read_while_it_is_written(tmp_path):
    bag = Bag(tmp_path / "bag", TYPES)
    bag.write("/legion/goal", SECOND, said("one"))
    bag.commit()
    bag.write("/legion/goal", 2 * SECOND, said("two"))
    assert len(messages(bag.path)[0]) == 1
    bag.close()
    assert len(messages(bag.path)[0]) == 2


def test_of_a_file_that_lost_its_end_the_beginning_is_read(tmp_path):
    bag = make_bag(tmp_path / "bag", [("/legion/goal", s, said(f"{s}" + 500 * "x")) for s in range(2000)])
    (database,) = bag.glob("*.db3")
    os.truncate(database, database.stat().st_size // 2)
    read, cut_off = messages(bag)
    assert 500 < len(read) < 1500
    assert [stamp for _, stamp, _ in read] == [second * SECOND for second in range(len(read))]
    assert "can't be read" in cut_off


def test_a_bag_with_the_other_storage_is_read_too(tmp_path):
    from rosbags.rosbag2 import StoragePlugin, Writer

    with Writer(tmp_path / "bag", version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        connection = writer.add_connection("/legion/goal", "std_msgs/msg/String", typestore=TYPES)
        writer.write(connection, SECOND, said("hello"))
    assert messages(tmp_path / "bag") == ([("/legion/goal", SECOND, said("hello"))], "")


def nothing(path):
    return path


def a_file(path):
    path.write_text("hello")
    return path


def an_empty_folder(path):
    path.mkdir()
    return path


def a_folder_of_bags(path):
    make_bag(path / "monday", [])
    return path


def garbage(path):
    path.mkdir()
    (path / "bag.db3").write_bytes(os.urandom(8192))
    return path


def another_database(path):
    import sqlite3

    path.mkdir()
    sqlite3.connect(path / "bag.db3").execute("CREATE TABLE messages(id)").connection.close()
    return path


def odd_metadata(path):
    path.mkdir()
    (path / "metadata.yaml").write_text("- just\n- a list\n")
    return path


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (nothing, "is no bag: a bag is a folder"),
        (a_file, "is no bag: a bag is a folder"),
        (an_empty_folder, "no .db3 file is in it"),
        (a_folder_of_bags, "there are bags below it: monday"),
        (garbage, "nothing of it is left"),
        (another_database, "nothing of it is left"),
        (odd_metadata, "can't be read: Invalid bag metadata"),
    ],
)
def test_what_is_no_bag_is_refused_with_its_name_and_the_reason(tmp_path, make, words):
    path = make(tmp_path / "given")
    with pytest.raises(RecordingError, match=words) as error:
        Recording(path)
    assert str(path) in str(error.value)


def other_bag(path, kind, text, data):
    from rosbags.rosbag2 import Writer
    from rosbags.typesys import Stores, get_types_from_msg, get_typestore

    types = get_typestore(Stores.ROS2_JAZZY)
    types.register(get_types_from_msg(text, kind))
    with Writer(path, version=9) as writer:
        connection = writer.add_connection("/legion/goal_status", kind, typestore=types)
        writer.write(connection, 0, bytes(types.serialize_cdr(types.types[kind](**data), kind)))
    return path


def test_messages_of_the_same_name_and_another_definition_are_named(tmp_path):
    bag = other_bag(tmp_path / "bag", "legion_ros/msg/GoalStatus", "int32 mood\n", {"mood": 3})
    with Recording(bag) as recording:
        assert recording.foreign() == {"/legion/goal_status": "legion_ros/msg/GoalStatus"}
        assert [recording.decode(e).mood for e in recording.entries()] == [3]
    ours = make_bag(tmp_path / "ours", [])
    with Recording(ours) as recording:
        assert recording.foreign() == {}


def test_bytes_that_are_no_message_of_their_kind_are_a_typed_error(tmp_path):
    bag = make_bag(tmp_path / "bag", [("/legion/scene", 1, b"\x00\x01\x00\x00\xff\xff\xff")])
    with Recording(bag) as recording:
        (entry,) = recording.entries()
        with pytest.raises(RecordingError, match="a message on /legion/scene is no legion_ros/msg/Scene"):
            recording.decode(entry)
