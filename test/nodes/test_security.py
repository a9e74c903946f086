import os
import subprocess
import sys

import pytest

from legion_ros.core.errors import LegionError
from legion_ros.nodes.graph import environment
from legion_ros.nodes.security import check_security

ASKED = {"ROS_SECURITY_ENABLE": "true"}


@pytest.fixture
def library(tmp_path):
    def make(text):
        path = tmp_path / "libfastrtps.so.2"
        path.write_bytes(text)
        return [path]

    return make


def test_nothing_is_asked_of_a_library_when_no_security_is_asked_for(library):
    check_security({}, library(b"nothing"))
    check_security({"ROS_SECURITY_ENABLE": "false"}, library(b"nothing"))


def test_a_library_without_plugins_is_refused_by_name(library):
    with pytest.raises(LegionError, match=r"libfastrtps.so.2 was built without DDS security"):
        check_security(ASKED, library(b"no plugin in here"))


def test_where_no_library_is_found_it_is_refused():
    with pytest.raises(LegionError, match="no Fast DDS was found"):
        check_security(ASKED, [])


def test_with_plugins_a_keystore_is_asked_for(library, tmp_path):
    plugins = library(b"... dds.sec.auth.builtin.PKI-DH ...")
    with pytest.raises(LegionError, match="ROS_SECURITY_KEYSTORE is '', which is no folder"):
        check_security(ASKED, plugins)
    check_security({**ASKED, "ROS_SECURITY_KEYSTORE": str(tmp_path)}, plugins)


def test_the_graph_is_not_described_where_it_would_be_unprotected(monkeypatch):
    monkeypatch.setenv("ROS_SECURITY_ENABLE", "true")
    with pytest.raises(LegionError, match="ROS_SECURITY_ENABLE is true"):
        environment("7")


@pytest.mark.parametrize("strategy", ["Enforce", "Permissive"])
def test_a_node_does_not_start_unprotected(strategy):
    command = [sys.executable, "-m", "legion_ros.nodes.safety_node"]
    asked = {**os.environ, **ASKED, "ROS_SECURITY_STRATEGY": strategy}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, env=asked)
    assert ended.returncode == 1
    assert "ROS_SECURITY_ENABLE is true" in ended.stderr and "Traceback" not in ended.stderr
