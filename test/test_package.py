"""The package as it is installed: interfaces, shipped files, the command, what it depends on."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from importlib import import_module, metadata
from pathlib import Path

import pytest
from rclpy.serialization import deserialize_message, serialize_message

from legion_ros.cli.main import commands, main
from legion_ros.core import LegionError
from legion_ros.share import share

ROOT = Path(__file__).parents[1]
INTERFACES = [*ROOT.glob("msg/*.msg"), *ROOT.glob("srv/*.srv"), *ROOT.glob("action/*.action")]


@pytest.mark.parametrize("path", INTERFACES, ids=lambda path: path.name)
def test_every_interface_was_generated_from_what_stands_there(path):
    interface = getattr(import_module(f"legion_ros.{path.parent.name}"), path.stem)
    parts = {".msg": ["self"], ".srv": ["Request", "Response"], ".action": ["Goal", "Result", "Feedback"]}
    for part, text in zip(parts[path.suffix], path.read_text().split("---\n"), strict=True):
        declared = re.findall(r"^[\w/\[\]]+ +(\w+)\s*(?:#.*)?$", text, re.MULTILINE)
        message = interface if part == "self" else getattr(interface, part)
        assert list(message.get_fields_and_field_types()) == declared


def test_a_message_survives_the_wire():
    from legion_ros.msg import GoalStatus

    sent = GoalStatus(state=GoalStatus.RUNNING, instruction="räum auf", plan=["put(can, bin)"], progress=0.5)
    assert deserialize_message(serialize_message(sent), GoalStatus) == sent


def test_shipped_files_are_found():
    assert share("config", "fastdds.xml").is_file()
    assert share("launch", "simulation.launch.py").is_file()


def test_a_file_that_does_not_ship_is_named():
    with pytest.raises(LegionError, match="no 'config/nothing.yaml' in "):
        share("config", "nothing.yaml")


def test_all_say_the_same_version():
    declared = ElementTree.parse(ROOT / "package.xml").findtext("version")
    assert metadata.version("legion_ros") == declared


def test_every_dependency_is_pinned():
    for requirement in metadata.requires("legion_ros"):
        assert re.match(r"[\w.-]+(\[\w+\])?==[\w.]+($|;)", requirement.replace(" ", "")), requirement
    assert "torch==2.13.0" in metadata.requires("legion_ros")


def test_what_is_installed_is_what_is_pinned():
    for requirement in metadata.requires("legion_ros"):
        if "extra ==" not in requirement:
            name, version = requirement.split("==")
            assert metadata.version(name).split("+")[0] == version


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert {"up", "demo"} <= commands().keys()
    assert all(re.search(rf"^    {name}\b", text, re.MULTILINE) for name in commands())


def test_help_imports_nothing_heavy():
    code = "import sys; from legion_ros.cli.main import commands; commands(); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"torch", "rclpy", "mujoco", "sentence_transformers", "rich"} & set(loaded)


@pytest.mark.parametrize("name", commands())
def test_every_command_explains_its_options(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert f"legion {name}" in capsys.readouterr().out


def test_an_unknown_command_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["dance"])
    assert ended.value.code == 2
    assert re.search(r"invalid choice: 'dance'.*up", capsys.readouterr().err)


def test_a_wrong_value_is_answered_in_words_and_with_exit_code_1(capsys):
    assert main(["up", "--rate", "-1"]) == 1
    assert "rate -1.0 is not valid: 0 is as fast as it goes" in capsys.readouterr().err
