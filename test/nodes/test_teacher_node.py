"""Lessons and new knowledge in the running graph."""

import time
from pathlib import Path

import pytest
from hand_made import save_knowledge, straight_expert
from running_graph import RunningGraph

from legion_ros.core import LegionError
from legion_ros.core import skill as skill_module
from legion_ros.core.declaration import Declaration
from legion_ros.core.facts import Fact
from legion_ros.evaluation.teaching import with_component
from legion_ros.knowledge import Component, Knowledge
from legion_ros.knowledge.operator import Case, Effect, Operator
from legion_ros.language import SentenceEncoder

pytestmark = pytest.mark.slow
PILE = Declaration.of_reward("pile", ["on(?object, ?target)"])
SENTENCES = [f"{verb} {{object}} on {{object}}" for verb in ("pile", "stack", "put", "balance", "pile up")]


@pytest.fixture(scope="module")
def taught(tmp_path_factory):
    """The folder of a knowledge with one skill more than the graph begins with; its expert can't do it."""
    folder = save_knowledge(tmp_path_factory.mktemp("taught"))
    PILE.register()
    known = Knowledge.load(folder)
    effect = Effect(Fact.parse("on(?object, ?target)"), True, 20, 20, purpose=True)
    component = Component.learn(
        "pile",
        skill="pile",
        sentences=SENTENCES,
        expert=straight_expert(gain=0.0),
        record=known.components[0].record,
        encoder=SentenceEncoder(),
        operator=Operator("pile", (Case("object", 20, 20, (), (effect,)),)),
        declaration=PILE,
    )
    with_component(known, component).save(folder)
    yield folder
    skill_module._known.pop("pile", None)


@pytest.fixture(scope="module")
def graph(knowledge):
    with RunningGraph(knowledge, respawns=9, rate=0.0, seed=3) as running:
        running.wait(running.client.scene)
        yield running


@pytest.fixture(scope="module")
def teacher(knowledge, tmp_path_factory):
    """teacher_node alone."""
    parameters = {"teacher_node": {"out": str(tmp_path_factory.mktemp("some") / "lessons")}}
    with RunningGraph(knowledge, ("teacher_node",), parameters) as running:
        yield running


def told(graph, words):
    """What becomes of an instruction: the plan and the reason, once there is either."""
    task = graph.client.execute(words)
    graph.wait(lambda: task.plan or task.result is not None, 30.0, "plan")
    plan = task.plan
    task.cancel()
    graph.wait(lambda: task.result is not None, 30.0, "end")
    return plan, task.result.reason


def test_what_is_no_knowledge_is_refused_and_the_old_one_stays(teacher, knowledge, tmp_path):
    with pytest.raises(LegionError, match=f"no knowledge at {tmp_path / 'nothing'}"):
        teacher.client.load_knowledge(tmp_path / "nothing")
    teacher.client.health.clear()
    health = teacher.wait(lambda: teacher.client.health.get("teacher_node"))
    assert health["knowledge"] == str(knowledge)


def test_a_lesson_goes_on_by_itself_and_says_how_it_ended(teacher):
    from legion_ros.srv import LearnSkill

    client = teacher.node.create_client(LearnSkill, "/legion/learn_skill")
    teacher.wait(client.service_is_ready)

    def ask(**words):
        answer = client.call_async(LearnSkill.Request(**words))
        teacher.wait(answer.done, 10.0, "answer")
        return answer.result()

    began = time.monotonic()
    first = ask(instruction="stack the blocks")
    assert first.success and "its knowledge goes to " in first.message
    assert Path(first.message.split(" goes to ")[1]).parent.name == "lessons"
    second = ask(instruction="sort the blocks")
    assert not second.success and "one lesson at a time" in second.message
    assert time.monotonic() - began < 5.0

    def outcome():
        health = teacher.client.health.get("teacher_node", {})
        return health if health.get("lesson") == "none" and health["outcome"] != "none yet" else None

    health = teacher.wait(outcome, 90.0, "end of the lesson")
    assert "it is not known what 'stack' is for" in health["outcome"]
    assert health["message"].startswith("a lesson came to nothing")
    assert not ask(instruction=" ").success
    assert "can't be '--out=" in ask(instruction="sort", say=["--out=/tmp"]).message


def test_a_skill_is_used_from_the_goal_after_it_was_announced(graph, taught):
    above, below = sorted(graph.new_scene(3))[:2]
    words = f"pile the {above} on the {below}".replace("_", " ")
    plan, reason = told(graph, words)
    assert not plan and "`legion teach` can have it learned" in reason
    assert "pile" in graph.client.load_knowledge(taught)
    plan, reason = told(graph, words)
    assert plan[-1:] == (f"pile({above}, {below})",), reason
    # one that is started again hears of it, too
    graph.kill("policy_node")
    graph.client.health.clear()
    health = graph.client.health
    graph.wait(lambda: health.get("policy_node", {}).get("knowledge") == str(taught), 40.0, "new policy_node")
