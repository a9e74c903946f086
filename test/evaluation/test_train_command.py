import pytest

from legion_ros.cli.main import main
from legion_ros.core import SKILLS
from legion_ros.knowledge import Knowledge
from legion_ros.learning.attempts import Attempts
from legion_ros.share import share


@pytest.mark.slow
def test_training_keeps_the_attempts_that_it_measures_and_learns_operators_from_them(
    monkeypatch, tmp_path, capsys
):
    shipped = Knowledge.load(share("config", "knowledge", "tabletop"))
    experts = {component.skill: component.expert for component in shipped.components}
    monkeypatch.setattr("legion_ros.evaluation.training.record_demonstrations", lambda *_: None)
    monkeypatch.setattr("legion_ros.evaluation.training.train_experts", lambda *_: experts)
    told = ["--evaluate", "2", "--attempts", "4", "--processes", "1", "--out", str(tmp_path / "new")]
    assert main(["train", *told]) == 0
    with Attempts(tmp_path / "new.attempts.sqlite") as store:
        counts = store.counts()
    assert {skill: attempts for skill, (_, attempts) in counts.items()} == dict.fromkeys(SKILLS, 6)
    assert len(Knowledge.load(tmp_path / "new", expert=dict).components) == len(SKILLS)
    printed = capsys.readouterr().out
    # six attempts are too few to learn an operator from: that is said, and the experts are kept
    assert "press: nothing can be planned with it: what press is for can't be told from" in printed


@pytest.mark.slow
def test_one_skill_is_learned_anew_and_the_others_stay_as_they_were(monkeypatch, tmp_path):
    folder = share("config", "knowledge", "tabletop")
    shipped = {component.skill: component for component in Knowledge.load(folder).components}
    acting = {}

    def train(practice, store, skills, seed, config, progress, known, corrections):
        acting.update(known)
        assert corrections == {}
        return {skill: shipped["put"].expert for skill in skills}  # not push's: that would show nothing

    monkeypatch.setattr("legion_ros.evaluation.training.record_demonstrations", lambda *_: None)
    monkeypatch.setattr("legion_ros.evaluation.training.train_experts", train)
    told = ["--evaluate", "2", "--attempts", "4", "--processes", "1", "--out", str(tmp_path / "new")]
    assert main(["train", "--skills", "push", "--knowledge", str(folder), *told]) == 0
    assert sorted(acting) == sorted(set(SKILLS) - {"push"})
    new = {component.skill: component for component in Knowledge.load(tmp_path / "new").components}
    for skill, component in new.items():
        source = shipped["put" if skill == "push" else skill]
        for name, tensor in component.expert.tensors().items():
            assert (tensor == source.expert.tensors()[name]).all()
        assert skill == "push" or component.record == source.record
    assert new["push"].record.command.endswith("--skills push")
