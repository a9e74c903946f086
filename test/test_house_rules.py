"""Rules that hold for every file of the repository."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from test_imports_point_down import ROOT, imports, modules

HERE = Path(__file__).name
TEXT = {".py", ".md", ".toml", ".yaml", ".xml", ".txt", ".cmake", ".msg", ".srv", ".action", ".json", ""}
OURS = ("legion_ros", "sim", "launch", "test", "docs", "config", "cmake", "msg", "srv", "action", ".ci")
REGISTRIES = (
    "pypi.org",
    "pythonhosted",
    "download.pytorch",
    "huggingface.co",
    "deb.debian",
    "archive.ubuntu",
)
MACHINE_PATH = re.compile(r"(?<![\w.~$}<>*/-])/(home|root|work|Users|mnt|opt/wheels)/\w")


def texts():
    """{path: text} of the repository's own text files."""
    paths = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in OURS:
        paths += [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    kept = [p for p in paths if p.suffix in TEXT and "__pycache__" not in p.parts and p.name != HERE]
    return {path: path.read_text(errors="replace") for path in kept}


def lines_with(pattern):
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path, text in texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(pattern, line)
    ]


def test_there_is_something_to_check():
    assert len(texts()) > 50
    assert MACHINE_PATH.search('open("/home/me/x")')
    assert not MACHINE_PATH.search("docs/work/x and $HOME/work/x")


def test_nothing_is_pickled():
    found = lines_with(r"^\s*(import|from)\s+(pickle|dill|cloudpickle|joblib)\b|allow_pickle\s*=\s*True")
    # a test may make a pickle to see it refused
    assert not [line for line in found if not line.startswith("test/")]


def test_weights_are_never_loaded_as_code():
    assert not lines_with(r"weights_only\s*=\s*False|\btorch\.load\(")


def test_no_file_names_a_folder_of_one_machine():
    assert not lines_with(MACHINE_PATH)


def test_no_file_names_a_registry_host():
    assert not lines_with("|".join(map(re.escape, REGISTRIES)))


def test_nothing_listens_beyond_this_machine():
    assert not lines_with(r"""["']0\.0\.0\.0["']|["']::["']""")


def reachable(path):
    """The repository's modules that importing `path` can lead to, imports inside functions included."""
    files = {dotted(p): p for p in [*modules(), ROOT / "legion_ros" / "__init__.py"]}
    found, todo = set(), [dotted(path)]
    while todo:
        name = todo.pop()
        if name in found or name not in files:
            continue
        found.add(name)
        todo.append(name.rpartition(".")[0])
        source = files[name]
        todo.extend(imports(source))
        for node in ast.walk(ast.parse(source.read_text())):  # from package import module
            if isinstance(node, ast.ImportFrom) and node.module:
                todo.extend(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def dotted(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    parts = ("legion_sim", *parts[1:]) if parts[0] == "sim" else parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NODES = sorted((ROOT / "legion_ros" / "nodes").glob("*_node.py"))


@pytest.mark.parametrize("path", NODES, ids=lambda path: path.stem)
def test_no_node_can_reach_a_scripted_expert(path):
    assert not [name for name in reachable(path) if name.startswith("legion_sim.experts")]


def test_a_reachable_scripted_expert_would_be_seen():
    demonstrate = ROOT / "legion_ros" / "cli" / "demonstrate.py"
    assert any(name.startswith("legion_sim.experts") for name in reachable(demonstrate))


@pytest.mark.parametrize("path", NODES, ids=lambda path: path.stem)
def test_a_running_node_has_loaded_no_scripted_expert(path):
    code = (
        f"import sys, {dotted(path)}; print([m for m in sys.modules if m.startswith('legion_sim.experts')])"
    )
    assert subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True).stdout == "[]\n"
