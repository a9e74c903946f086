import subprocess
import sys

import pytest

from legion_ros.cli.main import main
from legion_ros.core import SKILLS
from legion_ros.share import share


def test_skills_are_listed_with_their_measured_success(capsys):
    assert main(["skills"]) == 0
    printed = capsys.readouterr().out
    for skill in SKILLS:
        assert f"\n{skill} " in printed
    assert "(95 % interval, unseen scenes)" in printed


def test_what_a_skill_needs_and_does_is_listed_with_its_counts(capsys):
    assert main(["skills"]) == 0
    printed = capsys.readouterr().out
    put = printed[printed.index("put(?object, drawer): ") :]
    needed, brought = put.index("needs open(?target) ("), put.index("for in(?object, ?target) (")
    assert needed < brought < put.index("does no longer on(?object, table) (")
    assert "for pressed(?target) for a moment (" in printed


def test_sentences_are_listed_when_asked_for(capsys):
    assert main(["skills", "--sentences"]) == 0
    assert "    open {drawer}\n" in capsys.readouterr().out


def test_a_folder_without_knowledge_is_named_and_the_exit_code_tells(capsys, tmp_path):
    assert main(["skills", "--knowledge", str(tmp_path / "nowhere")]) == 1
    assert "no such folder" in capsys.readouterr().err


def test_listing_needs_no_torch():
    code = (
        "import sys; from legion_ros.cli.main import main; main(['skills']); "
        "sys.exit('torch' in sys.modules or 'sentence_transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60).returncode == 0


@pytest.fixture
def copied(tmp_path):
    for path in share("config", "knowledge", "tabletop").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def test_teaching_changes_the_sentences_and_no_expert(copied, capsys):
    from legion_ros.knowledge import Knowledge

    said = "\n".join(f"  {skill}: [{skill} it, please {skill} this]" for skill in SKILLS)
    (copied / "said.yaml").write_text(f"skills:\n{said}\nbackground: [sing a song, go home]\n")
    before = Knowledge.load(copied, expert=dict)
    assert main(["skills", "--knowledge", str(copied), "--teach", str(copied / "said.yaml")]) == 0
    after = Knowledge.load(copied, expert=dict)
    for old, new in zip(before.components, after.components, strict=True):
        assert new.sentences == (f"{new.skill} it", f"please {new.skill} this")
        assert {k: v.tobytes() for k, v in old.expert.items()} == {
            k: v.tobytes() for k, v in new.expert.items()
        }
        assert old.record == new.record


def test_teaching_without_sentences_for_a_skill_is_refused(copied, capsys):
    (copied / "said.yaml").write_text("skills: {put: [put it]}")
    assert main(["skills", "--knowledge", str(copied), "--teach", str(copied / "said.yaml")]) == 1
    assert "no sentences for reach" in capsys.readouterr().err
